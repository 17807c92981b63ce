"""When two contacts turn out to be one person, their open threads on a channel become one thread."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from hubbub.organizations.database import run

LOCK = """
SELECT c.id, c.channel_id, c.contact_id, c.status FROM conversation c
 WHERE c.contact_id = ANY(%(contacts)s::uuid[]) AND c.type = 'private' ORDER BY c.id FOR NO KEY UPDATE
"""
ADOPT = """
UPDATE conversation SET contact_id = %(survivor)s, updated_at = hubbub_now() WHERE id = ANY(%(ids)s::uuid[])
"""
ADOPT_ARCHIVED = """
UPDATE archived_conversation SET contact_id = %(survivor)s WHERE contact_id = ANY(%(others)s::uuid[])
"""
MOVE = (
    "UPDATE message SET conversation_id = %(target)s WHERE conversation_id = %(source)s",
    "UPDATE automation_item SET conversation_id = %(target)s WHERE conversation_id = %(source)s",
    """INSERT INTO automation_lane (conversation_id, organization_id, pending_since, due_at, attempts, last_error)
       SELECT %(target)s, organization_id, pending_since, due_at, 0, '' FROM automation_lane
        WHERE conversation_id = %(source)s AND due_at IS NOT NULL
           ON CONFLICT (conversation_id) DO UPDATE SET due_at = excluded.due_at""",
    """INSERT INTO outbox_lane (conversation_id, organization_id, next_position)
       SELECT %(target)s, organization_id, 1 FROM outbox_lane WHERE conversation_id = %(source)s
           ON CONFLICT DO NOTHING""",
    """UPDATE outbox SET conversation_id = %(target)s, is_head = false,
              position = position + (SELECT next_position FROM outbox_lane WHERE conversation_id = %(target)s)
        WHERE conversation_id = %(source)s AND state IN ('queued', 'scheduled')""",
    """UPDATE outbox_lane SET next_position = next_position + coalesce(
              (SELECT next_position FROM outbox_lane WHERE conversation_id = %(source)s), 0)
        WHERE conversation_id = %(target)s""",
    """UPDATE outbox o SET is_head = true, due_at = greatest(o.due_at, hubbub_now())
         FROM (SELECT message_id FROM outbox WHERE conversation_id = %(target)s AND state <> 'scheduled'
                ORDER BY position LIMIT 1) n
        WHERE o.message_id = n.message_id AND NOT o.is_head""",
    "UPDATE reply_token SET conversation_id = %(target)s WHERE conversation_id = %(source)s",
    "UPDATE lead SET conversation_id = %(target)s WHERE conversation_id = %(source)s",
    """UPDATE team_assignment SET conversation_id = %(target)s WHERE conversation_id = %(source)s
          AND NOT EXISTS (SELECT FROM team_assignment WHERE conversation_id = %(target)s)""",
    "UPDATE note SET conversation_id = %(target)s WHERE conversation_id = %(source)s",
    "UPDATE mention SET conversation_id = %(target)s WHERE conversation_id = %(source)s",
    "UPDATE scheduled_message SET conversation_id = %(target)s WHERE conversation_id = %(source)s",
    "DELETE FROM snooze WHERE conversation_id = ANY(ARRAY[%(source)s, %(target)s]::uuid[])",
    "DELETE FROM automation_lane WHERE conversation_id = %(source)s",
    """DELETE FROM outbox_lane WHERE conversation_id = %(source)s
          AND NOT EXISTS (SELECT FROM outbox WHERE conversation_id = %(source)s)""",
    """DELETE FROM participant WHERE conversation_id = %(source)s""",
)
REMOVE = """
DELETE FROM conversation c WHERE c.id = %(source)s
   AND NOT EXISTS (SELECT FROM outbox WHERE conversation_id = c.id)
RETURNING c.id
"""
CLOSE = """
UPDATE conversation SET status = 'closed', closed_at = hubbub_now(), contact_id = %(survivor)s,
       updated_at = hubbub_now()
 WHERE id = %(source)s
"""
RECOUNT = """
UPDATE conversation c
   SET message_count = n.messages, inbound_count = n.inbound, outbound_count = n.messages - n.inbound,
       unread_count = n.unread, first_message_at = n.first_at, last_message_at = n.last_at,
       last_inbound_at = n.last_inbound_at, last_outbound_at = n.last_outbound_at,
       last_message_id = l.id, last_message_text = left(regexp_replace(l.text, '\\s+', ' ', 'g'), 200),
       awaiting_reply_since = (
           SELECT min(m.occurred_at) FROM message m WHERE m.conversation_id = c.id AND m.direction = 'inbound'
              AND m.occurred_at > coalesce(n.last_outbound_at, '-infinity')),
       updated_at = hubbub_now()
  FROM (SELECT conversation_id, count(*) AS messages, count(*) FILTER (WHERE direction = 'inbound') AS inbound,
               count(*) FILTER (WHERE direction = 'inbound' AND (v.read_through IS NULL
                                OR occurred_at > v.read_through)) AS unread,
               min(occurred_at) AS first_at, max(occurred_at) AS last_at,
               max(occurred_at) FILTER (WHERE direction = 'inbound') AS last_inbound_at,
               max(occurred_at) FILTER (WHERE direction = 'outbound') AS last_outbound_at
          FROM message JOIN conversation v ON v.id = conversation_id
         WHERE conversation_id = ANY(%(ids)s::uuid[]) GROUP BY conversation_id) n
 CROSS JOIN LATERAL (SELECT id, text FROM message WHERE conversation_id = n.conversation_id
                      ORDER BY occurred_at DESC, body_position DESC, id DESC LIMIT 1) l
 WHERE c.id = n.conversation_id
"""


def unify_threads(survivor: UUID, others: Sequence[UUID]) -> None:
    """Give the survivor the others' conversations; an open one beside an open one is emptied into it."""
    rows = run(LOCK, contacts=sorted([survivor, *others]))
    run(ADOPT_ARCHIVED, survivor=survivor, others=list(others))
    open_by_channel = {
        row["channel_id"]: row["id"] for row in rows if row["status"] == "active" and row["contact_id"] == survivor
    }
    for row in rows:
        if row["contact_id"] == survivor:
            continue
        target = open_by_channel.get(row["channel_id"]) if row["status"] == "active" else None
        if target is None:
            run(ADOPT, survivor=survivor, ids=[row["id"]])
            if row["status"] == "active":
                open_by_channel[row["channel_id"]] = row["id"]
        else:
            _empty_into(target, row["id"], survivor)


def _empty_into(target: UUID, source: UUID, survivor: UUID) -> None:
    for statement in MOVE:
        run(statement, target=target, source=source)
    recount([target])
    if not run(REMOVE, source=source):
        run(CLOSE, source=source, survivor=survivor)


def recount(conversation_ids: Sequence[UUID]) -> None:
    """Derive a conversation's counts and last words from its messages."""
    run(RECOUNT, ids=conversation_ids)
