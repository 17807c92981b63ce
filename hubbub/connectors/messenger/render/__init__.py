"""An OutboundMessage as the one call that shows it. Everything that cannot be expressed is refused before.

https://developers.facebook.com/docs/messenger-platform/reference/send-api
"""

from __future__ import annotations

from collections.abc import Callable

from hubbub.connectors.messages import ApiRequest, ChannelAccess, OutboundKind, OutboundMessage, SendContext
from hubbub.connectors.messenger.render.content import CONTENTS, content_kind
from hubbub.connectors.messenger.render.form import FORM
from hubbub.connectors.messenger.render.purpose import purpose_of
from hubbub.connectors.meta.graph import graph_request
from hubbub.connectors.meta.templates import JsonObject, at_most, fitting, refuse, render_quick_replies, web_address
from hubbub.connectors.outcomes import ErrorCode
from hubbub.kit.json import dig

MESSAGES = "/{page-id}/messages"
COMMENTS = "/{comment-id}/comments"

MAX_COMMENT = 8000
USER_REF = "user_ref:"

Renderer = Callable[[OutboundMessage, SendContext], ApiRequest]


def render(message: OutboundMessage, context: SendContext) -> ApiRequest:
    """The call for `message`. Raises `Unsendable` for what Messenger cannot express."""
    renderer = RENDERERS.get(message.kind)
    if renderer is None:
        refuse(
            f"{FORM.platform} has no messages of the kind {message.kind.value}. Say it in a text instead.",
            ErrorCode.UNSUPPORTED,
        )
    return renderer(message, context)


def _direct(message: OutboundMessage, context: SendContext) -> ApiRequest:
    return _send(message, context.access, recipient_of(context))


def recipient_of(context: SendContext) -> JsonObject:
    """A PSID, or the `user_ref` of a plugin whose person has no id yet."""
    person = context.recipient_external_id
    if not person:
        refuse("This contact has no Messenger id. Wait until they write.", ErrorCode.RECIPIENT_UNKNOWN)
    if person.startswith(USER_REF):
        return {"user_ref": person.removeprefix(USER_REF)}
    return {"id": person}


def _private_reply(message: OutboundMessage, context: SendContext) -> ApiRequest:
    """One direct message to who wrote a comment, within 7 days; of a post of a visitor, by the post's id."""
    comment_id = _comment_id(message, context)
    is_post = comment_id.startswith(f"{context.access.external_id}_")
    return _send(message, context.access, {"post_id" if is_post else "comment_id": comment_id})


def _send(message: OutboundMessage, access: ChannelAccess, recipient: JsonObject) -> ApiRequest:
    kind = content_kind(message)
    content = CONTENTS[kind](message)
    if message.quick_replies:
        content["quick_replies"] = render_quick_replies(FORM, message.quick_replies)
    content["metadata"] = message.message_id
    body: JsonObject = {"recipient": recipient, **purpose_of(message, content), "message": content}
    return graph_request(
        access,
        "POST",
        (access.external_id, "messages"),
        endpoint=MESSAGES,
        body=body | _options(message),
        lane_hint="media" if dig(content, "attachment", "type") in ("audio", "video") else "",
    )


def _options(message: OutboundMessage) -> JsonObject:
    options: JsonObject = {}
    if message.reply_to_external_id:
        options["reply_to"] = {"mid": message.reply_to_external_id}
    if message.persona_id:
        options["persona_id"] = message.persona_id
    if message.is_silent:
        options["notification_type"] = "SILENT_PUSH"
    return options


def _reaction(message: OutboundMessage, context: SendContext) -> ApiRequest:
    """…/send-messages/sender-actions; another emoji replaces the first, so it can be repeated."""
    if not message.reaction_to_external_id:
        refuse("A reaction needs a message to react to. Choose one.")
    payload: JsonObject = {"message_id": message.reaction_to_external_id}
    if message.reaction_emoji:
        payload["reaction"] = message.reaction_emoji
    action = "react" if message.reaction_emoji else "unreact"
    return graph_request(
        context.access,
        "POST",
        (context.access.external_id, "messages"),
        endpoint=MESSAGES,
        purpose="action",
        body={"recipient": recipient_of(context), "sender_action": action, "payload": payload},
        is_repeatable=True,
    )


def _comment_reply(message: OutboundMessage, context: SendContext) -> ApiRequest:
    """A public answer under a comment: a text, a picture by its link, or both."""
    body: JsonObject = {}
    if message.text:
        body["message"] = fitting(FORM, message.text, "The comment", MAX_COMMENT)
    if message.media:
        at_most(FORM, len(message.media), 1, "pictures in a comment")
        picture = message.media[0]
        if picture.type != "image":
            refuse(f"A comment cannot hold a file of the type {picture.type}. Send a picture or a text.")
        body["attachment_url"] = web_address(picture.url, "The picture")
    if not body:
        refuse("The comment is empty. Write something in it.")
    comment_id = _comment_id(message, context)
    return graph_request(context.access, "POST", (comment_id, "comments"), endpoint=COMMENTS, body=body)


def _comment_id(message: OutboundMessage, context: SendContext) -> str:
    """The comment named by the message, else the top comment of the thread ("post:comment")."""
    comment_id = message.comment_external_id or context.thread_key.rpartition(":")[2]
    if not comment_id:
        refuse("It is not said which comment this answers. Open the comment and answer there.")
    return comment_id


RENDERERS: dict[OutboundKind, Renderer] = {
    **dict.fromkeys(CONTENTS, _direct),
    OutboundKind.PRIVATE_REPLY: _private_reply,
    OutboundKind.COMMENT_REPLY: _comment_reply,
    OutboundKind.REACTION: _reaction,
}
