"""Names and pictures of people.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/identity/user-profile
"""

from __future__ import annotations

from collections.abc import Collection

from hubbub.connectors.messages import ApiRequest, ApiResponse, ChannelAccess, Profile
from hubbub.connectors.messenger.answers import ANSWERS
from hubbub.connectors.meta.graph import JsonObject, graph_request
from hubbub.kit.json import JsonValue, as_text

FIELDS = "id,name,first_name,last_name,profile_pic"
"""Locale, timezone and gender need permissions of their own; asking without them fails the whole call."""


EXTRAS = {"locale": "pages_user_locale", "timezone": "pages_user_timezone", "gender": "pages_user_gender"}
"""Field → the permission that it needs."""


def granted_fields(scopes: Collection[str]) -> str:
    """The base fields, and those for which the token has the permission."""
    return ",".join([FIELDS, *(name for name, scope in EXTRAS.items() if scope in scopes)])


def profile_request(access: ChannelAccess, external_id: str, fields: str = FIELDS) -> ApiRequest:
    return graph_request(
        access,
        "GET",
        (external_id,),
        endpoint="/{psid}",
        purpose="profile",
        query={"fields": fields},
        is_repeatable=True,
    )


def read_profile(response: ApiResponse) -> Profile | None:
    """None for an empty object (no permission, no consent) and for people whom the platform does not show.

    The picture's address expires. Raises `Unavailable` when it is worth asking again.
    """
    return profile_in(ANSWERS.told(response) or {})


def profile_in(told: JsonObject) -> Profile | None:
    """The profile in an answer; None when it tells nothing."""
    hours, locale = _hours(told.get("timezone")), as_text(told.get("locale"), limit=20)
    extra: JsonObject = {"locale": locale} if locale else {}
    profile = Profile(
        name=as_text(told.get("name"), limit=500),
        first_name=as_text(told.get("first_name"), limit=500),
        last_name=as_text(told.get("last_name"), limit=500),
        avatar_url=as_text(told.get("profile_pic"), limit=2_000),
        language=locale,
        timezone=_zone(hours) if hours is not None else None,
        gender=as_text(told.get("gender"), limit=40),
        extra=extra if hours is None else {**extra, "utc_offset_hours": hours},
    )
    return None if profile == Profile() else profile


def _hours(value: JsonValue) -> float | None:
    """Hours from UTC; Messenger tells a number, not a name."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number and -12 <= value <= 14 else None  # type: ignore[operator, arg-type]


def _zone(hours: float) -> str | None:
    """A name that time-zone databases know, where there is one ("Etc/GMT-7" is seven hours east)."""
    if hours != int(hours):
        return None
    return f"Etc/GMT{-int(hours):+d}" if hours else "UTC"
