"""One message as one call: a free reply while its token lives, else a push that counts against the monthly quota.

https://developers.line.biz/en/reference/messaging-api/#send-reply-message and #send-push-message
"""

from __future__ import annotations

from hubbub.connectors.line.calls import call
from hubbub.connectors.line.capabilities import MOST_MESSAGES
from hubbub.connectors.line.render.actions import quick_reply
from hubbub.connectors.line.render.check import JsonObject, refuse, refuse_long
from hubbub.connectors.line.render.compose import compose
from hubbub.connectors.line.render.rules import QUOTING, check_message
from hubbub.connectors.messages import ApiRequest, OutboundMessage, SendContext
from hubbub.connectors.outcomes import ErrorCode

REPLY, PUSH = "/v2/bot/message/reply", "/v2/bot/message/push"
LARGEST_BODY = 2_000_000


def render(message: OutboundMessage, context: SendContext) -> ApiRequest:
    """Raises `Unsendable` with a sentence for whoever wrote the message."""
    is_group = bool(context.thread_key)
    objects = compose(message)
    if not is_group:
        _add_tracking(objects, message)
    _add_quote(objects, message)
    _add_quick_replies(objects, message)
    if len(objects) > MOST_MESSAGES:
        refuse(
            f"This is {len(objects)} LINE messages at once; LINE allows {MOST_MESSAGES}. Send fewer files at a time."
        )
    for each in objects:
        check_message(each, is_group=is_group)
    request = _send(objects, message, context)
    if (size := len(request.body or b"")) > LARGEST_BODY:
        refuse_long("the message", size, LARGEST_BODY, "bytes")
    return request


def _add_tracking(objects: list[JsonObject], message: OutboundMessage) -> None:
    """LINE tells with it when a video was watched to its end; it refuses it in groups."""
    for each in objects:
        if each.get("type") == "video":
            each.setdefault("trackingId", message.message_id)


def _add_quote(objects: list[JsonObject], message: OutboundMessage) -> None:
    if message.reply_to_quote_token is None:
        if message.reply_to_external_id:
            refuse("LINE cannot quote that message; send yours without quoting it.", ErrorCode.UNSUPPORTED)
        return
    quoting = next((each for each in objects if each.get("type") in QUOTING), None)
    if quoting is None:
        refuse("LINE can quote only with a text or a sticker; send this without quoting.", ErrorCode.UNSUPPORTED)
    quoting["quoteToken"] = message.reply_to_quote_token


def _add_quick_replies(objects: list[JsonObject], message: OutboundMessage) -> None:
    """LINE shows those of the last object only."""
    if message.quick_replies:
        objects[-1]["quickReply"] = {"items": [quick_reply(button) for button in message.quick_replies]}


def _send(objects: list[JsonObject], message: OutboundMessage, context: SendContext) -> ApiRequest:
    body: JsonObject = {"messages": [*objects]}
    if message.is_silent:
        body["notificationDisabled"] = True
    if context.reply_token:
        return call(
            context.access,
            "POST",
            REPLY,
            body={"replyToken": context.reply_token, **body},
            purpose="send",
            is_repeatable=False,
            uses_reply_token=True,
        )
    return call(
        context.access,
        "POST",
        PUSH,
        body={"to": context.thread_key or context.recipient_external_id, **body},
        purpose="send",
        is_repeatable=bool(context.retry_key),
        retry_key=context.retry_key,
    )
