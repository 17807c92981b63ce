"""When two contacts turn out to be one person, their open threads on a channel become one thread."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from hubbub.conversations.merging import forget_brought, give_brought_back, remember_brought
from hubbub.kit.ids import new_id
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
NEXT_HEAD = """
UPDATE outbox o SET is_head = true, due_at = greatest(o.due_at, hubbub_now())
  FROM (SELECT message_id FROM outbox WHERE conversation_id = %(target)s AND state <> 'scheduled'
         ORDER BY position LIMIT 1) n
 WHERE o.message_id = n.message_id AND NOT o.is_head
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
    NEXT_HEAD,
    "UPDATE reply_token SET conversation_id = %(target)s WHERE conversation_id = %(source)s",
    """UPDATE flow_run SET conversation_id = %(target)s WHERE conversation_id = %(source)s AND (ended_at IS NOT NULL
          OR NOT EXISTS (SELECT FROM flow_run WHERE conversation_id = %(target)s AND ended_at IS NULL))""",
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


PART = (
    """INSERT INTO conversation (id, organization_id, project_id, channel_id, contact_id, identity_id, type, thread_key,
              status, priority, title, summary, tags, metadata, is_ai_enabled, is_auto_reply_enabled, handover,
              is_standby, assignment_type, resolution, message_count, inbound_count, outbound_count, unread_count,
              read_through, last_message_text, response_count, response_seconds_total, closed_at, archived_at,
              status_changed_at, created_at, updated_at)
       SELECT %(target)s, c.organization_id, c.project_id, c.channel_id, %(contact)s, i.id, 'private', c.thread_key,
              c.status, c.priority, '', '', '[]', '{}', c.is_ai_enabled, c.is_auto_reply_enabled, c.handover,
              c.is_standby, c.assignment_type, '', 0, 0, 0, 0, c.read_through, '', 0, 0, c.closed_at, c.archived_at,
              c.status_changed_at, hubbub_now(), hubbub_now()
         FROM conversation c
         JOIN contact_identity i ON i.organization_id = c.organization_id AND i.channel_id = c.channel_id
                                AND i.contact_id = %(contact)s
        WHERE c.id = %(source)s ORDER BY i.last_seen_at DESC NULLS LAST LIMIT 1""",
    """UPDATE message SET conversation_id = %(target)s
        WHERE conversation_id = %(source)s AND contact_id = ANY(%(people)s::uuid[]) AND id NOT IN (
              SELECT message_id FROM outbox
               WHERE conversation_id = %(source)s AND state NOT IN ('queued', 'scheduled'))""",
    """INSERT INTO outbox_lane (conversation_id, organization_id, next_position)
       SELECT %(target)s, organization_id, next_position FROM outbox_lane WHERE conversation_id = %(source)s
           ON CONFLICT DO NOTHING""",
    """UPDATE outbox SET conversation_id = %(target)s, is_head = false
        WHERE conversation_id = %(source)s
          AND message_id IN (SELECT id FROM message WHERE conversation_id = %(target)s)""",
    """UPDATE automation_item SET conversation_id = %(target)s
        WHERE conversation_id = %(source)s AND id IN (SELECT id FROM message WHERE conversation_id = %(target)s)""",
    """INSERT INTO automation_lane (conversation_id, organization_id, pending_since, due_at, attempts, last_error)
       SELECT %(target)s, organization_id, pending_since, due_at, 0, '' FROM automation_lane
        WHERE conversation_id = %(source)s AND due_at IS NOT NULL
           ON CONFLICT DO NOTHING""",
    """UPDATE flow_run SET conversation_id = %(target)s
        WHERE conversation_id = %(source)s AND contact_id = ANY(%(people)s::uuid[])""",
    """UPDATE lead SET conversation_id = %(target)s
        WHERE conversation_id = %(source)s AND contact_id = ANY(%(people)s::uuid[])""",
    # Whose they are is not known: an answer must not reach the other one.
    "DELETE FROM reply_token WHERE conversation_id = %(source)s",
)
OWN_IDENTITY = """
UPDATE conversation c SET identity_id = (
       SELECT i.id FROM contact_identity i WHERE i.organization_id = c.organization_id AND i.channel_id = c.channel_id
          AND i.contact_id = c.contact_id ORDER BY i.last_seen_at DESC NULLS LAST LIMIT 1)
 WHERE c.id = %(id)s
"""


def lock_threads(contact_ids: Sequence[UUID]) -> None:
    """The private conversations of these contacts, locked in the order in which everybody locks them."""
    run(LOCK, contacts=sorted(contact_ids))


def give_thread(conversation_id: UUID, contact: UUID) -> None:
    """The whole thread belongs to this contact from now on."""
    run(ADOPT, survivor=contact, ids=[conversation_id])
    run(OWN_IDENTITY, id=conversation_id)
    forget_brought(conversation_id, contact)


def part_thread(source: UUID, contact: UUID, people: Sequence[UUID]) -> UUID:
    """What was said by and to these people, with what waits for them, goes to a thread of this contact; returns it."""
    target = new_id()
    for statement in PART:
        run(statement, source=source, target=target, contact=contact, people=list(people))
    give_brought_back(source, target, contact, people)
    for one in (source, target):
        run(NEXT_HEAD, target=one)
    run(OWN_IDENTITY, id=source)
    recount([source, target])
    return target


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
            remember_brought(row["id"], row["id"])
            run(ADOPT, survivor=survivor, ids=[row["id"]])
            if row["status"] == "active":
                open_by_channel[row["channel_id"]] = row["id"]
        else:
            _empty_into(target, row["id"], survivor)


def _empty_into(target: UUID, source: UUID, survivor: UUID) -> None:
    remember_brought(target, source)
    for statement in MOVE:
        run(statement, target=target, source=source)
    recount([target])
    if not run(REMOVE, source=source):
        run(CLOSE, source=source, survivor=survivor)


def recount(conversation_ids: Sequence[UUID]) -> None:
    """Derive a conversation's counts and last words from its messages."""
    run(RECOUNT, ids=conversation_ids)
