"""Calls (field `calls`): Hubbub has no telephone; they are noted in the conversation.

https://developers.facebook.com/documentation/business-messaging/whatsapp/calling
"""

from __future__ import annotations

from hubbub.connectors.events import ContactActed, InboundEvent
from hubbub.connectors.meta.envelope import unknown
from hubbub.connectors.whatsapp.parse.change import Change, JsonObject, need_id, need_person
from hubbub.kit.json import as_text

CALLS: dict[tuple[str, str], tuple[str, str]] = {
    ("USER_INITIATED", "connect"): ("call_started", "The customer is calling."),
    ("USER_INITIATED", "terminate"): ("call_ended", "The customer's call is over."),
    ("BUSINESS_INITIATED", "connect"): ("call_started", "We are calling the customer."),
    ("BUSINESS_INITIATED", "terminate"): ("call_ended", "Our call to the customer is over."),
}
STATUSES = {
    "RINGING": ("call_ringing", "Our call rings at the customer's."),
    "ACCEPTED": ("call_accepted", "The customer took our call."),
    "REJECTED": ("call_rejected", "The customer did not take our call."),
}
NOT_KEPT = frozenset({"session"})
"""The technical description of the connection; it stays in `raw`."""


def parse_call(change: Change, call: JsonObject) -> InboundEvent:
    """One element of `calls`. Raises `Odd`."""
    direction, event = (as_text(call.get(name), limit=40) or "" for name in ("direction", "event"))
    known = CALLS.get((direction, event))
    if known is None:
        return unknown(change.address, f"call:{event}", change.raw("calls", call, change.lone_contact))
    side = "from" if direction == "USER_INITIATED" else "to"
    ids = (call.get(f"{side}_user_id"), call.get(side), call.get(f"{side}_parent_user_id"))
    person = need_person(change.person(*ids))
    raw = change.raw("calls", call, person.contact)
    return ContactActed(
        **change.facts(f"call:{need_id(call, 'id')}:{event}", call.get("timestamp"), raw),
        sender=person.party,
        action=known[0],
        sentence=known[1],
        opens_window=(direction, event) == ("USER_INITIATED", "connect"),
        extra={name: value for name, value in call.items() if name not in NOT_KEPT},
    )


def parse_call_status(change: Change, status: JsonObject) -> InboundEvent:
    """An element of `statuses` of type "call". Raises `Odd`."""
    name = as_text(status.get("status"), limit=40) or ""
    known = STATUSES.get(name)
    if known is None:
        return unknown(change.address, f"call:{name}", change.raw("statuses", status, change.lone_contact))
    ids = (status.get("recipient_user_id"), status.get("recipient_id"), status.get("recipient_parent_user_id"))
    person = need_person(change.person(*ids))
    raw = change.raw("statuses", status, person.contact)
    return ContactActed(
        **change.facts(f"call:{need_id(status, 'id')}:{name}", status.get("timestamp"), raw),
        sender=person.party,
        action=known[0],
        sentence=known[1],
        extra=status,
    )
