"""Bodies of WhatsApp's ``value`` objects, from the documentation of each webhook.

https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages
"""

from __future__ import annotations

from typing import Any

from sandbox.state import Customer, Message, WhatsAppNumber

Json = dict[str, Any]


def value(number: WhatsAppNumber, **parts: Any) -> Json:
    """messaging_product and metadata, then contacts, messages, statuses, …"""
    metadata = {"display_phone_number": number.display_phone_number, "phone_number_id": number.external_id}
    return {"messaging_product": "whatsapp", "metadata": metadata, **parts}


def contact(customer: Customer) -> Json:
    """The phone number is left out for somebody who hides it."""
    found: Json = {"profile": {"name": customer.name}}
    if username := customer.profile.get("username"):
        found["profile"]["username"] = username
    if not customer.hides_phone:
        found["wa_id"] = customer.id
    found["user_id"] = customer.user_id
    if identity := customer.profile.get("identity_key_hash"):
        found["identity_key_hash"] = identity
    return found


def message(customer: Customer, message_id: str, at_ms: int, kind: str, content: Json) -> Json:
    """``content`` holds the object named by ``kind``, and context, referral, errors."""
    found: Json = {"id": message_id, "timestamp": str(at_ms // 1000), "type": kind, "from_user_id": customer.user_id}
    if not customer.hides_phone:
        found["from"] = customer.id
    return {**found, **content}


def status(customer: Customer, sent: Message, name: str, at_ms: int) -> Json:
    """A receipt without pricing and errors."""
    found: Json = {
        "id": sent.id,
        "status": name,
        "timestamp": str(at_ms // 1000),
        "recipient_user_id": customer.user_id,
    }
    if not customer.hides_phone:
        found["recipient_id"] = customer.id
    if sent.callback_data:
        found["biz_opaque_callback_data"] = sent.callback_data
    return found


def pricing(category: str, is_free: bool) -> Json:
    kind = "free_customer_service" if is_free else "regular"
    return {"billable": not is_free, "pricing_model": "PMP", "type": kind, "category": category}
