"""Writes what became of messages, many at once. Their conversations are locked first, which keeps everybody else away.

A message that the platform took is sent whatever else happened to its entry meanwhile; every other fate counts only
while the entry is still held under the lease it was judged for (an echo may have settled it, a person cancelled it).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from django.db import IntegrityError, transaction

from hubbub.connectors.outcomes import Accepted
from hubbub.conversations.effects import apply_waiting
from hubbub.conversations.facts import record
from hubbub.conversations.receipts import apply_marks_to
from hubbub.conversations.settling import release_settled
from hubbub.conversations.statuses import RANK_SQL
from hubbub.kit.json import JsonValue
from hubbub.organizations.database import run
from hubbub.organizations.screens import ScreenEvent, emit
from hubbub.outbound.echoes import fold_echoes, lock_echo_threads
from hubbub.outbound.jobs import Leased
from hubbub.outbound.verdicts import Fate, Verdict

STILL_OURS = """
SELECT o.message_id FROM outbox o
  JOIN json_to_recordset(%(rows)s::json) AS r (message_id uuid, lease_token uuid) ON r.message_id = o.message_id
 WHERE o.lease_token IS NOT DISTINCT FROM r.lease_token
   FOR NO KEY UPDATE OF o
"""
SENT = f"""
UPDATE message m
   SET status = CASE WHEN {RANK_SQL.format(column="m.status")} < {RANK_SQL.format(column="'sent'::text")}
                     THEN 'sent' ELSE m.status END,
       sent_at = coalesce(m.sent_at, hubbub_now()), external_id = coalesce(m.external_id, r.external_id),
       error = CASE WHEN m.status = 'failed' THEN m.error END, metadata = m.metadata || r.metadata
  FROM json_to_recordset(%(rows)s::json) AS r (message_id uuid, external_id text, metadata jsonb)
 WHERE m.id = r.message_id
"""  # noqa: S608
FAILED = f"""
UPDATE message m
   SET status = r.status, error = r.error, error_count = m.error_count + 1,
       failed_at = CASE WHEN r.status = 'failed' THEN hubbub_now() END,
       metadata = CASE WHEN r.status = 'unknown' THEN m.metadata || jsonb_build_object('called_at',
           (SELECT o.sending_at FROM outbox o WHERE o.message_id = m.id)) ELSE m.metadata END
  FROM json_to_recordset(%(rows)s::json) AS r (message_id uuid, status text, error jsonb)
 WHERE m.id = r.message_id AND {RANK_SQL.format(column="r.status")} > {RANK_SQL.format(column="m.status")}
RETURNING m.id
"""  # noqa: S608
WAIT = """
UPDATE outbox o
   SET lease_token = NULL, last_code = r.code, reconcile_until = hubbub_now() + make_interval(secs => r.delay),
       leased_until = hubbub_now() + make_interval(secs => r.delay)
  FROM json_to_recordset(%(rows)s::json) AS r (message_id uuid, code text, delay float8)
 WHERE o.message_id = r.message_id
"""
AGAIN = """
UPDATE outbox o
   SET state = 'queued', lease_token = NULL, leased_until = NULL, reconcile_until = NULL, uses_reply_token = false,
       attempts = r.attempts, last_code = r.code, due_at = hubbub_now() + make_interval(secs => r.delay)
  FROM json_to_recordset(%(rows)s::json) AS r (message_id uuid, code text, delay float8, attempts smallint)
 WHERE o.message_id = r.message_id
"""
QUEUED_AGAIN = "UPDATE message SET status = 'queued' WHERE id = ANY(%(ids)s::uuid[]) AND status = 'sending'"
REACTED = """
INSERT INTO reaction AS x (id, organization_id, message_id, actor, emoji, name, reacted_at, event_key)
SELECT gen_random_uuid(), m.organization_id, t.id, 'us', coalesce(m.content -> 'outbound' ->> 'reaction_emoji', ''), '',
       hubbub_now(), ''
  FROM message m
  JOIN message t ON t.channel_id = m.channel_id
        AND t.external_id = m.content -> 'outbound' ->> 'reaction_to_external_id'
 WHERE m.id = ANY(%(ids)s::uuid[]) AND m.type = 'reaction'
    ON CONFLICT (message_id, actor) DO UPDATE SET emoji = excluded.emoji, reacted_at = excluded.reacted_at
RETURNING x.message_id
"""
OVER = frozenset({Fate.SENT, Fate.FAILED, Fate.UNKNOWN})
Result = TypeVar("Result")
COLLISIONS = 5
"""An echo may be stored between our look and our write; each such round settles at least one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A verdict on a leased message. `attempts`: how many count from now on."""

    leased: Leased
    verdict: Verdict
    attempts: int


def in_transaction(work: Callable[[], Result]) -> Result:
    """Do the work in a transaction of its own; once more when an echo with the same id was stored meanwhile."""
    for _ in range(COLLISIONS):
        try:
            with transaction.atomic():
                return work()
        except IntegrityError:
            continue  # now the echo is seen, and folded in
    with transaction.atomic():
        return work()


def settle(judged: Sequence[Judged]) -> list[Judged]:
    """Write the verdicts, inside `in_transaction`; returns those that counted."""
    judged = sorted(judged, key=lambda one: one.leased.message_id)
    sent = [one for one in judged if one.verdict.fate is Fate.SENT]
    echoes = lock_echo_threads(_sent_keys(sent), {one.leased.conversation_id for one in judged})
    ours = _still_ours([one for one in judged if one.verdict.fate is not Fate.SENT])
    fold_echoes(echoes)
    _write_sent(sent)
    _write_ended([one for one in ours if one.verdict.fate in (Fate.FAILED, Fate.UNKNOWN)])
    _write_waiting([one for one in ours if one.verdict.fate is Fate.WAIT])
    _write_again([one for one in ours if one.verdict.fate is Fate.AGAIN])
    counted = [*sent, *ours]
    release_settled(sorted(one.leased.message_id for one in counted if one.verdict.fate in OVER))
    _show(counted)
    return counted


def _sent_keys(sent: Sequence[Judged]) -> list[tuple[UUID, UUID, str]]:
    return [
        (one.leased.message_id, one.leased.channel_id, external_id)
        for one in sent
        for external_id in _accepted(one).external_ids
    ]


def _accepted(one: Judged) -> Accepted:
    assert one.verdict.accepted is not None
    return one.verdict.accepted


def _still_ours(judged: Sequence[Judged]) -> list[Judged]:
    if not judged:
        return []
    rows = [{"message_id": one.leased.message_id, "lease_token": one.leased.lease_token} for one in judged]
    held = {row["message_id"] for row in run(STILL_OURS, rows)}
    return [one for one in judged if one.leased.message_id in held]


def _write_sent(sent: Sequence[Judged]) -> None:
    if not sent:
        return
    rows = [
        {
            "message_id": one.leased.message_id,
            "external_id": _accepted(one).external_ids[0] if _accepted(one).external_ids else None,
            "metadata": _metadata(_accepted(one)),
        }
        for one in sent
    ]
    run(SENT, rows)
    reactions = [one.leased.message_id for one in sent if one.leased.outbound.get("kind") == "reaction"]
    if reactions:
        run(REACTED, ids=reactions)
    apply_waiting([(channel_id, external_id) for _, channel_id, external_id in _sent_keys(sent)])
    apply_marks_to([one.leased.message_id for one in sent])


def _metadata(accepted: Accepted) -> dict[str, JsonValue]:
    """The ids of further bubbles, and what quoting the message later needs."""
    kept: dict[str, JsonValue] = {}
    if len(accepted.external_ids) > 1:
        kept["external_ids"] = [*accepted.external_ids]
    if accepted.quote_tokens and accepted.quote_tokens[0]:
        kept["quote_token"] = accepted.quote_tokens[0]
    return kept


def _write_ended(ended: Sequence[Judged]) -> None:
    if not ended:
        return
    rows = [
        {"message_id": one.leased.message_id, "status": one.verdict.fate.value, "error": one.verdict.error}
        for one in ended
    ]
    changed = {row["id"] for row in run(FAILED, rows)}
    for one in ended:
        if one.verdict.fate is Fate.FAILED and one.leased.message_id in changed:
            record(
                "send_failed",
                organization_id=one.leased.organization_id,
                channel_id=one.leased.channel_id,
                conversation_id=one.leased.conversation_id,
                data={"code": one.verdict.code, "author_type": one.leased.author_type},
            )


def _write_waiting(waiting: Sequence[Judged]) -> None:
    if waiting:
        run(
            WAIT,
            [
                {"message_id": one.leased.message_id, "code": one.verdict.code, "delay": one.verdict.delay}
                for one in waiting
            ],
        )


def _write_again(again: Sequence[Judged]) -> None:
    if not again:
        return
    run(QUEUED_AGAIN, ids=[one.leased.message_id for one in again])
    run(
        AGAIN,
        [
            {
                "message_id": one.leased.message_id,
                "code": one.verdict.code,
                "delay": one.verdict.delay,
                "attempts": one.attempts,
            }
            for one in again
        ],
    )


def _show(counted: Sequence[Judged]) -> None:
    emit(
        [
            ScreenEvent(
                organization_id=one.leased.organization_id,
                kind="message.changed",
                subject_id=one.leased.message_id,
                conversation_id=one.leased.conversation_id,
            )
            for one in counted
            if one.verdict.fate in OVER
        ]
    )
