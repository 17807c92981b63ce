"""What deciding needs to know, read for many conversations of one organisation at once, without a lock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from hubbub.automation.lane import Lease
from hubbub.channels.models import Channel
from hubbub.kit.json import JsonValue
from hubbub.organizations.database import run

MOST_AT_ONCE = 20
"""Messages of one conversation in one round; the next ones make it due again at once."""
CONVERSATIONS = """
SELECT c.id, c.channel_id, c.status, c.type, c.handover, c.is_standby, c.is_auto_reply_enabled,
       coalesce(p.name, '') AS contact_name,
       (SELECT count(*) FROM message m
         WHERE m.conversation_id = c.id AND m.occurred_at > hubbub_now() - interval '1 minute'
           AND m.direction = 'outbound' AND m.author_type IN ('flow', 'ai', 'system')) AS recent_answers
  FROM conversation c LEFT JOIN contact p ON p.id = c.contact_id
 WHERE c.organization_id = %(organization)s AND c.id = ANY(%(ids)s::uuid[])
"""
ITEMS = """
SELECT i.conversation_id, m.id, m.text, m.type, m.content, m.occurred_at
  FROM (SELECT conversation_id, message_id, row_number() OVER w AS n FROM automation_item
         WHERE conversation_id = ANY(%(ids)s::uuid[])
        WINDOW w AS (PARTITION BY conversation_id ORDER BY occurred_at, body_position, message_id)) i
  JOIN message m ON m.id = i.message_id
 WHERE i.n <= %(most)s
 ORDER BY i.conversation_id, i.n
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """One message of the customer, as automation is given it."""

    id: UUID
    text: str
    type: str
    content: dict[str, JsonValue]
    occurred_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """One conversation in which something is to be decided."""

    id: UUID
    channel: Channel
    status: str
    type: str
    handover: str
    """Who answers: flow, ai, human."""
    is_standby: bool
    is_auto_reply_enabled: bool
    contact_name: str
    recent_answers: int
    """Automatic ones, within a minute."""
    heard: tuple[Heard, ...] = field(default=())
    """What is new, in the order shown."""


def read_scenes(organization_id: UUID, leases: Sequence[Lease]) -> dict[UUID, Scene]:
    """The scenes of the conversations that exist, by id."""
    ids = [lease.conversation_id for lease in leases]
    heard: dict[UUID, list[Heard]] = {}
    for row in run(ITEMS, ids=ids, most=MOST_AT_ONCE):
        heard.setdefault(row.pop("conversation_id"), []).append(Heard(**row))
    rows = run(CONVERSATIONS, organization=organization_id, ids=ids)
    channels = Channel.objects.defer("credentials", "signing_secrets").in_bulk({row["channel_id"] for row in rows})
    return {
        row["id"]: Scene(channel=channels[row.pop("channel_id")], heard=tuple(heard.get(row["id"], ())), **row)
        for row in rows
    }
