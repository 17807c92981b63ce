"""What a screen has missed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from hubbub.kit.json import JsonValue
from hubbub.organizations.database import run

SINCE = """
SELECT seq, created_at, kind, subject_id, conversation_id, data FROM realtime_event
 WHERE organization_id = %(organization)s AND seq > %(seq)s ORDER BY seq LIMIT %(limit)s
"""
LAST = "SELECT last_seq FROM realtime_sequence WHERE organization_id = %(organization)s"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One numbered event."""

    seq: int
    created_at: datetime
    kind: str
    subject_id: UUID
    conversation_id: UUID | None
    data: dict[str, JsonValue]


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """Everything after a number. `is_reset`: too old to be told in steps; fetch afresh and go on from `last_seq`."""

    changes: list[Change]
    last_seq: int
    is_reset: bool


def events_since(organization_id: UUID, seq: int, limit: int = 500) -> Changes:
    """The organisation's events after `seq`, oldest first, without a gap."""
    last = next((row["last_seq"] for row in run(LAST, organization=organization_id)), 0)
    changes = [Change(**row) for row in run(SINCE, organization=organization_id, seq=seq, limit=limit)]
    is_gap = seq < last and (not changes or changes[0].seq != seq + 1)
    return Changes(changes=[] if is_gap else changes, last_seq=last, is_reset=is_gap)
