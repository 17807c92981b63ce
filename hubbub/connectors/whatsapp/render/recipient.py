"""Whom a message goes to: a group, a phone number, or a business-scoped user id (BSUID).

Meta asks to use the phone number wherever it is known, with its plus sign, else our own country code is put before it.
https://developers.facebook.com/documentation/business-messaging/whatsapp/business-scoped-user-ids
"""

from __future__ import annotations

import re

from hubbub.connectors.messages import SendContext
from hubbub.connectors.outcomes import ErrorCode
from hubbub.connectors.whatsapp.render.checks import JsonObject, refuse

PHONE = re.compile(r"\+?([0-9]{5,20})")
USER_ID = re.compile(r"[A-Z]{2}\.(ENT\.)?[A-Za-z0-9]{1,128}")
GROUP = "group"


def recipient(context: SendContext) -> JsonObject:
    """The members of the body that name the recipient. Raises `Unsendable`."""
    if context.thread_type == GROUP:
        return {"recipient_type": "group", "to": context.thread_key}
    if number := phone(context):
        return {"recipient_type": "individual", "to": number}
    user_id = _user_id(context)
    if user_id is None:
        refuse(
            "We know neither the phone number nor the WhatsApp id of this customer. Wait until they write.",
            ErrorCode.RECIPIENT_UNKNOWN,
        )
    return {"recipient_type": "individual", "recipient": user_id}


def phone(context: SendContext) -> str | None:
    """The customer's number with its plus sign, when we know it."""
    for one in (context.recipient_external_id, *context.recipient_aliases):
        if match := PHONE.fullmatch(one):
            return f"+{match[1]}"
    return None


def _user_id(context: SendContext) -> str | None:
    """The BSUID, or the one of the parent business where only that is known."""
    known = [one for one in (context.recipient_external_id, *context.recipient_aliases) if USER_ID.fullmatch(one)]
    return next((one for one in known if not one.startswith("ENT.", 3)), known[0] if known else None)
