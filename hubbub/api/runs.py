"""/conversations/{id}/run: the flow in the middle of which a conversation is."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse

from hubbub.api.conversations import router as conversations
from hubbub.api.router import Key, item, organization_of, who
from hubbub.api.schemas.beside import LiveRun
from hubbub.api.schemas.common import Error
from hubbub.conversations.actions.lifecycle import lock_conversation, show_conversation
from hubbub.conversations.queries import get_conversation
from hubbub.desk.actions.assigning import hand_over
from hubbub.flows.queries import live_run
from hubbub.flows.runs import end_run, pause_run
from hubbub.kit.errors import Conflict
from hubbub.organizations.access import Principal
from hubbub.organizations.actions import audit
from hubbub.organizations.screens import ScreenEvent, emit

FAULTS = {401: Error, 403: Error, 404: Error, 422: Error}
BY_PERSON = "A person of the team ended it."


@conversations.get("/{conversation_id}/run", tags=["flows"], auth=Key("read"), response={200: LiveRun, **FAULTS})
def get_run(request: HttpRequest, conversation_id: UUID) -> HttpResponse:
    """Which flow, at which step, since when; null when it is in none."""
    return _shown(request, conversation_id)


@conversations.post(
    "/{conversation_id}/run/pause", tags=["flows"], auth=Key("answer"), response={200: LiveRun, 409: Error, **FAULTS}
)
def pause(request: HttpRequest, conversation_id: UUID) -> HttpResponse:
    """A person takes over: the flow waits where it is, and machines are silent."""
    principal = who(request)
    _require_run(principal, conversation_id)
    hand_over(principal, conversation_id, "human")
    pause_run(conversation_id)
    return _changed(request, conversation_id, "flow_paused")


@conversations.post(
    "/{conversation_id}/run/resume", tags=["flows"], auth=Key("answer"), response={200: LiveRun, 409: Error, **FAULTS}
)
def resume(request: HttpRequest, conversation_id: UUID) -> HttpResponse:
    """Give the conversation back: the flow goes on where it stopped."""
    principal = who(request)
    _require_run(principal, conversation_id)
    hand_over(principal, conversation_id, "flow")
    return _changed(request, conversation_id, "flow_resumed")


@conversations.post(
    "/{conversation_id}/run/end", tags=["flows"], auth=Key("answer"), response={200: LiveRun, 409: Error, **FAULTS}
)
def end(request: HttpRequest, conversation_id: UUID) -> HttpResponse:
    """Stop the flow for good; who answers stays as it is. This cannot be taken back."""
    principal = who(request)
    _require_run(principal, conversation_id)
    end_run(conversation_id, reason=BY_PERSON)
    return _changed(request, conversation_id, "flow_stopped")


def _require_run(principal: Principal, conversation_id: UUID) -> None:
    """Hold the conversation. Raises NotFound, Conflict (`no_run`)."""
    lock_conversation(principal.organization_id, conversation_id)
    if live_run(principal.organization_id, conversation_id) is None:
        raise Conflict("This conversation is in the middle of no flow.", code="no_run")


def _changed(request: HttpRequest, conversation_id: UUID, action: str) -> HttpResponse:
    principal = who(request)
    audit(principal, principal.organization_id, action, "conversation", conversation_id)
    show_conversation(principal.organization_id, conversation_id)
    emit(
        [
            ScreenEvent(
                organization_id=principal.organization_id,
                kind="run.changed",
                subject_id=conversation_id,
                conversation_id=conversation_id,
            )
        ]
    )
    return _shown(request, conversation_id)


def _shown(request: HttpRequest, conversation_id: UUID) -> HttpResponse:
    organization_id = organization_of(request)
    get_conversation(organization_id, conversation_id)
    return item({"run": live_run(organization_id, conversation_id)})
