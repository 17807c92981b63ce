"""Entries whose time is over: leases of senders that died, receipts that never came, scheduled messages now due."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from django.db import transaction

from hubbub.connectors.registry import connector_for
from hubbub.conversations.outbox import activate_scheduled
from hubbub.organizations.database import Row, run
from hubbub.outbound.lease import LEASED_COLUMNS, leased_of
from hubbub.outbound.settle import Judged, settle
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
        settle(judged)
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


def abandon(tokens: Sequence[object]) -> None:
    """Give back what was leased under these tokens in a transaction whose fate we never learnt."""
    run(ABANDON, tokens=[*tokens])


ABANDON = """
UPDATE outbox SET lease_token = NULL, leased_until = NULL, due_at = greatest(due_at, hubbub_now())
 WHERE leased_until IS NOT NULL AND lease_token = ANY(%(tokens)s::uuid[]) AND state = 'queued'
"""
