"""List, create, edit, delete templates. https://developers.facebook.com/documentation/business-messaging/whatsapp/templates/template-management"""

from __future__ import annotations

from typing import Any

from sandbox.graph.call import GraphCall
from sandbox.graph.errors import BadParameter, GraphError
from sandbox.graph.fields import page_of, select
from sandbox.graph.routes import route
from sandbox.graph.whatsapp.access import managed, managed_waba
from sandbox.graph.whatsapp.template_rules import check_components, check_new, refuse
from sandbox.graph.whatsapp_errors import WhatsAppError
from sandbox.state import Waba
from sandbox.webhooks.meta import post_changes
from sandbox.world import World

Json = dict[str, Any]
HOUR, DAY = 3600.0, 86400.0
MOST_TEMPLATES = 250
FIELDS = (
    "name",
    "category",
    "status",
    "language",
    "components",
    "quality_score",
    "rejected_reason",
    "parameter_format",
)
DEFAULT = ("name", "parameter_format", "components", "language", "status", "category", "id")
TTL = {"AUTHENTICATION": (30, 900), "UTILITY": (30, 43200), "MARKETING": (43200, 2592000)}


@route("waba", "GET", "message_templates")
async def templates(call: GraphCall) -> Json:
    """``status``, ``name``, ``language``, ``category`` filter. A bad cursor is 131059."""
    waba = managed_waba(call)
    wanted = {name: call.params.text(name) for name in ("status", "name", "language", "category")}
    found = [one for one in waba.templates.values() if one["status"] != "DELETED" and _fits(one, wanted)]
    try:
        return page_of(call, [_shown(call, one) for one in found])
    except BadParameter as error:
        if "cursor" in error.message:
            raise WhatsAppError(131059) from None
        raise


def _fits(template: Json, wanted: dict[str, str]) -> bool:
    for name, value in wanted.items():
        if value and name == "name" and value not in template["name"]:
            return False
        if value and name != "name" and str(template.get(name, "")).upper() != value.upper():
            return False
    return True


def _shown(call: GraphCall, template: Json) -> Json:
    values = {**dict.fromkeys(FIELDS), "quality_score": {"score": "UNKNOWN"}, "rejected_reason": "NONE", **template}
    return select(call.params, values, "MessageTemplate", DEFAULT)


def _template(call: GraphCall) -> tuple[Waba, Json]:
    """The template in the path. Raises GraphError."""
    waba = managed(call, call.world.state.wabas[call.world.state.owners[call.node_id][1]])
    return waba, next(one for one in waba.templates.values() if one["id"] == call.node_id)


@route("template", "GET")
async def template(call: GraphCall) -> Json:
    return _shown(call, _template(call)[1])


@route("waba", "POST", "message_templates")
async def create(call: GraphCall) -> Json:
    """Answers {"id", "status", "category"}; the approval comes by webhook."""
    waba, world = managed_waba(call), call.world
    name, language = call.params.need("name"), call.params.need("language")
    category = call.params.need("category").upper()
    components = call.params.structure("components")
    check_new(name, language, category, components)
    _check_ttl(call, category)
    _check_place(call, waba, name, language)
    if world.limits_on and not world.limits.count(f"templates:{waba.waba_id}", 100, HOUR, world.clock.now()):
        raise WhatsAppError(80007)
    stored: Json = {
        "id": world.ids.number(),
        "name": name,
        "language": language,
        "category": category,
        "components": components,
        "parameter_format": call.params.text("parameter_format", "POSITIONAL").upper(),
        "status": "PENDING",
        "edits": [],
    }
    waba.templates[name, language] = stored
    world.state.owners[stored["id"]] = ("template", waba.waba_id)
    if world.settings.auto_approve_templates:
        set_status(world, waba, stored, "APPROVED")
    return {"id": stored["id"], "status": "PENDING", "category": category}


def _check_ttl(call: GraphCall, category: str) -> None:
    if not call.params.has("message_send_ttl_seconds"):
        return
    seconds = int(call.params.text("message_send_ttl_seconds"))
    low, high = TTL[category]
    if seconds != -1 and not low <= seconds <= high:
        raise BadParameter(f"Param message_send_ttl_seconds must be between {low} and {high}")


def _check_place(call: GraphCall, waba: Waba, name: str, language: str) -> None:
    known = waba.templates.get((name, language))
    if known is not None and known["status"] != "DELETED":
        raise refuse(2388024, "There is already content in this language for this template")
    if known is not None and call.world.clock.now() - known["deleted_at"] < 30 * DAY:
        raise refuse(2388023, "This name was deleted; it can be used again after 30 days")
    if sum(1 for one in waba.templates.values() if one["status"] != "DELETED") >= MOST_TEMPLATES:
        raise refuse(2388019, "The limit of templates has been reached")


@route("template", "POST")
async def edit(call: GraphCall) -> Json:
    """Components are replaced whole; an approved one: once in 24 hours, ten times in 30 days, category fixed."""
    waba, stored = _template(call)
    if stored["status"] not in ("APPROVED", "REJECTED", "PAUSED"):
        raise refuse(2388072, f"A template that is {stored['status']} cannot be edited")
    category = call.params.text("category", stored["category"]).upper()
    now = call.world.clock.now()
    if stored["status"] == "APPROVED":
        edits = [at for at in stored.setdefault("edits", []) if now - at < 30 * DAY]
        if category != stored["category"]:
            raise refuse(2388072, "The category of an approved template cannot be changed")
        if len(edits) >= 10 or (edits and now - edits[-1] < DAY):
            raise refuse(2388072, "The template was edited too often")
        stored["edits"] = [*edits, now]
    components = call.params.structure("components")
    if components is not None:
        check_components(category, components)
        stored["components"] = components
    stored["category"] = category
    if call.world.settings.auto_approve_templates:
        set_status(call.world, waba, stored, "APPROVED")
    return {"success": True}


@route("template", "POST", "unpause")
async def unpause(call: GraphCall) -> Json:
    waba, stored = _template(call)
    if stored["status"] != "PAUSED":
        raise refuse(2388072, "The template is not paused")
    set_status(call.world, waba, stored, "APPROVED", "UNPAUSED")
    return {"success": True}


@route("waba", "DELETE", "message_templates")
async def delete(call: GraphCall) -> Json:
    """By name (all languages), or with hsm_id just one."""
    waba, name = managed_waba(call), call.params.need("name")
    wanted = call.params.text("hsm_id")
    found = [
        one
        for one in waba.templates.values()
        if one["name"] == name and one["status"] != "DELETED" and wanted in ("", one["id"])
    ]
    if not found:
        raise GraphError(100, 2593002, "Invalid parameter")
    if any(one["status"] == "DISABLED" for one in found):
        raise refuse(2388072, "A disabled template cannot be deleted")
    for one in found:
        one["status"], one["deleted_at"] = "DELETED", call.world.clock.now()
    return {"success": True}


def set_status(world: World, waba: Waba, stored: Json, status: str, title: str = "") -> None:
    """Change it and tell the subscribed apps."""
    stored["status"] = status
    number = next(iter(world.state.numbers_of(waba)), None)
    if number is None:
        return
    value: Json = {
        "event": status,
        "message_template_id": int(stored["id"]),
        "message_template_name": stored["name"],
        "message_template_language": stored["language"],
        "message_template_category": stored["category"],
        "reason": "NONE",
    }
    if title:
        value["other_info"] = {"title": title, "description": ""}
    event_id = f"template:{stored['id']}:{status}:{world.clock.ms()}"
    post_changes(
        world, number, "message_template_status_update", value, lane="templates", kind="template", event_ids=[event_id]
    )
