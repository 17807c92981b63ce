"""Templates of an account: list and create. Limits are checked before the call.

https://developers.facebook.com/documentation/business-messaging/whatsapp/templates/template-management
https://developers.facebook.com/documentation/business-messaging/whatsapp/templates/components
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import NoReturn

from hubbub.connectors.base import TemplateInfo
from hubbub.connectors.messages import ApiRequest, ApiResponse, ChannelAccess
from hubbub.connectors.meta.graph import graph_request, need_object, next_cursor
from hubbub.connectors.whatsapp.errors import PLATFORM
from hubbub.kit.errors import InvalidInput
from hubbub.kit.json import JsonValue, as_id, as_int, as_list, as_text, dig

JsonObject = dict[str, JsonValue]

FIELDS = "id,name,category,status,language,components,quality_score,rejected_reason,parameter_format"
PAGE = "100"
ENDPOINT = "/{waba-id}/message_templates"

NAME = re.compile(r"[a-z0-9_]{1,512}")
LANGUAGE = re.compile(r"[a-z]{2,3}([_-][A-Z]{2,3})?")
VARIABLE = re.compile(r"\{\{\s*([A-Za-z0-9_]+)\s*\}\}")
ADJACENT = re.compile(r"\}\}\s*\{\{")
CATEGORIES = ("AUTHENTICATION", "MARKETING", "UTILITY")
TEXT_LIMITS = {"HEADER": 60, "BODY": 1024, "FOOTER": 60}
KINDS = (*TEXT_LIMITS, "BUTTONS", "CAROUSEL", "LIMITED_TIME_OFFER", "CALL_PERMISSION_REQUEST")
HEADER_FILES = ("IMAGE", "VIDEO", "DOCUMENT")
LABEL_LIMIT, URL_LIMIT, PHONE_LIMIT = 25, 2000, 20
MOST_BUTTONS = 10
MOST_OF = {"QUICK_REPLY": 10, "URL": 2, "PHONE_NUMBER": 1, "COPY_CODE": 1}
LIFETIMES = {"AUTHENTICATION": (30, 900), "UTILITY": (30, 43_200), "MARKETING": (43_200, 2_592_000)}
"""Seconds; -1 stands for 30 days where that is allowed."""
FOREVER = -1


def list_templates_request(access: ChannelAccess, cursor: str | None) -> ApiRequest:
    return graph_request(
        access,
        "GET",
        (_account(access), "message_templates"),
        endpoint=ENDPOINT,
        purpose="probe",
        query={"fields": FIELDS, "limit": PAGE, **({"after": cursor} if cursor else {})},
        is_repeatable=True,
    )


def _account(access: ChannelAccess) -> str:
    if not access.parent_external_id:
        refuse("The WhatsApp Business account id is missing. Enter it beside the phone number id.")
    return access.parent_external_id


def read_templates(response: ApiResponse) -> tuple[list[TemplateInfo], str | None]:
    """Raises `GraphRefused`; with platform code 131059 the cursor is stale: begin again at the first page."""
    answer = need_object(response, PLATFORM)
    rows = [one for one in as_list(answer.get("data")) if isinstance(one, dict)]
    return [info for row in rows if (info := _info(row))], next_cursor(answer)


def _info(row: JsonObject) -> TemplateInfo | None:
    external_id, name = as_id(row.get("id")), as_text(row.get("name"), limit=512)
    if not external_id or not name:
        return None
    reason = as_text(row.get("rejected_reason"), limit=200) or ""
    return TemplateInfo(
        external_id=external_id,
        name=name,
        language=(as_text(row.get("language"), limit=40) or "").replace("-", "_"),
        category=as_text(row.get("category"), limit=60) or "",
        status=as_text(row.get("status"), limit=40) or "",
        components=as_list(row.get("components")),
        quality=as_text(dig(row.get("quality_score"), "score"), limit=40) or "",
        rejected_reason="" if reason == "NONE" else reason,
        parameter_format=(as_text(row.get("parameter_format"), limit=40) or "").lower(),
    )


def create_template_request(access: ChannelAccess, definition: JsonObject) -> ApiRequest:
    """`definition` in WhatsApp's form: name, language, category, components, …. Raises `InvalidInput`.

    Not to be repeated blindly, although no one sees it: a second creation is refused as a duplicate.
    """
    check_definition(definition)
    return graph_request(
        access, "POST", (_account(access), "message_templates"), endpoint=ENDPOINT, purpose="action", body=definition
    )


# --- Limits of a new template -----------------------------------------------------------------------------------------


def refuse(sentence: str) -> NoReturn:
    raise InvalidInput(sentence)


def check_definition(definition: JsonObject) -> None:
    """Raises `InvalidInput` with a sentence for whoever wrote the template."""
    if not NAME.fullmatch(_text(definition, "name")):
        refuse("The name may have only small letters, digits and underscores, 512 at most.")
    if not LANGUAGE.fullmatch(_text(definition, "language")):
        refuse("The language must be a code like en, en_US or th.")
    category = _text(definition, "category").upper()
    if category not in CATEGORIES:
        refuse(f"The category must be one of {', '.join(CATEGORIES)}.")
    _check_lifetime(definition, category)
    components = _components(definition)
    for kind, component in components.items():
        _check_component(kind, component)
    body = components.get("BODY")
    if body is None or (category != "AUTHENTICATION" and not _text(body, "text")):
        refuse("The template needs a text. Write one.")
    _check_one_sort(components)


def _text(value: JsonObject, name: str) -> str:
    found = value.get(name)
    return found if isinstance(found, str) else ""


def _components(definition: JsonObject) -> dict[str, JsonObject]:
    """By type; each may occur once."""
    found: dict[str, JsonObject] = {}
    for component in as_list(definition.get("components")):
        kind = _text(component, "type").upper() if isinstance(component, dict) else ""
        if kind not in KINDS or not isinstance(component, dict):
            refuse(f"A part of the template has an unknown type. Known are: {', '.join(KINDS)}.")
        if kind in found:
            refuse(f"The template has two parts of the type {kind}. Keep one.")
        found[kind] = component
    return found


def _check_lifetime(definition: JsonObject, category: str) -> None:
    if "message_send_ttl_seconds" not in definition:
        return
    low, high = LIFETIMES[category]
    seconds = as_int(definition["message_send_ttl_seconds"])
    is_forever = seconds == FOREVER and category != "MARKETING"
    if not is_forever and (seconds is None or not low <= seconds <= high):
        refuse(f"A template of this category can wait {low:,} to {high:,} seconds for its delivery.")


def _check_component(kind: str, component: JsonObject) -> None:
    if kind in TEXT_LIMITS:
        _check_text(kind, component)
    if kind == "HEADER":
        _check_header(component)
    if kind == "BUTTONS":
        _check_buttons(component)


def _check_text(kind: str, component: JsonObject) -> None:
    text, limit = _text(component, "text"), TEXT_LIMITS[kind]
    if len(text) > limit:
        refuse(f"The {kind.lower()} has {len(text):,} characters; WhatsApp takes {limit:,} at most. Shorten it.")
    variables = VARIABLE.findall(text)
    if kind == "FOOTER" and variables:
        refuse("The footer takes no variables. Move them into the text.")
    if kind == "BODY" and variables:
        _check_variables(text.strip())
    if variables and not isinstance(component.get("example"), dict):
        refuse(f"Give an example for each variable of the {kind.lower()}; WhatsApp's reviewers ask for it.")


def _check_variables(text: str) -> None:
    if text.startswith("{{") or text.endswith("}}"):
        refuse("The text begins or ends with a variable. Put words around it.")
    if ADJACENT.search(text):
        refuse("Two variables stand next to each other. Put words between them.")


def _check_header(header: JsonObject) -> None:
    form = _text(header, "format").upper()
    if form in HEADER_FILES and not dig(header, "example", "header_handle"):
        refuse("Give an example file for the header: the handle of a resumable upload.")
    if form == "TEXT" and not _text(header, "text"):
        refuse("The header is empty. Write something or remove it.")
    if len(VARIABLE.findall(_text(header, "text"))) > 1:
        refuse("The header takes one variable at most. Move the others into the text.")


def _check_one_sort(components: dict[str, JsonObject]) -> None:
    texts = [_text(components[kind], "text") for kind in ("HEADER", "BODY") if kind in components]
    sorts = {name.isdigit() for text in texts for name in VARIABLE.findall(text)}
    if len(sorts) > 1:
        refuse("Some variables are numbers and others have names. Use one sort in the whole template.")


def _check_buttons(component: JsonObject) -> None:
    buttons = [one for one in as_list(component.get("buttons")) if isinstance(one, dict)]
    if not 1 <= len(buttons) <= MOST_BUTTONS:
        refuse(f"A template has 1 to {MOST_BUTTONS} buttons.")
    kinds = [_text(button, "type").upper() for button in buttons]
    for kind, most in MOST_OF.items():
        if kinds.count(kind) > most:
            refuse(f"A template has {most} buttons of the type {kind} at most. Leave some out.")
    borders = sum((a == "QUICK_REPLY") != (b == "QUICK_REPLY") for a, b in pairwise(kinds))
    if borders > 1:
        refuse("The quick replies must stand together, before or after the other buttons.")
    for button in buttons:
        _check_button(button)


def _check_button(button: JsonObject) -> None:
    for name, limit in (("text", LABEL_LIMIT), ("url", URL_LIMIT), ("phone_number", PHONE_LIMIT)):
        if (size := len(_text(button, name))) > limit:
            refuse(f"The {name} of a button has {size:,} characters; WhatsApp takes {limit:,} at most. Shorten it.")
    url = _text(button, "url")
    if len(VARIABLE.findall(url)) > 1 or ("{{" in url and not url.endswith("}}")):
        refuse("The link of a button takes one variable, at its end.")
