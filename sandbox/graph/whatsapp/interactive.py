"""Interactive messages. https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/interactive-messages"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandbox.graph.whatsapp.parts import HTTPS, media_shape
from sandbox.shapes import Anything, Choice, Fields, Items, Number, Path, Problem, Shape, Tagged, Text, unique

Rules = tuple[Any, ...]


def _text(most: int) -> Shape:
    return Fields({"text": Text(most, 1)}, ("text",))


def _header(*kinds: str) -> Shape:
    """A header of one of these types, its content under the type's name."""
    shapes: dict[str, Shape] = {}
    for kind in kinds:
        content: Shape = Text(60, 1) if kind == "text" else media_shape({"filename": Text(240)})
        shapes[kind] = Fields({"type": Text(), kind: content}, (kind,))
    return Tagged("type", shapes)


ANY_HEADER = _header("text", "image", "video", "document")
TEXT_HEADER = _header("text")
BODY, LONG_BODY, FOOTER = _text(1024), _text(4096), _text(60)


def _message(
    action: Shape, *, header: Shape | None = None, body: Shape = BODY, needs: tuple[str, ...] = ("body",)
) -> Shape:
    keys: dict[str, Shape] = {"type": Text(), "body": body, "footer": FOOTER, "action": action}
    if header is not None:
        keys["header"] = header
    return Fields(keys, (*needs, "action"))


_REPLY = Fields(
    {"type": Choice(("reply",)), "reply": Fields({"id": Text(256, 1), "title": Text(20, 1)}, ("id", "title"))},
    ("type", "reply"),
)
_REPLIES = Fields({"buttons": Items(_REPLY, 1, 3, (unique("reply", "id"), unique("reply", "title")))}, ("buttons",))
_ROW = Fields({"id": Text(200, 1), "title": Text(24, 1), "description": Text(72)}, ("id", "title"))
_SECTION = Fields({"title": Text(24), "rows": Items(_ROW, 1, 10)}, ("rows",))


def _ten_rows(value: Any, path: Path, problems: list[Problem]) -> None:
    rows = [row for section in value for row in section["rows"]]
    if len(rows) > 10:
        problems.append(Problem(path, "size", "rows", 1, 10))
    if len({row["id"] for row in rows}) < len(rows):
        problems.append(Problem(path, "value", "sections whose row ids are unique"))
    if len(value) > 1:
        problems.extend(
            Problem((*path, at, "title"), "missing") for at, one in enumerate(value) if not one.get("title")
        )


_LIST = Fields({"button": Text(20, 1), "sections": Items(_SECTION, 1, 10, (_ten_rows,))}, ("button", "sections"))


def _named(name: str, parameters: Mapping[str, Shape] | None = None, required: tuple[str, ...] = ()) -> Shape:
    """An action that says its own name, with parameters."""
    keys: dict[str, Shape] = {"name": Choice((name,))}
    if parameters is None:
        return Fields(keys, ("name",))
    keys["parameters"] = Fields(parameters, required)
    return Fields(keys, ("name", "parameters"))


_LINK: Mapping[str, Shape] = {"display_text": Text(20, 1), "url": HTTPS}
_CTA = _named("cta_url", _LINK, ("display_text", "url"))


def _flow_rules(value: Any, path: Path, problems: list[Problem]) -> None:
    if bool(value.get("flow_id")) == bool(value.get("flow_name")):
        problems.append(Problem((*path, "flow_id"), "missing"))
    if value.get("flow_action") == "data_exchange" and "flow_action_payload" in value:
        problems.append(Problem((*path, "flow_action_payload"), "value", "absent with data_exchange"))


_FLOW = Fields(
    {
        "name": Choice(("flow",)),
        "parameters": Fields(
            {
                "flow_message_version": Choice(("3",)),
                "flow_token": Text(200),
                "flow_id": Text(numbers=True),
                "flow_name": Text(),
                "flow_cta": Text(20, 1),
                "mode": Choice(("published", "draft")),
                "flow_action": Choice(("navigate", "data_exchange")),
                "flow_action_payload": Fields({"screen": Text(), "data": Anything()}),
            },
            ("flow_message_version", "flow_cta"),
            rules=(_flow_rules,),
        ),
    },
    ("name", "parameters"),
)
_PRODUCT_ITEM = Fields({"product_retailer_id": Text()}, ("product_retailer_id",))


def _thirty_products(value: Any, path: Path, problems: list[Problem]) -> None:
    if sum(len(section["product_items"]) for section in value) > 30:
        problems.append(Problem(path, "size", "products", 1, 30))


_PRODUCTS = Fields(
    {
        "catalog_id": Text(numbers=True),
        "sections": Items(
            Fields({"title": Text(24), "product_items": Items(_PRODUCT_ITEM, 1, 30)}, ("product_items",)),
            1,
            10,
            (_thirty_products,),
        ),
    },
    ("catalog_id", "sections"),
)
_ONE_PRODUCT = Fields(
    {"catalog_id": Text(numbers=True), "product_retailer_id": Text()}, ("catalog_id", "product_retailer_id")
)


def _short_lines(value: Any, path: Path, problems: list[Problem]) -> None:
    if str(value.get("text", "")).count("\n") > 2:
        problems.append(Problem((*path, "text"), "value", "of at most 2 line breaks"))


_CARD_BODY = Fields({"text": Text(160, 1)}, ("text",), rules=(_short_lines,))
_CARD_REPLY = Fields(
    {
        "type": Choice(("quick_reply",)),
        "quick_reply": Fields({"id": Text(20, 1), "title": Text(20, 1)}, ("id", "title")),
    },
    ("type", "quick_reply"),
)


class _CardAction:
    """A link, or quick replies."""

    def check(self, value: Any, path: Path, problems: list[Problem]) -> None:
        if isinstance(value, dict) and "buttons" in value:
            Fields({"buttons": Items(_CARD_REPLY, 1, 3)}, ("buttons",)).check(value, path, problems)
        else:
            _CTA.check(value, path, problems)


_CARD_INDEX = Number(0, 9, whole=True)
_CARD = Tagged(
    "type",
    {
        "cta_url": Fields(
            {
                "card_index": _CARD_INDEX,
                "type": Text(),
                "header": _header("image", "video"),
                "body": _CARD_BODY,
                "action": _CardAction(),
            },
            ("header", "action"),
        ),
        "product": Fields({"card_index": _CARD_INDEX, "type": Text(), "action": _ONE_PRODUCT}, ("action",)),
    },
)


def _alike(value: Any, path: Path, problems: list[Problem]) -> None:
    """The same kind and number of buttons on every card, indexes from 0."""
    forms = {(card["type"], card["action"].get("name"), len(card["action"].get("buttons", []))) for card in value}
    if len(forms) > 1:
        problems.append(Problem(path, "value", "cards with the same kind and number of buttons"))
    if [card.get("card_index") for card in value] != list(range(len(value))):
        problems.append(Problem(path, "value", "cards with card_index 0, 1, 2, …"))


_CAROUSEL = Fields({"cards": Items(_CARD, 2, 10, (_alike,))}, ("cards",))


class _NoFooter:
    """A carousel has neither main header nor footer."""

    def check(self, value: Any, path: Path, problems: list[Problem]) -> None:
        Fields({"type": Text(), "body": BODY, "action": _CAROUSEL}, ("body", "action")).check(value, path, problems)


INTERACTIVE = Tagged(
    "type",
    {
        "button": _message(_REPLIES, header=ANY_HEADER),
        "list": _message(_LIST, header=TEXT_HEADER, body=LONG_BODY),
        "cta_url": _message(_CTA, header=ANY_HEADER),
        "flow": _message(_FLOW, header=ANY_HEADER),
        "location_request_message": _message(_named("send_location")),
        "product": _message(_ONE_PRODUCT, needs=()),
        "product_list": _message(_PRODUCTS, header=TEXT_HEADER, needs=("header", "body")),
        "catalog_message": _message(
            Fields(
                {
                    "name": Choice(("catalog_message",)),
                    "parameters": Fields({"thumbnail_product_retailer_id": Text()}),
                },
                ("name",),
            )
        ),
        "carousel": _NoFooter(),
        "request_contact_info": _message(_named("request_contact_info")),
        "voice_call": _message(
            _named(
                "voice_call", {"display_text": Text(20), "ttl_minutes": Number(1, 43200, whole=True), "payload": Text()}
            )
        ),
        "call_permission_request": _message(_named("call_permission_request"), needs=()),
    },
)
