"""The final state of a channel, without what may differ from run to run (ids, times of our own)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import connection

CONTACTS = """
SELECT i.channel_id, array_agg(i.external_id ORDER BY i.external_id), c.name, min(i.window_opened_at),
       max(i.last_seen_at), min(c.first_seen_at), bool_and(i.is_reachable), bool_and(i.is_standby)
  FROM contact c JOIN contact_identity i ON i.contact_id = c.id
 WHERE i.channel_id = ANY(%(channels)s) GROUP BY i.channel_id, c.id, c.name ORDER BY 1, 2
"""
CONVERSATIONS = """
SELECT c.channel_id, (SELECT array_agg(i.external_id ORDER BY i.external_id) FROM contact_identity i
        WHERE i.contact_id = c.contact_id), c.thread_key, c.status, c.message_count, c.inbound_count, c.outbound_count,
       c.unread_count, c.first_message_at, c.last_message_at, c.last_inbound_at, c.last_outbound_at,
       c.awaiting_reply_since, c.last_message_text, c.is_standby, c.standby_changed_at
  FROM conversation c WHERE c.channel_id = ANY(%(channels)s) ORDER BY 1, 2, 3, 4
"""
MESSAGES = """
SELECT m.channel_id, m.external_id, m.direction, m.author_type, m.type, m.text, m.status, m.occurred_at, m.is_edited,
       m.edit_number, m.edited_at, m.is_unsent, m.unsent_at, m.visibility, m.sent_at, m.delivered_at, m.read_at,
       m.failed_at, m.error ->> 'code', m.reply_to_external_id, q.external_id,
       (SELECT array_agg(ARRAY[r.actor, r.emoji, r.reacted_at::text] ORDER BY r.actor) FROM reaction r
         WHERE r.message_id = m.id),
       (SELECT array_agg(ARRAY[e.edit_number::text, e.edited_at::text, e.text] ORDER BY e.edit_number, e.edited_at)
          FROM message_edit e WHERE e.message_id = m.id),
       (SELECT array_agg(i.external_id ORDER BY i.external_id) FROM contact_identity i JOIN conversation c
            ON c.contact_id = i.contact_id WHERE c.id = m.conversation_id)
  FROM message m LEFT JOIN message q ON q.id = m.reply_to_id
 WHERE m.channel_id = ANY(%(channels)s) ORDER BY m.channel_id, m.external_id
"""
WAITING = """
SELECT channel_id, target_external_id, event_key, kind FROM waiting_effect
 WHERE channel_id = ANY(%(channels)s) ORDER BY 1, 2, 3
"""
AUTOMATION = """
SELECT c.channel_id, i.external_id AS who, coalesce(m.external_id, '') AS message, a.type, a.content, a.occurred_at
  FROM automation_item a JOIN conversation c ON c.id = a.conversation_id
  LEFT JOIN contact_identity i ON i.id = c.identity_id LEFT JOIN message m ON m.id = a.id
 WHERE c.channel_id = ANY(%(channels)s) ORDER BY 1, a.occurred_at, 2, 3, 4
"""


def final_states(channel_ids: Sequence[UUID]) -> dict[UUID, dict[str, list[Any]]]:
    """Channel → everything that a person, or automation, could notice there. Call as the inbound role."""
    states: dict[UUID, dict[str, list[Any]]] = {channel: {name: [] for name in STATEMENTS} for channel in channel_ids}
    with connection.cursor() as cursor:
        for name, statement in STATEMENTS.items():
            cursor.execute(statement, {"channels": list(channel_ids)})
            for channel, *row in cursor.fetchall():
                states[channel][name].append(row)
    return states


def final_state(channel_id: UUID) -> dict[str, list[Any]]:
    """The state of one channel."""
    return final_states([channel_id])[channel_id]


STATEMENTS = {
    "contacts": CONTACTS,
    "conversations": CONVERSATIONS,
    "messages": MESSAGES,
    "waiting": WAITING,
    "automation": AUTOMATION,
}
