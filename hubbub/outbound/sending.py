"""The commit immediately before the bytes go out: from here on a message may have reached its customer."""

from __future__ import annotations

from collections.abc import Sequence

from hubbub.conversations.locks import lock_threads
from hubbub.organizations.database import run
from hubbub.outbound.jobs import Ready

CALL_GRACE_SECONDS = 60.0
"""A call ends within 20 s; whoever holds longer has died."""

LOCK_MESSAGES = "SELECT id FROM message WHERE id = ANY(%(ids)s::uuid[]) ORDER BY id FOR NO KEY UPDATE"
MARK_ENTRIES = """
UPDATE outbox o
   SET state = 'sending', attempts = r.attempts, sending_at = hubbub_now(), uses_reply_token = r.uses_reply_token,
       leased_until = hubbub_now() + make_interval(secs => %(seconds)s)
  FROM jsonb_to_recordset(%(rows)s::jsonb) AS r (message_id uuid, lease_token uuid, uses_reply_token bool,
       attempts smallint)
 WHERE o.message_id = r.message_id AND o.lease_token = r.lease_token
RETURNING o.message_id
"""
MARK_MESSAGES = "UPDATE message SET status = 'sending' WHERE id = ANY(%(ids)s::uuid[]) AND status = 'queued'"
SPEND_TOKENS = "UPDATE reply_token SET used_at = hubbub_now() WHERE id = ANY(%(ids)s::uuid[])"


def mark_sending(group: Sequence[Ready]) -> list[Ready]:
    """Mark these calls as begun; returns those that are still ours to make. In the caller's transaction.

    It may be repeated after a commit whose answer was lost: nothing was called yet.
    """
    if not group:
        return []
    lock_threads(ready.leased.conversation_id for ready in group)
    run(LOCK_MESSAGES, ids=sorted(ready.leased.message_id for ready in group))
    rows = [
        {
            "message_id": ready.leased.message_id,
            "lease_token": ready.leased.lease_token,
            "uses_reply_token": ready.request.uses_reply_token,
            "attempts": ready.leased.attempts + 1,
        }
        for ready in group
    ]
    marked = {row["message_id"] for row in run(MARK_ENTRIES, rows, seconds=CALL_GRACE_SECONDS)}
    run(MARK_MESSAGES, ids=sorted(marked))
    going = [ready for ready in group if ready.leased.message_id in marked]
    tokens = [ready.leased.reply_token_id for ready in going if ready.request.uses_reply_token]
    if tokens:
        run(SPEND_TOKENS, ids=sorted(token for token in tokens if token is not None))
    return going
