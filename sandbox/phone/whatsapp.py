"""What people do on WhatsApp."""

from __future__ import annotations

from typing import Any

from sandbox.phone.act import Act, Acted, Action, CannotAct
from sandbox.state import WhatsAppNumber
from sandbox.webhooks import whatsapp as bodies
from sandbox.webhooks.meta import post_changes

Json = dict[str, Any]
INBOUND_MEDIA_SECONDS = 7 * 86400.0
LOOKASIDE_SECONDS = 300.0


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


def post_message(act: Act, kind: str, content: Json, *, opens: bool = True) -> Acted:
    """Keep it on the phone and send the webhook. ``content`` is merged into the message."""
    number = number_of(act)
    for name in ("context", "referral", "errors", "group_id"):
        if name in act.data:
            content[name] = act.data[name]
    if isinstance(reply_to := act.data.get("reply_to"), str):
        content["context"] = {"from": number.display_phone_number, "id": reply_to}
    if opens:
        act.customer.wrote_at = act.at_ms / 1000
    wamid = act.world.ids.whatsapp_message()
    shown = {"text": content["text"]["body"]} if kind == "text" else content
    act.keep(wamid, kind, shown, act.data.get("reply_to"))
    message = bodies.message(act.customer, wamid, act.at_ms, kind, content)
    value = bodies.value(number, contacts=[bodies.contact(act.customer)], messages=[message])
    webhooks = post_changes(
        act.world,
        number,
        "messages",
        value,
        lane=act.customer.id,
        kind="message",
        event_ids=[wamid],
        message_ids=[wamid],
        with_time=False,
    )
    return Acted(webhooks, wamid)


def _text(act: Act) -> Json:
    return {"text": {"body": act.text("text")}}


CONTENTS: dict[str, Any] = {"text": _text}
ACTIONS: dict[str, Action] = {"message": say}
