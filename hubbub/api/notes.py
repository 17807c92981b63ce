"""/notes and /conversations/{id}/notes: what the team tells itself; whom it mentions; what else happened."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Router

from hubbub.api.conversations import router as conversations
from hubbub.api.router import Key, item, organization_of, page, who
from hubbub.api.schemas.common import Accepted, Cursor, Error, Limit
from hubbub.api.schemas.notes import Activity, NewNote, Note, Notes
from hubbub.conversations import activity, notes
from hubbub.conversations.actions.notes import delete_note, see_mentions, write_note

router = Router(tags=["notes"])
FAULTS = {401: Error, 403: Error, 404: Error, 422: Error}


@conversations.get("/{conversation_id}/notes", tags=["notes"], auth=Key("read"), response={200: Notes, **FAULTS})
def list_notes(
    request: HttpRequest, conversation_id: UUID, limit: Limit = 50, cursor: Cursor | None = None
) -> HttpResponse:
    """The team's notes, newest first. Customers never see them."""
    found = notes.list_notes(organization_of(request), conversation_id, limit=limit, cursor=cursor)
    return page(found.rows, found.next_cursor)


@conversations.post("/{conversation_id}/notes", tags=["notes"], auth=Key("answer"), response={201: Note, **FAULTS})
def create_note(request: HttpRequest, conversation_id: UUID, body: NewNote) -> HttpResponse:
    """Write a note. Whoever is mentioned is notified."""
    note = write_note(who(request), conversation_id, body.text, body.mentions)
    return item(notes.get_note(organization_of(request), note.id), 201)


@router.delete("/{note_id}", auth=Key("answer"), response={200: Accepted, **FAULTS})
def remove_note(request: HttpRequest, note_id: UUID) -> HttpResponse:
    """Remove a note of one's own; managers remove any."""
    delete_note(who(request), note_id)
    return item({"status": "accepted"})


@conversations.post(
    "/{conversation_id}/mentions/seen", tags=["notes"], auth=Key("read"), response={200: Accepted, **FAULTS}
)
def mark_mentions_seen(request: HttpRequest, conversation_id: UUID) -> HttpResponse:
    """You have looked at the notes that mention you here."""
    see_mentions(who(request), conversation_id)
    return item({"status": "accepted"})


@conversations.get(
    "/{conversation_id}/activity", tags=["conversations"], auth=Key("read"), response={200: Activity, **FAULTS}
)
def list_activity(
    request: HttpRequest, conversation_id: UUID, limit: Limit = 50, cursor: Cursor | None = None
) -> HttpResponse:
    """What happened beside messages, newest first: assigned, closed, snoozed, labelled, flows that began and ended."""
    found = activity.list_activity(organization_of(request), conversation_id, limit=limit, cursor=cursor)
    return page(found.rows, found.next_cursor)
