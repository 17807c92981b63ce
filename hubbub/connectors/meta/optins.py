"""What people agree to get: notifications, plugins. Retired for most uses in February 2026, still to be read.

…/webhook-events/messaging_optins of
https://developers.facebook.com/documentation/business-messaging/messenger-platform/webhooks
"""

from __future__ import annotations

from datetime import datetime, timedelta

from hubbub.connectors.events import InboundEvent, OptInChanged, Party
from hubbub.connectors.meta.envelope import fingerprint
from hubbub.connectors.meta.messaging import JsonObject, Turn
from hubbub.kit.clock import EPOCH
from hubbub.kit.json import JsonValue, as_id, as_int, as_text, dig

LATEST_MS = 4_102_444_800_000  # the year 2100


def opted_in(turn: Turn, optin: JsonObject) -> InboundEvent:
    person = _opted_in_person(turn, optin)
    status = (as_text(optin.get("notification_messages_status"), limit=100) or "").upper()
    return OptInChanged(
        **turn.facts(f"optin:{person.external_id}:{turn.moment()}:{fingerprint(optin)}"),
        sender=person,
        topic=_topic(optin),
        is_opted_in=not status.startswith("STOP"),
        token=as_text(optin.get("notification_messages_token") or optin.get("one_time_notif_token"), limit=2_000),
        expires_at=_expiry(optin.get("token_expiry_timestamp")),
        extra={name: text for name in OPTIN_FACTS if (text := as_text(optin.get(name), limit=2_100))},
    )


OPTIN_FACTS = (
    "type",
    "payload",
    "title",
    "ref",
    "source",
    "notification_messages_timezone",
    "notification_messages_frequency",
    "notification_messages_status",
    "user_token_status",
)


def _opted_in_person(turn: Turn, optin: JsonObject) -> Party:
    """The checkbox plugin names no sender, only the `user_ref` that our page gave."""
    user_ref = as_id(optin.get("user_ref"))
    if user_ref is not None and as_id(dig(turn.value, "sender", "id")) is None:
        return Party(external_id=f"user_ref:{user_ref}")
    return turn.person()


def _topic(optin: JsonObject) -> str:
    named = (
        as_text(optin.get(name), limit=1_000) for name in ("notification_messages_topic", "title", "payload", "ref")
    )
    return next((topic for topic in named if topic), as_text(optin.get("type"), limit=100) or "")


def _expiry(value: JsonValue) -> datetime | None:
    """A moment to come, which `from_epoch` would clamp; milliseconds."""
    milliseconds = as_int(value, low=0)
    return None if milliseconds is None else EPOCH + timedelta(milliseconds=min(milliseconds, LATEST_MS))
