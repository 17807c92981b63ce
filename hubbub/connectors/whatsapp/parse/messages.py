"""Messages of people (`messages`) and of our own account elsewhere (`message_echoes`), by their type.

https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages
"""

from __future__ import annotations

from collections.abc import Callable

from hubbub.connectors.events import (
    ContactActed,
    Content,
    IdentityChanged,
    InboundEvent,
    MessageEchoed,
    MessageEdited,
    MessageReceived,
    MessageUnsent,
    Party,
    ReactionChanged,
)
from hubbub.connectors.meta.envelope import Odd, unknown
from hubbub.connectors.whatsapp.parse import content
from hubbub.connectors.whatsapp.parse.change import (
    Change,
    Facts,
    JsonObject,
    Person,
    account_id,
    need_id,
    need_object,
    need_person,
    thread_of,
)
from hubbub.kit.json import JsonValue, as_object, as_text

ParseMessage = Callable[[Change, JsonObject, str], InboundEvent]
"""The change, one message and the name of the list that it stands in."""


def parse_received(change: Change, message: JsonObject, name: str = "messages") -> InboundEvent:
    """One element of `messages`. Raises `Odd`."""
    kind = message.get("type")
    return (RECEIVED.get(kind, _received) if isinstance(kind, str) else _received)(change, message, name)


def parse_echoed(change: Change, message: JsonObject, name: str = "message_echoes") -> InboundEvent:
    """One element of `message_echoes`: a person in the WhatsApp Business app wrote, or Meta's agent. Raises `Odd`."""
    kind = message.get("type")
    return (ECHOED.get(kind, _echoed) if isinstance(kind, str) else _echoed)(change, message, name)


def sender_of(change: Change, message: JsonObject) -> Person:
    """Raises `Odd`."""
    ids = (message.get("from_user_id"), message.get("from"), message.get("from_parent_user_id"))
    return need_person(change.person(*ids))


def _recipient_of(change: Change, message: JsonObject) -> Person:
    to = message.get("to") if change.history_thread is None else change.history_thread
    return need_person(change.person(message.get("to_user_id"), to, message.get("to_parent_user_id")))


def _facts(change: Change, message: JsonObject, name: str, kind: str, person: Person | None) -> Facts:
    raw = change.raw(name, message, person.contact if person else None, _summary(change))
    return change.facts(f"{change.scope}{kind}:{need_id(message, 'id')}", message.get("timestamp"), raw)


def _summary(change: Change) -> JsonObject | None:
    """What Meta's own agent tells of the conversation so far; it rides beside `messages`."""
    found = change.value.get("conversation_context")
    return {"conversation_context": found} if isinstance(found, dict) else None


def _more(change: Change, message: JsonObject) -> JsonObject:
    more: JsonObject = _summary(change) or {}
    if change.is_history:
        more["is_history"] = True
        status = as_text((as_object(message.get("history_context")) or {}).get("status"), limit=40)
        if status:
            more["history_status"] = status.lower()
    return more


def _received(change: Change, message: JsonObject, name: str) -> InboundEvent:
    person = sender_of(change, message)
    said = content.content_of(message, content.RECEIVED, _more(change, message))
    return MessageReceived(
        **_facts(change, message, name, _kind(said), person),
        sender=person.party,
        thread=thread_of(message),
        external_id=need_id(message, "id"),
        content=said,
        opens_window=not change.is_history,
    )


def _echoed(change: Change, message: JsonObject, name: str) -> InboundEvent:
    person = _recipient_of(change, message)
    said = content.content_of(message, content.ECHOED, _more(change, message))
    return MessageEchoed(
        **_facts(change, message, name, _kind(said), person),
        recipient=person.party,
        thread=thread_of(message),
        external_id=need_id(message, "id"),
        content=said,
        metadata=as_text(message.get("biz_opaque_callback_data"), limit=512),
        is_by_person=not said.extra.get("is_history"),
    )


def _kind(said: Content) -> str:
    """A file of the history comes twice under one id: as a placeholder, and later with its content."""
    return "placeholder" if "is_placeholder" in said.extra else "message"


def _reaction(change: Change, message: JsonObject, name: str) -> InboundEvent:
    person = sender_of(change, message)
    return _reaction_by(change, message, name, person, person.party)


def _echoed_reaction(change: Change, message: JsonObject, name: str) -> InboundEvent:
    """Our account reacted: it is named by its own address."""
    return _reaction_by(change, message, name, None, Party(external_id=change.address))


def _reaction_by(change: Change, message: JsonObject, name: str, person: Person | None, actor: Party) -> InboundEvent:
    """A reaction that was taken back has no `emoji`, or an empty one."""
    reaction = need_object(message, "reaction")
    return ReactionChanged(
        **_facts(change, message, name, "reaction", person),
        sender=actor,
        thread=thread_of(message),
        external_id=need_id(reaction, "message_id"),
        emoji=as_text(reaction.get("emoji"), limit=100) or "",
        opens_window=person is not None and not change.is_history,
    )


def _edit(change: Change, message: JsonObject, name: str) -> InboundEvent:
    return _edit_by(change, message, name, sender_of(change, message))


def _echoed_edit(change: Change, message: JsonObject, name: str) -> InboundEvent:
    return _edit_by(change, message, name, None)


def _edit_by(change: Change, message: JsonObject, name: str, person: Person | None) -> InboundEvent:
    edit = need_object(message, "edit")
    readers = content.RECEIVED if person else content.ECHOED
    return MessageEdited(
        **_facts(change, message, name, "edit", person),
        sender=person.party if person else None,
        thread=thread_of(message),
        external_id=need_id(edit, "original_message_id"),
        content=content.content_of(need_object(edit, "message"), readers, _more(change, message)),
    )


def _revoke(change: Change, message: JsonObject, name: str) -> InboundEvent:
    return _revoke_by(change, message, name, sender_of(change, message))


def _echoed_revoke(change: Change, message: JsonObject, name: str) -> InboundEvent:
    return _revoke_by(change, message, name, None)


def _revoke_by(change: Change, message: JsonObject, name: str, person: Person | None) -> InboundEvent:
    return MessageUnsent(
        **_facts(change, message, name, "revoke", person),
        sender=person.party if person else None,
        thread=thread_of(message),
        external_id=need_id(need_object(message, "revoke"), "original_message_id"),
    )


# --- System messages --------------------------------------------------------------------------------------------------


def _system(change: Change, message: JsonObject, name: str) -> InboundEvent:
    system = need_object(message, "system")
    kind = as_text(system.get("type"), limit=64)
    if not kind:
        raise Odd("system.type is missing.")
    reader = SYSTEM.get(kind)
    if reader is None:
        return unknown(change.address, f"system:{kind}", change.raw(name, message, change.lone_contact))
    return reader(change, message, name)


def _identity(change: Change, message: JsonObject, name: str) -> InboundEvent:
    """`from` is the old number; the new ids stand inside, and since August 2026 the old BSUID too."""
    system = need_object(message, "system")
    phone = system.get("wa_id") or system.get("new_wa_id")
    person = need_person(change.person(system.get("user_id"), phone, system.get("parent_user_id")))
    return IdentityChanged(
        **_facts(change, message, name, "system", person),
        previous_ids=_previous_ids(message, system, person.party),
        current=person.party,
        sentence=SENTENCES[as_text(system.get("type")) or ""],
        extra={"platform_type": system.get("type")},
    )


def _previous_ids(message: JsonObject, system: JsonObject, current: Party) -> tuple[str, ...]:
    old: tuple[JsonValue, ...] = (
        system.get("previous_user_id"),
        message.get("from"),
        system.get("customer"),
        message.get("from_user_id"),
        system.get("previous_parent_user_id"),
    )
    ids = dict.fromkeys(found for value in old if (found := account_id(value)))
    return tuple(one for one in ids if one not in (current.external_id, *current.aliases))


SENTENCES = {
    "user_changed_number": "The customer has a new phone number.",
    "user_changed_user_id": "The customer has a new WhatsApp id.",
    "customer_changed_number": "The customer has a new phone number.",
}


def _security_code(change: Change, message: JsonObject, name: str) -> InboundEvent:
    person = sender_of(change, message)
    return ContactActed(
        **_facts(change, message, name, "system", person),
        sender=person.party,
        action="security_code_changed",
        sentence="The customer's security code has changed, for example because of a new phone.",
        extra={"identity": message.get("identity")} if "identity" in message else {},
    )


SYSTEM: dict[str, ParseMessage] = {
    "user_changed_number": _identity,
    "user_changed_user_id": _identity,
    "customer_changed_number": _identity,
    "customer_identity_changed": _security_code,
}

RECEIVED: dict[str, ParseMessage] = {"reaction": _reaction, "edit": _edit, "revoke": _revoke, "system": _system}
ECHOED: dict[str, ParseMessage] = {"reaction": _echoed_reaction, "edit": _echoed_edit, "revoke": _echoed_revoke}
