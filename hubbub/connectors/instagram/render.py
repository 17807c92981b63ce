"""Our messages in Instagram's shape. One function a kind; what Instagram cannot express is refused in a sentence.

https://developers.facebook.com/documentation/business-messaging/instagram-messaging/features/send-message
"""

from __future__ import annotations

from collections.abc import Callable

from hubbub.connectors.instagram.calls import LABEL, call
from hubbub.connectors.instagram.capabilities import CAPABILITIES
from hubbub.connectors.instagram.media import attachment_of, check_file, pictures
from hubbub.connectors.instagram.native import check_native
from hubbub.connectors.messages import ApiRequest, Button, ButtonType, OutboundKind, OutboundMessage, SendContext
from hubbub.connectors.meta.graph import graph_request
from hubbub.connectors.meta.templates import (
    Form,
    JsonObject,
    button_template,
    email_quick_reply,
    fitting,
    generic_template,
    phone_quick_reply,
    postback_button,
    refuse,
    render_quick_replies,
    text_quick_reply,
    url_button,
)
from hubbub.connectors.outcomes import ErrorCode


def _quick_reply(form: Form, reply: Button) -> JsonObject:
    if reply.image_url:
        refuse(f'The quick reply "{reply.title}" has a picture; on Instagram it can have no picture. Take it away.')
    return text_quick_reply(form, reply)


FORM = Form(
    platform=LABEL,
    capabilities=CAPABILITIES,
    buttons={ButtonType.URL: url_button, ButtonType.POSTBACK: postback_button},
    quick_replies={
        ButtonType.POSTBACK: _quick_reply,
        ButtonType.MESSAGE: _quick_reply,
        ButtonType.SHARE_PHONE: phone_quick_reply,
        ButtonType.SHARE_EMAIL: email_quick_reply,
    },
)

RenderKind = Callable[[OutboundMessage, SendContext], ApiRequest]


def render(message: OutboundMessage, context: SendContext) -> ApiRequest:
    """The one call for `message`. Raises `Unsendable`."""
    if message.kind not in RENDERERS:
        refuse(NOT_HERE[message.kind], ErrorCode.UNSUPPORTED)
    _refuse_extras(message)
    return RENDERERS[message.kind](message, context)


# --- Messages to a person ---------------------------------------------------------------------------------------------


def _text(message: OutboundMessage, context: SendContext) -> ApiRequest:
    if message.buttons:
        return _send(message, context, {"attachment": button_template(FORM, message.text, message.buttons)})
    return _send(message, context, {"text": _checked_text(message, "The text")})


def _checked_text(message: OutboundMessage, what: str) -> str:
    return fitting(FORM, message.text, what, CAPABILITIES.text_limit, CAPABILITIES.text_unit)


def _media(message: OutboundMessage, context: SendContext) -> ApiRequest:
    files = message.media
    if not files:
        refuse("There is no file in this message. Add one.")
    for file in files:
        check_file(file)
    if len(files) == 1:
        lane = "media" if files[0].type in ("audio", "video") else ""
        return _send(message, context, {"attachment": attachment_of(files[0])}, lane_hint=lane)
    return _send(message, context, {"attachments": pictures(FORM, files)})


def _cards(message: OutboundMessage, context: SendContext) -> ApiRequest:
    return _send(message, context, {"attachment": generic_template(FORM, message.cards)})


def _sticker(message: OutboundMessage, context: SendContext) -> ApiRequest:
    """The heart is the only sticker that can be sent; `sticker` may name it or be empty."""
    named = message.sticker.get("sticker_id") or message.sticker.get("type") or HEART
    if named != HEART:
        refuse("Instagram lets us send only one sticker, the heart. Choose it, or send a picture.")
    return _send(message, context, {"attachment": {"type": HEART}})


HEART = "like_heart"


def _native(message: OutboundMessage, context: SendContext) -> ApiRequest:
    return _send(message, context, check_native(message.native))


def _send(message: OutboundMessage, context: SendContext, content: JsonObject, *, lane_hint: str = "") -> ApiRequest:
    if message.quick_replies:
        content = {**content, "quick_replies": render_quick_replies(FORM, message.quick_replies)}
    body: JsonObject = {"recipient": {"id": _recipient(context)}, **_permission(message), "message": content}
    if message.reply_to_external_id:
        body["reply_to"] = {"mid": message.reply_to_external_id}
    return call(context.access, "POST", "messages", purpose="send", body=body, lane_hint=lane_hint)


def _recipient(context: SendContext) -> str:
    if not context.recipient_external_id:
        refuse("This person has no Instagram id here. Answer in a conversation that they began.")
    return context.recipient_external_id


TAGS = {"human_agent": "HUMAN_AGENT"}


def _permission(message: OutboundMessage) -> JsonObject:
    """…/features/human-agent-escalation: the only tag."""
    if not message.tag:
        return {"messaging_type": "RESPONSE"}
    if message.tag not in TAGS:
        refuse(
            "Instagram knows only the human-agent tag for messages after 24 hours. Use it, or wait for them to write.",
            ErrorCode.UNSUPPORTED,
        )
    return {"messaging_type": "MESSAGE_TAG", "tag": TAGS[message.tag]}


# --- Reactions and comments -------------------------------------------------------------------------------------------

HEARTS = frozenset({"❤", "❤️", "♥", "♥️"})


def _reaction(message: OutboundMessage, context: SendContext) -> ApiRequest:
    """…/features/sender-actions: "love" is the documented value, other emojis go through since December 2025."""
    if not message.reaction_to_external_id:
        refuse("There is no message to react to. Choose one.")
    if message.reaction_emoji is None:
        refuse("There is no emoji in this reaction. Choose one.")
    payload: JsonObject = {"message_id": message.reaction_to_external_id}
    if message.reaction_emoji:
        payload["reaction"] = "love" if message.reaction_emoji in HEARTS else message.reaction_emoji
    action = "react" if message.reaction_emoji else "unreact"
    body: JsonObject = {"recipient": {"id": _recipient(context)}, "sender_action": action, "payload": payload}
    return call(context.access, "POST", "messages", purpose="action", body=body, is_repeatable=True)


def _comment_reply(message: OutboundMessage, context: SendContext) -> ApiRequest:
    """https://developers.facebook.com/docs/instagram-platform/reference/ig-comment/replies"""
    if not message.text or not message.text.strip():
        refuse("The answer to the comment is empty. Write something in it.")
    return graph_request(
        context.access,
        "POST",
        (_comment(message, context), "replies"),
        endpoint="/{comment-id}/replies",
        body={"message": message.text},
        lane_hint="comment",
    )


def _private_reply(message: OutboundMessage, context: SendContext) -> ApiRequest:
    """…/features/private-replies: a text, once for each comment, within 7 days."""
    body: JsonObject = {
        "recipient": {"comment_id": _comment(message, context)},
        "message": {"text": _checked_text(message, "The private answer")},
    }
    return call(context.access, "POST", "messages", purpose="send", body=body, lane_hint="private_reply")


def _comment(message: OutboundMessage, context: SendContext) -> str:
    """The comment that the message names, else the top comment of the thread ("post:comment")."""
    comment_id = message.comment_external_id or context.thread_key.rpartition(":")[2]
    if not comment_id:
        refuse("It is not said which comment this answers. Open the comment and answer there.")
    return comment_id


# --- Tables -----------------------------------------------------------------------------------------------------------

RENDERERS: dict[OutboundKind, RenderKind] = {
    OutboundKind.TEXT: _text,
    OutboundKind.MEDIA: _media,
    OutboundKind.CARDS: _cards,
    OutboundKind.STICKER: _sticker,
    OutboundKind.REACTION: _reaction,
    OutboundKind.COMMENT_REPLY: _comment_reply,
    OutboundKind.PRIVATE_REPLY: _private_reply,
    OutboundKind.NATIVE: _native,
}
NOT_HERE: dict[OutboundKind, str] = {
    OutboundKind.LIST: "Instagram has no lists. Use up to 13 quick replies, or cards.",
    OutboundKind.TEMPLATE: "Instagram has no approved templates. Write a text while their 24 hours run.",
    OutboundKind.LOCATION: "Instagram cannot send a location. Send a link to a map as a text.",
    OutboundKind.CONTACT: "Instagram cannot send a contact card. Write the name and number as a text.",
    OutboundKind.FLEX: "Flex messages exist only on LINE. Send cards.",
}

EXTRAS: dict[str, str] = {
    "text": "a text; send it as a message of its own",
    "media": "files; send them as a message of their own",
    "quick_replies": "quick replies; leave them out, or put them under a text",
    "buttons": "buttons; put them under a text, or on cards",
    "cards": "cards; send them as a message of their own",
    "sections": "a list; use quick replies under a text",
    "header": "a header; put it into the text",
    "footer": "a footer; put it into the text",
    "reply_to_external_id": "a quotation of another message; leave it out",
    "tag": "a message tag; leave it out",
    "is_silent": "the wish to arrive silently; leave it out",
    "persona_id": "a persona; leave it out",
}
"""What a message may hold, and what to do where Instagram does not take it."""
_TO_A_PERSON = frozenset({"reply_to_external_id", "tag", "quick_replies"})
TAKES: dict[OutboundKind, frozenset[str]] = {
    OutboundKind.TEXT: _TO_A_PERSON | {"text", "buttons"},
    OutboundKind.MEDIA: _TO_A_PERSON | {"media"},
    OutboundKind.CARDS: _TO_A_PERSON | {"cards"},
    OutboundKind.STICKER: frozenset({"reply_to_external_id", "tag", "text"}),
    OutboundKind.REACTION: frozenset(),
    OutboundKind.COMMENT_REPLY: frozenset({"text"}),
    OutboundKind.PRIVATE_REPLY: frozenset({"text"}),
    OutboundKind.NATIVE: _TO_A_PERSON | {"text"},
}
"""A heart and a native message may have a text that only our own screen shows."""


def _refuse_extras(message: OutboundMessage) -> None:
    """Nothing that somebody wrote is left out in silence."""
    for name, advice in EXTRAS.items():
        if name not in TAKES[message.kind] and getattr(message, name):
            refuse(f"On Instagram this kind of message cannot have {advice}.", ErrorCode.UNSUPPORTED)
