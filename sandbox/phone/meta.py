"""What people do on Messenger and Instagram."""

from __future__ import annotations

from typing import Any

from sandbox.phone.act import Act, Acted, Action, CannotAct
from sandbox.state import InstagramAccount, MetaAccount
from sandbox.webhooks import messenger as bodies
from sandbox.webhooks.meta import bot_account, post_messaging

Json = dict[str, Any]
CDN_SECONDS = 14 * 86400.0
FILE_KINDS = ("image", "audio", "video", "file")


def account_of(act: Act) -> MetaAccount:
    return bot_account(act.account)


def open_window(act: Act) -> None:
    """What the person does now opens (or extends) the window and counts as consent to their profile."""
    act.customer.wrote_at = act.at_ms / 1000
    act.customer.window_seconds = float(act.data.get("window_seconds", 86400.0))
    act.customer.has_consented = True
    if act.thread.owner_until <= act.world.clock.now():
        act.thread.owner_app = account_of(act).default_app or None
        act.thread.owner_until = act.world.clock.now() + 86400.0


def new_id(act: Act) -> str:
    ids = act.world.ids
    return ids.instagram_message() if isinstance(act.account, InstagramAccount) else ids.messenger_message()


def post(act: Act, field: str, kind: str, event_id: str, message_ids: list[str] | None = None, **event: Any) -> Acted:
    """One messaging item from the person."""
    item = bodies.envelope(act.customer.id, act.account.external_id, act.at_ms, **event)
    webhooks = post_messaging(
        act.world,
        account_of(act),
        act.thread,
        field,
        item,
        kind=kind,
        event_ids=[event_id],
        message_ids=message_ids,
    )
    return Acted(webhooks, (message_ids or [event_id])[0])


def say(act: Act) -> Acted:
    """A message of any type."""
    kind = act.data.get("type", "text")
    builder = CONTENTS.get(kind)
    if builder is None:
        raise CannotAct(f"There is no message type {kind!r} here. Choose from: {', '.join(sorted(CONTENTS))}.")
    content = builder(act)
    for name in ("quick_reply", "referral", "nlp", "commands", "is_unsupported"):
        if name in act.data:
            content[name] = act.data[name]
    reply_to = act.data.get("reply_to")
    if isinstance(reply_to, str):
        replied = act.account.message(reply_to)
        content["reply_to"] = {"mid": reply_to, "is_self_reply": bool(replied and replied.direction == "in")}
    content.update(act.data.get("message") or {})
    open_window(act)
    mid = new_id(act)
    act.keep(mid, kind, content, reply_to if isinstance(reply_to, str) else None)
    return post(act, "messages", "message", mid, [mid], message=bodies.message(mid, content))


def _text(act: Act) -> Json:
    return {"text": act.text("text")}


def _file(act: Act) -> Json:
    kind = act.text("type")
    content: Json = {"attachments": [_attachment(act, kind) for _ in range(int(act.data.get("count", 1)))]}
    if "text" in act.data:
        content["text"] = act.text("text")
    return content


def _attachment(act: Act, kind: str) -> Json:
    return {"type": kind, "payload": {"url": act.data.get("url") or upload(act, kind)}}


def upload(act: Act, kind: str) -> str:
    """Put the file on the CDN; its link expires."""
    mime, content, filename = act.file(kind)
    media = act.world.media.add(act.account.key, mime, content, filename=filename, kind=kind)
    return act.world.media.link(f"{act.world.base_url}/cdn", media, CDN_SECONDS)


CONTENTS: dict[str, Any] = {"text": _text, **dict.fromkeys(FILE_KINDS, _file)}
ACTIONS: dict[str, Action] = {"message": say}
