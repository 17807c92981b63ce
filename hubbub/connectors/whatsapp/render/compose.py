"""What the author asked for as buttons, answers or a list, as an `interactive` object."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from hubbub.connectors.messages import Button, ButtonType, OutboundMessage
from hubbub.connectors.outcomes import ErrorCode
from hubbub.connectors.whatsapp.capabilities import LIST_ROWS, REPLY_BUTTONS
from hubbub.connectors.whatsapp.render.checks import JsonObject, refuse
from hubbub.connectors.whatsapp.render.interactive import FLOW_VERSION, check_interactive
from hubbub.kit.json import JsonValue

OPEN_LIST = "Options"
ANSWERS = frozenset({ButtonType.POSTBACK, ButtonType.MESSAGE})

REFUSED: dict[ButtonType, str] = {
    ButtonType.PHONE: "WhatsApp has call buttons in templates only. Write the number into the text.",
    ButtonType.SHARE_EMAIL: "WhatsApp has no button that shares an e-mail address. Ask for it in the text.",
    ButtonType.LOGIN: "WhatsApp has no button to log in. Send a link instead.",
    ButtonType.LOGOUT: "WhatsApp has no button to log out. Send a link instead.",
}


def buttons(message: OutboundMessage, header: JsonObject | None = None) -> JsonObject:
    """Buttons or quick replies below the text. `header`: a file above it. Raises `Unsendable`."""
    if message.buttons and message.quick_replies:
        refuse("WhatsApp shows either buttons or quick replies below a message. Use one of them, or a list.")
    given = message.buttons or message.quick_replies
    _refuse_unknown(given)
    if all(button.type in ANSWERS for button in given):
        return _answers(message, given, header)
    if len(given) > 1:
        refuse("WhatsApp shows either answers or one link or request below a message, not both. Send them one by one.")
    return _interactive(message, *SINGLE[given[0].type](given[0]), header=header)


def _refuse_unknown(given: Sequence[Button]) -> None:
    for button in given:
        if button.type in REFUSED:
            refuse(REFUSED[button.type], ErrorCode.UNSUPPORTED)


def _answers(message: OutboundMessage, given: Sequence[Button], header: JsonObject | None) -> JsonObject:
    if len(given) <= REPLY_BUTTONS:
        replies: list[JsonValue] = [
            {"type": "reply", "reply": {"id": _payload(button), "title": button.title}} for button in given
        ]
        return _interactive(message, "button", {"buttons": replies}, header=header)
    if message.buttons:
        refuse(
            f"These are {len(given)} buttons; WhatsApp shows {REPLY_BUTTONS} at most. Send a list, which has up to "
            f"{LIST_ROWS} rows."
        )
    if header is not None:
        refuse(f"Below a file WhatsApp shows {REPLY_BUTTONS} quick replies at most. Send the file on its own.")
    return _list(message, [("", given)])


def list_message(message: OutboundMessage) -> JsonObject:
    """Raises `Unsendable`."""
    return _list(message, [(section.title, section.rows) for section in message.sections])


def _list(message: OutboundMessage, sections: Sequence[tuple[str, Sequence[Button]]]) -> JsonObject:
    action: JsonObject = {
        "button": message.list_button or OPEN_LIST,
        "sections": [_section(title, rows) for title, rows in sections],
    }
    return _interactive(message, "list", action)


def _section(title: str, rows: Sequence[Button]) -> JsonObject:
    section: JsonObject = {"rows": [_row(row) for row in rows]}
    return {"title": title, **section} if title else section


def _row(row: Button) -> JsonObject:
    found: JsonObject = {"id": _payload(row), "title": row.title}
    return {**found, "description": row.description} if row.description else found


def _payload(button: Button) -> str:
    """Without a payload of its own the label is what comes back."""
    return button.payload or button.title


def _url(button: Button) -> tuple[str, JsonObject]:
    return "cta_url", {"name": "cta_url", "parameters": {"display_text": button.title, "url": button.url}}


def _flow(button: Button) -> tuple[str, JsonObject]:
    """A form: `native` holds its parameters (flow_id or flow_name, flow_token, mode, flow_action, …)."""
    parameters: JsonObject = {"flow_message_version": FLOW_VERSION, "flow_cta": button.title, **button.native}
    return "flow", {"name": "flow", "parameters": parameters}


SINGLE: dict[ButtonType, Callable[[Button], tuple[str, JsonObject]]] = {
    ButtonType.URL: _url,
    ButtonType.NATIVE: _flow,
    ButtonType.SHARE_LOCATION: lambda _: ("location_request_message", {"name": "send_location"}),
    ButtonType.SHARE_PHONE: lambda _: ("request_contact_info", {"name": "request_contact_info"}),
}
"""The types of buttons of which WhatsApp shows one alone. The labels of the last two are WhatsApp's."""


def _interactive(
    message: OutboundMessage, kind: str, action: JsonObject, *, header: JsonObject | None = None
) -> JsonObject:
    found: JsonObject = {"type": kind, "body": {"text": message.text}, "action": action}
    if header is not None and message.header:
        refuse("Above a message WhatsApp shows either a file or a title. Remove one of them.")
    if message.header:
        header = {"type": "text", "text": message.header}
    if header is not None:
        found["header"] = header
    if message.footer:
        found["footer"] = {"text": message.footer}
    return check_interactive(found)
