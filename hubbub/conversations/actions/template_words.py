"""What a customer reads of a template: the approved words with the blanks filled in, for our own screens.

The platform keeps the words and is sent the blanks only. https://developers.facebook.com/documentation/business-messaging/whatsapp/templates/components
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from hubbub.connectors.messages import Button, ButtonType, OutboundMessage
from hubbub.kit.json import JsonValue, as_list, as_text
from hubbub.organizations.database import run

BLANK = re.compile(r"\{\{\s*(\w+)\s*\}\}")
APPROVED = """
SELECT components FROM template
 WHERE organization_id = %(organization)s AND channel_id = %(channel)s AND name = %(name)s AND language = %(language)s
 ORDER BY id DESC LIMIT 1
"""
BUTTONS = {"URL": ButtonType.URL, "PHONE_NUMBER": ButtonType.PHONE}
"""The others answer."""


def with_words(content: OutboundMessage, organization_id: UUID, channel_id: UUID) -> OutboundMessage:
    """The content with the text, footer and buttons of the template that it uses, whatever its author says that they
    are; as it is, where it uses none or one that is not known here."""
    use = content.template
    if use is None:
        return content
    rows = run(APPROVED, organization=organization_id, channel=channel_id, name=use.name, language=use.language)
    return _worded(content, rows[0]["components"], use.components) if rows else content


def _worded(
    content: OutboundMessage, components: JsonValue, given: Sequence[Mapping[str, JsonValue]]
) -> OutboundMessage:
    parts = {_kind(part): part for part in as_list(components) if isinstance(part, dict)}
    values = {_kind(part): as_list(part.get("parameters")) for part in given}
    header, body = (_filled(parts.get(kind, {}), values.get(kind, [])) for kind in ("HEADER", "BODY"))
    return replace(
        content,
        text="\n".join(filter(None, (header, body))) or content.text,
        footer=_text(parts.get("FOOTER", {})) or None,
        buttons=tuple(_button(button) for button in as_list(parts.get("BUTTONS", {}).get("buttons"))),
    )


def _kind(part: Mapping[str, JsonValue]) -> str:
    return str(part.get("type", "")).upper()


def _text(part: Mapping[str, JsonValue]) -> str:
    return as_text(part.get("text"), limit=4096) or ""


def _filled(part: Mapping[str, JsonValue], parameters: Sequence[JsonValue]) -> str:
    """A blank that nothing fills stays as it is: what is sent is judged elsewhere."""
    text = _text(part)
    blanks = list(dict.fromkeys(BLANK.findall(text)))
    values = dict(zip(blanks, map(_value, parameters), strict=False))
    values |= {str(one["parameter_name"]): _value(one) for one in map(_object, parameters) if "parameter_name" in one}
    return BLANK.sub(lambda found: values.get(found.group(1)) or found.group(0), text)


def _value(parameter: object) -> str:
    """Of a text, or of a currency or a moment, which come with what old phones show."""
    known = _object(parameter)
    kind = str(known.get("type", ""))
    return _text(known) or as_text(_object(known.get(kind)).get("fallback_value"), limit=1024) or ""


def _object(value: Any) -> Mapping[str, JsonValue]:
    return value if isinstance(value, Mapping) else {}


def _button(button: JsonValue) -> Button:
    known = _object(button)
    return Button(type=BUTTONS.get(_kind(known), ButtonType.MESSAGE), title=_text(known) or str(known.get("type", "")))
