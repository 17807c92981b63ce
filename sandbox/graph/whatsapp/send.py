"""POST /{phone_number_id}/messages. https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/send-messages"""

from __future__ import annotations

import re
from typing import Any

from sandbox.graph.call import GraphCall
from sandbox.graph.errors import GraphError, unknown_object
from sandbox.graph.routes import route
from sandbox.graph.whatsapp import statuses
from sandbox.graph.whatsapp.content import check_content, files_in
from sandbox.graph.whatsapp.outgoing_template import SendTemplate, check_template
from sandbox.graph.whatsapp_errors import WhatsAppError
from sandbox.ids import customer_id
from sandbox.state import Customer, Message, WhatsAppNumber
from sandbox.trace import accept

Json = dict[str, Any]
WINDOW = 86400.0
KEYS = {
    "messaging_product",
    "recipient_type",
    "to",
    "recipient",
    "context",
    "biz_opaque_callback_data",
    "recipient_identity_key_hash",
    "type",
    "status",
    "message_id",
    "typing_indicator",
    "access_token",
    "appsecret_proof",
    "appsecret_time",
}
_PHONE = re.compile(r"^\+?[\d\s\-()]{5,25}$")
_USER_ID = re.compile(r"^[A-Z]{2}\.(ENT\.)?[A-Za-z0-9]{1,128}$")


@route("number", "POST", "messages", is_send=True)
async def messages(call: GraphCall) -> Json:
    """A message, or a read mark (with or without typing)."""
    number = sending_number(call)
    if call.params.text("messaging_product") != "whatsapp":
        raise GraphError(100, None, "(#100) The parameter messaging_product is required.")
    if call.params.has("status"):
        return _mark_read(call, number)
    return await send(call, number)


def sending_number(call: GraphCall) -> WhatsAppNumber:
    """The number in the path, registered, with a token that reaches it. Raises GraphError."""
    number: WhatsAppNumber = call.node
    if call.bearer.kind not in ("system", "user") or not call.reaches(number):
        raise unknown_object(number.external_id, call.method)
    call.needs("whatsapp_business_messaging")
    if not number.is_registered:
        raise WhatsAppError(133010)
    return number


async def send(call: GraphCall, number: WhatsAppNumber, only_templates: bool = False) -> Json:
    """Raises GraphError."""
    body = call.params.body
    kind = call.params.text("type", "text")
    if only_templates and kind != "template":
        raise WhatsAppError(131055, "Only templates can be sent here")
    _check_envelope(body, kind)
    customer, contact = _recipient(call, number)
    expected = customer.profile.get("identity_key_hash")
    if body.get("recipient_identity_key_hash", expected) != expected:
        raise WhatsAppError(137000)
    template = check_template(call, number, body) if kind == "template" else None
    if template is None:
        check_content(call, number, kind, body)
    _check_reply(body, kind)
    _check_rate(call, number, customer)
    _check_window(call, number, customer, template)
    return _accept(call, number, customer, contact, kind, template)


def _check_envelope(body: Json, kind: str) -> None:
    if unknown := set(body) - KEYS - {kind}:
        raise GraphError(100, None, f'(#100) Unexpected key "{min(unknown)}" on param "root".')
    if body.get("recipient_type", "individual") not in ("individual", "group"):
        raise WhatsAppError(131009, "recipient_type must be individual or group")
    if body.get("recipient_type") == "group":
        raise WhatsAppError(131051, "This number has no groups")
    data = body.get("biz_opaque_callback_data", "")
    if not isinstance(data, str) or len(data) > 512:
        raise WhatsAppError(131009, "biz_opaque_callback_data must be a string of at most 512 characters")


def _recipient(call: GraphCall, number: WhatsAppNumber) -> tuple[Customer, Json]:
    """The person, and how the answer names them. ``to`` wins over ``recipient``."""
    body = call.params.body
    if (to := body.get("to")) not in (None, ""):
        wa_id = _wa_id(number, to)
        if wa_id == re.sub(r"\D", "", number.display_phone_number):
            raise WhatsAppError(131021)
        customer = number.customers.get(wa_id) or number.customer(customer_id("whatsapp", number.scope, wa_id))
        contact = {"input": str(to), "wa_id": customer.id}
        if body.get("recipient"):
            contact["user_id"] = customer.user_id
        return customer, contact
    user_id = body.get("recipient")
    if user_id in (None, ""):
        raise WhatsAppError(131008, "The parameter to is required")
    if not isinstance(user_id, str) or not _USER_ID.match(user_id):
        raise WhatsAppError(131009, "The parameter recipient is not a business-scoped user id")
    found = next((one for one in number.customers.values() if one.user_id == user_id), None)
    if found is None:
        raise WhatsAppError(131026, "The business-scoped user id is not known to this portfolio")
    return found, {"input": user_id, "user_id": user_id}


def _wa_id(number: WhatsAppNumber, to: Any) -> str:
    """Digits with country code; a number without + gets the business's own country code, unless it has it."""
    if not isinstance(to, str) or not _PHONE.match(to.strip()):
        raise WhatsAppError(131009, "The parameter to is not a phone number")
    digits = re.sub(r"\D", "", to)
    if to.strip().startswith("+") or digits in number.customers or digits.startswith(number.country_code):
        return digits
    return number.country_code + digits.lstrip("0")


def _check_reply(body: Json, kind: str) -> None:
    context = body.get("context")
    if context is None:
        return
    if not isinstance(context, dict) or not isinstance(context.get("message_id"), str):
        raise WhatsAppError(131008, "context.message_id is required")
    if kind == "reaction":
        raise WhatsAppError(131009, "Reactions cannot be replies")
    if not context["message_id"].startswith("wamid."):
        raise WhatsAppError(131009, "context.message_id is not a message id")


def _check_rate(call: GraphCall, number: WhatsAppNumber, customer: Customer) -> None:
    world = call.world
    if not world.limits_on:
        return
    now = world.clock.now()
    if not world.limits.take(f"throughput:{number.key}", number.messages_per_second, now):
        raise WhatsAppError(130429, "Cloud API message throughput has been reached.")
    if not world.limits.pair(f"{number.key}:{customer.id}", now):
        raise WhatsAppError(131056, "Too many messages sent from this phone number to the same phone number")


def _check_window(call: GraphCall, number: WhatsAppNumber, customer: Customer, template: SendTemplate | None) -> None:
    now = call.world.clock.now()
    is_open = customer.wrote_at is not None and now - customer.wrote_at <= WINDOW
    if customer.is_blocked:
        raise WhatsAppError(131026)
    if template is not None and template.category == "marketing" and customer.stopped_marketing:
        raise WhatsAppError(131050)
    if is_open:
        return
    if template is None:
        raise WhatsAppError(131047, "More than 24 hours have passed since the recipient last replied to this number.")
    if call.world.limits_on:
        statuses.count_reached(number, customer, now)


def _accept(
    call: GraphCall, number: WhatsAppNumber, customer: Customer, contact: Json, kind: str, template: SendTemplate | None
) -> Json:
    """Keep it, queue its statuses, and answer."""
    world, body = call.world, call.params.body
    sent = _keep(call, number, customer, kind, template)
    if kind == "reaction":
        _put_reaction(number, body["reaction"])
    if world.settings.callbacks:
        failure = statuses.hidden_failure(world, number, customer, kind, body, template)
        statuses.after_send(world, number, customer, sent, failure, _links(kind, body))
    answer: Json = {"id": sent.id}
    if template:
        answer["message_status"] = "held_for_quality_assessment" if template.is_paced else "accepted"
    return {"messaging_product": "whatsapp", "contacts": [contact], "messages": [answer]}


HIDDEN = {"access_token", "appsecret_proof", "appsecret_time"}


def _keep(
    call: GraphCall, number: WhatsAppNumber, customer: Customer, kind: str, template: SendTemplate | None
) -> Message:
    """Put it on the phone and into the ledger."""
    world, body = call.world, call.params.body
    thread = number.thread(customer.id)
    sent = Message(
        id=world.ids.whatsapp_message(),
        at_ms=number.next_ms(thread, world.clock.ms()),
        direction="out",
        type=kind,
        body=_shown(kind, body, template),
        author=number.name,
        app_id=call.app_id,
        reply_to=(body.get("context") or {}).get("message_id"),
        callback_data=body.get("biz_opaque_callback_data", ""),
        kind=template.category if template else "service",
    )
    accept(
        world,
        call.trace,
        account=number.external_id,
        kind="template" if template else "reaction" if kind == "reaction" else "message",
        recipients=(customer.id,),
        message_ids=[sent.id],
        request={name: item for name, item in body.items() if name not in HIDDEN},
        callback_data=sent.callback_data,
    )
    return number.keep(thread, sent)


def _shown(kind: str, body: Json, template: SendTemplate | None) -> Json:
    """What the person sees."""
    if kind == "text":
        return {"text": body["text"]["body"]}
    if template is not None:
        return {**body["template"], **template.shown}
    return {"contacts": body["contacts"]} if kind == "contacts" else dict(body[kind])


def _links(kind: str, body: Json) -> list[tuple[str, str]]:
    """The files that the platform has to fetch."""
    return [(what, file["link"]) for what, file in files_in(kind, body) if "link" in file]


def _put_reaction(number: WhatsAppNumber, reaction: Json) -> None:
    target = number.message(reaction["message_id"])
    if target is None:
        return
    if reaction.get("emoji"):
        target.reactions[number.external_id] = reaction["emoji"]
    else:
        target.reactions.pop(number.external_id, None)


@route("number", "POST", "marketing_messages", is_send=True)
async def marketing_messages(call: GraphCall) -> Json:
    """The same body, marketing templates only."""
    return await send(call, sending_number(call), only_templates=True)


def _mark_read(call: GraphCall, number: WhatsAppNumber) -> Json:
    body = call.params.body
    if body.get("status") != "read":
        raise WhatsAppError(131009, "status must be read")
    message = number.message(str(body.get("message_id", "")))
    if message is None or message.direction != "in":
        raise WhatsAppError(131009, "message_id is not a message that was received")
    if call.world.clock.ms() - message.at_ms > 30 * 86400_000:
        raise WhatsAppError(131009, "The message is older than 30 days")
    typing = body.get("typing_indicator")
    if typing is not None and typing != {"type": "text"}:
        raise WhatsAppError(131009, 'typing_indicator must be {"type": "text"}')
    thread = number.threads[number.index[message.id][0]]
    for earlier in thread.messages:
        if earlier.direction == "in" and earlier.at_ms <= message.at_ms:
            earlier.status = "read"
    return {"success": True}
