"""Utility templates of a Page: approved texts that may go outside the window.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages/utility-messages
"""

from __future__ import annotations

import re
from typing import Any

from sandbox.graph.call import GraphCall
from sandbox.graph.errors import BadParameter
from sandbox.state import MetaAccount, Page

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
