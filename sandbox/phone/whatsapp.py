"""What people do on WhatsApp.

https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages
"""

from __future__ import annotations

from typing import Any

from sandbox.graph.whatsapp.statuses import post_status
from sandbox.graph.whatsapp_errors import WhatsAppError
from sandbox.phone.act import Act, Acted, Action, CannotAct
from sandbox.state import Message, WhatsAppNumber
from sandbox.webhooks import whatsapp as bodies
from sandbox.webhooks.meta import post_changes

Json = dict[str, Any]
INBOUND_MEDIA_SECONDS = 7 * 86400.0
LOOKASIDE_SECONDS = 300.0
MEDIA_KINDS = ("image", "video", "audio", "document", "sticker")


def number_of(act: Act) -> WhatsAppNumber:
    assert isinstance(act.account, WhatsAppNumber)
    return act.account


def say(act: Act) -> Acted:
    """A message of any type."""
    kind = act.data.get("type", "text")
    builder = CONTENTS.get(kind)
    if builder is None:
        raise CannotAct(f"There is no message type {kind!r} here. Choose from: {', '.join(sorted(CONTENTS))}.")
    return post_message(act, kind, builder(act))


def post_message(act: Act, kind: str, content: Json) -> Acted:
    """Keep it on the phone and send the webhook. ``content`` is merged into the message."""
    number = number_of(act)
    for name in ("context", "referral", "errors", "group_id"):
        if name in act.data:
            content[name] = act.data[name]
    if isinstance(reply_to := act.data.get("reply_to"), str):
        content["context"] = {"from": number.display_phone_number, "id": reply_to}
    act.customer.wrote_at = act.at_ms / 1000
    wamid = act.world.ids.whatsapp_message()
    shown = {"text": content["text"]["body"]} if kind == "text" else content
    act.keep(wamid, kind, shown, act.data.get("reply_to"))
    message = bodies.message(act.customer, wamid, act.at_ms, kind, content)
    return post_value(act, wamid, "message", [wamid], contacts=[bodies.contact(act.customer)], messages=[message])


def post_value(act: Act, event_id: str, kind: str, message_ids: list[str], **parts: Any) -> Acted:
    """A value of the field ``messages``."""
    webhooks = post_changes(
        act.world,
        number_of(act),
        act.data.get("field", "messages"),
        bodies.value(number_of(act), **parts),
        lane=act.customer.id,
        kind=kind,
        event_ids=[event_id],
        message_ids=message_ids,
        with_time=False,
    )
    return Acted(webhooks, (message_ids or [event_id])[0])


def _text(act: Act) -> Json:
    return {"text": {"body": act.text("text")}}


def _media(act: Act) -> Json:
    """The file lies behind an id (7 days) and a lookaside URL (minutes); both need the token."""
    kind = act.text("type")
    mime, body, filename = act.file(kind)
    media = act.world.media.add(
        act.account.key, mime, body, filename=filename, kind=kind, lifetime=INBOUND_MEDIA_SECONDS
    )
    shown: Json = {"id": media.id, "mime_type": mime, "sha256": media.sha256}
    shown["url"] = act.world.media.link(f"{act.world.base_url}/lookaside", media, LOOKASIDE_SECONDS)
    if kind == "document":
        shown["filename"] = filename
    if kind == "audio":
        shown["voice"] = bool(act.data.get("voice", False))
    if kind == "sticker":
        shown["animated"] = bool(act.data.get("animated", False))
    if caption := act.data.get("caption", act.data.get("text")):
        shown["caption"] = caption
    return {kind: shown}


def _location(act: Act) -> Json:
    place = {"latitude": act.data.get("latitude", 13.7563), "longitude": act.data.get("longitude", 100.5018)}
    return {"location": {**place, **{name: act.data[name] for name in ("name", "address", "url") if name in act.data}}}


def _contacts(act: Act) -> Json:
    default = [
        {"name": {"formatted_name": "Somchai J", "first_name": "Somchai"}, "phones": [{"phone": "+66 81 000 0000"}]}
    ]
    return {"contacts": act.data.get("contacts", default)}


def _order(act: Act) -> Json:
    item = {"product_retailer_id": "SKU", "quantity": 2, "item_price": 30, "currency": "THB"}
    order = {"catalog_id": act.data.get("catalog_id", "1"), "product_items": act.data.get("items", [item])}
    return {"order": {**order, **({"text": act.data["text"]} if "text" in act.data else {})}}


def _unsupported(act: Act) -> Json:
    title = "Message type unknown"
    details = {"details": "Message type is currently not supported."}
    error = {"code": int(act.data.get("code", 131051)), "title": title, "message": title, "error_data": details}
    content: Json = {"errors": [error]}
    if kind := act.data.get("kind"):
        content["unsupported"] = {"type": kind}
    return content


def _interactive(act: Act) -> Json:
    """``interactive`` as it stands, else a button or list reply to the newest message of the business."""
    if "interactive" in act.data:
        return {"interactive": act.data["interactive"]}
    question = act.target("out")
    act.data.setdefault("reply_to", question.id)
    kind = "list_reply" if act.data.get("list") else "button_reply"
    reply = {"id": act.text("payload", act.data.get("id")), "title": act.text("title", act.data.get("text", ""))}
    if kind == "list_reply" and "description" in act.data:
        reply["description"] = act.data["description"]
    return {"interactive": {"type": kind, kind: reply}}


def _button(act: Act) -> Json:
    """A tap on a quick reply of a template."""
    if "reply_to" not in act.data and not act.data.get("without_context"):
        act.data["reply_to"] = act.target("out").id
    text = act.text("text", act.data.get("title"))
    return {"button": {"payload": act.text("payload", text), "text": text}}


CONTENTS: dict[str, Any] = {
    "text": _text,
    **dict.fromkeys(MEDIA_KINDS, _media),
    "location": _location,
    "contacts": _contacts,
    "order": _order,
    "unsupported": _unsupported,
    "interactive": _interactive,
    "button": _button,
}


def _react(act: Act) -> Acted:
    """No ``emoji``: the reaction is taken back, and the key is absent."""
    target = act.target("out")
    reaction: Json = {"message_id": target.id}
    if emoji := act.data.get("emoji"):
        reaction["emoji"] = emoji
        target.reactions[act.customer.id] = emoji
    else:
        target.reactions.pop(act.customer.id, None)
    return post_message(act, "reaction", {"reaction": reaction})


def _edit(act: Act) -> Acted:
    """Delivered for coexistence numbers only; others get "unsupported"."""
    message = act.target("in")
    text = act.text("text")
    message.body = {**message.body, "text": text}
    message.edits += 1
    if not number_of(act).is_coexistence:
        act.data["kind"] = "edit"
        return post_message(act, "unsupported", _unsupported(act))
    new = {"type": "text", "text": {"body": text}, "context": {"id": message.id}}
    return post_message(act, "edit", {"edit": {"original_message_id": message.id, "message": new}})


def _unsend(act: Act) -> Acted:
    """A delete by the person: nothing on a normal number, ``revoke`` on a coexistence number."""
    message = act.target("in")
    message.is_unsent = True
    if not number_of(act).is_coexistence:
        return Acted([], message.id)
    return post_message(act, "revoke", {"revoke": {"original_message_id": message.id}})


def _receipt(name: str) -> Action:
    """delivered, read, played, failed: of ``message_id``, else of every one that is not there yet."""

    def action(act: Act) -> Acted:
        number = number_of(act)
        failure = WhatsAppError(int(act.data.get("code", 131026))) if name == "failed" else None
        webhooks = []
        for message in _pending(act, name):
            webhooks += post_status(act.world, number, act.customer, message, name, failure)
        return Acted(webhooks, webhooks[-1].event_ids[0] if webhooks else "")

    return action


def _pending(act: Act, name: str) -> list[Message]:
    if "message_id" in act.data or name in ("failed", "played"):
        return [act.target("out")]
    done = {"delivered": ("delivered", "read", "failed"), "read": ("read", "failed")}[name]
    return [one for one in act.thread.messages if one.direction == "out" and one.status not in done]


def _system(kind: str) -> Action:
    """The person changed number or user id: the old identity says so, the new one is used from now on."""

    def action(act: Act) -> Acted:
        old, number = act.customer, number_of(act)
        new = number.customer(act.text("to", old.id)) if kind == "user_changed_number" else old
        previous, new_user_id = old.user_id, act.text("user_id", f"TH.{int(old.user_id[3:]) + 1}")
        new.user_id, new.name = new_user_id, old.name
        system: Json = {
            "type": kind,
            "body": f"User {old.name} changed",
            "user_id": new_user_id,
            "previous_user_id": previous,
        }
        message: Json = {"id": act.world.ids.whatsapp_message(), "timestamp": str(act.at_ms // 1000), "type": "system"}
        if kind == "user_changed_number":
            message["from"], system["wa_id"] = old.id, new.id
        acted = post_value(act, message["id"], "system", [], messages=[{**message, "system": system}])
        acted.extra = {"new_customer_id": new.id, "user_id": new_user_id}
        return acted

    return action


def _preference(value: str) -> Action:
    """The person stops or resumes marketing messages."""

    def action(act: Act) -> Acted:
        act.customer.stopped_marketing = value == "stop"
        detail = f"User requested to {value} marketing messages"
        preference: Json = {"user_id": act.customer.user_id, "detail": detail, "category": "marketing_messages"}
        preference |= {"value": value, "timestamp": act.at_ms // 1000}
        if not act.customer.hides_phone:
            preference["wa_id"] = act.customer.id
        act.data["field"] = "user_preferences"
        parts = {"contacts": [bodies.contact(act.customer)], "user_preferences": [preference]}
        return post_value(act, f"preference:{act.customer.id}:{act.at_ms}", "preference", [], **parts)

    return action


def _app_echo(act: Act) -> Acted:
    """What the shop owner types in the WhatsApp Business app (coexistence)."""
    number = number_of(act)
    wamid = act.world.ids.whatsapp_message()
    echo: Json = {"from": number.display_phone_number, "to": act.customer.id, "to_user_id": act.customer.user_id}
    echo |= {"id": wamid, "timestamp": str(act.at_ms // 1000), "type": "text", "text": {"body": act.text("text")}}
    kept = act.keep(wamid, "text", {"text": act.text("text")})
    kept.direction, kept.author = "out", number.name
    act.data["field"] = "smb_message_echoes"
    return post_value(act, f"echo:{wamid}", "echo", [wamid], message_echoes=[echo])


def _field(act: Act) -> Acted:
    """Any other field: ``field`` and ``value`` as they stand."""
    value = act.data.get("value")
    if not isinstance(value, dict):
        raise CannotAct("value must be an object.")
    event_id = f"{act.text('field')}:{act.at_ms}"
    webhooks = post_changes(
        act.world, number_of(act), act.text("field"), value, lane="account", kind="account", event_ids=[event_id]
    )
    return Acted(webhooks, event_id)


def _tap(act: Act) -> Acted:
    """Press the button or list row with this label in the newest messages of the business."""
    label = act.text("label")
    for message in reversed(act.thread.messages):
        if message.direction != "out":
            continue
        if found := _reply_in(message.body, label):
            act.data.setdefault("reply_to", message.id)
            if found["kind"] == "template":
                return post_message(act, "button", {"button": {"payload": found["id"], "text": label}})
            reply = {key: value for key, value in found.items() if key in ("id", "title", "description")}
            return post_message(act, "interactive", {"interactive": {"type": found["kind"], found["kind"]: reply}})
    raise CannotAct(f"No button with the label {label!r} is in this conversation.")


def _reply_in(body: Json, label: str) -> Json | None:
    action = body.get("action") or {}
    for button in action.get("buttons", []):
        if (reply := button.get("reply") or {}).get("title") == label:
            return {"kind": "button_reply", **reply}
    for section in action.get("sections", []):
        for row in section.get("rows", []):
            if row.get("title") == label:
                return {"kind": "list_reply", **row}
    for button in body.get("buttons", []):
        if button["type"] == "quick_reply" and button["title"] == label:
            return {"kind": "template", "id": button["payload"]}
    return None


ACTIONS: dict[str, Action] = {
    "message": say,
    "react": _react,
    "unreact": _react,
    "edit": _edit,
    "unsend": _unsend,
    "deliver": _receipt("delivered"),
    "read": _receipt("read"),
    "play": _receipt("played"),
    "fail": _receipt("failed"),
    "quick_reply": lambda act: post_message(act, "interactive", _interactive(act)),
    "postback": lambda act: post_message(act, "button", _button(act)),
    "tap": _tap,
    "change_number": _system("user_changed_number"),
    "change_user_id": _system("user_changed_user_id"),
    "stop_marketing": _preference("stop"),
    "resume_marketing": _preference("resume"),
    "app_echo": _app_echo,
    "field": _field,
}
for _short in ("sticker", "image", "video", "audio", "document", "location", "contacts", "order"):

    def _say_kind(act: Act, kind: str = _short) -> Acted:
        act.data["type"] = kind
        return say(act)

    ACTIONS[_short] = _say_kind
