"""/messages: one, its edits, sending it again, taking it back."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Router

from hubbub.api.router import Key, item, organization_of, page, who
from hubbub.api.schemas.common import Error
from hubbub.api.schemas.messages import Edits, Message
from hubbub.api.shapes import message_shape
from hubbub.conversations import queries
from hubbub.conversations.actions.resending import cancel_message, retry_message
from hubbub.conversations.models import Message as MessageRow
from hubbub.kit.errors import NotFound
from hubbub.organizations.access import Principal
from hubbub.organizations.actions import audit
from hubbub.outbound.comments import moderate

router = Router(tags=["messages"])
FAULTS = {401: Error, 403: Error, 404: Error, 422: Error}


@router.get("/{message_id}", auth=Key("read"), response={200: Message, **FAULTS})
def get_message(request: HttpRequest, message_id: UUID) -> HttpResponse:
    """One message."""
    return item(message_shape(queries.get_message(organization_of(request), message_id)))


@router.get("/{message_id}/edits", auth=Key("read"), response={200: Edits, **FAULTS})
def list_edits(request: HttpRequest, message_id: UUID) -> HttpResponse:
    """What it said before each edit, oldest first."""
    return page(queries.list_edits(organization_of(request), message_id), None)


@router.post("/{message_id}/retry", auth=Key("answer"), response={200: Message, 409: Error, **FAULTS})
def retry(request: HttpRequest, message_id: UUID) -> HttpResponse:
    """Send a `failed` or `unknown` message again, behind what is queued by now. After `unknown` the customer may see
    it twice. 409 for every other status."""
    principal = who(request)
    retry_message(_find(principal, message_id))
    audit(principal, principal.organization_id, "message_retried", "message", message_id)
    return item(message_shape(queries.get_message(principal.organization_id, message_id)))


@router.post("/{message_id}/hide", auth=Key("answer"), response={200: Message, 409: Error, **FAULTS})
def hide(request: HttpRequest, message_id: UUID) -> HttpResponse:
    """Hide a comment from everybody but its author. 409 (`not_a_comment`) for anything else."""
    return _moderate(request, message_id, "hide")


@router.post("/{message_id}/unhide", auth=Key("answer"), response={200: Message, 409: Error, **FAULTS})
def unhide(request: HttpRequest, message_id: UUID) -> HttpResponse:
    """Show a hidden comment again."""
    return _moderate(request, message_id, "unhide")


@router.post("/{message_id}/delete", auth=Key("answer"), response={200: Message, 409: Error, **FAULTS})
def delete(request: HttpRequest, message_id: UUID) -> HttpResponse:
    """Delete a comment at the platform, for good. 409 (`not_a_comment`) for anything else."""
    return _moderate(request, message_id, "delete")


def _moderate(request: HttpRequest, message_id: UUID, action: str) -> HttpResponse:
    principal = who(request)
    moderate(principal, _find(principal, message_id), action)
    return item(message_shape(queries.get_message(principal.organization_id, message_id)))


@router.post("/{message_id}/cancel", auth=Key("answer"), response={200: Message, 409: Error, **FAULTS})
def cancel(request: HttpRequest, message_id: UUID) -> HttpResponse:
    """Take back a queued message. 409 when it is on its way already."""
    principal = who(request)
    cancel_message(_find(principal, message_id))
    audit(principal, principal.organization_id, "message_cancelled", "message", message_id)
    return item(message_shape(queries.get_message(principal.organization_id, message_id)))


def _find(principal: Principal, message_id: UUID) -> MessageRow:
    found = MessageRow.objects.filter(organization_id=principal.organization_id, id=message_id).first()
    if found is None:
        raise NotFound("There is no such message.")
    return found
