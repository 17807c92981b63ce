"""Who we are, and the subscription of our account's webhooks.

https://developers.facebook.com/documentation/business-messaging/instagram-messaging/get-started
https://developers.facebook.com/documentation/instagram-platform/webhooks
"""

from __future__ import annotations

from collections.abc import Sequence

from hubbub.connectors.instagram.answers import ANSWERS
from hubbub.connectors.instagram.calls import call, is_login
from hubbub.connectors.messages import AccountInfo, ApiRequest, ApiResponse, ChannelAccess
from hubbub.connectors.meta import app
from hubbub.connectors.meta.graph import JsonObject, graph_request
from hubbub.connectors.meta.subscriptions import PAGE_EXTRA_FIELDS, PAGE_FIELDS, fields_of_app
from hubbub.kit.errors import InvalidInput
from hubbub.kit.json import as_id, as_int, as_object, as_text

# --- Probe ------------------------------------------------------------------------------------------------------------

ABOUT = ("username", "name", "profile_picture_url", "followers_count")
ABOUT_LOGIN = ",".join(("user_id", *ABOUT, "account_type"))
ABOUT_PAGE = f"id,name,instagram_business_account{{{','.join(('id', *ABOUT))}}}"


def account_request(access: ChannelAccess) -> ApiRequest:
    if not is_login(access):
        return call(access, "GET", purpose="probe", query={"fields": ABOUT_PAGE}, is_repeatable=True)
    return graph_request(
        access, "GET", ("me",), endpoint="/me", purpose="probe", query={"fields": ABOUT_LOGIN}, is_repeatable=True
    )


def read_account(access: ChannelAccess, response: ApiResponse) -> AccountInfo:
    """Raises `InvalidInput` when the token does not work or is another account's, `Unavailable` to be asked again."""
    told = ANSWERS.need_told(response)
    account = told if is_login(access) else as_object(told.get("instagram_business_account"))
    if account is None:
        raise InvalidInput(
            "No Instagram professional account is linked to this Page. Link one in the Page's settings, then try again."
        )
    # With Instagram Login `id` is the app's own number for the account; webhooks carry `user_id`.
    external_id = as_id(account.get("user_id")) or as_id(account.get("id"))
    if external_id is None:
        raise InvalidInput("Instagram did not say which account this is. Check the token's permissions.")
    if access.external_id and external_id != access.external_id:
        raise InvalidInput(
            f"The token belongs to the Instagram account {external_id}, not to {access.external_id}. "
            "Enter the token of this channel, or connect that account."
        )
    return _account(external_id, account, page=None if is_login(access) else told)


def _account(external_id: str, told: JsonObject, *, page: JsonObject | None) -> AccountInfo:
    username = as_text(told.get("username"), limit=100)
    account_type = as_text(told.get("account_type"), limit=100)
    return AccountInfo(
        external_id=external_id,
        name=as_text(told.get("name"), limit=200) or username or external_id,
        username=username,
        avatar_url=as_text(told.get("profile_picture_url"), limit=2000),
        url=f"https://www.instagram.com/{username}/" if username else None,
        follower_count=as_int(told.get("followers_count"), low=0),
        parent_external_id=as_id(page.get("id")) if page else None,
        extra={"account_type": account_type} if account_type else {},
    )


# --- Webhooks ---------------------------------------------------------------------------------------------------------

CORE_FIELDS = (
    "messages",
    "message_reactions",
    "message_edit",
    "messaging_postbacks",
    "messaging_referral",
    "messaging_seen",
    "messaging_optins",
    "messaging_handover",
    "standby",
)
EXTRA_FIELDS = ("comments", "live_comments", "mentions")
"""They need Advanced Access, and a public account. Instagram Login tells of mentions under `comments`."""
LOGIN_EXTRA_FIELDS = ("comments", "live_comments")


def default_fields(access: ChannelAccess) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Core and extras: of the account with Instagram Login, else of its Page.

    Through a Page every field of Instagram comes that the app has asked for, as soon as the app is installed on the
    Page. The Page has one list for Messenger and Instagram: so it is Messenger's.
    """
    return (CORE_FIELDS, LOGIN_EXTRA_FIELDS) if is_login(access) else (PAGE_FIELDS, PAGE_EXTRA_FIELDS)


def app_fields() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Core and extras of Instagram's own."""
    return CORE_FIELDS, EXTRA_FIELDS


def app_of(access: ChannelAccess) -> str:
    """The Meta app's id. An app with Instagram Login is set up by hand in Meta's dashboard: empty."""
    return "" if is_login(access) else app.app_of(access)


def subscribe_request(access: ChannelAccess, fields: Sequence[str]) -> ApiRequest:
    """Replaces the list of our app, so `fields` must be all of them."""
    query = {"subscribed_fields": ",".join(fields)}
    return call(access, "POST", "subscribed_apps", purpose="subscribe", query=query, is_repeatable=True)


def subscriptions_request(access: ChannelAccess) -> ApiRequest:
    return call(access, "GET", "subscribed_apps", purpose="subscribe", is_repeatable=True)


def read_subscriptions(access: ChannelAccess, response: ApiResponse) -> tuple[str, ...]:
    """The fields of our app, of the account or its Page.

    Raises `InvalidInput` with the reason of a refusal, `Unavailable` to be asked again.
    """
    return fields_of_app(ANSWERS.need_told(response), access.credentials.get("app_id"))


def unsubscribe_request(access: ChannelAccess) -> ApiRequest:
    """Through a Page this takes the app off the Page, also for Messenger."""
    return call(access, "DELETE", "subscribed_apps", purpose="subscribe", is_repeatable=True)
