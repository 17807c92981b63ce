"""What is neither a message nor a receipt: preferences, errors, the address book, handovers.

https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/overview
"""

from __future__ import annotations

from collections.abc import Iterator

from hubbub.connectors.events import AccountAlert, InboundEvent, OptInChanged, ThreadControlChanged
from hubbub.connectors.meta.envelope import fingerprint, unknown
from hubbub.connectors.meta.graph import error_in, find_row
from hubbub.connectors.whatsapp.errors import ERRORS, UNLISTED, alert_sentence
from hubbub.connectors.whatsapp.parse.change import (
    Change,
    JsonObject,
    account_id,
    need_id,
    need_object,
    need_person,
)
from hubbub.kit.json import JsonValue, as_id, as_text, dig

CHOICES = {"stop": False, "resume": True, "signup": True}
"""https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/user_preferences"""


def parse_preference(change: Change, preference: JsonObject) -> InboundEvent:
    """One element of `user_preferences`: somebody stopped or resumed marketing messages. Raises `Odd`."""
    choice, topic = (as_text(preference.get(name), limit=100) or "" for name in ("value", "category"))
    if choice not in CHOICES or not topic:
        name = f"preference:{topic}:{choice}"
        return unknown(change.address, name, change.raw("user_preferences", preference, change.lone_contact))
    ids = (preference.get("user_id"), preference.get("wa_id"), preference.get("parent_user_id"))
    person = need_person(change.person(*ids))
    time = preference.get("timestamp")
    key = f"preference:{person.party.external_id}:{topic}:{choice}:{as_text(time, limit=40)}"
    return OptInChanged(
        **change.facts(key, time, change.raw("user_preferences", preference, person.contact)),
        sender=person.party,
        topic=topic,
        is_opted_in=CHOICES[choice],
        extra={name: preference[name] for name in ("detail", "signup_id") if name in preference},
    )


def parse_error(change: Change, error: JsonObject) -> InboundEvent:
    """An element of `value.errors`: a problem of our account as a whole. Raises `Odd`."""
    found = error_in(error)
    row = find_row(found, ERRORS)[0] if found else None
    return AccountAlert(
        **change.facts(f"error:{fingerprint([change.address, error])}", None, change.raw("errors", error)),
        topic="error",
        severity="warning",
        sentence=alert_sentence(row or UNLISTED),
        extra=error,
    )


ADDRESS_BOOK = {
    "add": "A contact was added or changed in the WhatsApp Business app.",
    "remove": "A contact was removed in the WhatsApp Business app.",
}


def parse_contact_sync(change: Change, state: JsonObject) -> InboundEvent:
    """An element of `state_sync`: an entry of the owner's address book, who need not be a customer. Raises `Odd`."""
    kind, action = (as_text(state.get(name), limit=40) or "" for name in ("type", "action"))
    if kind != "contact" or action not in ADDRESS_BOOK:
        return unknown(change.address, f"state_sync:{kind}:{action}", change.raw("state_sync", state))
    contact = need_object(state, "contact")
    number = account_id(need_id(contact, "phone_number"))
    metadata = state.get("metadata")
    time = metadata.get("timestamp") if isinstance(metadata, dict) else None
    return AccountAlert(
        **change.facts(f"state_sync:{number}:{action}:{fingerprint(state)}", time, change.raw("state_sync", state)),
        topic="sync",
        sentence=ADDRESS_BOOK[action],
        extra={"action": action, "contact": contact},
    )


ROLE_OF_METAS_AGENT = "ai_agent"


def parse_handover(change: Change) -> Iterator[InboundEvent]:
    """The whole change of field `messaging_handovers`. Raises `Odd`.

    WhatsApp names roles, not apps. Whatever it calls the act, the thread is away from us while Meta's own agent has it.
    https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messaging_handovers
    """
    value = change.value
    change = change._replace(address=as_id(dig(value, "recipient", "phone_number_id")) or change.address)
    kind = as_text(value.get("type"), limit=40) or ""
    if kind not in ("control_passed", "control_taken"):
        yield unknown(change.address, f"handover:{kind}", change.item.raw)
        return
    control, sender = need_object(value, kind), need_object(value, "sender")
    person = need_person(change.person(sender.get("user_id"), sender.get("phone_number"), sender.get("wa_id")))
    new_owner = as_text(control.get("new_owner_role"), limit=100)
    key = f"handover:{fingerprint([change.address, value])}"
    yield ThreadControlChanged(
        **change.facts(key, value.get("timestamp"), change.item.raw),
        sender=person.party,
        action="taken" if new_owner == ROLE_OF_METAS_AGENT else "passed",
        previous_owner=as_text(control.get("previous_owner_role"), limit=100),
        new_owner=new_owner,
        metadata=as_text(control.get("metadata"), limit=1_000),
        extra=_summary(control.get("conversation_context")),
    )


def _summary(context: JsonValue) -> JsonObject:
    return {"conversation_context": context} if isinstance(context, dict) else {}
