"""Does a template send fit the template as it was approved?

https://developers.facebook.com/documentation/business-messaging/whatsapp/templates
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sandbox.graph.call import GraphCall
from sandbox.graph.whatsapp_errors import WhatsAppError
from sandbox.state import WhatsAppNumber

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class SendTemplate:
    name: str
    category: str


def check_template(call: GraphCall, number: WhatsAppNumber, body: Json) -> SendTemplate:
    """Raises WhatsAppError."""
    template = body.get("template")
    if not isinstance(template, dict):
        raise WhatsAppError(131008, "The parameter template is required")
    language = template.get("language")
    code = language.get("code") if isinstance(language, dict) else None
    stored = number.waba.templates.get((str(template.get("name")), str(code)))
    if stored is None:
        raise WhatsAppError(132001, f"template name ({template.get('name')}) does not exist in {code}")
    return SendTemplate(stored["name"], stored["category"].lower())
