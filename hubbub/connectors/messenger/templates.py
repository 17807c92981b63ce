"""Utility templates of a Page.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages/utility-messages
"""

from __future__ import annotations

from hubbub.connectors.base import TemplateInfo
from hubbub.connectors.messages import ApiRequest, ApiResponse, ChannelAccess
from hubbub.connectors.messenger.answers import ANSWERS
from hubbub.connectors.meta.graph import JsonObject, graph_request, next_cursor
from hubbub.kit.errors import InvalidInput
from hubbub.kit.json import JsonValue, as_id, as_list, as_text

ENDPOINT = "/{page-id}/message_templates"
FIELDS = "id,name,language,status,category,components"
PAGE_SIZE = "100"


def list_templates_request(access: ChannelAccess, cursor: str | None) -> ApiRequest:
    query = {"fields": FIELDS, "limit": PAGE_SIZE} | ({"after": cursor} if cursor else {})
    return graph_request(
        access,
        "GET",
        (access.external_id, "message_templates"),
        endpoint=ENDPOINT,
        purpose="templates",
        query=query,
        is_repeatable=True,
    )


def read_templates(response: ApiResponse) -> tuple[list[TemplateInfo], str | None]:
    """One page and the cursor of the next. Raises `InvalidInput` with the reason of a refusal, `Unavailable`."""
    told = ANSWERS.need_told(response)
    rows = [row for row in as_list(told.get("data")) if isinstance(row, dict)]
    return [_template(row) for row in rows if as_id(row.get("id"))], next_cursor(told)


def _template(row: JsonObject) -> TemplateInfo:
    def text(name: str) -> str:
        return as_text(row.get(name), limit=1_000) or ""

    return TemplateInfo(
        external_id=text("id"),
        name=text("name"),
        language=text("language"),
        category=text("category"),
        status=text("status"),
        components=as_list(row.get("components")),
        rejected_reason=text("rejected_reason"),
        parameter_format=text("parameter_format"),
    )


def create_template_request(access: ChannelAccess, definition: dict[str, JsonValue]) -> ApiRequest:
    """`definition` as Facebook documents it: name, language, and components or library_template_name."""
    missing = [name for name in ("name", "language") if not as_text(definition.get(name))]
    if missing or not (definition.get("components") or definition.get("library_template_name")):
        raise InvalidInput("A template needs name, language, and components or library_template_name. Give all three.")
    if definition.get("category") not in (None, "UTILITY"):
        raise InvalidInput("Messenger has only templates of the category UTILITY. Leave the category out.")
    return graph_request(
        access,
        "POST",
        (access.external_id, "message_templates"),
        endpoint=ENDPOINT,
        purpose="templates",
        body={**definition, "category": "UTILITY"},
    )
