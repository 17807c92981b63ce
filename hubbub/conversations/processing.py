"""Processing records: work on one message by a machine."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from hubbub.conversations.models import Message, ProcessingRecord
from hubbub.kit.errors import Conflict, NotFound, Unsendable
from hubbub.organizations.access import Principal
from hubbub.organizations.actions import audit
from hubbub.organizations.database import Row
from hubbub.organizations.paging import Page, newest_first
from hubbub.organizations.screens import ScreenEvent, emit

PERFORMED: frozenset[str] = frozenset()
"""Types that something performs. A type that nothing performs is refused, not queued for ever."""
SHOWN = (
    "id",
    "message_id",
    "type",
    "priority",
    "status",
    "retry_count",
    "max_retries",
    "scheduled_for",
    "worker",
    "started_at",
    "completed_at",
    "duration_seconds",
    "input",
    "result",
    "error_message",
    "created_at",
)


def list_records(organization_id: UUID, *, limit: int, cursor: str | None, filters: Mapping[str, Any]) -> Page:
    """Newest first. `filters`: message_id, type, status; None values do not count."""
    chosen = {name: value for name, value in filters.items() if value is not None}
    rows = ProcessingRecord.objects.filter(organization_id=organization_id, **chosen).values(*SHOWN)
    return newest_first(rows, limit, cursor, at="created_at")


def get_record(organization_id: UUID, record_id: UUID) -> Row:
    """One record. Raises NotFound."""
    found = ProcessingRecord.objects.filter(organization_id=organization_id, id=record_id)
    row: Row | None = found.values(*SHOWN).first()
    if row is None:
        raise NotFound("There is no such processing record.")
    return row


def create_record(principal: Principal, *, message_id: UUID, type: str, priority: int, input: dict[str, Any]) -> Row:  # noqa: A002
    """Queue work on a message; the same type again returns the record that is there. Raises Unsendable (code
    `nothing_performs_it`) for types that nothing performs."""
    message = Message.objects.filter(organization_id=principal.organization_id, id=message_id).first()
    if message is None:
        raise NotFound("There is no such message.")
    if type not in PERFORMED:
        raise Unsendable(f"Nothing performs {type} in this installation.", code="nothing_performs_it")
    record, _ = ProcessingRecord.objects.get_or_create(
        organization_id=principal.organization_id,
        message=message,
        type=type,
        defaults={"priority": priority, "input": input},
    )
    return get_record(principal.organization_id, record.id)


def cancel_record(principal: Principal, record_id: UUID) -> None:
    """It is not begun. Raises NotFound, Conflict when it is under way or over."""
    record = (
        ProcessingRecord.objects.select_for_update(of=("self",), no_key=True)
        .select_related("message")
        .filter(organization_id=principal.organization_id, id=record_id)
        .first()
    )
    if record is None:
        raise NotFound("There is no such processing record.")
    if record.status != "queued":
        raise Conflict(f"This record is {record.status}; only a queued one can be cancelled.", code="processing_state")
    record.status = "cancelled"
    record.save(update_fields=["status"])
    audit(principal, principal.organization_id, "processing_cancelled", "processing_record", record_id)
    emit(
        [
            ScreenEvent(
                organization_id=principal.organization_id,
                kind="processing.changed",
                subject_id=record_id,
                conversation_id=record.message.conversation_id,
            )
        ]
    )
