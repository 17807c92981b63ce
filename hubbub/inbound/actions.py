"""What a person may do with an event: have it applied again, or put it aside."""

from __future__ import annotations

from uuid import UUID

from hubbub.inbound.queries import get_event
from hubbub.kit.errors import Conflict
from hubbub.organizations.access import Principal
from hubbub.organizations.actions import audit
from hubbub.organizations.database import run

REPLAY = """
UPDATE event SET replay_requested_at = hubbub_now()
 WHERE organization_id = %(organization)s AND id = %(id)s AND state <> 'cancelled'
"""
CANCEL = """
UPDATE event SET state = 'cancelled', replay_requested_at = NULL
 WHERE organization_id = %(organization)s AND id = %(id)s AND state = ANY(%(states)s)
RETURNING id
"""
CANCELLABLE = ("dead", "malformed", "unknown", "waiting", "ignored")


def replay(principal: Principal, event_id: UUID) -> None:
    """The inbound worker parses its raw part again and applies it. Raises NotFound, Conflict when it was cancelled."""
    event = get_event(principal.organization_id, event_id)
    if event["state"] == "cancelled":
        raise Conflict("This event was cancelled; it cannot be replayed.", code="event_cancelled")
    if not event["raw"]:
        raise Conflict("What this event said is not kept any more; there is nothing to replay.", code="event_erased")
    run(REPLAY, organization=principal.organization_id, id=event_id)
    audit(principal, principal.organization_id, "event_replayed", "event", event_id)


def cancel(principal: Principal, event_id: UUID) -> None:
    """It is put aside for good. Raises NotFound, Conflict when it had its effect already."""
    event = get_event(principal.organization_id, event_id)
    if event["state"] == "cancelled":
        return
    if not run(CANCEL, organization=principal.organization_id, id=event_id, states=list(CANCELLABLE)):
        raise Conflict(f"This event is {event['state']}: it cannot be cancelled.", code="event_state")
    audit(principal, principal.organization_id, "event_cancelled", "event", event_id)
