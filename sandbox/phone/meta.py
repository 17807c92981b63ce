"""What people do on Messenger and Instagram: messages and taps; ``phone.meta_more`` has the rest."""

from __future__ import annotations

from typing import Any

from sandbox.graph.messenger.receipts import deliver, read
from sandbox.phone.act import Act, Acted, Action, CannotAct
from sandbox.state import InstagramAccount, Message, MetaAccount
from sandbox.webhooks import messenger as bodies
from sandbox.webhooks.meta import bot_account, post_messaging

Json = dict[str, Any]
CDN_SECONDS = 14 * 86400.0
FILE_KINDS = ("image", "audio", "video", "file")
MOST_EDITS = 5


def account_of(act: Act) -> MetaAccount:
    return bot_account(act.account)


def is_instagram(act: Act) -> bool:
    return isinstance(act.account, InstagramAccount)


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
    return ids.instagram_message() if is_instagram(act) else ids.messenger_message()


def post(act: Act, field: str, kind: str, event_id: str, message_ids: list[str] | None = None, **event: Any) -> Acted:
    """One messaging item from the person."""
    item = bodies.envelope(act.customer.id, act.account.external_id, act.at_ms, **event)
    webhooks = post_messaging(
        act.world, account_of(act), act.thread, field, item, kind=kind, event_ids=[event_id], message_ids=message_ids
    )
    return Acted(webhooks, (message_ids or [event_id])[0])


def say(act: Act) -> Acted:
    """A message of any type."""
    kind = act.data.get("type", "text")
    builder = CONTENTS.get(kind)
    if builder is None:
        raise CannotAct(f"There is no message type {kind!r} here. Choose from: {', '.join(sorted(CONTENTS))}.")
    content: Json = builder(act)
    for name in ("quick_reply", "referral", "nlp", "commands", "is_unsupported"):
        if name in act.data:
            content[name] = act.data[name]
    reply_to = act.data.get("reply_to")
    if isinstance(reply_to, str):
        replied = act.account.message(reply_to)
        content["reply_to"] = {"mid": reply_to, "is_self_reply": bool(replied and replied.direction == "in")}
    elif isinstance(reply_to, dict):
        content["reply_to"] = reply_to
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


def _sticker(act: Act) -> Json:
    """Messenger: type sticker with its number. Instagram: an image, as one page of its documentation says."""
    url = act.data.get("url") or upload(act, "sticker")
    if is_instagram(act):
        return {"attachments": [{"type": "image", "payload": {"url": url}}]}
    sticker_id = act.data.get("sticker_id", 369239263222822)
    return {"attachments": [{"type": "sticker", "payload": {"url": url, "sticker_id": sticker_id}}]}


def _location(act: Act) -> Json:
    place = {"lat": act.data.get("latitude", 13.7563), "long": act.data.get("longitude", 100.5018)}
    title = act.data.get("title", f"{act.customer.name}'s location")
    return {"attachments": [{"type": "location", "title": title, "payload": {"coordinates": place}}]}


def _payload(*names: str) -> Any:
    """An attachment whose payload has these keys of the control call (with a link by default)."""

    def builder(act: Act) -> Json:
        kind = act.text("type")
        payload = {name: act.data[name] for name in names if name in act.data}
        payload.setdefault("url", f"{act.world.base_url}/cdn/shared/{kind}")
        return {"attachments": [{"type": kind, "payload": payload}]}

    return builder


def _fallback(act: Act) -> Json:
    content: Json = {"attachments": [{"type": "fallback"}]}
    if "url" in act.data:
        content["attachments"][0]["payload"] = {"url": act.data["url"], "title": act.data.get("title", "")}
    if "text" in act.data:
        content["text"] = act.text("text")
    return content


def _story_mention(act: Act) -> Json:
    return {"attachments": [{"type": "story_mention", "payload": {"url": upload(act, "image")}}]}


def _booking(act: Act) -> Json:
    booking = {"booking_id": "b1", "status": "requested", "start_time": 1, "end_time": 2, "timezone": "Asia/Bangkok"}
    given = {name: act.data[name] for name in booking if name in act.data}
    return {"attachments": [{"type": "appointment_booking", "payload": {**booking, **given}}]}


def _product(act: Act) -> Json:
    element = {"id": "1", "retailer_id": "sku", "title": "Shirt", "subtitle": "30 THB"}
    return {
        "attachments": [{"type": "template", "payload": {"product": {"elements": [act.data.get("element", element)]}}}]
    }


CONTENTS: dict[str, Any] = {
    "text": _text,
    **dict.fromkeys(FILE_KINDS, _file),
    "sticker": _sticker,
    "location": _location,
    "fallback": _fallback,
    "reel": _payload("url", "title", "reel_video_id"),
    "ig_reel": _payload("url", "title", "reel_video_id"),
    "post": _payload("url", "title", "id"),
    "ig_post": _payload("url", "title", "id", "ig_post_media_id"),
    "share": _payload("url"),
    "story_mention": _story_mention,
    "ephemeral": lambda _act: {"attachments": [{"type": "ephemeral"}]},
    "unsupported": lambda _act: {"is_unsupported": True},
    "appointment_booking": _booking,
    "product": _product,
}


def _quick_reply(act: Act) -> Acted:
    """A tap on a quick reply: a text with the payload."""
    act.data.setdefault("text", act.data.get("title", "Yes"))
    act.data["quick_reply"] = {"payload": act.text("payload")}
    return say(act)


def _postback(act: Act) -> Acted:
    """A button, Get Started, a menu item or an ice breaker; ``referral`` rides on a new thread."""
    mid = new_id(act)
    postback: Json = {"mid": mid, "title": act.text("title", "Start"), "payload": act.text("payload")}
    if "referral" in act.data:
        postback["referral"] = act.data["referral"]
    open_window(act)
    act.keep(mid, "postback", {"text": postback["title"], "payload": postback["payload"]})
    return post(act, "messaging_postbacks", "postback", mid, [mid], postback=postback)


def _react(act: Act) -> Acted:
    """Reacting opens the window; ``unreact`` has neither name nor emoji."""
    target = act.target("out" if "message_id" not in act.data else None)
    is_removal = act.data["action"] == "unreact"
    reaction: Json = {"mid": target.id, "action": "unreact" if is_removal else "react"}
    if is_removal:
        target.reactions.pop(act.customer.id, None)
    else:
        reaction |= {"reaction": act.text("reaction", "love"), "emoji": act.text("emoji", "❤️")}
        target.reactions[act.customer.id] = reaction["emoji"]
        open_window(act)
    event_id = f"reaction:{act.customer.id}:{target.id}:{act.at_ms}:{reaction['action']}"
    return post(act, "message_reactions", "reaction", event_id, reaction=reaction)


def _edit(act: Act) -> Acted:
    message = act.target("in")
    if message.edits >= MOST_EDITS:
        raise CannotAct("The apps allow five edits of one message.")
    message.edits += 1
    message.body = {**message.body, "text": act.text("text")}
    edit = {"mid": message.id, "text": act.text("text"), "num_edit": message.edits}
    field = "message_edit" if is_instagram(act) else "message_edits"
    return post(act, field, "edit", f"{message.id}:{message.edits}", message_edit=edit)


def _unsend(act: Act) -> Acted:
    """Instagram tells of it with the same mid; Messenger tells nothing."""
    message = act.target("in")
    message.is_unsent = True
    if not is_instagram(act):
        return Acted([], message.id)
    deleted = {"mid": message.id, "is_deleted": True}
    return post(act, "messages", "unsend", f"{message.id}:deleted", message=deleted)


def _deliver(act: Act) -> Acted:
    webhooks = deliver(act.world, account_of(act), act.thread, act.target("out"))
    return Acted(webhooks, webhooks[-1].event_ids[0] if webhooks else "")


def _read(act: Act) -> Acted:
    webhooks = read(act.world, account_of(act), act.thread, act.target("out"))
    return Acted(webhooks, webhooks[-1].event_ids[0] if webhooks else "")


def _tap(act: Act) -> Acted:
    """Press the button or quick reply with this label in the newest messages of the account."""
    label = act.text("label")
    for message in reversed(act.thread.messages):
        if message.direction == "out" and (found := _tappable(message, label)):
            act.data["title"], act.data["payload"] = label, str(found.get("payload", ""))
            return _quick_reply(act) if "content_type" in found else _postback(act)
    raise CannotAct(f"No button with the label {label!r} is in this conversation.")


def _tappable(message: Message, label: str) -> Json | None:
    payload = (message.body.get("attachment") or {}).get("payload") or {}
    buttons = [*message.body.get("quick_replies", []), *payload.get("buttons", [])]
    for element in payload.get("elements", []):
        buttons += element.get("buttons", [])
    return next(
        (one for one in buttons if one.get("title") == label and one.get("type", "postback") == "postback"), None
    )


ACTIONS: dict[str, Action] = {
    "message": say,
    "quick_reply": _quick_reply,
    "postback": _postback,
    "tap": _tap,
    "react": _react,
    "unreact": _react,
    "edit": _edit,
    "unsend": _unsend,
    "deliver": _deliver,
    "read": _read,
}
