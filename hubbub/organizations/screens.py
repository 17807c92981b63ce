"""Changes for people's screens, written in the transaction that made them; the relay numbers them after commit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.db import connection

from hubbub.kit.ids import new_id
from hubbub.kit.json import JsonValue, dumps

KINDS = (
    "channel.changed",
    "contact.changed",
    "conversation.created",
    "conversation.changed",
    "message.created",
    "message.changed",
    "template.changed",
    "processing.changed",
    "team.changed",
    "lead.changed",
    "flow.changed",
    "note.created",
    "note.changed",
    "mention.changed",
    "label.changed",
    "member.changed",
    "view.changed",
    "canned_reply.changed",
    "scheduled.changed",
    "run.changed",
    "notification.created",
    "working_hours.changed",
)

INSERT = """
INSERT INTO realtime_event (id, organization_id, created_at, kind, subject_id, conversation_id, data)
SELECT e.id, e.organization_id, statement_timestamp(), e.kind, e.subject_id, e.conversation_id, e.data
  FROM json_to_recordset(%s::json)
    AS e (id uuid, organization_id uuid, kind text, subject_id uuid, conversation_id uuid, data jsonb)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreenEvent:
    """Something that a screen shows has changed. `data` holds ids and small facts, never a message's text."""

    organization_id: UUID
    kind: str
    subject_id: UUID
    conversation_id: UUID | None = None
    data: dict[str, JsonValue] = field(default_factory=dict)


def emit(events: Sequence[ScreenEvent]) -> None:
    """Write the events; one statement, in the caller's transaction."""
    if not events:
        return
    rows = [
        {
            "id": new_id(),
            "organization_id": event.organization_id,
            "kind": event.kind,
            "subject_id": event.subject_id,
            "conversation_id": event.conversation_id,
            "data": event.data,
        }
        for event in events
    ]
    with connection.cursor() as cursor:
        cursor.execute(INSERT, [dumps(rows).decode()])
