"""Numbers and business accounts: reads, registration, profile, settings, blocks, subscriptions.

https://developers.facebook.com/documentation/business-messaging/whatsapp/business-phone-numbers
"""

from __future__ import annotations

import re
from typing import Any

from sandbox.graph.call import GraphCall
from sandbox.graph.complaints import demand
from sandbox.graph.errors import BadParameter, GraphError
from sandbox.graph.fields import page_of, select
from sandbox.graph.handshake import verify_callback
from sandbox.graph.routes import route
from sandbox.graph.whatsapp.access import managed_number, managed_waba
from sandbox.graph.whatsapp_errors import WhatsAppError
from sandbox.shapes import Choice, Fields, Items, Text
from sandbox.state import Waba, WhatsAppNumber

Json = dict[str, Any]
REGISTRATIONS, REGISTRATION_SECONDS = 10, 72 * 3600.0
VERTICALS = (
    "ALCOHOL",
    "APPAREL",
    "AUTO",
    "BEAUTY",
    "EDU",
    "ENTERTAIN",
    "EVENT_PLAN",
    "FINANCE",
    "GOVT",
    "GROCERY",
    "HEALTH",
    "HOTEL",
    "NONPROFIT",
    "ONLINE_GAMBLING",
    "OTC_DRUGS",
    "OTHER",
    "PHYSICAL_GAMBLING",
    "PROF_SERVICES",
    "RESTAURANT",
    "RETAIL",
    "TRAVEL",
)
URL = Text(256, 1, pattern=re.compile(r"https?://\S+"))
PROFILE = Fields(
    {
        "about": Text(139, 1),
        "address": Text(256),
        "description": Text(512),
        "email": Text(128),
        "websites": Items(URL, 0, 2),
        "vertical": Choice(VERTICALS),
        "profile_picture_handle": Text(),
    }
)
NUMBER_DEFAULT = ("verified_name", "display_phone_number", "id", "quality_rating")


def _values(number: WhatsAppNumber) -> Json:
    status = "CONNECTED" if number.is_registered else "PENDING"
    return {
        "id": number.external_id,
        "display_phone_number": number.display_phone_number,
        "verified_name": number.name,
        "status": number.extra.get("status", status),
        "quality_rating": number.extra.get("quality_rating", "GREEN"),
        "code_verification_status": "VERIFIED",
        "name_status": "APPROVED",
        "platform_type": "CLOUD_API",
        "throughput": {"level": "HIGH" if number.messages_per_second > 80 else "STANDARD"},
        "is_on_biz_app": number.is_coexistence,
        "is_official_business_account": False,
        "account_mode": "LIVE",
        "whatsapp_business_manager_messaging_limit": number.messaging_limit,
        "webhook_configuration": lambda _inside: _configuration(number),
        "health_status": {"can_send_message": "AVAILABLE" if number.is_registered else "BLOCKED", "entities": []},
    }


def _configuration(number: WhatsAppNumber) -> Json:
    found: Json = {"application": number.app_id}
    if number.override:
        found["phone_number"] = number.override["override_callback_uri"]
    return found


@route("number", "GET")
async def read(call: GraphCall) -> Json:
    return select(call.params, _values(managed_number(call)), "WhatsAppBusinessPhoneNumber", NUMBER_DEFAULT)


@route("number", "POST")
async def change(call: GraphCall) -> Json:
    """A new PIN, or the number's own callback."""
    number = managed_number(call)
    if call.params.has("pin"):
        number.pin = _pin(call)
    if call.params.has("webhook_configuration"):
        configuration = call.params.structure("webhook_configuration")
        if not isinstance(configuration, dict):
            raise BadParameter("Param webhook_configuration must be an object")
        number.override = await _override(call, configuration)
    return {"success": True}


async def _override(call: GraphCall, values: Json) -> Json:
    """{} when the URI is empty; else the callback is verified first. Raises GraphError."""
    uri = values.get("override_callback_uri", "")
    if not uri:
        return {}
    if not isinstance(uri, str) or len(uri) > 200 or not values.get("verify_token"):
        raise BadParameter("override_callback_uri (at most 200 characters) and verify_token are both required")
    await verify_callback(call.world, uri, str(values["verify_token"]))
    return {"override_callback_uri": uri, "verify_token": values["verify_token"]}


def _pin(call: GraphCall) -> str:
    pin = call.params.need("pin")
    if not re.fullmatch(r"\d{6}", pin):
        raise WhatsAppError(131009, "The PIN must have 6 digits")
    return pin


def _count_registration(call: GraphCall, number: WhatsAppNumber, what: str) -> None:
    world = call.world
    key = f"{what}:{number.key}"
    if world.limits_on and not world.limits.count(key, REGISTRATIONS, REGISTRATION_SECONDS, world.clock.now()):
        raise WhatsAppError(133016)


@route("number", "POST", "register")
async def register(call: GraphCall) -> Json:
    """The PIN must be the two-step PIN; without one it becomes it."""
    number = managed_number(call)
    if call.params.text("messaging_product") != "whatsapp":
        raise BadParameter("The parameter messaging_product is required.")
    pin = _pin(call)
    _count_registration(call, number, "register")
    if number.pin and number.pin != pin:
        raise WhatsAppError(133005)
    number.pin, number.is_registered = pin, True
    return {"success": True}


@route("number", "POST", "deregister")
async def deregister(call: GraphCall) -> Json:
    number = managed_number(call)
    if number.is_coexistence:
        raise GraphError(100, None, "(#100) A number of the WhatsApp Business app cannot be deregistered")
    _count_registration(call, number, "deregister")
    number.is_registered = False
    return {"success": True}


@route("number", "POST", "request_code")
async def request_code(call: GraphCall) -> Json:
    managed_number(call)
    if call.params.need("code_method") not in ("SMS", "VOICE"):
        raise BadParameter("Param code_method must be one of {SMS, VOICE}")
    call.params.need("language")
    return {"success": True}


@route("number", "POST", "verify_code")
async def verify_code(call: GraphCall) -> Json:
    """The sandbox's code is 123456."""
    managed_number(call)
    if call.params.need("code") != "123456":
        raise GraphError(136025, None, "(#136025) Verify code error")
    return {"success": True}


@route("number", "GET", "whatsapp_business_profile")
async def business_profile(call: GraphCall) -> Json:
    number = managed_number(call)
    values = {"messaging_product": "whatsapp", **number.business_profile}
    asked = call.params.names("fields") or ["messaging_product"]
    return {"data": [{name: values[name] for name in asked if name in values}]}


@route("number", "POST", "whatsapp_business_profile")
async def change_profile(call: GraphCall) -> Json:
    number = managed_number(call)
    if call.params.text("messaging_product") != "whatsapp":
        raise BadParameter("The parameter messaging_product is required.")
    hidden = {"messaging_product", "access_token", "appsecret_proof"}
    values = {name: call.params.structure(name) for name in call.params.body if name not in hidden}
    demand(PROFILE, values)
    number.business_profile.update(values)
    return {"success": True}


@route("number", "GET", "settings")
async def settings(call: GraphCall) -> Json:
    return managed_number(call).settings


@route("number", "POST", "settings")
async def change_settings(call: GraphCall) -> Json:
    number = managed_number(call)
    number.settings.update({name: call.params.structure(name) for name in call.params.body})
    return {"success": True}


def _users(call: GraphCall) -> list[str]:
    users = call.params.structure("block_users")
    if not isinstance(users, list) or not users or not all(isinstance(one, dict) and one.get("user") for one in users):
        raise WhatsAppError(131008, "The parameter block_users is required.")
    return [str(one["user"]) for one in users]


@route("number", "POST", "block_users")
async def block(call: GraphCall) -> Json:
    """Only people who wrote within 24 hours."""
    number = managed_number(call)
    added: list[Json] = []
    failed: list[Json] = []
    for user in _users(call):
        customer = number.customers.get(re.sub(r"\D", "", user))
        has_written = customer is not None and customer.wrote_at is not None
        if customer is None or not has_written or call.world.clock.now() - (customer.wrote_at or 0) > 86400:
            failed.append({"input": user, "errors": [{"code": 139101, "message": "Re-engagement required"}]})
            continue
        number.blocked_users.add(customer.id)
        added.append({"input": user, "wa_id": customer.id})
    if failed:
        error = WhatsAppError(139100)
        error.data = {"details": "Some users could not be blocked", "failed_users": failed, "added_users": added}
        raise error
    return {"messaging_product": "whatsapp", "block_users": {"added_users": added}}


@route("number", "DELETE", "block_users")
async def unblock(call: GraphCall) -> Json:
    number, removed = managed_number(call), []
    for user in _users(call):
        number.blocked_users.discard(re.sub(r"\D", "", user))
        removed.append({"input": user, "wa_id": re.sub(r"\D", "", user)})
    return {"messaging_product": "whatsapp", "block_users": {"removed_users": removed}}


@route("number", "GET", "block_users")
async def blocked(call: GraphCall) -> Json:
    return page_of(
        call, [{"messaging_product": "whatsapp", "wa_id": one} for one in sorted(managed_number(call).blocked_users)]
    )


USERNAME = re.compile(r"(?!www)(?=.*[a-z])(?!.*\.\.)[a-z0-9_][a-z0-9._]{1,33}[a-z0-9_]")


@route("number", "POST", "username")
async def set_username(call: GraphCall) -> Json:
    number, name = managed_number(call), call.params.need("username")
    if not USERNAME.fullmatch(name) or re.search(r"\.(com|net|org|io|co)$", name):
        raise GraphError(147001, None, "(#147001) The username is not allowed")
    number.extra["username"] = name
    return {"success": True, "status": "approved"}


@route("number", "GET", "username")
async def get_username(call: GraphCall) -> Json:
    name = managed_number(call).extra.get("username")
    return {"username": name, "status": "approved"} if name else {}


@route("number", "DELETE", "username")
async def delete_username(call: GraphCall) -> Json:
    managed_number(call).extra.pop("username", None)
    return {"success": True}


@route("number", "POST", "smb_app_data")
async def synchronise(call: GraphCall) -> Json:
    """Coexistence: contacts and history, each once."""
    number = managed_number(call)
    kind = call.params.need("sync_type")
    if not number.is_coexistence or kind not in ("smb_app_state_sync", "history"):
        raise BadParameter("Param sync_type must be one of {smb_app_state_sync, history}")
    done = number.extra.setdefault("synchronised", [])
    if kind in done:
        raise WhatsAppError(2593107)
    done.append(kind)
    return {"messaging_product": "whatsapp", "request_id": call.world.ids.token()}


@route("waba", "GET")
async def waba(call: GraphCall) -> Json:
    found = managed_waba(call)
    values = {"id": found.waba_id, "name": found.name, "currency": "THB", "timezone_id": "92"}
    values |= {"message_template_namespace": "sandbox", "account_review_status": "APPROVED"}
    return select(call.params, values, "WhatsAppBusinessAccount", ("id", "name"))


@route("waba", "GET", "phone_numbers")
async def phone_numbers(call: GraphCall) -> Json:
    numbers = call.world.state.numbers_of(managed_waba(call))
    return page_of(
        call, [select(call.params, _values(one), "WhatsAppBusinessPhoneNumber", NUMBER_DEFAULT) for one in numbers]
    )


@route("waba", "GET", "subscribed_apps")
async def subscribed_apps(call: GraphCall) -> Json:
    return {"data": [_subscribed(call, app_id, override) for app_id, override in managed_waba(call).subscribed.items()]}


def _subscribed(call: GraphCall, app_id: str, override: Json) -> Json:
    app = call.world.state.apps.get(app_id)
    data = {"id": app_id, "name": app.name if app else "", "link": f"https://www.facebook.com/games/?app_id={app_id}"}
    found: Json = {"whatsapp_business_api_data": data}
    if override:
        found["override_callback_uri"] = override["override_callback_uri"]
    return found


@route("waba", "POST", "subscribed_apps")
async def subscribe(call: GraphCall) -> Json:
    """With an override of its own callback, or (without parameters) the app's."""
    found: Waba = managed_waba(call)
    has_override = call.params.has("override_callback_uri")
    found.subscribed[call.app_id] = await _override(call, call.params.body) if has_override else {}
    return {"success": True}


@route("waba", "DELETE", "subscribed_apps")
async def unsubscribe(call: GraphCall) -> Json:
    managed_waba(call).subscribed.pop(call.app_id, None)
    return {"success": True}
