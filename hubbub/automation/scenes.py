"""What deciding needs to know, read for many conversations of one organisation at once, without a lock."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from hubbub.channels.models import Channel
from hubbub.channels.stored_templates import stored_templates
from hubbub.connectors.registry import connector_for
from hubbub.conversations.policy import Situation, window_closes_at
from hubbub.flows.catalogue import Definitions, FlowBook, definitions_of, flows_of, versions_of
from hubbub.flows.engine import Person
from hubbub.flows.runs import LiveRun, live_runs
from hubbub.kit.json import JsonValue
from hubbub.organizations.database import Row, run

MOST_AT_ONCE = 20
"""Messages of one conversation in one round; the next ones make it due again at once."""
CONVERSATIONS = """
SELECT c.id, c.channel_id, c.contact_id, c.status, c.type, c.handover, c.is_standby, c.is_auto_reply_enabled, c.tags,
       c.inbound_count, hubbub_now() AS now, coalesce(p.name, '') AS contact_name, p.language, p.timezone,
       p.attributes, i.window_opened_at,
       ARRAY(SELECT m.text FROM message m
              WHERE m.conversation_id = c.id AND m.occurred_at > hubbub_now() - interval '1 minute'
                AND m.direction = 'outbound' AND m.author_type IN ('flow', 'ai', 'system')) AS recent_answers
  FROM conversation c
  LEFT JOIN contact p ON p.id = c.contact_id
  LEFT JOIN contact_identity i ON i.id = c.identity_id
 WHERE c.organization_id = %(organization)s AND c.id = ANY(%(ids)s::uuid[])
"""
ITEMS = """
SELECT i.conversation_id, i.id, i.occurred_at, i.type <> '' AS is_event, coalesce(m.external_id, '') AS external_id,
       coalesce(m.text, '') AS text, coalesce(m.type, i.type) AS type, coalesce(m.content, i.content) AS content,
       (SELECT count(*) FROM attachment a WHERE a.message_id = m.id) AS attachments
  FROM (SELECT *, row_number() OVER w AS n FROM automation_item
         WHERE conversation_id = ANY(%(ids)s::uuid[])
        WINDOW w AS (PARTITION BY conversation_id ORDER BY occurred_at, body_position, id)) i
  LEFT JOIN message m ON m.id = i.id
 WHERE i.n <= %(most)s
 ORDER BY i.conversation_id, i.n
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """One thing that the customer said or did, as automation is given it."""

    id: UUID
    """The message's, or the event's."""
    text: str
    type: str
    content: Mapping[str, JsonValue]
    occurred_at: datetime
    attachments: int = 0
    external_id: str = ""
    """The platform's id of the message."""
    is_event: bool = False
    """Shown as no message: a referral, an opt-in, a new follower."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """One conversation in which something is to be decided."""

    id: UUID
    organization_id: UUID
    channel: Channel
    contact_id: UUID | None
    status: str
    type: str
    handover: str
    """Who answers: flow, ai, human."""
    is_standby: bool
    is_auto_reply_enabled: bool
    inbound_count: int
    contact_name: str
    person: Person
    now: datetime
    """By the database's clock."""
    recent_answers: tuple[str, ...]
    """The texts of automatic ones, within a minute."""
    run: LiveRun | None
    """The flow that the conversation is in the middle of."""
    book: FlowBook
    definitions: Definitions
    heard: tuple[Heard, ...] = field(default=())
    """What is new, in the order shown."""


def read_scenes(organization_id: UUID, conversation_ids: Collection[UUID]) -> dict[UUID, Scene]:
    """The scenes of the conversations that exist, by id."""
    ids = sorted(conversation_ids)
    heard = _heard(ids)
    rows = run(CONVERSATIONS, organization=organization_id, ids=ids)
    channels = Channel.objects.defer("credentials", "signing_secrets").in_bulk({row["channel_id"] for row in rows})
    runs = live_runs(ids)
    book = flows_of(organization_id)
    definitions = definitions_of(_versions(book, runs.values()))
    templates = stored_templates(organization_id, definitions.templates, channels)
    return {
        row["id"]: _scene(
            row,
            channels[row["channel_id"]],
            templates.get(row["channel_id"], {}),
            organization_id=organization_id,
            run=runs.get(row["id"]),
            book=book,
            definitions=definitions,
            heard=tuple(heard.get(row["id"], ())),
        )
        for row in rows
    }


def _heard(ids: Collection[UUID]) -> dict[UUID, list[Heard]]:
    found: dict[UUID, list[Heard]] = {}
    for row in run(ITEMS, ids=ids, most=MOST_AT_ONCE):
        found.setdefault(row.pop("conversation_id"), []).append(Heard(**row))
    return found


def _versions(book: FlowBook, runs: Collection[LiveRun]) -> set[UUID]:
    """Of every flow that may begin or go on here."""
    begun = {version for one in runs for version in (one.version_id, *one.subflow_versions.values())}
    return versions_of(entry.ref for entry in book.entries) | begun


def _scene(row: Row, channel: Channel, templates: Mapping[str, JsonValue], **known: Any) -> Scene:
    return Scene(
        id=row["id"],
        channel=channel,
        contact_id=row["contact_id"],
        status=row["status"],
        type=row["type"],
        handover=row["handover"],
        is_standby=row["is_standby"],
        is_auto_reply_enabled=row["is_auto_reply_enabled"],
        inbound_count=row["inbound_count"],
        contact_name=row["contact_name"].strip(),
        person=_person(row, channel, templates),
        now=row["now"],
        recent_answers=tuple(row["recent_answers"]),
        **known,
    )


def _person(row: Row, channel: Channel, templates: Mapping[str, JsonValue]) -> Person:
    """As flows know them. The window's end is None where the platform has none, or nobody knows."""
    first, _, last = row["contact_name"].strip().partition(" ")
    situation = Situation(
        platform=channel.platform, author_type="flow", now=row["now"], window_opened_at=row["window_opened_at"]
    )
    return Person(
        id=str(row["contact_id"] or row["id"]),
        first_name=first,
        last_name=last,
        user_name=row["contact_name"].strip(),
        language=row["language"] or "",
        locale=row["language"] or "",
        time_zone=row["timezone"] or "",
        attributes=row["attributes"] or {},
        tags=frozenset(row["tags"]),
        platform=channel.platform,
        channel_name=channel.name,
        channel_key=channel.external_id,
        capabilities=connector_for(channel.platform).capabilities,
        window_closes_at=window_closes_at(situation),
        is_new=row["inbound_count"] <= 1,
        templates=templates,
    )
