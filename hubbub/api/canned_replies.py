"""/canned-replies: texts that are written once and sent often."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Router

from hubbub.api.router import Key, item, page, who
from hubbub.api.schemas.common import Accepted, Error
from hubbub.api.schemas.desk_own import (
    CannedReplies,
    CannedReply,
    CannedReplyChange,
    NewCannedReply,
    Rendered,
    RenderFor,
)
from hubbub.desk.actions import replies
from hubbub.desk.queries import own

router = Router(tags=["canned replies"])
FAULTS = {401: Error, 403: Error, 404: Error, 422: Error}


@router.get("", auth=Key("read"), response={200: CannedReplies, 401: Error, 403: Error})
def list_replies(request: HttpRequest) -> HttpResponse:
    """The team's and your own, by shortcut."""
    return page(own.list_replies(who(request)), None)


@router.post("", auth=Key("answer"), response={201: CannedReply, 401: Error, 403: Error, 409: Error, 422: Error})
def create_reply(request: HttpRequest, body: NewCannedReply) -> HttpResponse:
    """A new one; the team's needs `manage_desk`. 409 (`shortcut_exists`) when the shortcut is taken, in any case."""
    reply = replies.create_reply(who(request), **body.model_dump())
    return item(own.get_reply(who(request), reply.id), 201)


@router.patch("/{reply_id}", auth=Key("answer"), response={200: CannedReply, 409: Error, **FAULTS})
def change_reply(request: HttpRequest, reply_id: UUID, body: CannedReplyChange) -> HttpResponse:
    """Change it, share it with the team, or make it your own."""
    replies.change_reply(who(request), reply_id, body.model_dump(exclude_none=True))
    return item(own.get_reply(who(request), reply_id))


@router.delete("/{reply_id}", auth=Key("answer"), response={200: Accepted, **FAULTS})
def delete_reply(request: HttpRequest, reply_id: UUID) -> HttpResponse:
    """Remove it."""
    replies.delete_reply(who(request), reply_id)
    return item({"status": "accepted"})


@router.post("/{reply_id}/render", auth=Key("read"), response={200: Rendered, **FAULTS})
def render(request: HttpRequest, reply_id: UUID, body: RenderFor) -> HttpResponse:
    """The text with its variables filled in for one conversation."""
    text, missing = own.render_reply(who(request), reply_id, body.conversation_id)
    return item({"text": text, "missing": missing})
