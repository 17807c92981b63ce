"""Entries whose time is over: leases of senders that died, receipts that never came, scheduled messages now due."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from django.db import transaction

from hubbub.connectors.registry import connector_for
from hubbub.conversations.outbox import activate_scheduled
from hubbub.organizations.database import Row, run
from hubbub.outbound.lease import LEASED_COLUMNS, leased_of
from hubbub.outbound.settle import Judged, in_transaction, settle
from hubbub.outbound.verdicts import Fate, Limits, Try, Verdict, judge_crashed, never_confirmed
from hubbub.settings.environment import environment

BATCH = 500
OVERDUE = f"""
SELECT {LEASED_COLUMNS}, o.state, o.uses_reply_token, o.reconcile_until IS NOT NULL AS is_reconciling, h.platform,
       hubbub_now() AS now
  FROM (SELECT * FROM outbox WHERE leased_until < hubbub_now() ORDER BY leased_until LIMIT {BATCH}) o
  JOIN message m ON m.id = o.message_id
  JOIN conversation c ON c.id = o.conversation_id
  JOIN channel h ON h.id = o.channel_id
"""  # noqa: S608


def recover() -> int:
    """Look at what is overdue and decide; returns how many rows there were."""
    rows = run(OVERDUE)
    scheduled = [row for row in rows if row["state"] == "scheduled"]
    if scheduled:
        with transaction.atomic():
            activate_scheduled([row["message_id"] for row in scheduled])
    judged = [_judge(row) for row in rows if row["state"] != "scheduled"]
    if judged:
        in_transaction(lambda: settle(judged))
    return len(rows)


def _judge(row: Row) -> Judged:
    state, is_reconciling = row.pop("state"), row.pop("is_reconciling")
    platform, now, uses_reply_token = row.pop("platform"), row.pop("now"), row.pop("uses_reply_token")
    leased = leased_of(row)
    if state == "queued":
        return Judged(leased=leased, verdict=Verdict(fate=Fate.AGAIN, code=leased.last_code), attempts=leased.attempts)
    if is_reconciling:
        return Judged(leased=leased, verdict=never_confirmed(now), attempts=leased.attempts)
    tried = Try(
        attempts=leased.attempts,
        queued_at=leased.queued_at,
        now=now,
        last_code=leased.last_code,
        uses_reply_token=uses_reply_token,
    )
    return _crashed(Judged(leased=leased, verdict=_crash_verdict(tried, platform), attempts=leased.attempts))


def _crash_verdict(tried: Try, platform: str) -> Verdict:
    return judge_crashed(tried, connector_for(platform).capabilities, limits())


def _crashed(judged: Judged) -> Judged:
    """The wait for a receipt counts from the call, which was at most a minute ago; what remains is enough."""
    return judged if judged.verdict.is_counted else replace(judged, attempts=judged.attempts - 1)


def limits() -> Limits:
    """From the settings."""
    settings = environment()
    return Limits(max_retries=settings.facebook_max_message_retry, reconcile_seconds=settings.reconcile_seconds)


def revive_headless_lanes() -> None:
    """A lane whose head was taken from it by a rare race (two threads becoming one just then) gets a head again."""
    headless = sorted(row["conversation_id"] for row in run(HEADLESS))
    if headless:
        with transaction.atomic():
            run(LOCK_LANES, ids=headless)
            run(REVIVE, ids=headless)


def abandon(tokens: Sequence[object]) -> None:
    """Give back what was taken under these tokens in a transaction whose fate we never learnt: nothing was called."""
    run(ABANDON, tokens=[*tokens])


HEADLESS = """
SELECT DISTINCT x.conversation_id FROM outbox x
 WHERE x.state <> 'scheduled'
   AND NOT EXISTS (SELECT FROM outbox h WHERE h.conversation_id = x.conversation_id AND h.is_head)
"""
LOCK_LANES = """
SELECT conversation_id FROM outbox_lane WHERE conversation_id = ANY(%(ids)s::uuid[])
 ORDER BY conversation_id FOR NO KEY UPDATE
"""
REVIVE = """
UPDATE outbox o SET is_head = true, due_at = greatest(o.due_at, hubbub_now())
  FROM (SELECT DISTINCT ON (conversation_id) message_id FROM outbox x
         WHERE conversation_id = ANY(%(ids)s::uuid[]) AND state <> 'scheduled'
           AND NOT EXISTS (SELECT FROM outbox h WHERE h.conversation_id = x.conversation_id AND h.is_head)
         ORDER BY conversation_id, position) n
 WHERE o.message_id = n.message_id
"""
ABANDON = """
WITH given AS (
    UPDATE outbox SET state = 'queued', lease_token = NULL, leased_until = NULL, uses_reply_token = false,
           due_at = greatest(due_at, hubbub_now())
     WHERE leased_until IS NOT NULL AND lease_token = ANY(%(tokens)s::uuid[])
    RETURNING message_id)
UPDATE message m SET status = 'queued' FROM given g WHERE m.id = g.message_id AND m.status = 'sending'
"""
