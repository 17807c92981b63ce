"""What a screen has missed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from hubbub.kit.json import JsonValue
from hubbub.organizations.database import run
from hubbub.organizations.scope import organization_scope

SINCE = """
SELECT seq, created_at, kind, subject_id, conversation_id, data FROM realtime_event
 WHERE organization_id = %(organization)s AND seq > %(seq)s ORDER BY seq LIMIT %(limit)s
"""
LAST = "SELECT last_seq FROM realtime_sequence WHERE organization_id = %(organization)s"
MOST_STEPS = 500
"""Whoever has missed more fetches afresh: that is less work than so many single steps."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One numbered event."""

    seq: int
    created_at: datetime
    kind: str
    subject_id: UUID
    conversation_id: UUID | None
    data: dict[str, JsonValue]

    def as_json(self) -> dict[str, Any]:
        """As screens read it."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """Everything after a number. `is_reset`: too old to be told in steps; fetch afresh and go on from `last_seq`."""

    changes: list[Change]
    last_seq: int
    is_reset: bool

    def as_json(self) -> dict[str, Any]:
        """As screens read it."""
        events = [change.as_json() for change in self.changes]
        return {"events": events, "last_seq": self.last_seq, "is_reset": self.is_reset}


def events_since(organization_id: UUID, seq: int, limit: int = MOST_STEPS) -> Changes:
    """The organisation's events after `seq`, oldest first, without a gap; all of them, or `is_reset`."""
    last = _last(organization_id)
    changes = [Change(**row) for row in run(SINCE, organization=organization_id, seq=seq, limit=limit)]
    last = max(last, changes[-1].seq if changes else 0)
    is_gap = seq > last or (seq < last and (not changes or changes[0].seq != seq + 1 or changes[-1].seq != last))
    return Changes(changes=[] if is_gap else changes, last_seq=last, is_reset=is_gap)


def catch_up(organization_id: UUID, seq: int | None) -> Changes:
    """As `events_since`, in a scope of its own. Without a number: where to begin."""
    with organization_scope(organization_id):
        if seq is None:
            return Changes(changes=[], last_seq=_last(organization_id), is_reset=False)
        return events_since(organization_id, seq)


def _last(organization_id: UUID) -> int:
    return next((int(row["last_seq"]) for row in run(LAST, organization=organization_id)), 0)
