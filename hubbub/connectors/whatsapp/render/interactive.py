"""Interactive messages: what each type may contain. One table for those that we compose and for those given ready made.

https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/interactive-messages
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import regex

from hubbub.connectors.outcomes import ErrorCode
from hubbub.connectors.whatsapp.capabilities import (
    BODY_LIMIT,
    BUTTON_ID_LIMIT,
    FOOTER_LIMIT,
    HEADER_LIMIT,
    LABEL_LIMIT,
    LIST_BODY_LIMIT,
    LIST_ROWS,
    LIST_SECTIONS,
    REPLY_BUTTONS,
    ROW_DESCRIPTION_LIMIT,
    ROW_ID_LIMIT,
    ROW_TITLE_LIMIT,
    SECTION_TITLE_LIMIT,
)
from hubbub.connectors.whatsapp.render.checks import (
    JsonObject,
    capital,
    file,
    identifier,
    items,
    link,
    only_keys,
    optional_text,
    part,
    refuse,
    text,
    unique,
)
from hubbub.kit.json import JsonValue

FILES = ("image", "video", "document")
CARDS = (2, 10)
CARD_BODY_LIMIT = 160
CARD_LINE_BREAKS = 2
CARD_REPLY_ID_LIMIT = 20
CARD_REPLIES = 3
PRODUCTS = 30
FLOW_VERSION = "3"
EMOJI = regex.compile(r"\p{Extended_Pictographic}")
LONGEST_CALL_MINUTES = 43_200


class Rule(NamedTuple):
    """`headers`: the types of header it may have; `body_limit` 0: it has no body at all."""

    action: Callable[[JsonObject], None]
    headers: tuple[str, ...] = ()
    body_limit: int = BODY_LIMIT
    needs_body: bool = True
    needs_header: bool = False
    has_footer: bool = True


def check_interactive(value: JsonValue) -> JsonObject:
    """`value` itself when it is an `interactive` object that WhatsApp takes. Raises `Unsendable`."""
    interactive = part(value, "the interactive message")
    kind = interactive.get("type")
    rule = RULES.get(kind) if isinstance(kind, str) else None
    if rule is None:
        refuse(
            f"WhatsApp has no interactive message of this type. Choose one of: {', '.join(RULES)}.",
            ErrorCode.UNSUPPORTED,
        )
    only_keys(interactive, ("type", "header", "body", "footer", "action"), "the message")
    _header(interactive.get("header"), rule)
    _body(interactive.get("body"), rule)
    _footer(interactive.get("footer"), rule)
    rule.action(part(interactive.get("action"), "the action of the message"))
    return interactive


def _header(value: JsonValue, rule: Rule) -> None:
    if value is None:
        if rule.needs_header:
            refuse("This message needs a title above it. Add one.")
        return
    header = part(value, "the title above the message")
    kind = header.get("type")
    if kind not in rule.headers:
        allowed = f"only {' or '.join(rule.headers)}" if rule.headers else "nothing"
        refuse(f"Above this message WhatsApp shows {allowed}. Change or remove what stands there.")
    if kind == "text":
        text(header.get("text"), "the title above the message", HEADER_LIMIT)
    else:
        file(header.get(str(kind)), f"the {kind} above the message")


def _body(value: JsonValue, rule: Rule) -> None:
    if value is None and not rule.needs_body:
        return
    text(part(value, "the text of the message").get("text"), "the text of the message", rule.body_limit)


def _footer(value: JsonValue, rule: Rule) -> None:
    if value is None:
        return
    if not rule.has_footer:
        refuse("WhatsApp shows no small print below this message. Remove it.")
    text(part(value, "the small print").get("text"), "the small print", FOOTER_LIMIT)


# --- Actions ----------------------------------------------------------------------------------------------------------


def _reply_buttons(action: JsonObject) -> None:
    buttons = items(action.get("buttons"), "buttons", REPLY_BUTTONS)
    replies = [_typed(button, "reply", f"button {number}") for number, button in enumerate(buttons, 1)]
    _check_replies(replies, "button", BUTTON_ID_LIMIT)


def _typed(button: JsonObject, kind: str, noun: str) -> JsonObject:
    """What stands under the button's type."""
    if button.get("type") != kind:
        refuse(f"{capital(noun)} must be of type {kind}.", ErrorCode.UNSUPPORTED)
    return part(button.get(kind), noun)


def _check_replies(replies: list[JsonObject], noun: str, id_limit: int) -> None:
    titles = [text(one.get("title"), f"the label of {noun} {at}", LABEL_LIMIT) for at, one in enumerate(replies, 1)]
    ids = [text(one.get("id"), f"the payload of {noun} {at}", id_limit) for at, one in enumerate(replies, 1)]
    unique(titles, "labels")
    unique(ids, "payloads")


def _list(action: JsonObject) -> None:
    text(action.get("button"), "the label that opens the list", LABEL_LIMIT)
    sections = items(action.get("sections"), "sections of the list", LIST_SECTIONS)
    rows = [row for section in sections for row in items(section.get("rows"), "rows of a section", LIST_ROWS)]
    if len(rows) > LIST_ROWS:
        refuse(f"The list has {len(rows)} rows; WhatsApp takes {LIST_ROWS} in all sections together. Leave some out.")
    for section in sections:
        _section_title(section, is_required=len(sections) > 1)
    for number, row in enumerate(rows, 1):
        text(row.get("title"), f"the title of row {number}", ROW_TITLE_LIMIT)
        optional_text(row.get("description"), f"the description of row {number}", ROW_DESCRIPTION_LIMIT)
    unique([text(row.get("id"), "the payload of a row", ROW_ID_LIMIT) for row in rows], "payloads of rows")


def _section_title(section: JsonObject, *, is_required: bool) -> None:
    check = text if is_required else optional_text
    check(section.get("title"), "the title of a section", SECTION_TITLE_LIMIT)


def _named(name: str, check: Callable[[JsonObject], None] | None = None) -> Callable[[JsonObject], None]:
    """An action that says its own name, and has parameters where `check` is given."""

    def action(value: JsonObject) -> None:
        if value.get("name") != name:
            refuse(f"The action of this message must be called {name}.")
        if check is not None:
            check(part(value.get("parameters"), f"the parameters of {name}"))

    return action


def _link_button(parameters: JsonObject) -> None:
    text(parameters.get("display_text"), "the label of the link", LABEL_LIMIT)
    link(parameters.get("url"), "the link")


def _flow(parameters: JsonObject) -> None:
    if parameters.get("flow_message_version") != FLOW_VERSION:
        refuse(f"The form must have flow_message_version {FLOW_VERSION!r}.")
    if bool(parameters.get("flow_id")) == bool(parameters.get("flow_name")):
        refuse("The form needs either flow_id or flow_name, just one of them.")
    label = text(parameters.get("flow_cta"), "the label that opens the form", LABEL_LIMIT)
    if EMOJI.search(label):
        refuse("The label that opens the form may have no emoji. Remove it.")
    if parameters.get("mode", "published") not in ("published", "draft"):
        refuse("The mode of the form must be published or draft.")
    _flow_action(parameters)


def _flow_action(parameters: JsonObject) -> None:
    action = parameters.get("flow_action", "navigate")
    if action not in ("navigate", "data_exchange"):
        refuse("The flow_action of the form must be navigate or data_exchange.")
    if action == "data_exchange" and "flow_action_payload" in parameters:
        refuse("With data_exchange the form takes no flow_action_payload. Remove it.")


def _product(action: JsonObject) -> None:
    identifier(action.get("catalog_id"), "the id of the catalog")
    identifier(action.get("product_retailer_id"), "the id of the product")


def _products(action: JsonObject) -> None:
    identifier(action.get("catalog_id"), "the id of the catalog")
    sections = items(action.get("sections"), "sections of products", LIST_SECTIONS)
    products = [one for section in sections for one in items(section.get("product_items"), "products", PRODUCTS)]
    if len(products) > PRODUCTS:
        refuse(f"These are {len(products)} products; WhatsApp takes {PRODUCTS} at most. Leave some out.")
    for section in sections:
        _section_title(section, is_required=len(sections) > 1)
    for product in products:
        identifier(product.get("product_retailer_id"), "the id of a product")


def _catalog(action: JsonObject) -> None:
    if action.get("name") != "catalog_message":
        refuse("The action of this message must be called catalog_message.")
    if "parameters" in action:
        thumbnail = part(action["parameters"], "the parameters").get("thumbnail_product_retailer_id")
        identifier(thumbnail, "the id of the product shown")


def _carousel(action: JsonObject) -> None:
    cards = items(action.get("cards"), "cards", CARDS[1], CARDS[0])
    forms = {_card(card, number) for number, card in enumerate(cards)}
    if len(forms) > 1:
        refuse("All cards must have the same kind and number of buttons, and products of one catalog. Make them alike.")


def _card(card: JsonObject, number: int) -> tuple[str, ...]:
    """Checks one card and says of which form it is."""
    if card.get("card_index") != number:
        refuse("The cards must be numbered by card_index from 0 on, in order.")
    noun = f"card {number + 1}"
    action = part(card.get("action"), f"the button of {noun}")
    if card.get("type") == "product":
        _product(action)
        return "product", identifier(action["catalog_id"], "the id of the catalog")
    if card.get("type") != "cta_url":
        refuse(f"{capital(noun)} must be of type cta_url or product.")
    _card_header(card.get("header"), noun)
    _card_body(card.get("body"), noun)
    return _card_buttons(action, noun)


def _card_header(value: JsonValue, noun: str) -> None:
    header = part(value, f"the picture or video of {noun}")
    kind = header.get("type")
    if kind not in ("image", "video"):
        refuse(f"{capital(noun)} needs a picture or a video above it.")
    file(header.get(str(kind)), f"the {kind} of {noun}")


def _card_body(value: JsonValue, noun: str) -> None:
    if value is None:
        return
    body = text(part(value, f"the text of {noun}").get("text"), f"the text of {noun}", CARD_BODY_LIMIT)
    if body.count("\n") > CARD_LINE_BREAKS:
        refuse(f"The text of {noun} has too many lines; WhatsApp takes {CARD_LINE_BREAKS} line breaks. Remove some.")


def _card_buttons(action: JsonObject, noun: str) -> tuple[str, ...]:
    if "buttons" not in action:
        _named("cta_url", _link_button)(action)
        return ("cta_url",)
    buttons = items(action["buttons"], f"buttons of {noun}", CARD_REPLIES)
    replies = [_typed(button, "quick_reply", f"a button of {noun}") for button in buttons]
    _check_replies(replies, "button", CARD_REPLY_ID_LIMIT)
    return "quick_reply", str(len(buttons))


def _call(parameters: JsonObject) -> None:
    optional_text(parameters.get("display_text"), "the label of the call button", LABEL_LIMIT)
    minutes = parameters.get("ttl_minutes", 1)
    if not isinstance(minutes, int) or not 1 <= minutes <= LONGEST_CALL_MINUTES:
        refuse(f"The call button can work for 1 to {LONGEST_CALL_MINUTES:,} minutes.")


RULES: dict[str, Rule] = {
    "button": Rule(_reply_buttons, headers=("text", *FILES)),
    "list": Rule(_list, headers=("text",), body_limit=LIST_BODY_LIMIT),
    "cta_url": Rule(_named("cta_url", _link_button), headers=("text", *FILES)),
    "flow": Rule(_named("flow", _flow), headers=("text", *FILES)),
    "location_request_message": Rule(_named("send_location"), has_footer=False),
    "request_contact_info": Rule(_named("request_contact_info"), has_footer=False),
    "product": Rule(_product, needs_body=False),
    "product_list": Rule(_products, headers=("text",), needs_header=True),
    "catalog_message": Rule(_catalog),
    "carousel": Rule(_carousel, has_footer=False),
    "voice_call": Rule(_named("voice_call", _call)),
    "call_permission_request": Rule(_named("call_permission_request"), needs_body=False),
}
