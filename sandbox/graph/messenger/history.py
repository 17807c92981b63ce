"""User profiles and conversations. https://developers.facebook.com/documentation/business-messaging/messenger-platform/conversations"""

from __future__ import annotations

from typing import Any

from sandbox.graph.access import for_platform, own_account
from sandbox.graph.call import GraphCall
from sandbox.graph.errors import BadParameter, GraphError
from sandbox.graph.fields import names_of, page_of, select
from sandbox.graph.params import Params
from sandbox.graph.routes import route
from sandbox.graph.usage import take_api_call, take_rate
from sandbox.state import Account, Customer, InstagramAccount, Message, MetaAccount, Thread
from sandbox.webhooks.meta import bot_account

Json = dict[str, Any]
DETAILED = 20
PROFILE = ("id", "name", "first_name", "last_name", "profile_pic")
EXTRAS = {"locale": "pages_user_locale", "timezone": "pages_user_timezone", "gender": "pages_user_gender"}
INSTAGRAM_PROFILE = (
    "id",
    "name",
    "username",
    "profile_pic",
    "follower_count",
    "is_user_follow_business",
    "is_business_follow_user",
    "is_verified_user",
)


@route("customer", "GET")
async def profile(call: GraphCall) -> Json:
    """Empty without permission or consent (Messenger); an error without consent (Instagram)."""
    account, customer = call.node
    take_api_call(call, bot_account(account))
    if isinstance(account, InstagramAccount):
        return _instagram_profile(call, account, customer)
    if customer.profile.get("is_phone_only"):
        raise GraphError(2018218)
    if call.app is not None and "user_profile" not in call.app.features:
        return {}
    asked = names_of(call.params.text("fields"))
    for name, scope in EXTRAS.items():
        if name in asked and call.bearer.scopes is not None and scope not in call.bearer.scopes:
            raise GraphError(2018247)
    if not customer.has_consented:
        return {}
    return select(call.params, _messenger_values(call, customer), "User", PROFILE)


def _messenger_values(call: GraphCall, customer: Customer) -> Json:
    first, _, last = customer.name.partition(" ")
    values: Json = {
        "id": customer.id,
        "name": customer.name,
        "first_name": first,
        "last_name": last,
        "profile_pic": _picture(call, customer),
        "locale": "th_TH",
        "timezone": 7,
        "gender": "female",
    }
    return {**values, **{name: value for name, value in customer.profile.items() if name in values}}


def _picture(call: GraphCall, customer: Customer) -> str:
    return f"{call.world.base_url}/cdn/avatars/{customer.id}.png"


def _instagram_profile(call: GraphCall, account: InstagramAccount, customer: Customer) -> Json:
    call.needs("instagram_business_basic" if call.host == "instagram" else "instagram_basic")
    if not customer.has_consented:
        raise GraphError(230, None, "(#230) User consent is required to access user profile")
    if customer.is_blocked or not account.allows_access:
        raise GraphError(200, 2534041 if not account.allows_access else None)
    values: Json = {
        "id": customer.id,
        "name": customer.name,
        "username": customer.name.lower().replace(" ", "."),
        "profile_pic": _picture(call, customer),
        "follower_count": 10,
        "is_user_follow_business": True,
        "is_business_follow_user": False,
        "is_verified_user": False,
    }
    values |= {name: value for name, value in customer.profile.items() if name in values}
    return select(call.params, values, "IGUser", INSTAGRAM_PROFILE[:3])


@route("page instagram", "GET", "conversations")
async def conversations(call: GraphCall) -> Json:
    """Two calls in a second. ``user_id`` asks for one person's thread."""
    account = for_platform(call, own_account(call, "pages_messaging", "instagram_business_manage_messages"))
    if call.host == "instagram" and call.params.text("platform") not in ("", "instagram"):
        raise BadParameter("Param platform must be instagram")
    take_rate(call, account, "conversations", 2.0)
    wanted = call.params.text("user_id")
    threads = [one for one in account.threads.values() if one.messages and wanted in ("", one.peer)]
    after = int(call.params.text("updated_after_ms") or 0)
    threads = sorted((one for one in threads if one.last_ms > after), key=lambda one: -one.last_ms)
    default = ("id", "updated_time", "link")
    return page_of(call, [_conversation(call, account, one, call.params, default) for one in threads])


@route("conversation", "GET")
async def conversation(call: GraphCall) -> Json:
    account, thread = call.node
    take_rate(call, bot_account(account), "conversations", 2.0)
    return _conversation(call, account, thread, call.params, ("id", "updated_time", "link"))


def _conversation(
    call: GraphCall, account: MetaAccount, thread: Thread, params: Params, default: tuple[str, ...]
) -> Json:
    customer = account.customers[thread.peer]
    unread = sum(1 for one in thread.messages if one.direction == "in" and one.at_ms > thread.last_read_ms)
    window = customer.wrote_at is not None and call.world.clock.now() - customer.wrote_at <= customer.window_seconds
    values: Json = {
        "id": f"t_{thread.peer}",
        "updated_time": call.world.clock.iso(thread.last_ms / 1000),
        "participants": {"data": [_person(customer, account), {"name": account.name, "id": account.external_id}]},
        "message_count": len(thread.messages),
        "unread_count": unread,
        "snippet": str(thread.messages[-1].body.get("text", "")) if thread.messages else "",
        "can_reply": window,
        "link": f"/{account.external_id}/inbox/{thread.peer}/",
        "messages": lambda inside: _messages(call, account, thread, inside),
    }
    if account.uses_routing:
        values["is_owner"] = thread.owner_app == call.app_id
    return select(params, values, "UnifiedThread", default)


def _person(customer: Customer, account: Account) -> Json:
    if isinstance(account, InstagramAccount):
        return {"id": customer.id, "username": customer.profile.get("username") or customer.name.lower()}
    return {"name": customer.name, "email": f"{customer.id}@facebook.com", "id": customer.id}


def _messages(call: GraphCall, account: MetaAccount, thread: Thread, inside: str) -> Json:
    newest = list(reversed(thread.messages))
    data = []
    for position, message in enumerate(newest):
        if position >= DETAILED:
            data.append({"id": message.id, "created_time": call.world.clock.iso(message.at_ms / 1000)})
        else:
            data.append(_message(call, account, thread, message, Params(query={"fields": inside})))
    return {"data": data}


@route("message", "GET")
async def message(call: GraphCall) -> Json:
    """Only the 20 newest of a thread have details."""
    account, found = call.node
    thread = account.threads[account.index[found.id][0]]
    newest = list(thread.messages)[-DETAILED:]
    if found not in newest or found.is_unsent:
        raise GraphError(9000001)
    return _message(call, bot_account(account), thread, found, call.params)


def _message(call: GraphCall, account: MetaAccount, thread: Thread, found: Message, params: Params) -> Json:
    customer = _person(account.customers[thread.peer], account)
    business: Json = {"name": account.name, "email": f"{account.external_id}@facebook.com", "id": account.external_id}
    if isinstance(account, InstagramAccount):
        business = {"id": account.external_id, "username": account.username}
    sender, recipient = (customer, business) if found.direction == "in" else (business, customer)
    values: Json = {
        "id": found.id,
        "created_time": call.world.clock.iso(found.at_ms / 1000),
        "from": sender,
        "to": {"data": [recipient]},
        "message": str(found.body.get("text", "")),
        "attachments": _attachments(found),
        "shares": None,
        "sticker": None,
        "tags": {"data": [{"name": "source:chat"}]},
        "reply_to": {"mid": found.reply_to} if found.reply_to else None,
        "story": None,
        "is_unsupported": found.body.get("is_unsupported"),
    }
    return select(params, values, "Message", ("id", "created_time"))


def _attachments(found: Message) -> Json | None:
    given = found.body.get("attachments") or ([found.body["attachment"]] if "attachment" in found.body else [])
    data = []
    for position, one in enumerate(given):
        url = (one.get("payload") or {}).get("url")
        shown: Json = {"id": f"{found.id[:20]}{position}", "mime_type": f"{one['type']}/*", "name": one["type"]}
        if url:
            shown["image_data" if one["type"] == "image" else "file_url"] = (
                {"url": url} if one["type"] == "image" else url
            )
        data.append(shown)
    return {"data": data} if data else None
