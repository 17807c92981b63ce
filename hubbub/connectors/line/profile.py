"""Who somebody is. https://developers.line.biz/en/reference/messaging-api/#profile

A group's own summary is asked where the group stands for somebody whom LINE does not name; a room has none.
"""

from __future__ import annotations

from hubbub.connectors.line.answers import read_json
from hubbub.connectors.line.calls import call
from hubbub.connectors.messages import ApiRequest, ApiResponse, ChannelAccess, Profile
from hubbub.kit.errors import Unavailable
from hubbub.kit.json import JsonValue, as_int, as_text

USER = "/v2/bot/profile/{user-id}"
GROUP_MEMBER = "/v2/bot/group/{group-id}/member/{user-id}"
GROUP_SUMMARY = "/v2/bot/group/{group-id}/summary"
ROOM_MEMBER = "/v2/bot/room/{room-id}/member/{user-id}"
ROOM_COUNT = "/v2/bot/room/{room-id}/members/count"
NOTHING_TOLD = frozenset({400, 403, 404, 410})


def profile_request(access: ChannelAccess, external_id: str, *, thread_key: str) -> ApiRequest:
    """Rooms have ids that begin with R, groups with C."""
    is_room, is_thread = thread_key.startswith("R"), external_id == thread_key
    ids = {"user-id": external_id, "group-id": thread_key, "room-id": thread_key}
    if not thread_key:
        endpoint = USER
    elif is_room:
        endpoint = ROOM_COUNT if is_thread else ROOM_MEMBER
    else:
        endpoint = GROUP_SUMMARY if is_thread else GROUP_MEMBER
    return call(access, "GET", endpoint, ids=ids, purpose="profile")


def read_profile(response: ApiResponse) -> Profile | None:
    """None where LINE tells nothing (blocked, unknown, no consent). Raises `Unavailable` when it may tell later."""
    if response.status in NOTHING_TOLD:
        return None
    told = read_json(response)
    if response.status != 200 or told is None:
        raise Unavailable(f"LINE did not tell a profile (status {response.status}); ask again later.")
    return Profile(
        name=as_text(told.get("displayName"), limit=200) or as_text(told.get("groupName"), limit=200),
        avatar_url=as_text(told.get("pictureUrl"), limit=2000),
        language=as_text(told.get("language"), limit=35),
        extra=_extra(told),
    )


def _extra(told: dict[str, JsonValue]) -> dict[str, JsonValue]:
    extra: dict[str, JsonValue] = {}
    if status := as_text(told.get("statusMessage"), limit=1000):
        extra["status_message"] = status
    if (count := as_int(told.get("count"), low=0)) is not None:
        extra["member_count"] = count
    return extra
