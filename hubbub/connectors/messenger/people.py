"""Names and pictures of people.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/identity/user-profile
"""

from __future__ import annotations

from hubbub.connectors.messages import ApiRequest, ApiResponse, ChannelAccess, Profile
from hubbub.connectors.messenger.answers import ANSWERS
from hubbub.connectors.meta.graph import graph_request
from hubbub.kit.json import as_text

FIELDS = "id,name,first_name,last_name,profile_pic"
"""Locale, timezone and gender need permissions of their own; asking without them fails the whole call."""


def profile_request(access: ChannelAccess, external_id: str) -> ApiRequest:
    return graph_request(
        access,
        "GET",
        (external_id,),
        endpoint="/{psid}",
        purpose="profile",
        query={"fields": FIELDS},
        is_repeatable=True,
    )


def read_profile(response: ApiResponse) -> Profile | None:
    """None for an empty object (no permission, no consent) and for people whom the platform does not show.

    The picture's address expires. Raises `Unavailable` when it is worth asking again.
    """
    told = ANSWERS.told(response) or {}
    profile = Profile(
        name=as_text(told.get("name"), limit=500),
        first_name=as_text(told.get("first_name"), limit=500),
        last_name=as_text(told.get("last_name"), limit=500),
        avatar_url=as_text(told.get("profile_pic"), limit=2_000),
    )
    return None if profile == Profile() else profile
