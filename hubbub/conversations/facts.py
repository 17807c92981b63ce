"""Facts worth counting, kept from day one so that later metrics have a history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from hubbub.kit.ids import new_id
from hubbub.kit.json import JsonValue
from hubbub.organizations.database import columns, run

KINDS = (
    "conversation_opened",
    "first_response",
    "response",
    "closed",
    "reopened",
    "archived",
    "escalated",
    "handed_over",
    "satisfaction",
    "send_failed",
    "inbound_error",
    "lead_created",
)


INSERT = """
INSERT INTO fact (id, organization_id, at, kind, channel_id, conversation_id, contact_id, user_id, value, data)
SELECT r.id, r.organization_id, hubbub_now(), r.kind, r.channel_id, r.conversation_id, r.contact_id, r.user_id, r.value,
       r.data
  FROM json_to_recordset(%(rows)s::json) AS r (id uuid, organization_id uuid, kind text, channel_id uuid,
       conversation_id uuid, contact_id uuid, user_id uuid, value float8, data jsonb)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewFact:
    """One thing that happened. `kind` is one of `KINDS`; seconds for times, 1–5 for satisfaction."""

    kind: str
    organization_id: UUID
    channel_id: UUID | None = None
    conversation_id: UUID | None = None
    contact_id: UUID | None = None
    user_id: UUID | None = None
    value: float | None = None
    data: dict[str, JsonValue] = field(default_factory=dict)

    def __post_init__(self) -> None:
        assert self.kind in KINDS, self.kind


def record(kind: str, *, organization_id: UUID, **details: Any) -> None:
    """Write one fact in the caller's transaction; `details` as in `NewFact`."""
    record_all([NewFact(kind=kind, organization_id=organization_id, **details)])


def record_all(facts: Sequence[NewFact]) -> None:
    """Write facts in the caller's transaction."""
    if facts:
        run(INSERT, [{"id": new_id(), **columns(fact)} for fact in facts])
