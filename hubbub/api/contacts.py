"""/contacts: people, who they are on each channel, and what a person may ask for: export, erasure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from hubbub.api.links import media_url
from hubbub.api.router import Key, item, organization_of, page, who
from hubbub.api.schemas.common import Accepted, Error, Limit
from hubbub.api.schemas.contacts import (
    ContactChange,
    ContactDetail,
    ContactExport,
    ContactFilters,
    Contacts,
    OtherContact,
    Suggestions,
)
from hubbub.api.schemas.messages import Messages
from hubbub.api.shapes import conversation_shape, message_shape
from hubbub.contacts import actions, queries
from hubbub.conversations.actions import people
from hubbub.conversations.notes import notes_of
from hubbub.conversations.queries import list_timeline
from hubbub.desk.queries.leads import leads_of
from hubbub.organizations.screens import ScreenEvent, emit

router = Router(tags=["contacts"])
FAULTS = {401: Error, 403: Error, 404: Error, 422: Error}


@router.get("", auth=Key("read"), response={200: Contacts, 401: Error, 403: Error, 422: Error})
def list_contacts(request: HttpRequest, filters: Query[ContactFilters]) -> HttpResponse:
    """People, seen last first."""
    chosen = filters.model_dump(exclude={"cursor", "limit"})
    found = queries.list_contacts(organization_of(request), limit=filters.limit, cursor=filters.cursor, filters=chosen)
    return page([_shape(row) for row in found.rows], found.next_cursor)


@router.get("/suggestions", auth=Key("read"), response={200: Suggestions, 401: Error, 403: Error, 422: Error})
def list_suggestions(request: HttpRequest, limit: Limit = 50) -> HttpResponse:
    """Pairs that share a verified phone number or e-mail address: probably one person."""
    return page(queries.list_suggestions(organization_of(request), limit), None)


@router.post("/suggestions/{suggestion_id}/dismiss", auth=Key("merge_contacts"), response={200: Accepted, **FAULTS})
def dismiss_suggestion(request: HttpRequest, suggestion_id: UUID) -> HttpResponse:
    """They are two people; the pair is not suggested again."""
    actions.dismiss_suggestion(who(request), suggestion_id)
    return item({"status": "accepted"})


@router.get("/{contact_id}", auth=Key("read"), response={200: ContactDetail, **FAULTS})
def get_contact(request: HttpRequest, contact_id: UUID) -> HttpResponse:
    """One person with their identities."""
    return _shown(request, contact_id)


@router.get("/{contact_id}/timeline", auth=Key("read"), response={200: Messages, **FAULTS})
def get_timeline(request: HttpRequest, contact_id: UUID, limit: Limit = 50, cursor: str | None = None) -> HttpResponse:
    """What was said with them on all channels, newest first."""
    organization_id = organization_of(request)
    queries.get_contact(organization_id, contact_id)
    found = list_timeline(organization_id, contact_id, limit=limit, cursor=cursor)
    return page([message_shape(row) for row in found.rows], found.next_cursor)


@router.patch("/{contact_id}", auth=Key("edit_contacts"), response={200: ContactDetail, **FAULTS})
def change_contact(request: HttpRequest, contact_id: UUID, body: ContactChange) -> HttpResponse:
    """Change what is known of them. What is not given stays as it is."""
    principal = who(request)
    given = body.model_dump(exclude_unset=True)
    values = {name: value for name, value in given.items() if value is not None or name in ("email", "phone")}
    actions.change(principal, contact_id, values)
    emit([ScreenEvent(organization_id=principal.organization_id, kind="contact.changed", subject_id=contact_id)])
    return _shown(request, contact_id)


@router.post("/{contact_id}/merge", auth=Key("merge_contacts"), response={200: ContactDetail, 409: Error, **FAULTS})
def merge(request: HttpRequest, contact_id: UUID, body: OtherContact) -> HttpResponse:
    """The other contact becomes part of this one; open threads on the same channel become one."""
    people.merge(who(request), contact_id, body.contact_id)
    return _shown(request, contact_id)


@router.post("/{contact_id}/unmerge", auth=Key("merge_contacts"), response={200: ContactDetail, **FAULTS})
def unmerge(request: HttpRequest, contact_id: UUID, body: OtherContact) -> HttpResponse:
    """Take a merged contact out again, with its identities and what was said with it before the merge."""
    people.unmerge(who(request), contact_id, body.contact_id)
    return _shown(request, contact_id)


@router.get("/{contact_id}/export", auth=Key("erase_contacts"), response={200: ContactExport, **FAULTS})
def export(request: HttpRequest, contact_id: UUID) -> HttpResponse:
    """Everything that is kept of a person, for them. Raw webhook bodies are not in it: they are dropped within days."""
    found = people.export(who(request), contact_id)
    messages = [message_shape(row) for row in found["messages"]]
    organization_id = organization_of(request)
    beside = {"leads": leads_of(organization_id, contact_id), "notes": notes_of(organization_id, contact_id)}
    conversations = [conversation_shape(row) for row in found["conversations"]]
    shown = {"contact": _shape(found["contact"]), "conversations": conversations, "messages": messages}
    return item({**found, **shown, **beside})


@router.post("/{contact_id}/erase", auth=Key("erase_contacts"), response={200: ContactDetail, 409: Error, **FAULTS})
def erase(request: HttpRequest, contact_id: UUID) -> HttpResponse:
    """Remove what they said and who they are, for good. An empty contact stays, so that nothing points nowhere."""
    keys = people.erase(who(request), contact_id)
    transaction.on_commit(lambda: people.remove_ownerless(keys))
    return _shown(request, contact_id)


def _shown(request: HttpRequest, contact_id: UUID) -> HttpResponse:
    return item(_shape(queries.get_contact(organization_of(request), contact_id)))


def _shape(row: Mapping[str, Any]) -> dict[str, Any]:
    key = row["avatar_key"]
    shown = {name: value for name, value in row.items() if name != "avatar_key"}
    return {**shown, "avatar_url": media_url(key) if key else None}
