"""Calls of the app itself, with the app's token: where webhooks go, and what a Page's token may do.

https://developers.facebook.com/docs/graph-api/reference/app/subscriptions
https://developers.facebook.com/docs/graph-api/reference/debug_token
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hubbub.connectors.base import AppSubscription
from hubbub.connectors.messages import ApiRequest, ApiResponse, ChannelAccess, Credentials
from hubbub.connectors.meta.graph import JsonObject, graph_request, need_object
from hubbub.kit.errors import InvalidInput
from hubbub.kit.json import as_list, as_object, as_text, dig

EDGE = "/{app-id}/subscriptions"


def app_of(access: ChannelAccess) -> str:
    """The app's id, where its secret is known too; else empty."""
    return access.credentials.get("app_id") if access.credentials.get("app_secret") else ""


def as_app(access: ChannelAccess) -> ChannelAccess:
    """The same access with the app's token. Raises `InvalidInput` without an app id or secret."""
    app_id, secret = access.credentials.get("app_id"), access.credentials.get("app_secret")
    if not app_id or not secret:
        raise InvalidInput("This needs the id and the secret of the Meta app. Give both to the channel, or in .env.")
    credentials = Credentials(values={"access_token": f"{app_id}|{secret}", "app_secret": secret, "app_id": app_id})
    return replace(access, credentials=credentials)


def subscribe_request(
    access: ChannelAccess, callback_url: str, verify_token: str, fields: Sequence[str], target: str = "page"
) -> ApiRequest:
    """One callback an app and object: it replaces the one before. Meta calls it with the verify token at once."""
    body: JsonObject = {
        "object": target,
        "callback_url": callback_url,
        "verify_token": verify_token,
        "fields": ",".join(fields),
        "include_values": True,
    }
    return _call(access, "POST", body=body)


def subscriptions_request(access: ChannelAccess) -> ApiRequest:
    return _call(access, "GET")


def subscription_in(told: JsonObject, target: str) -> AppSubscription | None:
    """What an answer says of one object ("page", "instagram"); None when the app is not subscribed to it."""
    rows = [as_object(one) for one in as_list(told.get("data"))]
    found = next((row for row in rows if row is not None and row.get("object") == target), None)
    if found is None:
        return None
    names = (as_text(dig(one, "name"), limit=100) for one in as_list(found.get("fields")))
    return AppSubscription(
        callback_url=as_text(found.get("callback_url"), limit=2_000) or "",
        fields=tuple(name for name in names if name),
        is_active=found.get("active") is not False,
    )


def unsubscribe_request(access: ChannelAccess, target: str = "page") -> ApiRequest:
    return _call(access, "DELETE", body={"object": target})


def _call(access: ChannelAccess, method: str, body: JsonObject | None = None) -> ApiRequest:
    app = as_app(access)
    return graph_request(
        app,
        method,
        (app.credentials.get("app_id"), "subscriptions"),
        endpoint=EDGE,
        purpose="subscribe",
        body=body,
        is_repeatable=True,
    )


def token_request(access: ChannelAccess) -> ApiRequest:
    """Asks what the token may do."""
    return graph_request(
        as_app(access),
        "GET",
        ("debug_token",),
        endpoint="/debug_token",
        purpose="probe",
        query={"input_token": access.credentials.get("access_token")},
        is_repeatable=True,
    )


def scopes_in(told: object) -> frozenset[str]:
    """The permissions of the token, in the answer."""
    return frozenset(name for one in as_list(dig(told, "data", "scopes")) if (name := as_text(one)))


def read_scopes(response: ApiResponse, platform: str) -> frozenset[str]:
    """The permissions of the token. Raises with Meta's words for a token or an app that may not."""
    told = need_object(response, platform)
    if dig(told, "data", "is_valid") is False:
        raise InvalidInput(as_text(dig(told, "data", "error", "message")) or "Meta says that the token is not valid.")
    return scopes_in(told)
