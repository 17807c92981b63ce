"""Who we are on LINE. https://developers.line.biz/en/reference/messaging-api/#get-bot-info"""

from __future__ import annotations

from collections.abc import Sequence

from hubbub.connectors.line.answers import read_json
from hubbub.connectors.line.calls import call
from hubbub.connectors.line.parse.item import renamed
from hubbub.connectors.messages import AccountInfo, ApiRequest, ApiResponse, ChannelAccess
from hubbub.kit.errors import InvalidInput, Unavailable
from hubbub.kit.json import JsonValue, as_id, as_int, as_text

INFO = "/v2/bot/info"
EXTRA = {"chatMode": "chat_mode", "markAsReadMode": "mark_as_read_mode", "premiumId": "premium_id"}


def account_request(access: ChannelAccess) -> ApiRequest:
    return call(access, "GET", INFO, purpose="probe")


def read_account(access: ChannelAccess, response: ApiResponse) -> AccountInfo:
    """Raises `InvalidInput` when the token does not work or is another account's, `Unavailable` to be asked again."""
    told = read_json(response) or {}
    if response.status in (400, 401, 403):
        reason = as_text(told.get("message"), limit=300) or f"status {response.status}"
        raise InvalidInput(f"LINE refuses the channel access token: {reason.rstrip('.')}. Enter a valid one.")
    user_id = as_id(told.get("userId"))
    if response.status != 200 or user_id is None:
        raise Unavailable(f"LINE did not tell which account this is (status {response.status}); try again later.")
    if access.external_id and user_id != access.external_id:
        raise InvalidInput(
            f"The channel access token belongs to the LINE account {user_id}, not to {access.external_id}. "
            "Enter the token of this channel, or connect that account."
        )
    return _account(user_id, told)


def _account(user_id: str, told: dict[str, JsonValue]) -> AccountInfo:
    return AccountInfo(
        external_id=user_id,
        name=as_text(told.get("displayName"), limit=200) or user_id,
        username=as_text(told.get("basicId"), limit=100),
        avatar_url=as_text(told.get("pictureUrl"), limit=2000),
        extra=renamed(told, EXTRA),
    )


# --- Quota ------------------------------------------------------------------------------------------------------------

QUOTA = "/v2/bot/message/quota"
"""https://developers.line.biz/en/reference/messaging-api/#get-quota"""


def quota_requests(access: ChannelAccess) -> tuple[ApiRequest, ...]:
    """How many messages this month may cost, and how many it has."""
    return tuple(call(access, "GET", place, purpose="probe") for place in (QUOTA, f"{QUOTA}/consumption"))


def read_quota(responses: Sequence[ApiResponse]) -> dict[str, JsonValue]:
    """LINE counts roughly, with what the team sent in its own app."""
    allowed, used = (read_json(one) if one.status == 200 else None for one in responses)
    total = as_int((used or {}).get("totalUsage"), low=0)
    if allowed is None or total is None:
        return {}
    limit = as_int(allowed.get("value"), low=0) if allowed.get("type") == "limited" else None
    return {"used": total, "limit": limit}
