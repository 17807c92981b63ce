"""What a WhatsApp webhook tells: entries (accounts), changes (a field and a value), and the parts of each value.

A value may hold several lists with any number of parts; each part is an event of its own.
https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/overview
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from hubbub.connectors.events import InboundEvent
from hubbub.connectors.meta import envelope
from hubbub.connectors.meta.envelope import Item, Odd, unknown
from hubbub.connectors.whatsapp.parse.account import ALERT_FIELDS, TEMPLATE_FIELDS, parse_alert, parse_template
from hubbub.connectors.whatsapp.parse.acts import parse_contact_sync, parse_error, parse_handover, parse_preference
from hubbub.connectors.whatsapp.parse.calls import parse_call
from hubbub.connectors.whatsapp.parse.change import FRAME, Change, ParsePart, change_of, each, with_contacts_in
from hubbub.connectors.whatsapp.parse.history import parse_history
from hubbub.connectors.whatsapp.parse.messages import parse_echoed, parse_received
from hubbub.connectors.whatsapp.parse.statuses import parse_status
from hubbub.kit.json import as_text

OBJECT = "whatsapp_business_account"

PARTS: dict[str, ParsePart] = {
    "messages": parse_received,
    "statuses": parse_status,
    "errors": parse_error,
    "message_echoes": parse_echoed,
    "user_preferences": parse_preference,
    "state_sync": parse_contact_sync,
    "calls": parse_call,
}
"""The lists that a value may hold, whatever its field."""

BESIDE = frozenset({*FRAME, "contacts", "conversation_context", "standby"})
"""What belongs to the parts and is none."""


def parse(body: bytes) -> list[InboundEvent]:
    """Every event of `body`, in its order. Never raises; see `hubbub.connectors.meta.envelope`."""
    return envelope.parse_items(body, OBJECT, _parse_item)


def _parse_item(item: Item) -> Iterable[InboundEvent]:
    field = as_text(item.value.get("field"), limit=100)
    if item.lane != "changes" or not field:
        return [unknown(item.address, field or f"{item.lane} without a field", item.raw)]
    reader = FIELDS.get(field)
    if reader is None:
        return [unknown(_address(item), field, item.raw)]
    return reader(change_of(item))


def _address(item: Item) -> str:
    try:
        return change_of(item).address
    except Odd:
        return item.address


def _parts(change: Change) -> Iterator[InboundEvent]:
    """The parts of all lists. Raises `Odd` when there is none."""
    names = [name for name in change.value if name not in BESIDE]
    if not names:
        raise Odd("value has no messages, statuses or errors.")
    for name in names:
        parser = PARTS.get(name)
        if parser is not None:
            yield from each(change, name, parser)
        else:
            part = {name: change.value[name]}
            value = {**change.frame, **({"standby": part} if change.is_standby else part)}
            yield unknown(change.address, f"{change.field}.{name}", change.body(value))


def _standby(change: Change) -> Iterator[InboundEvent]:
    """Meta's own agent answers this thread; the parts lie one level deeper. Raises `Odd`."""
    inside = change.value.get("standby")
    if not isinstance(inside, dict):
        raise Odd("standby is not a JSON object.")
    change = with_contacts_in(change, inside)
    yield from _parts(change._replace(value=inside, is_standby=True))


FIELDS: dict[str, Callable[[Change], Iterable[InboundEvent]]] = {
    "messages": _parts,
    "smb_message_echoes": _parts,
    "smb_app_state_sync": _parts,
    "user_preferences": _parts,
    "calls": _parts,
    "standby": _standby,
    "history": parse_history,
    "messaging_handovers": parse_handover,
    **dict.fromkeys(TEMPLATE_FIELDS, parse_template),
    **dict.fromkeys(ALERT_FIELDS, parse_alert),
}

_WABA_ID = re.compile(rb'"waba_id"\s*:\s*"?([0-9]{1,64})"?')


def addresses(body: bytes) -> tuple[str, ...]:
    """Phone-number ids, then account ids, named in an unverified body: at most 64, from its head. Never raises."""
    accounts = [match[1].decode("ascii") for match in _WABA_ID.finditer(body, 0, envelope.SCANNED_BYTES)]
    found = (*envelope.phone_number_ids(body), *envelope.addresses(body), *accounts)
    return tuple(dict.fromkeys(found))[: envelope.MAX_ADDRESSES]
