"""Making and changing leads. In the caller's transaction, shown, audited and counted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db.models import Q

from hubbub.contacts.actions import lock_contact
from hubbub.conversations.facts import record
from hubbub.conversations.models import Conversation
from hubbub.desk.models import OPEN_LEAD, Lead, LeadStatus
from hubbub.kit.errors import Conflict, InvalidInput, NotFound
from hubbub.kit.json import JsonValue, dumps
from hubbub.organizations.access import Principal
from hubbub.organizations.actions import audit
from hubbub.organizations.screens import ScreenEvent, emit

HIGHEST_SCORE = 100
MOST_FIELDS = 100
LONGEST_FIELDS = 20_000
"""Bytes of a lead's fields as JSON."""
LONGEST_SOURCE = 100


def create_lead(
    principal: Principal,
    contact_id: UUID,
    *,
    score: float = 0,
    fields: Mapping[str, JsonValue] | None = None,
    source: str = "",
    conversation_id: UUID | None = None,
    flow_id: UUID | None = None,
) -> Lead:
    """A lead of a contact; the same flow again brings its open lead up to date instead: new score, fields added.

    `score` is rounded into 0–100. Raises NotFound for the contact, InvalidInput for fields that are too many.
    """
    contact = lock_contact(principal.organization_id, contact_id)
    lead = _open_lead(contact_id, flow_id) or Lead(
        organization_id=contact.organization_id, contact=contact, flow_id=flow_id, source=source[:LONGEST_SOURCE]
    )
    is_new = lead._state.adding  # noqa: SLF001 - Django's documented way to tell
    lead.score = _in_range(score)
    lead.fields = _checked({**lead.fields, **(fields or {})})
    lead.conversation_id = conversation_id or lead.conversation_id
    lead.save()
    if is_new:
        _count(principal, lead)
    _changed(principal, lead, "lead_created" if is_new else "lead_changed", score=lead.score)
    return lead


def add_lead(principal: Principal, contact_id: UUID, conversation_id: UUID | None, **values: Any) -> Lead:
    """`create_lead` by a person: the conversation must be one of the contact's. Raises InvalidInput."""
    if conversation_id and not _is_theirs(principal.organization_id, contact_id, conversation_id):
        raise InvalidInput("This is not a conversation with that contact.")
    return create_lead(principal, contact_id, conversation_id=conversation_id, **values)


def change_lead(principal: Principal, lead_id: UUID, values: Mapping[str, Any]) -> None:
    """Change status, score, source, fields (which are replaced). Raises NotFound, InvalidInput.

    Raises Conflict (`lead_open`) when it would be open again beside a newer open one of that contact and flow.
    """
    lead = _lock_lead(principal.organization_id, lead_id)
    for name, value in values.items():
        setattr(lead, name, CHECKS[name](value))
    if lead.status in OPEN_LEAD and (other := _open_lead(lead.contact_id, lead.flow_id)) and other.id != lead.id:
        raise Conflict(
            "This contact has another open lead of that flow. Go on there.",
            code="lead_open",
            details={"lead_id": str(other.id)},
        )
    lead.save()
    _changed(principal, lead, "lead_changed", changed=[*sorted(values)])


def _is_theirs(organization_id: UUID, contact_id: UUID, conversation_id: UUID) -> bool:
    rows = Conversation.objects.filter(organization_id=organization_id, contact_id=contact_id, id=conversation_id)
    return rows.exists()


def _lock_lead(organization_id: UUID, lead_id: UUID) -> Lead:
    """The lead under its row lock, behind its contact's: so wait those who make leads, too."""
    rows = Lead.objects.filter(organization_id=organization_id, id=lead_id)
    found = rows.first()
    if found is None:
        raise NotFound("There is no such lead.")
    lock_contact(organization_id, found.contact_id)
    return rows.select_for_update(no_key=True).get()


def _open_lead(contact_id: UUID, flow_id: UUID | None) -> Lead | None:
    if flow_id is None:
        return None
    theirs = Q(contact_id=contact_id) | Q(contact__merged_into_id=contact_id)
    rows = Lead.objects.filter(theirs, flow_id=flow_id, status__in=OPEN_LEAD).order_by("-created_at")
    return rows.select_for_update(of=("self",), no_key=True).first()


def _in_range(score: float) -> int:
    return round(min(max(score, 0), HIGHEST_SCORE))


def _checked(fields: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    if len(fields) > MOST_FIELDS:
        raise InvalidInput(f"A lead has at most {MOST_FIELDS} fields.")
    if len(dumps(fields)) > LONGEST_FIELDS:
        raise InvalidInput(f"A lead's fields may have at most {LONGEST_FIELDS:,} bytes.")
    return dict(fields)


def _status(status: str) -> str:
    if status not in LeadStatus.values:
        raise InvalidInput(f"A lead's status is one of {', '.join(LeadStatus.values)}.")
    return status


CHECKS: dict[str, Any] = {"status": _status, "score": _in_range, "source": str, "fields": _checked}
"""What can be changed, and how the value is made fit."""


def _count(principal: Principal, lead: Lead) -> None:
    record(
        "lead_created",
        organization_id=lead.organization_id,
        conversation_id=lead.conversation_id,
        contact_id=lead.contact_id,
        user_id=principal.user_id,
        value=float(lead.score),
        data={"flow_id": str(lead.flow_id) if lead.flow_id else None},
    )


def _changed(principal: Principal, lead: Lead, action: str, **data: JsonValue) -> None:
    audit(principal, lead.organization_id, action, "lead", lead.id, **data)
    emit(
        [
            ScreenEvent(
                organization_id=lead.organization_id,
                kind="lead.changed",
                subject_id=lead.id,
                conversation_id=lead.conversation_id,
                data={"contact_id": str(lead.contact_id)},
            )
        ]
    )
