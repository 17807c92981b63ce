"""/labels: tags that the team agreed on."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Router

from hubbub.api.conversations import router as conversations
from hubbub.api.conversations import shown
from hubbub.api.router import Key, item, organization_of, page, who
from hubbub.api.schemas.common import Accepted, Error
from hubbub.api.schemas.conversations import Conversation
from hubbub.api.schemas.labels import Label, LabelChange, Labels, NewLabel, TagsChange
from hubbub.conversations.actions.lifecycle import change_tags
from hubbub.desk.actions import labels
from hubbub.desk.queries.labels import get_label, list_labels

router = Router(tags=["labels"])
FAULTS = {401: Error, 403: Error, 404: Error, 422: Error}


@router.get("", auth=Key("read"), response={200: Labels, 401: Error, 403: Error})
def get_labels(request: HttpRequest) -> HttpResponse:
    """All labels by name, with how many conversations have them."""
    return page(list_labels(organization_of(request)), None)


@router.post("", auth=Key("manage_desk"), response={201: Label, 401: Error, 403: Error, 409: Error, 422: Error})
def create_label(request: HttpRequest, body: NewLabel) -> HttpResponse:
    """A new label. 409 (`label_exists`) when the name is taken, in any case."""
    label = labels.create_label(who(request), name=body.name, color=body.color, description=body.description)
    return item(get_label(organization_of(request), label.id), 201)


@router.patch("/{label_id}", auth=Key("manage_desk"), response={200: Label, 409: Error, **FAULTS})
def change_label(request: HttpRequest, label_id: UUID, body: LabelChange) -> HttpResponse:
    """Change name, colour, description. Conversations follow a new name."""
    labels.change_label(who(request), label_id, body.model_dump(exclude_none=True))
    return item(get_label(organization_of(request), label_id))


@router.delete("/{label_id}", auth=Key("manage_desk"), response={200: Accepted, **FAULTS})
def delete_label(request: HttpRequest, label_id: UUID) -> HttpResponse:
    """Remove a label, also from the conversations that have it."""
    labels.delete_label(who(request), label_id)
    return item({"status": "accepted"})


@conversations.post(
    "/{conversation_id}/tags", tags=["labels"], auth=Key("answer"), response={200: Conversation, **FAULTS}
)
def change_tags_of_conversation(request: HttpRequest, conversation_id: UUID, body: TagsChange) -> HttpResponse:
    """Add tags and take others away; the rest stays."""
    change_tags(who(request), conversation_id, add=body.add, remove=body.remove)
    return shown(request, conversation_id)
