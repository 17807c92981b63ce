"""An accepted message of the hub: its id, its place on the phone, its line in the ledger."""

from __future__ import annotations

from typing import Any

from sandbox.graph.call import GraphCall
from sandbox.state import InstagramAccount, Message, MetaAccount, Thread
from sandbox.trace import accept

Json = dict[str, Any]


def template_type(message: Json) -> str:
    """The kind of template that the message is, or ''."""
    if "template" in message:
        return "utility"
    attachment = message.get("attachment")
    if isinstance(attachment, dict) and attachment.get("type") == "template":
        return str(attachment["payload"]["template_type"])
    return ""


def keep_sent(call: GraphCall, account: MetaAccount, thread: Thread, message: Json, kind: str = "message") -> Message:
    """Give it an id, put it on the phone and into the ledger."""
    world = call.world
    is_instagram = isinstance(account, InstagramAccount)
    reply_to = call.params.structure("reply_to") or {}
    sent = Message(
        id=world.ids.instagram_message() if is_instagram else world.ids.messenger_message(),
        at_ms=account.next_ms(thread, world.clock.ms()),
        direction="out",
        type=_type_of(message),
        body=message,
        author=account.name,
        app_id=call.app_id,
        reply_to=reply_to.get("mid"),
        callback_data=str(message.get("metadata", "")),
        kind=kind,
    )
    account.keep(thread, sent)
    accept(
        world,
        call.trace,
        account=account.external_id,
        kind=kind,
        recipients=(thread.peer,),
        message_ids=[sent.id],
        request=redacted(call),
        metadata=sent.callback_data,
    )
    return sent


def _type_of(message: Json) -> str:
    if "text" in message:
        return "text"
    if "attachment" in message:
        return str(message["attachment"]["type"]).lower()
    return next(name for name in ("attachments", "sticker_id", "template") if name in message).removesuffix("_id")


def redacted(call: GraphCall) -> Json:
    """The parameters without what is secret."""
    hidden = {"access_token", "appsecret_proof", "appsecret_time"}
    return {name: value for name, value in call.params.body.items() if name not in hidden} or {
        name: value for name, value in call.params.query.items() if name not in hidden
    }
