"""One change of a WhatsApp webhook, and what all its parts share: our account, people, keys, mini bodies.

`{"field": …, "value": {"metadata": …, "contacts": […], "messages": […], …}}`, see
https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/overview
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import NamedTuple, TypedDict

from hubbub.connectors.events import InboundEvent, Party, Thread, ThreadType
from hubbub.connectors.meta.envelope import Item, Odd, fingerprint, malformed
from hubbub.kit.clock import from_epoch
from hubbub.kit.json import MAX_ID, JsonValue, as_id, as_text

JsonObject = dict[str, JsonValue]
PRIVATE = Thread()
FRAME = ("messaging_product", "metadata")
"""Members of `value` that belong to every one of its parts."""


class Facts(TypedDict):
    """What every event has."""

    address: str
    event_key: str
    occurred_at: datetime | None
    raw: JsonObject
    is_standby: bool


class Contact(NamedTuple):
    """An entry of `contacts`, and the ids that it names."""

    given: JsonObject
    ids: tuple[str, ...]


NOBODY: Mapping[str, Contact] = MappingProxyType({})


class Person(NamedTuple):
    """Somebody whom a part names, and the entry of `contacts` that belongs to them."""

    party: Party
    contact: JsonValue


class Change(NamedTuple):
    """`address`: the phone-number id where the value names one, else the entry's id (the WhatsApp Business account)."""

    item: Item
    field: str
    value: JsonObject
    """What holds the parts: the change's value, or the `standby` inside it."""
    address: str
    frame: JsonObject
    our_number: str
    contacts: Mapping[str, Contact] = NOBODY
    """By every id that they have."""
    only_contact: Contact | None = None
    """When there is just one: it is the sender even where no id says so."""
    is_standby: bool = False
    is_history: bool = False
    history_thread: JsonValue = None
    """The person's number, inside a thread of the history."""

    @property
    def lone_contact(self) -> JsonObject | None:
        """The only entry of `contacts`, for a part that is kept without being understood."""
        return self.only_contact.given if self.only_contact else None

    @property
    def scope(self) -> str:
        """Sets the keys apart of what may arrive in several ways under one message id."""
        return "standby:" if self.is_standby else "history:" if self.is_history else ""

    def raw(self, name: str, part: JsonValue, contact: JsonValue = None, more: JsonObject | None = None) -> JsonObject:
        """A complete body with this one part of the list `name`, and the sender's entry of `contacts`."""
        if self.history_thread is not None:
            name, part = "history", {"threads": [{"id": self.history_thread, name: [part]}]}
        value: JsonObject = {**self.frame}
        if contact is not None:
            value["contacts"] = [contact]
        inner: JsonObject = {name: [part], **(more or {})}
        value.update({"standby": inner} if self.is_standby else inner)
        return self.body(value)

    def body(self, value: JsonObject) -> JsonObject:
        """A complete body with this change, of which only `value` is left."""
        change: JsonObject = {"field": self.field, "value": value}
        return self.item.narrowed(change) if "entry" in self.item.raw else change

    def facts(self, event_key: str, time: JsonValue, raw: JsonObject) -> Facts:
        return {
            "address": self.address,
            "event_key": event_key,
            "occurred_at": from_epoch(time),
            "raw": raw,
            "is_standby": self.is_standby,
        }

    def account_facts(self) -> Facts:
        """Of a change that is one event as a whole; a redelivery repeats the entry's time."""
        key = f"{self.field}:{fingerprint([self.item.address, self.item.time, self.item.value.get('value')])}"
        return self.facts(key, self.item.time, self.item.raw)

    def person(self, *ids: JsonValue) -> Person | None:
        """Whoever has these ids (BSUID first, then phone number, then parent BSUID), with what `contacts` adds.

        None when nothing names anybody.
        """
        known = tuple([found for value in ids if (found := account_id(value))])
        contact = (
            next((self.contacts[one] for one in known if one in self.contacts), None) if known else self.only_contact
        )
        if contact is not None:
            known = _merged(known, contact.ids)
        return Person(_party(known, contact), contact.given if contact else None) if known else None


def change_of(item: Item) -> Change:
    """Raises `Odd`."""
    value = item.value.get("value")
    if not isinstance(value, dict):
        raise Odd("value is not a JSON object.")
    metadata = value.get("metadata")
    found = metadata if isinstance(metadata, dict) else {}
    contacts, only_contact = _contacts(value)
    return Change(
        item=item,
        field=as_text(item.value.get("field"), limit=100) or "",
        value=value,
        address=as_id(found.get("phone_number_id")) or item.address,
        frame={name: value[name] for name in FRAME if name in value},
        our_number=account_id(found.get("display_phone_number")) or "",
        contacts=contacts,
        only_contact=only_contact,
    )


def with_contacts_in(change: Change, value: JsonObject) -> Change:
    """Like `change`, with the contacts of `value` where it has some."""
    contacts, only_contact = _contacts(value)
    return change._replace(contacts=contacts, only_contact=only_contact) if contacts else change


def _contacts(value: JsonObject) -> tuple[Mapping[str, Contact], Contact | None]:
    """The entries of `contacts` by id, and the only one."""
    given = value.get("contacts")
    if not isinstance(given, list):
        return NOBODY, None
    contacts = [Contact(one, _ids_of(one)) for one in given if isinstance(one, dict)]
    return {one: contact for contact in contacts for one in contact.ids}, contacts[0] if len(contacts) == 1 else None


def account_id(value: JsonValue) -> str | None:
    """An id of a person; phone numbers always without the plus sign."""
    found = value if type(value) is str and 0 < len(value) <= MAX_ID else as_id(value)
    return found[1:] if found and found[0] == "+" and len(found) > 1 else found


def _ids_of(contact: JsonObject) -> tuple[str, ...]:
    ids = (contact.get("user_id"), contact.get("wa_id"), contact.get("parent_user_id"))
    return tuple([found for value in ids if (found := account_id(value))])


def _merged(known: tuple[str, ...], more: tuple[str, ...]) -> tuple[str, ...]:
    """BSUID first, whichever of the two places names it, then phone number, then parent BSUID."""
    if known == more:
        return known
    return tuple(sorted(dict.fromkeys((*known, *more)), key=_rank))


def _rank(one: str) -> int:
    if is_phone(one):
        return 1
    return 2 if one[2:7] == ".ENT." else 0


def is_phone(one: str) -> bool:
    return one.isdecimal() and one.isascii()


def _party(known: tuple[str, ...], contact: Contact | None) -> Party:
    profile = contact.given.get("profile") if contact is not None else None
    found = profile if isinstance(profile, dict) else {}
    username = as_text(found.get("username"), limit=255)
    phone = next((one for one in known if is_phone(one)), None)
    return Party(
        external_id=known[0],
        aliases=known[1:],
        name=as_text(found.get("name"), limit=255) or None,
        username=username.removeprefix("@") or None if username else None,
        phone=f"+{phone}" if phone else None,
    )


def thread_of(part: JsonObject) -> Thread:
    """A message of a group does not belong to the sender's private thread."""
    group_id = as_id(part.get("group_id"))
    return Thread(type=ThreadType.GROUP, key=group_id) if group_id else PRIVATE


def need_object(part: JsonObject, name: str) -> JsonObject:
    found = part.get(name)
    if not isinstance(found, dict):
        raise Odd(f"{name} is not a JSON object.")
    return found


def need_id(part: JsonObject, name: str) -> str:
    found = as_id(part.get(name))
    if found is None:
        raise Odd(f"{name} is missing or no id.")
    return found


def need_person(person: Person | None) -> Person:
    if person is None:
        raise Odd("Nothing says who this is about.")
    return person


ParsePart = Callable[[Change, JsonObject], InboundEvent]


def each(change: Change, name: str, parser: ParsePart) -> Iterator[InboundEvent]:
    """An event for every part of the list `name`; what is odd never harms its neighbours."""
    parts = change.value.get(name)
    if not isinstance(parts, list):
        inner: JsonObject = {name: parts}
        raw = change.body({**change.frame, **({"standby": inner} if change.is_standby else inner)})
        yield malformed(change.address, f"{name} is not a list.", raw)
        return
    for part in parts:
        yield guarded(change, name, part, parser)


def guarded(change: Change, name: str, part: JsonValue, parser: ParsePart) -> InboundEvent:
    """What `parser` makes of one part of the list `name`, or a MalformedEvent."""
    if not isinstance(part, dict):
        return _odd_part(change, name, part, f"A part of {name} is not a JSON object.")
    try:
        return parser(change, part)
    except Odd as odd:
        return _odd_part(change, name, part, str(odd))
    except Exception as error:  # noqa: BLE001 - whatever a part holds, its neighbours must arrive
        return _odd_part(change, name, part, f"The part could not be read ({type(error).__name__}).")


def _odd_part(change: Change, name: str, part: JsonValue, problem: str) -> InboundEvent:
    return malformed(change.address, problem, change.raw(name, part, change.lone_contact))
