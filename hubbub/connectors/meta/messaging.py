"""Items of `messaging` and `standby`, which Messenger and Instagram share.

`turn_of(item)` reads who did something to whom and when; `parse_turn(turn, table)` gives one event for each key of the
item that `table` knows. A platform's table is `SHARED_EVENTS | {"message": …, …}`, see `meta.content` for messages.
https://developers.facebook.com/documentation/business-messaging/messenger-platform/webhooks
https://developers.facebook.com/documentation/business-messaging/instagram-messaging/webhooks
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import NamedTuple, TypedDict

from hubbub.connectors.events import (
    Content,
    DeliveryStatus,
    InboundEvent,
    MessageEdited,
    MessageType,
    Party,
    PostbackReceived,
    ReactionChanged,
    ReadUpTo,
    ReferralReceived,
    ThreadControlChanged,
)
from hubbub.connectors.meta.envelope import Item, Odd, fingerprint, need_id, party, unknown
from hubbub.kit.clock import from_epoch
from hubbub.kit.json import JsonValue, as_id, as_int, as_object, as_text

JsonObject = dict[str, JsonValue]

FRAME = frozenset({"sender", "recipient", "timestamp"})


class Facts(TypedDict):
    """What every event has."""

    address: str
    event_key: str
    occurred_at: datetime | None
    raw: JsonObject
    is_standby: bool


class Turn(NamedTuple):
    """One item: somebody did something to somebody."""

    address: str
    """Our account."""
    value: JsonObject
    occurred_at: datetime | None
    raw: JsonObject
    is_standby: bool
    is_by_us: bool
    """Our account is the sender."""

    def facts(self, event_key: str) -> Facts:
        return {
            "address": self.address,
            "event_key": event_key,
            "occurred_at": self.occurred_at,
            "raw": self.raw,
            "is_standby": self.is_standby,
        }

    def person(self) -> Party:
        """The other side. Raises `Odd` when the item does not name it."""
        name = "recipient" if self.is_by_us else "sender"
        return party(self.value.get(name), name)

    def actor(self) -> Party:
        """Who did it: the other side, or our account."""
        return party(self.value.get("sender"), "sender")

    def moment(self) -> str:
        """The item's timestamp as text, for event keys."""
        return as_text(self.value.get("timestamp"), limit=32) or ""


Parser = Callable[[Turn, JsonObject], InboundEvent]
"""The turn and what stands under the event's key."""
Parsers = Mapping[str, Parser]


def turn_of(item: Item) -> Turn | None:
    """The turn that `item` is, also wrapped as `{"field": …, "value": {…}}`; None for a change of another kind."""
    value: JsonValue = item.value if item.lane != "changes" else item.value.get("value")
    if not isinstance(value, dict) or (item.lane == "changes" and "recipient" not in value and "sender" not in value):
        return None
    message = value.get("message")
    is_echo = isinstance(message, dict) and message.get("is_echo") is True
    sender, recipient = _id_of(value.get("sender")), _id_of(value.get("recipient"))
    ours, theirs = (sender, recipient) if is_echo else (recipient, sender)
    # Samples of messages and taps print the person's id, or nothing, as that of the entry. Elsewhere an entry of the
    # sender's means that we ourselves did it.
    is_said = message is not None or "postback" in value
    is_misnamed = not item.address or (is_said and item.address == theirs and ours is not None)
    address = (ours or "") if is_misnamed else item.address
    time = value.get("timestamp")
    return Turn(
        address=address,
        value=value,
        occurred_at=from_epoch(item.time if time is None else time),
        raw=item.raw,
        is_standby=item.lane == "standby",
        is_by_us=is_echo or (sender is not None and sender == address != recipient),
    )


def _id_of(value: JsonValue) -> str | None:
    return as_id(value.get("id")) if isinstance(value, dict) else None


def parse_turn(turn: Turn, item: Item, parsers: Parsers) -> list[InboundEvent]:
    """One event for each key that `parsers` knows; an UnknownEvent when there is none. Raises `Odd`."""
    names = [name for name in turn.value if name in parsers]
    if len(names) == 1:
        return [_event(turn, names[0], parsers)]
    if not names:
        others = [name for name in turn.value if name not in FRAME]
        name = others[0] if others else "item without an event"
        return [unknown(turn.address, name, turn.raw, is_standby=turn.is_standby)]
    return [_event(_alone(turn, item, name, names), name, parsers) for name in names]


def _event(turn: Turn, name: str, parsers: Parsers) -> InboundEvent:
    content = turn.value[name]
    if not isinstance(content, dict):
        raise Odd(f"{name} is not a JSON object.")
    return parsers[name](turn, content)


def _alone(turn: Turn, item: Item, name: str, names: list[str]) -> Turn:
    """The turn as if it had only this one of its `names`, so that its `raw` gives this event alone."""
    value = {key: part for key, part in turn.value.items() if key == name or key not in names}
    inner = value if item.lane != "changes" else {**item.value, "value": value}
    return turn._replace(value=value, raw=item.narrowed(inner))


# --- Events -----------------------------------------------------------------------------------------------------------

EMOJIS = {
    "angry": "😠",
    "dislike": "👎",
    "laugh": "😆",
    "like": "👍",
    "love": "❤️",
    "sad": "😢",
    "smile": "😊",
    "wow": "😮",
}
"""For a reaction that is only named. "other" has no picture of its own."""


def edited(turn: Turn, edit: JsonObject) -> InboundEvent:
    """…/webhook-events/message-edits; `num_edit` comes as a number or as text."""
    mid = need_id(edit.get("mid"), "message_edit.mid")
    number = as_int(edit.get("num_edit"), low=0) or 0
    return MessageEdited(
        **turn.facts(f"edit:{mid}:{number}"),
        sender=None if turn.is_by_us else turn.person(),
        external_id=mid,
        content=Content(type=MessageType.TEXT, text=as_text(edit.get("text"))),
        edit_number=number,
    )


def reacted(turn: Turn, reaction: JsonObject) -> InboundEvent:
    """…/webhook-events/message-reactions; without `reaction` and `emoji` when it is taken back."""
    mid = need_id(reaction.get("mid"), "reaction.mid")
    action = as_text(reaction.get("action"), limit=20)
    if action not in ("react", "unreact"):
        raise Odd("reaction.action is neither react nor unreact.")
    actor = turn.actor()
    name = as_text(reaction.get("reaction"), limit=100) or ""
    emoji = as_text(reaction.get("emoji"), limit=100) or EMOJIS.get(name, "")
    return ReactionChanged(
        **turn.facts(f"reaction:{actor.external_id}:{mid}:{turn.moment()}:{action}"),
        sender=actor,
        external_id=mid,
        emoji=(emoji or "❔") if action == "react" else "",
        name=name if action == "react" else "",
        opens_window=not turn.is_by_us,
    )


def tapped(turn: Turn, postback: JsonObject) -> InboundEvent:
    """…/webhook-events/messaging_postbacks; without a payload on standby."""
    person = turn.person()
    mid = as_id(postback.get("mid"))
    payload = as_text(postback.get("payload")) or ""
    key = mid or f"{person.external_id}:{turn.moment()}:{fingerprint(payload)}"
    referral = as_object(postback.get("referral"))
    return PostbackReceived(
        **turn.facts(f"postback:{key}"),
        sender=person,
        external_id=mid,
        title=as_text(postback.get("title"), limit=1000) or "",
        payload=payload,
        params={"referral": referral_facts(referral)} if referral else {},
    )


SHORTLINKS = frozenset({"SHORTLINK", "SHORTLINKS"})
"""m.me and ig.me; the documentation of Instagram prints both words."""
REFERRAL = ("ref", "source", "type", "ad_id", "referer_uri")
AD = {"ad_title": "title", "photo_url": "photo_url", "video_url": "video_url"} | {
    name: name for name in ("post_id", "product_id", "flow_id")
}


def referral_facts(referral: JsonObject) -> JsonObject:
    """Where somebody came from, under our names: ref, source, type, ad_id, referer_uri, ad {title, …}, product_id."""
    facts: JsonObject = {name: text for name in REFERRAL if (text := as_text(referral.get(name), limit=2100))}
    if facts.get("source") in SHORTLINKS:
        facts["source"] = "SHORTLINK"
    ad = as_object(referral.get("ads_context_data"))
    if ad:
        facts["ad"] = {ours: text for theirs, ours in AD.items() if (text := as_text(ad.get(theirs), limit=4000))}
    product = as_object(referral.get("product"))
    if product and (product_id := as_id(product.get("id"))):
        facts["product_id"] = product_id
    return facts


def referred(turn: Turn, referral: JsonObject) -> InboundEvent:
    """…/webhook-events/messaging_referrals. Only the click on an m.me or ig.me link opens the window."""
    person = turn.person()
    facts = referral_facts(referral)
    source = as_text(facts.pop("source", None))
    return ReferralReceived(
        **turn.facts(f"referral:{person.external_id}:{turn.moment()}:{fingerprint(referral)}"),
        sender=person,
        ref=as_text(facts.pop("ref", None)),
        source=source,
        ad_id=as_id(facts.pop("ad_id", None)),
        opens_window=source in SHORTLINKS,
        extra=facts,
    )


def has_read(turn: Turn, read: JsonObject) -> InboundEvent:
    """Messenger names a moment (…/webhook-events/message-reads), Instagram the last message."""
    person = turn.person()
    mid, moment = as_id(read.get("mid")), read.get("watermark")
    watermark = from_epoch(moment)
    if mid is None and watermark is None:
        raise Odd("read has neither mid nor watermark.")
    return ReadUpTo(
        **turn.facts(f"read:{person.external_id}:{mid or as_text(moment, limit=32)}"),
        recipient=person,
        status=DeliveryStatus.READ,
        watermark=watermark,
        external_id=mid,
    )


OWNERS = {
    "passed": ("previous_owner_app_id", "new_owner_app_id"),
    "taken": ("previous_owner_app_id", "new_owner_app_id"),
    "requested": ("previous_owner_app_id", "requested_owner_app_id"),
}


def thread_control(action: str) -> Parser:
    """…/webhook-events/messaging_handovers"""
    previous, new = OWNERS[action]

    def parse(turn: Turn, control: JsonObject) -> InboundEvent:
        person = turn.person() if "sender" in turn.value else None
        whom = person.external_id if person else ""
        new_owner = as_id(control.get(new))
        return ThreadControlChanged(
            **turn.facts(f"thread_{action}:{whom}:{turn.moment()}:{new_owner or ''}"),
            sender=person,
            action=action,
            previous_owner=as_id(control.get(previous)),
            new_owner=new_owner,
            metadata=as_text(control.get("metadata"), limit=2000),
        )

    return parse


SHARED_EVENTS: dict[str, Parser] = {
    "message_edit": edited,
    "reaction": reacted,
    "postback": tapped,
    "referral": referred,
    "read": has_read,
    "pass_thread_control": thread_control("passed"),
    "take_thread_control": thread_control("taken"),
    "request_thread_control": thread_control("requested"),
}
