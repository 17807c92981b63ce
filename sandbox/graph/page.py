"""Pages and Instagram accounts themselves: info, subscriptions of apps to them, and an app's own subscriptions.

https://developers.facebook.com/docs/graph-api/reference/page/subscribed_apps
"""

from __future__ import annotations

from typing import Any

from sandbox.graph.access import need_task, own_account
from sandbox.graph.call import GraphCall
from sandbox.graph.errors import BadParameter, GraphError, unknown_object
from sandbox.graph.fields import select
from sandbox.graph.handshake import verify_callback
from sandbox.graph.page_fields import INSTAGRAM_FIELDS, PAGE_FIELDS, WHATSAPP_FIELDS
from sandbox.graph.routes import route
from sandbox.ids import stable_number
from sandbox.state import ALL_FIELDS, META_OBJECT, App, InstagramAccount, MetaAccount, Page, Subscription

Json = dict[str, Any]
FIELDS_OF = {"facebook": PAGE_FIELDS, "instagram": INSTAGRAM_FIELDS}
FIELDS_OF_OBJECT = {"page": PAGE_FIELDS, "instagram": INSTAGRAM_FIELDS, "whatsapp_business_account": WHATSAPP_FIELDS}


@route("page", "GET")
async def page(call: GraphCall) -> Json:
    """Own Page: everything; with a user token of somebody who has a role: the same with the Page's token."""
    found: Page = call.node
    if call.bearer.kind == "user":
        person = call.world.state.people.get(call.bearer.user_id)
        if person is None or found.external_id not in person.pages:
            raise unknown_object(found.external_id, call.method)
    elif not call.reaches(found):
        raise unknown_object(found.external_id, call.method)
    return select(call.params, page_values(call, found), "Page", ("name", "id"))


def page_values(call: GraphCall, page: Page) -> Json:
    """All fields of a Page; ``extra`` of its fixture replaces some."""
    linked = call.world.state.instagram_of_page(page.external_id)
    values: Json = {
        "id": page.external_id,
        "name": page.name,
        "username": page.extra.get("username", "shop"),
        "category": "Shopping & retail",
        "category_list": [{"id": "200600219953504", "name": "Shopping & retail"}],
        "about": "A shop",
        "link": f"https://www.facebook.com/{page.external_id}",
        "picture": {
            "data": {"url": f"{call.world.base_url}/cdn/avatars/{page.external_id}.png", "is_silhouette": False}
        },
        "fan_count": 1200,
        "followers_count": 1234,
        "website": "https://example.com",
        "phone": "+66 2 000 0000",
        "emails": ["shop@example.com"],
        "is_published": True,
        "verification_status": "not_verified",
        "access_token": page.access_token or None,
        "tasks": ["MESSAGING", "MODERATE", "MANAGE", "ANALYZE", "ADVERTISE", "CREATE_CONTENT"],
        "messaging_feature_status": {"hop_v2": page.uses_routing, "msgr_multi_app": True, "ig_multi_app": False},
        "subject_to_new_eu_privacy_rules": False,
        "instagram_business_account": lambda inside: _linked(call, linked, inside) if linked else None,
    }
    return {**values, **{name: value for name, value in page.extra.items() if name in values}}


def _linked(call: GraphCall, account: InstagramAccount, inside: str) -> Json:
    values = _instagram_values(call, account)
    return {name: values[name] for name in (inside.split(",") if inside else ["id"]) if name in values}


@route("instagram", "GET")
async def instagram(call: GraphCall) -> Json:
    account = own_account(call, "instagram_basic", "instagram_business_basic")
    assert isinstance(account, InstagramAccount)
    return select(call.params, _instagram_values(call, account), "IGUser", ("id",))


def _instagram_values(call: GraphCall, account: InstagramAccount) -> Json:
    is_login = call.host == "instagram"
    return {
        "id": stable_number("app-scoped", account.external_id, digits=17) if is_login else account.external_id,
        "user_id": account.external_id,
        "username": account.username,
        "name": account.name,
        "account_type": "BUSINESS",
        "profile_picture_url": f"{call.world.base_url}/cdn/avatars/{account.external_id}.png",
        "followers_count": 1234,
        "media_count": 10,
    }


def _wanted(call: GraphCall, platform: str) -> set[str]:
    """The field list of a subscription. One unknown name fails the whole call."""
    names = call.params.names("subscribed_fields")
    if not names:
        raise BadParameter("The parameter subscribed_fields is required.")
    known = FIELDS_OF[platform]
    for position, name in enumerate(names):
        if name not in known:
            raise BadParameter(
                f'Param subscribed_fields[{position}] must be one of {{{", ".join(sorted(known))}}} - got "{name}".'
            )
    return set(names)


@route("page instagram", "POST", "subscribed_apps")
async def subscribe(call: GraphCall) -> Json:
    """Replaces the list of fields of the calling app."""
    account = own_account(call, "pages_manage_metadata", "instagram_business_basic")
    need_task(call, account, "MODERATE")
    account.subscribed[call.app_id] = _wanted(call, account.platform)
    account.failing_since = None
    return {"success": True}


@route("page instagram", "GET", "subscribed_apps")
async def subscriptions(call: GraphCall) -> Json:
    account = own_account(call, "pages_manage_metadata", "instagram_business_basic")
    return {"data": [_subscribed(call, account, app_id) for app_id in account.subscribed]}


def _subscribed(call: GraphCall, account: MetaAccount, app_id: str) -> Json:
    app = call.world.state.apps.get(app_id)
    fields = account.subscribed[app_id]
    shown = FIELDS_OF[account.platform] if ALL_FIELDS in fields else fields
    name = app.name if app else "App"
    link = f"https://www.facebook.com/games/?app_id={app_id}"
    return {"id": app_id, "name": name, "category": "Business", "link": link, "subscribed_fields": sorted(shown)}


@route("page instagram", "DELETE", "subscribed_apps")
async def unsubscribe(call: GraphCall) -> Json:
    account = own_account(call, "pages_manage_metadata", "instagram_business_basic")
    account.subscribed.pop(call.app_id, None)
    return {"success": True}


def _own_app(call: GraphCall) -> App:
    """The app of an app token. Raises GraphError."""
    app: App = call.node
    if call.bearer.kind != "app" or call.bearer.app_id != app.app_id:
        raise GraphError(15, None, "(#15) This method must be called with an app access_token.")
    return app


@route("app", "POST", "subscriptions")
async def subscribe_app(call: GraphCall) -> Json:
    """Verifies the callback first, then replaces the subscription of that object."""
    app, kind = _own_app(call), call.params.need("object")
    if kind not in FIELDS_OF_OBJECT:
        raise BadParameter(f"Param object must be one of {{{', '.join(FIELDS_OF_OBJECT)}}}")
    url, token = call.params.need("callback_url"), call.params.need("verify_token")
    fields = call.params.names("fields")
    if unknown := [name for name in fields if name not in FIELDS_OF_OBJECT[kind]]:
        raise BadParameter(f'Param fields must be fields of {kind} - got "{unknown[0]}".')
    await verify_callback(call.world, url, token)
    app.subscriptions[kind] = Subscription(
        callback_url=url,
        verify_token=token,
        fields=set(fields),
        include_values=bool(call.params.flag("include_values")),
    )
    return {"success": True}


@route("app", "GET", "subscriptions")
async def app_subscriptions(call: GraphCall) -> Json:
    app = _own_app(call)
    return {"data": [_shown(call, kind, one) for kind, one in app.subscriptions.items()]}


def _shown(call: GraphCall, kind: str, subscription: Subscription) -> Json:
    fields = FIELDS_OF_OBJECT[kind] if ALL_FIELDS in subscription.fields else subscription.fields
    listed = [{"name": name, "version": call.version} for name in sorted(fields)]
    return {"object": kind, "callback_url": subscription.callback_url, "active": True, "fields": listed}


@route("app", "DELETE", "subscriptions")
async def unsubscribe_app(call: GraphCall) -> Json:
    """One object, some of its fields, or everything."""
    app, kind = _own_app(call), call.params.text("object")
    fields = set(call.params.names("fields"))
    for name in [kind] if kind else list(META_OBJECT.values()):
        subscription = app.subscriptions.get(name)
        if subscription is None:
            continue
        if fields:
            known = set(FIELDS_OF_OBJECT[name]) if ALL_FIELDS in subscription.fields else subscription.fields
            subscription.fields = known - fields
        else:
            del app.subscriptions[name]
    return {"success": True}


@route("app", "GET")
async def app_info(call: GraphCall) -> Json:
    app: App = call.node
    if call.bearer.app_id != app.app_id:
        raise unknown_object(app.app_id, call.method)
    values = {"id": app.app_id, "name": app.name, "category": "Business", "link": "https://example.com"}
    return select(call.params, values, "Application", ("category", "link", "name", "id"))
