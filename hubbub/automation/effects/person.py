"""What a flow learns of a person, kept with the contact."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from hubbub.contacts.actions import change, lock_contact
from hubbub.contacts.models import Contact
from hubbub.kit.errors import InvalidInput
from hubbub.kit.json import JsonValue, as_text, dumps
from hubbub.organizations.access import Principal
from hubbub.organizations.screens import ScreenEvent, emit

MOST_ATTRIBUTES = 200
LONGEST_NAME = 100
LONGEST_VALUE = 4000
"""Bytes of one value as JSON."""
RESERVED = frozenset({"erased"})
"""Says that the contact was erased."""
OWN_FIELDS: Mapping[str, int] = {"name": 255, "email": 255, "phone": 40, "language": 20, "timezone": 60}
"""Attributes that a contact has fields for (e-mail and phone are kept sealed there), and how long they may be."""

Attempt = Callable[[str, Callable[[], object]], None]


def write_attributes(principal: Principal, contact_id: UUID, wanted: Mapping[str, JsonValue], attempt: Attempt) -> None:
    """Set the contact's fields and attributes of these names; None removes an attribute.

    `attempt(what, act)` carries out each change by itself, and notes what is refused.
    """
    contact = lock_contact(principal.organization_id, contact_id)
    for name in OWN_FIELDS:
        if name in wanted:
            attempt(f"Set {name}", partial(_write_field, principal, contact, name, wanted[name]))
    others = {name: value for name, value in wanted.items() if name not in OWN_FIELDS}
    if others:
        attempt("Set attributes", lambda: _write_others(principal, contact, others))


def _write_field(principal: Principal, contact: Contact, name: str, value: JsonValue) -> None:
    text = " ".join((as_text(value, limit=OWN_FIELDS[name]) or "").split())
    if not text and value:
        raise InvalidInput("This must be a text.")
    if name == "timezone" and text:
        _check_zone(text)
    if text != (getattr(contact, name) or ""):
        _change(principal, contact, {name: text})


def _check_zone(name: str) -> None:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise InvalidInput("This is not a time zone; one is written like Asia/Bangkok.") from None


def _write_others(principal: Principal, contact: Contact, wanted: Mapping[str, JsonValue]) -> None:
    for name, value in wanted.items():
        if not name.strip() or len(name) > LONGEST_NAME or name in RESERVED:
            raise InvalidInput(f"An attribute cannot be called {name[:LONGEST_NAME]!r}.")
        if len(dumps(value)) > LONGEST_VALUE:
            raise InvalidInput(f"The value of {name!r} is longer than {LONGEST_VALUE:,} bytes.")
    merged = {name: value for name, value in {**contact.attributes, **wanted}.items() if value is not None}
    if len(merged) > MOST_ATTRIBUTES:
        raise InvalidInput(f"A contact has at most {MOST_ATTRIBUTES} attributes.")
    if merged != contact.attributes:
        _change(principal, contact, {"attributes": merged})


def _change(principal: Principal, contact: Contact, values: Mapping[str, JsonValue]) -> None:
    change(principal, contact.id, values)
    event = ScreenEvent(organization_id=contact.organization_id, kind="contact.changed", subject_id=contact.id)
    emit([event])
