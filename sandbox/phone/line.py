"""What people do on LINE. https://developers.line.biz/en/reference/messaging-api/#webhook-event-objects"""

from __future__ import annotations

import re
from typing import Any, Literal

from sandbox.ids import stable_hex
from sandbox.phone.act import Act, Acted, Action, CannotAct
from sandbox.state import Account, LineBot, Message, Thread
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


def one_event(act: Act, kind: str, content: Json, *, with_user: bool = True) -> Json:
    """The event; ``standby`` and ``hide_user`` of the control call change its envelope."""
    user = act.customer.id if with_user and not act.data.get("hide_user") else ""
    found = event(act.world, bot_of(act), act.thread, user, kind, act.at_ms, content)
    if act.data.get("standby"):
        found["mode"] = "standby"
        found.pop("replyToken", None)
    return found


def post(act: Act, kind: str, content: Json, message_ids: list[str] | None = None, *, with_user: bool = True) -> Acted:
    """One event from this conversation."""
    one = one_event(act, kind, content, with_user=with_user)
    webhooks = post_events(act.world, bot_of(act), act.thread.peer, [one], message_ids or [])
    extra = {"webhook_event_id": one["webhookEventId"], "reply_token": one.get("replyToken", "")}
    return Acted(webhooks, (message_ids or [one["webhookEventId"]])[0], extra)


def say(act: Act) -> Acted:
    """A message of any type; ``count`` images arrive as one set in separate webhooks."""
    kind = act.data.get("type", "text")
    builder = CONTENTS.get(kind)
    if builder is None:
        raise CannotAct(f"There is no message type {kind!r} here. Choose from: {', '.join(sorted(CONTENTS))}.")
    act.customer.wrote_at = act.at_ms / 1000
    act.customer.is_friend = act.customer.is_friend or bool(act.data.get("is_friend", True))
    act.thread.members.setdefault(act.customer.id, act.customer.name)
    count = int(act.data.get("count", 1)) if kind == "image" else 1
    if count == 1:
        return _say_one(act, kind, builder(act))
    set_id = stable_hex("set", act.thread.peer, str(act.at_ms))
    acted = [
        _say_one(act, kind, {**builder(act), "imageSet": {"id": set_id, "index": index + 1, "total": count}})
        for index in range(count)
    ]
    return Acted([one for part in acted for one in part.webhooks], acted[0].message_id, acted[-1].extra)


def _say_one(act: Act, kind: str, content: Json) -> Acted:
    message_id = act.world.ids.line_message()
    message: Json = {"id": message_id, "type": kind, **{k: v for k, v in content.items() if not k.startswith("_")}}
    if kind in QUOTABLE:
        message["quoteToken"] = stable_hex(act.account.key, act.thread.peer, message_id)
    message["markAsReadToken"] = stable_hex("read", act.account.key, message_id)
    if isinstance(quoted := act.data.get("reply_to"), str):
        message["quotedMessageId"] = quoted
    _store(act, message_id, kind, content)
    kept = act.keep(message_id, kind, message, act.data.get("reply_to"))
    kept.quote_token = message.get("quoteToken", "")
    return post(act, "message", {"message": message}, [message_id])


def _store(act: Act, message_id: str, kind: str, content: Json) -> None:
    """The bytes of a media message; ``transcoding`` seconds make it answer 202 first."""
    if "_file" not in content:
        return
    mime, body, filename = content["_file"]
    media = act.world.media.add(act.account.key, mime, body, filename=filename, kind=kind, media_id=message_id)
    if seconds := act.data.get("transcoding"):
        media.extra["ready_at"] = str(act.world.clock.now() + float(seconds))


def _text(act: Act) -> Json:
    return {"text": act.text("text"), **{name: act.data[name] for name in ("emojis", "mention") if name in act.data}}


def _media(act: Act) -> Json:
    """``external_url`` makes it a LIFF image whose bytes LINE does not serve."""
    if url := act.data.get("external_url"):
        return {"contentProvider": {"type": "external", "originalContentUrl": url, "previewImageUrl": url}}
    kind = act.text("type")
    content: Json = {"contentProvider": {"type": "line"}, "_file": act.file(kind)}
    if kind in ("video", "audio"):
        content["duration"] = int(act.data.get("duration", 60000))
    return content


def _file(act: Act) -> Json:
    mime, body, filename = act.file("file")
    return {"fileName": filename, "fileSize": len(body), "_file": (mime, body, filename)}


def _location(act: Act) -> Json:
    place = {"latitude": act.data.get("latitude", 13.7563), "longitude": act.data.get("longitude", 100.5018)}
    return {**{name: act.data[name] for name in ("title", "address") if name in act.data}, **place}


def _sticker(act: Act) -> Json:
    found: Json = {
        "packageId": str(act.data.get("package_id", "446")),
        "stickerId": str(act.data.get("sticker_id", "1988")),
        "stickerResourceType": act.data.get("resource_type", "STATIC"),
        "keywords": act.data.get("keywords", ["hi", "hello"]),
    }
    return {**found, **({"text": act.data["text"]} if "text" in act.data else {})}


CONTENTS: dict[str, Any] = {
    "text": _text,
    "image": _media,
    "video": _media,
    "audio": _media,
    "file": _file,
    "location": _location,
    "sticker": _sticker,
}


def _edit(act: Act) -> Acted:
    """Groups only; the same message id, new quote and reply tokens."""
    if act.thread.kind != "group":
        raise CannotAct("LINE tells of edits in groups only: give group.")
    message = act.target("in")
    message.body = {**message.body, "text": act.text("text")}
    message.edits += 1
    token = stable_hex(act.account.key, act.thread.peer, message.id, str(message.edits))
    edited = {"type": "text", "id": message.id, "quoteToken": token, "text": act.text("text")}
    return post(act, "messageEdited", {"message": edited}, [message.id])


def _unsend(act: Act) -> Acted:
    message = act.target("in")
    message.is_unsent = True
    if (media := act.world.media.files.get(message.id)) is not None:
        media.is_gone = True
    return post(act, "unsend", {"unsend": {"messageId": message.id}}, [message.id])


def _follow(act: Act) -> Acted:
    is_unblocked = act.customer.is_blocked
    act.customer.is_friend, act.customer.is_blocked = True, False
    return post(act, "follow", {"follow": {"isUnblocked": is_unblocked}})


def _unfollow(act: Act) -> Acted:
    act.customer.is_friend, act.customer.is_blocked = False, True
    return post(act, "unfollow", {})


def _need_group(act: Act) -> None:
    if act.thread.kind == "user":
        raise CannotAct("Give group or room.")


def _join(act: Act) -> Acted:
    _need_group(act)
    act.thread.is_present = True
    return post(act, "join", {}, with_user=False)


def _leave(act: Act) -> Acted:
    _need_group(act)
    act.thread.is_present = False
    return post(act, "leave", {}, with_user=False)


def _member_joined(act: Act) -> Acted:
    _need_group(act)
    act.thread.members[act.customer.id] = act.customer.name
    return post(act, "memberJoined", {"joined": {"members": [_member(act)]}}, with_user=False)


def _member_left(act: Act) -> Acted:
    _need_group(act)
    act.thread.members.pop(act.customer.id, None)
    return post(act, "memberLeft", {"left": {"members": [_member(act)]}}, with_user=False)


def _member(act: Act) -> Json:
    return {"type": "user", "userId": act.customer.id}


def _postback(act: Act) -> Acted:
    content: Json = {"data": act.text("payload", act.data.get("data"))}
    if "params" in act.data:
        content["params"] = act.data["params"]
    return post(act, "postback", {"postback": content})


def _video_play_complete(act: Act) -> Acted:
    return post(act, "videoPlayComplete", {"videoPlayComplete": {"trackingId": act.text("tracking_id")}})


def _beacon(act: Act) -> Acted:
    beacon = {"hwid": act.text("hwid", "d41d8cd98f"), "type": act.text("kind", "enter")}
    return post(act, "beacon", {"beacon": {**beacon, **({"dm": act.data["dm"]} if "dm" in act.data else {})}})


def _account_link(act: Act) -> Acted:
    """A failed link has neither source nor reply token."""
    link = {"result": act.text("result", "ok"), "nonce": act.text("nonce")}
    if link["result"] == "ok":
        return post(act, "accountLink", {"link": link})
    one = one_event(act, "accountLink", {"link": link})
    del one["source"], one["replyToken"]
    return Acted(post_events(act.world, bot_of(act), act.thread.peer, [one], []), one["webhookEventId"])


def _membership(act: Act) -> Acted:
    kind = act.text("kind", "joined")
    return post(act, "membership", {"membership": {"type": kind, "membershipId": act.data.get("membership_id", 3189)}})


def _bare(kind: str) -> Action:
    """An event of the account without conversation: activated, botSuspended, …"""

    def action(act: Act) -> Acted:
        one = one_event(act, kind, act.data.get("content") or {})
        one.pop("source", None)
        return Acted(post_events(act.world, bot_of(act), "account", [one], []), one["webhookEventId"])

    return action


def _tap(act: Act) -> Acted:
    """Press the button with this label in the newest messages of the account."""
    label = act.text("label")
    for message in reversed(act.thread.messages):
        if message.direction == "out" and (found := _action_in(message.body, label)):
            return _do(act, found)
    raise CannotAct(f"No button with the label {label!r} is in this conversation.")


def _action_in(value: Any, label: str) -> Json | None:
    """The action with that label, anywhere inside a message."""
    children = value if isinstance(value, list) else list(value.values()) if isinstance(value, dict) else []
    if isinstance(value, dict) and value.get("label") == label and value.get("type") in TAPPABLE:
        return value
    return next((found for child in children if (found := _action_in(child, label))), None)


TAPPABLE = {"postback", "message", "datetimepicker"}


def _do(act: Act, action: Json) -> Acted:
    if action["type"] == "message":
        act.data["text"] = action["text"]
        return say(act)
    act.data["payload"] = action["data"]
    if action["type"] == "datetimepicker":
        act.data.setdefault("params", {action["mode"]: act.text("value", "2026-12-01")})
    elif action.get("displayText") or action.get("text"):
        _show(act, action.get("displayText") or action["text"])
    return _postback(act)


def _show(act: Act, text: str) -> None:
    """displayText appears in the chat; no message event comes of it."""
    act.account.keep(
        act.thread,
        Message(
            id=act.world.ids.line_message(),
            at_ms=act.at_ms,
            direction="in",
            type="text",
            body={"text": text},
            author=act.customer.name,
        ),
    )


ACTIONS: dict[str, Action] = {
    "message": say,
    "edit": _edit,
    "unsend": _unsend,
    "follow": _follow,
    "unfollow": _unfollow,
    "join": _join,
    "leave": _leave,
    "member_joined": _member_joined,
    "member_left": _member_left,
    "postback": _postback,
    "quick_reply": say,
    "tap": _tap,
    "video_play_complete": _video_play_complete,
    "beacon": _beacon,
    "account_link": _account_link,
    "membership": _membership,
    "activated": _bare("activated"),
    "deactivated": _bare("deactivated"),
    "bot_suspended": _bare("botSuspended"),
    "bot_resumed": _bare("botResumed"),
    "module": _bare("module"),
    "delivery": _bare("delivery"),
}
for _short in ("sticker", "image", "video", "audio", "file", "location"):

    def _say_kind(act: Act, kind: str = _short) -> Acted:
        act.data["type"] = kind
        return say(act)

    ACTIONS[_short] = _say_kind
