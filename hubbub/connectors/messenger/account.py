"""Who we are, and which webhooks of the Page reach us.

https://developers.facebook.com/docs/graph-api/reference/page
https://developers.facebook.com/docs/graph-api/reference/page/subscribed_apps
"""

from __future__ import annotations

from collections.abc import Sequence

from hubbub.connectors.messages import AccountInfo, ApiRequest, ApiResponse, ChannelAccess
from hubbub.connectors.messenger.answers import ANSWERS
from hubbub.connectors.meta.graph import graph_request
from hubbub.connectors.meta.subscriptions import PAGE_EXTRA_FIELDS, PAGE_FIELDS, fields_of_app
from hubbub.kit.errors import InvalidInput
from hubbub.kit.json import as_id, as_int, as_text, dig

FIELDS = "id,name,username,category,link,followers_count,picture{url}"


def account_request(access: ChannelAccess) -> ApiRequest:
    """Asks for the token's own Page, so that a token of another Page is found out."""
    return graph_request(
        access, "GET", ("me",), endpoint="/me", purpose="probe", query={"fields": FIELDS}, is_repeatable=True
    )


def read_account(access: ChannelAccess, response: ApiResponse) -> AccountInfo:
    """Raises `InvalidInput` when the token does not work or is another Page's, `Unavailable` to be asked again."""
    told = ANSWERS.need_told(response)
    page_id = as_id(told.get("id"))
    if page_id is None:
        raise InvalidInput("Facebook did not say which Page this is. Check the token.")
    if access.external_id and page_id != access.external_id:
        raise InvalidInput(
            f"The token belongs to the Page (or person) {page_id}, not to the Page {access.external_id}. "
            "Enter the token of this Page."
        )
    return AccountInfo(
        external_id=page_id,
        name=as_text(told.get("name"), limit=500) or page_id,
        username=as_text(told.get("username"), limit=200),
        avatar_url=as_text(dig(told, "picture", "data", "url"), limit=2_000),
        url=as_text(told.get("link"), limit=2_000),
        follower_count=as_int(told.get("followers_count"), low=0),
        category=as_text(told.get("category"), limit=200),
    )


# --- Webhooks ---------------------------------------------------------------------------------------------------------

ENDPOINT = "/{page-id}/subscribed_apps"
"""Always with the Page's id: /me would be somebody else with a token that is not the Page's."""


def default_fields() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Core and extras. `response_feedback` is left out: it puts thumbs below everything that we send."""
    return PAGE_FIELDS, PAGE_EXTRA_FIELDS


def subscribe_request(access: ChannelAccess, fields: Sequence[str]) -> ApiRequest:
    """Replaces the list of our app, so `fields` must be all of them."""
    return _call(access, "POST", {"subscribed_fields": ",".join(fields)})


def subscriptions_request(access: ChannelAccess) -> ApiRequest:
    return _call(access, "GET", {})


def unsubscribe_request(access: ChannelAccess) -> ApiRequest:
    return _call(access, "DELETE", {})


def _call(access: ChannelAccess, method: str, query: dict[str, str]) -> ApiRequest:
    return graph_request(
        access,
        method,
        (access.external_id, "subscribed_apps"),
        endpoint=ENDPOINT,
        purpose="subscribe",
        query=query,
        is_repeatable=True,
    )


def read_subscriptions(access: ChannelAccess, response: ApiResponse) -> tuple[str, ...]:
    """The fields of our app; of any app while the credentials name no `app_id`. Raises like `read_account`."""
    return fields_of_app(ANSWERS.need_told(response), access.credentials.get("app_id"))
