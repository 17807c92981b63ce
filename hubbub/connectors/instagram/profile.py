"""Who somebody is. Known only of people who wrote or tapped, not of those who only commented.

https://developers.facebook.com/documentation/business-messaging/instagram-messaging/features/user-profile
"""

from __future__ import annotations

from hubbub.connectors.instagram.answers import ANSWERS
from hubbub.connectors.messages import ApiRequest, ApiResponse, ChannelAccess, Profile
from hubbub.connectors.meta.graph import graph_request
from hubbub.kit.json import JsonValue, as_int, as_text

FLAGS = ("is_user_follow_business", "is_business_follow_user", "is_verified_user")
FIELDS = ("name", "username", "profile_pic", "follower_count", *FLAGS)


def profile_request(access: ChannelAccess, external_id: str) -> ApiRequest:
    return graph_request(
        access,
        "GET",
        (external_id,),
        endpoint="/{igsid}",
        purpose="profile",
        query={"fields": ",".join(FIELDS)},
        is_repeatable=True,
    )


def read_profile(response: ApiResponse) -> Profile | None:
    """None where the person has not agreed, blocked us or is gone. The picture's link expires after a few days.

    Raises `Unavailable` when Instagram may tell later.
    """
    told = ANSWERS.told(response)
    if not told:
        return None
    extra: dict[str, JsonValue] = {name: told[name] for name in FLAGS if isinstance(told.get(name), bool)}
    if (followers := as_int(told.get("follower_count"), low=0)) is not None:
        extra["follower_count"] = followers
    profile = Profile(
        name=as_text(told.get("name"), limit=200) or None,
        username=as_text(told.get("username"), limit=100) or None,
        avatar_url=as_text(told.get("profile_pic"), limit=2000) or None,
        extra=extra,
    )
    return None if profile == Profile() else profile
