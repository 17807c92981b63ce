"""The commit immediately before the bytes go out: from here on a message may have reached its customer."""

from __future__ import annotations

from collections.abc import Sequence

from hubbub.conversations.locks import lock_threads
from hubbub.organizations.database import run
from hubbub.outbound.jobs import Ready

CALL_GRACE_SECONDS = 60.0
"""A call ends within 20 s; whoever holds longer has died."""

MARK = """
WITH locked AS MATERIALIZED (
    SELECT id FROM message WHERE id = ANY(%(ids)s::uuid[]) ORDER BY id FOR NO KEY UPDATE
), marked AS (
    UPDATE outbox o
       SET state = 'sending', attempts = r.attempts, sending_at = hubbub_now(), uses_reply_token = r.uses_reply_token,
           was_pushed = o.was_pushed OR NOT r.uses_reply_token,
           leased_until = hubbub_now() + make_interval(secs => %(seconds)s)
      FROM json_to_recordset(%(rows)s::json) AS r (message_id uuid, lease_token uuid, uses_reply_token bool,
           attempts smallint)
      JOIN locked l ON l.id = r.message_id
     WHERE o.message_id = r.message_id AND o.lease_token = r.lease_token
    RETURNING o.message_id
), said AS (
    UPDATE message m SET status = 'sending' FROM marked k WHERE m.id = k.message_id AND m.status = 'queued'
)
SELECT message_id FROM marked
"""
SPEND_TOKENS = "UPDATE reply_token SET used_at = hubbub_now() WHERE id = ANY(%(ids)s::uuid[])"


def mark_sending(group: Sequence[Ready]) -> list[Ready]:
    """Mark these calls as begun; returns those that are still ours to make. In the caller's transaction.

    It may be repeated after a commit whose answer was lost: nothing was called yet.
    """
    if not group:
        return []
    lock_threads(ready.leased.conversation_id for ready in group)
    rows = [
        {
            "message_id": ready.leased.message_id,
            "lease_token": ready.leased.lease_token,
            "uses_reply_token": ready.request.uses_reply_token,
            "attempts": ready.leased.attempts + 1,
        }
        for ready in group
    ]
    ids = sorted(ready.leased.message_id for ready in group)
    marked = {row["message_id"] for row in run(MARK, rows, ids=ids, seconds=CALL_GRACE_SECONDS)}
    going = [ready for ready in group if ready.leased.message_id in marked]
    tokens = [ready.leased.reply_token_id for ready in going if ready.request.uses_reply_token]
    if tokens:
        run(SPEND_TOKENS, ids=sorted(token for token in tokens if token is not None))
    return going
