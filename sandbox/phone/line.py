"""What people do on LINE."""

from __future__ import annotations

import re
from typing import Any, Literal

from sandbox.ids import stable_hex
from sandbox.phone.act import Act, Acted, Action, CannotAct
from sandbox.state import Account, LineBot, Thread
from sandbox.webhooks.line import event, post_events

Json = dict[str, Any]
QUOTABLE = {"text", "sticker", "image", "video"}


def bot_of(act: Act) -> LineBot:
    assert isinstance(act.account, LineBot)
    return act.account


def group_thread(account: Account, name: str, kind: Literal["group", "room"]) -> Thread:
    """The group or room of that name (or id); made when new."""
    letter = "C" if kind == "group" else "R"
    peer = (
        name if re.match(rf"^{letter}[0-9a-f]{{32}}$", name) else letter + stable_hex(account.external_id, kind, name)
    )
    thread = account.thread(peer, kind)
    thread.title = thread.title or name
    return thread


def post(act: Act, kind: str, content: Json, message_ids: list[str] | None = None, *, with_user: bool = True) -> Acted:
    """One event from this conversation."""
    user = act.customer.id if with_user and not act.data.get("hide_user") else ""
    one = event(act.world, bot_of(act), act.thread, user, kind, act.at_ms, content)
    webhooks = post_events(act.world, bot_of(act), act.thread.peer, [one], message_ids or [])
    extra = {"webhook_event_id": one["webhookEventId"], "reply_token": one.get("replyToken", "")}
    return Acted(webhooks, (message_ids or [one["webhookEventId"]])[0], extra)


def say(act: Act) -> Acted:
    """A message of any type."""
    kind = act.data.get("type", "text")
    builder = CONTENTS.get(kind)
    if builder is None:
        raise CannotAct(f"There is no message type {kind!r} here. Choose from: {', '.join(sorted(CONTENTS))}.")
    message_id = act.world.ids.line_message()
    content: Json = {"id": message_id, "type": kind, **builder(act, message_id)}
    if kind in QUOTABLE:
        content["quoteToken"] = stable_hex(act.account.key, act.thread.peer, message_id)
    content["markAsReadToken"] = stable_hex("read", act.account.key, message_id)
    if isinstance(quoted := act.data.get("reply_to"), str):
        content["quotedMessageId"] = quoted
    act.customer.wrote_at = act.at_ms / 1000
    act.thread.members.setdefault(act.customer.id, act.customer.name)
    kept = act.keep(message_id, kind, content, act.data.get("reply_to"))
    kept.quote_token = content.get("quoteToken", "")
    return post(act, "message", {"message": content}, [message_id])


def _text(act: Act, message_id: str) -> Json:
    return {"text": act.text("text")}


CONTENTS: dict[str, Any] = {"text": _text}
ACTIONS: dict[str, Action] = {"message": say}
