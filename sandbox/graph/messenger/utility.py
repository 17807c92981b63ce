"""Utility templates of a Page: approved texts that may go outside the window.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages/utility-messages
"""

from __future__ import annotations

import re
from typing import Any

from sandbox.graph.access import own_page
from sandbox.graph.call import GraphCall
from sandbox.graph.errors import BadParameter, unknown_object
from sandbox.graph.fields import page_of, select
from sandbox.graph.routes import route
from sandbox.state import MetaAccount, Page
from sandbox.webhooks.meta import post_changes

Json = dict[str, Any]
PLACEHOLDER = re.compile(r"\{\{\s*([A-Za-z0-9_]+)\s*\}\}")


def check_template(call: GraphCall, account: MetaAccount, message: Json) -> None:
    """A message with ``template`` needs messaging_type UTILITY and an approved template. Raises GraphError."""
    template = message.get("template")
    is_utility = call.params.text("messaging_type") == "UTILITY"
    if template is None:
        if is_utility:
            raise BadParameter("messaging_type UTILITY needs message[template]")
        return
    if not is_utility or not isinstance(account, Page):
        raise BadParameter("message[template] needs messaging_type UTILITY")
    call.needs("page_utility_messaging")
    stored = account.templates.get((template["name"], template["language"]["code"]))
    if stored is None or stored["status"] != "APPROVED":
        raise BadParameter(f"The template {template['name']} does not exist in {template['language']['code']}")
    _check_parameters(stored, template)


def _check_parameters(stored: Json, template: Json) -> None:
    given = {part["type"]: part.get("parameters", []) for part in template.get("components", [])}
    for part in stored.get("components", []):
        kind = str(part.get("type", "")).lower()
        expected = placeholders(str(part.get("text", "")))
        if kind not in ("body", "header") or not expected:
            continue
        parameters = given.get(kind, [])
        if len(parameters) != len(expected):
            raise BadParameter(f"The template expects {len(expected)} parameters in its {kind}, got {len(parameters)}")
        is_named = stored.get("parameter_format") == "NAMED"
        names = {parameter.get("parameter_name") for parameter in parameters}
        if is_named and names != set(expected):
            raise BadParameter(f"The template's {kind} expects the parameters {', '.join(expected)}")
        if not is_named and names != {None}:
            raise BadParameter("parameter_name is only for templates with named parameters")


def placeholders(text: str) -> list[str]:
    """The names in {{…}}, each once, in order."""
    return list(dict.fromkeys(PLACEHOLDER.findall(text)))


FIELDS = ("id", "name", "language", "status", "category", "components")


@route("page", "GET", "message_templates")
async def templates(call: GraphCall) -> Json:
    page = own_page(call, "page_utility_messaging")
    return page_of(call, [select(call.params, one, "MessageTemplate", FIELDS) for one in page.templates.values()])


@route("page", "POST", "message_templates")
async def create(call: GraphCall) -> Json:
    """Answers {"id", "status", "category"}. A text may not start or end with a parameter."""
    page = own_page(call, "page_utility_messaging")
    name, language = call.params.need("name"), call.params.need("language")
    if call.params.need("category").upper() != "UTILITY":
        raise BadParameter("Param category must be one of {UTILITY}")
    components = call.params.structure("components")
    body = _body(components)
    if (name, language) in page.templates:
        raise BadParameter(f"The template {name} exists in {language} already")
    stored: Json = {"id": call.world.ids.number(), "name": name, "language": language, "category": "UTILITY"}
    stored |= {"components": components, "parameter_format": call.params.text("parameter_format", "POSITIONAL").upper()}
    stored["status"], reason = _verdict(body)
    page.templates[name, language] = stored
    call.world.state.owners[stored["id"]] = ("page_template", page.key)
    _tell(call, page, stored, reason)
    return {"id": stored["id"], "status": stored["status"], "category": "UTILITY"}


def _body(components: Any) -> str:
    if not isinstance(components, list):
        raise BadParameter("The parameter components is required")
    for component in components:
        if isinstance(component, dict) and str(component.get("type", "")).lower() == "body" and component.get("text"):
            return str(component["text"])
    raise BadParameter("A template needs a body")


def _verdict(body: str) -> tuple[str, str]:
    names = PLACEHOLDER.findall(body)
    if body.strip().startswith("{{") or body.strip().endswith("}}"):
        return "REJECTED", "INCORRECT_PARAMS"
    if names and len(PLACEHOLDER.sub(" ", body).split()) < 2 * len(names) + 1:
        return "REJECTED", "PARAMS_TO_WORD_RATIO_EXCEED_LIMIT"
    return "APPROVED", "NONE"


def _tell(call: GraphCall, page: Page, stored: Json, reason: str) -> None:
    value: Json = {
        "event": stored["status"],
        "message_template_id": int(stored["id"]),
        "message_template_name": stored["name"],
        "message_template_language": stored["language"],
        "reason": reason,
    }
    event_id = f"template:{stored['id']}:{stored['status']}"
    post_changes(
        call.world,
        page,
        "message_template_status_update",
        value,
        lane="templates",
        kind="template",
        event_ids=[event_id],
    )


@route("page_template", "GET")
async def template(call: GraphCall) -> Json:
    return select(call.params, _owned(call)[1], "MessageTemplate", FIELDS)


@route("page_template", "DELETE")
async def delete(call: GraphCall) -> Json:
    page, stored = _owned(call)
    del page.templates[stored["name"], stored["language"]]
    return {"success": True}


def _owned(call: GraphCall) -> tuple[Page, Json]:
    page = call.world.state.accounts.get(call.world.state.owners[call.node_id][1])
    found = next((one for one in getattr(page, "templates", {}).values() if one["id"] == call.node_id), None)
    if not isinstance(page, Page) or not call.reaches(page) or found is None:
        raise unknown_object(call.node_id, call.method)
    return page, found


@route("root", "GET", "message_template_library")
async def library(call: GraphCall) -> Json:
    """A catalogue of one."""
    _ = call.bearer
    one = {
        "id": "1",
        "name": "order_update",
        "language": "en",
        "category": "UTILITY",
        "body": "Your order {{1}} is on its way.",
    }
    wanted = call.params.text("name_or_content")
    return {"data": [one] if wanted in one["name"] or wanted in one["body"] else []}
