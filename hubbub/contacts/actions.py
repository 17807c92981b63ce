"""Changing what is known of a person, and who is whom. In the caller's transaction."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from hubbub.contacts.models import Contact, MergeSuggestion
from hubbub.kit.errors import Conflict, InvalidInput, NotFound
from hubbub.kit.ids import new_id
from hubbub.organizations.access import Principal
from hubbub.organizations.actions import audit
from hubbub.organizations.database import run
from hubbub.organizations.fields import blind_index

PHONE = re.compile(r"\+[1-9]\d{6,14}")
EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,190}")
PLAIN = ("language", "timezone", "attributes", "is_blocked")
SUGGEST = """
INSERT INTO merge_suggestion (id, organization_id, contact_id, other_id, reason, state)
SELECT r.id, %(organization)s, least(%(contact)s::uuid, r.other), greatest(%(contact)s::uuid, r.other), r.reason, 'open'
  FROM json_to_recordset(%(rows)s::json) AS r (id uuid, other uuid, reason text)
    ON CONFLICT (contact_id, other_id) DO NOTHING
"""
SAME_PHONE = """
SELECT id FROM contact
 WHERE organization_id = %(organization)s AND phone_index = %(index)s AND phone_index <> '' AND is_phone_verified
   AND id <> %(contact)s AND merged_into_id IS NULL
UNION
SELECT i.contact_id FROM contact_identity i
  JOIN channel h ON h.organization_id = i.organization_id AND h.id = i.channel_id AND h.platform = 'whatsapp'
 WHERE i.organization_id = %(organization)s AND i.external_id = %(digits)s AND i.contact_id <> %(contact)s
"""
"""WhatsApp itself has verified the numbers that people write from."""
SAME_EMAIL = """
SELECT id FROM contact
 WHERE organization_id = %(organization)s AND email_index = %(index)s AND email_index <> '' AND is_email_verified
   AND id <> %(contact)s AND merged_into_id IS NULL
"""
GIVE_BACK = """
UPDATE contact_identity SET contact_id = home_contact_id
 WHERE organization_id = %(organization)s AND contact_id = %(survivor)s AND home_contact_id = ANY(%(people)s::uuid[])
RETURNING id
"""
MERGED_BEFORE = """
WITH RECURSIVE people AS (
    SELECT id FROM contact WHERE organization_id = %(organization)s AND id = %(id)s
    UNION SELECT c.id FROM contact c JOIN people p ON c.organization_id = %(organization)s AND c.merged_into_id = p.id)
SELECT id FROM people
"""


def change(principal: Principal, contact_id: UUID, values: Mapping[str, Any]) -> None:
    """Change name, language, timezone, attributes, is_blocked, email, phone, is_email_verified, is_phone_verified.

    A name that a person gives stays whatever platforms tell later. Raises InvalidInput for a malformed address.
    """
    contact = lock_contact(principal.organization_id, contact_id)
    for name in PLAIN:
        if name in values:
            setattr(contact, name, values[name])
    if "name" in values:
        contact.name, contact.is_name_given = values["name"], bool(values["name"])
    if "email" in values:
        _set_email(contact, values["email"])
    if "phone" in values:
        _set_phone(contact, values["phone"])
    contact.is_email_verified = bool(contact.email) and values.get("is_email_verified", contact.is_email_verified)
    contact.is_phone_verified = bool(contact.phone) and values.get("is_phone_verified", contact.is_phone_verified)
    contact.save()
    _suggest(contact)
    audit(principal, contact.organization_id, "contact_changed", "contact", contact_id, fields=[*sorted(values)])


def _set_email(contact: Contact, email: str | None) -> None:
    address = (email or "").strip().lower()
    if address and not EMAIL.fullmatch(address):
        raise InvalidInput("This is not an e-mail address.")
    contact.email, contact.email_index = address or None, blind_index(address, "email") if address else ""
    contact.is_email_verified = False


def _set_phone(contact: Contact, phone: str | None) -> None:
    number = re.sub(r"[\s().-]", "", phone or "")
    if number and not PHONE.fullmatch(number):
        raise InvalidInput("A phone number is written with its country, like +66812345678.")
    contact.phone, contact.phone_index = number or None, blind_index(number, "phone") if number else ""
    contact.is_phone_verified = False


def _suggest(contact: Contact) -> None:
    """Whoever shares a verified number or address may be the same person; somebody of the team decides."""
    wanted: dict[str, Any] = {"organization": contact.organization_id, "contact": contact.id}
    rows: list[dict[str, object]] = []
    if contact.is_phone_verified:
        digits = str(contact.phone).removeprefix("+")
        found = run(SAME_PHONE, index=contact.phone_index, digits=digits, **wanted)
        rows += [{"id": new_id(), "other": row["id"], "reason": "phone"} for row in found]
    if contact.is_email_verified:
        found = run(SAME_EMAIL, index=contact.email_index, **wanted)
        rows += [{"id": new_id(), "other": row["id"], "reason": "email"} for row in found]
    if rows:
        unique = {row["other"]: row for row in rows}
        run(SUGGEST, list(unique.values()), **wanted)


def dismiss_suggestion(principal: Principal, suggestion_id: UUID) -> None:
    """They are two people. Raises NotFound."""
    found = MergeSuggestion.objects.filter(
        organization_id=principal.organization_id, id=suggestion_id, state="open"
    ).first()
    if found is None:
        raise NotFound("There is no such open suggestion.")
    found.state = "dismissed"
    found.save(update_fields=["state"])
    audit(
        principal, principal.organization_id, "merge_dismissed", "contact", found.contact_id, other=str(found.other_id)
    )


def merge_identities(organization_id: UUID, survivor: UUID, other: UUID) -> None:
    """`other` becomes part of `survivor`. Raises NotFound, or Conflict when one of them is merged already."""
    if survivor == other:
        raise InvalidInput("A contact cannot be merged into itself.")
    people = {contact.id: contact for contact in _lock(organization_id, [survivor, other])}
    if len(people) < 2:
        raise NotFound("There is no such contact.")
    if any(contact.merged_into_id for contact in people.values()):
        raise Conflict("One of the two is merged into another contact already; un-merge it first.", code="merged")
    run(
        "UPDATE contact_identity SET contact_id = %(survivor)s"
        " WHERE organization_id = %(organization)s AND contact_id = %(other)s",
        organization=organization_id,
        survivor=survivor,
        other=other,
    )
    run(
        "UPDATE contact SET merged_into_id = %(survivor)s, updated_at = hubbub_now() WHERE id = %(other)s",
        survivor=survivor,
        other=other,
    )
    MergeSuggestion.objects.filter(organization_id=organization_id, contact_id__in=people, other_id__in=people).update(
        state="merged"
    )


def unmerge_identities(organization_id: UUID, survivor: UUID, other: UUID) -> tuple[list[UUID], list[UUID]]:
    """Give `other` its own identities back, with those of whoever was merged into it before.

    Returns the identities, and the people who come back with it. Raises NotFound when it is not merged into `survivor`.
    """
    people = {contact.id: contact for contact in _lock(organization_id, [survivor, other])}
    if len(people) < 2 or people[other].merged_into_id != survivor:
        raise NotFound("This contact is not merged into that one.")
    run(
        "UPDATE contact SET merged_into_id = NULL, updated_at = hubbub_now() WHERE id = %(other)s",
        other=other,
    )
    family = [row["id"] for row in run(MERGED_BEFORE, organization=organization_id, id=other)]
    rows = run(GIVE_BACK, organization=organization_id, survivor=survivor, people=family)
    run(
        "UPDATE contact_identity SET contact_id = %(other)s WHERE id = ANY(%(ids)s::uuid[])",
        other=other,
        ids=[row["id"] for row in rows],
    )
    return [row["id"] for row in rows], family


def lock_contact(organization_id: UUID, contact_id: UUID) -> Contact:
    """The contact under its row lock. Raises NotFound."""
    found = _lock(organization_id, [contact_id])
    if not found:
        raise NotFound("There is no such contact.")
    return found[0]


def _lock(organization_id: UUID, contact_ids: list[UUID]) -> list[Contact]:
    return list(
        Contact.objects.select_for_update(of=("self",), no_key=True)
        .filter(organization_id=organization_id, id__in=contact_ids)
        .order_by("id")
    )
