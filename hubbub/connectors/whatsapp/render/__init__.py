"""One message as one call of `POST /{phone-number-id}/messages`.

https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/send-messages
"""

from __future__ import annotations

from collections.abc import Callable

from hubbub.connectors.messages import ApiRequest, OutboundKind, OutboundMessage, SendContext
from hubbub.connectors.meta.graph import graph_request
from hubbub.connectors.outcomes import ErrorCode
from hubbub.connectors.whatsapp.render import plain
from hubbub.connectors.whatsapp.render.checks import JsonObject, refuse
from hubbub.connectors.whatsapp.render.recipient import GROUP, phone, recipient
from hubbub.kit.json import JsonValue

MESSAGES = "/{phone-number-id}/messages"

Render = Callable[[OutboundMessage], tuple[str, JsonValue]]
"""The message's `type` on WhatsApp, and the object under that name. Raises `Unsendable`."""

KINDS: dict[OutboundKind, Render] = {
    OutboundKind.TEXT: plain.text_message,
    OutboundKind.MEDIA: plain.media_message,
    OutboundKind.LIST: plain.list_message,
    OutboundKind.TEMPLATE: plain.template_message,
    OutboundKind.LOCATION: plain.location_message,
    OutboundKind.CONTACT: plain.contacts_message,
    OutboundKind.STICKER: plain.sticker_message,
    OutboundKind.REACTION: plain.reaction_message,
    OutboundKind.NATIVE: plain.native_message,
}
REFUSED: dict[OutboundKind, str] = {
    OutboundKind.CARDS: "WhatsApp has no cards of this kind. Send a list, or a picture with buttons.",
    OutboundKind.FLEX: "Flex messages exist on LINE only. Send text, a picture or a list.",
    OutboundKind.COMMENT_REPLY: "WhatsApp has no comments. Send a message instead.",
    OutboundKind.PRIVATE_REPLY: "WhatsApp has no comments. Send a message instead.",
}
QUOTING = frozenset(KINDS) - {OutboundKind.TEMPLATE, OutboundKind.REACTION}
"""Templates show no quoted message, and a reaction cannot be an answer."""
IN_GROUPS = frozenset({"text", "template", "image", "video", "audio", "document", "sticker"})


def render(message: OutboundMessage, context: SendContext) -> ApiRequest:
    """Raises `Unsendable` with a sentence for whoever wrote the message."""
    build = KINDS.get(message.kind)
    if build is None:
        refuse(REFUSED[message.kind], ErrorCode.UNSUPPORTED)
    _refuse_closed(message, context)
    kind, content = build(message)
    _refuse_in_groups(kind, context)
    body: JsonObject = {"messaging_product": "whatsapp", **recipient(context), "type": kind, kind: content}
    if message.reply_to_external_id and message.kind in QUOTING:
        body["context"] = {"message_id": message.reply_to_external_id}
    body["biz_opaque_callback_data"] = message.message_id
    return graph_request(
        context.access,
        "POST",
        (context.access.external_id, "messages"),
        endpoint=MESSAGES,
        body=body,
        is_repeatable=message.kind is OutboundKind.REACTION,
    )


def _refuse_closed(message: OutboundMessage, context: SendContext) -> None:
    if context.is_window_open is False and message.kind is not OutboundKind.TEMPLATE:
        refuse("The customer last wrote more than 24 hours ago. Send a template instead.", ErrorCode.WINDOW_CLOSED)
    is_authentication = message.template is not None and message.template.category.upper() == "AUTHENTICATION"
    if is_authentication and context.thread_type != GROUP and phone(context) is None:
        refuse(
            "A template with a code needs the customer's phone number, which WhatsApp hides. Ask for it first.",
            ErrorCode.RECIPIENT_UNKNOWN,
        )


def _refuse_in_groups(kind: str, context: SendContext) -> None:
    if context.thread_type == GROUP and kind not in IN_GROUPS:
        refuse("In groups WhatsApp takes text, files and templates only. Send one of these.", ErrorCode.UNSUPPORTED)
