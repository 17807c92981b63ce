"""What became of our messages (`statuses`).

https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages/status
"""

from __future__ import annotations

from typing import NamedTuple

from hubbub.connectors.events import DeliveryStatus, DeliveryUpdated, InboundEvent, Thread, ThreadType
from hubbub.connectors.meta.envelope import Odd, unknown
from hubbub.connectors.meta.graph import error_in, find_row
from hubbub.connectors.outcomes import ErrorCode
from hubbub.connectors.whatsapp.errors import ERRORS, UNLISTED, failure_sentence
from hubbub.connectors.whatsapp.parse.calls import parse_call_status
from hubbub.connectors.whatsapp.parse.change import PRIVATE, Change, JsonObject, Person, need_id
from hubbub.kit.json import as_id, as_list, as_text

STATUSES = {
    "sent": DeliveryStatus.SENT,
    "delivered": DeliveryStatus.DELIVERED,
    "read": DeliveryStatus.READ,
    "played": DeliveryStatus.READ,
    "failed": DeliveryStatus.FAILED,
}


class Failure(NamedTuple):
    code: str | None = None
    sentence: str | None = None
    platform_code: str | None = None


KEPT = ("pricing", "conversation", "recipient_identity_key_hash")


def parse_status(change: Change, status: JsonObject) -> InboundEvent:
    """One element of `statuses`. Raises `Odd`."""
    if status.get("type") == "call":
        return parse_call_status(change, status)
    external_id, name = need_id(status, "id"), as_text(status.get("status"), limit=40)
    if not name:
        raise Odd("status is missing.")
    if name not in STATUSES:
        return unknown(change.address, f"status:{name}", change.raw("statuses", status, change.lone_contact))
    thread, person = _recipient(change, status)
    failure = _failure(status) if name == "failed" else Failure()
    who = f"{thread.key}:{person.party.external_id if person else ''}"
    raw = change.raw("statuses", status, person.contact if person else change.lone_contact)
    return DeliveryUpdated(
        **change.facts(f"{change.scope}status:{external_id}:{name}:{who}", status.get("timestamp"), raw),
        external_ids=(external_id,),
        status=STATUSES[name],
        recipient=person.party if person else None,
        thread=thread,
        callback_data=as_text(status.get("biz_opaque_callback_data"), limit=512),
        error_code=failure.code,
        sentence=failure.sentence,
        platform_code=failure.platform_code,
        extra=_extra(name, status),
    )


def _recipient(change: Change, status: JsonObject) -> tuple[Thread, Person | None]:
    """Who it went to. The documentation names the parent BSUID in three ways; in groups the person is a participant."""
    if status.get("recipient_type") == "group":
        thread = Thread(type=ThreadType.GROUP, key=as_id(status.get("recipient_id")) or "")
        names = ("recipient_participant_user_id", "recipient_participant_id", "recipient_participant_parent_user_id")
        return thread, change.person(*(status.get(name) for name in names))
    parent = (
        status.get("parent_recipient_user_id") or status.get("recipient_parent_user_id") or status.get("parent_user_id")
    )
    return PRIVATE, change.person(status.get("recipient_user_id"), status.get("recipient_id"), parent)


def _failure(status: JsonObject) -> Failure:
    error = next((found for one in as_list(status.get("errors")) if (found := error_in(one))), None)
    row = find_row(error, ERRORS)[0] if error else None
    return Failure(
        code=(row.code if row else ErrorCode.UNKNOWN_ERROR).value,
        sentence=failure_sentence(row or UNLISTED),
        platform_code=error.platform_code if error else "",
    )


def _extra(name: str, status: JsonObject) -> JsonObject:
    extra: JsonObject = {key: status[key] for key in KEPT if key in status}
    if name == "played":
        extra["is_played"] = True
    errors = [error for error in as_list(status.get("errors")) if isinstance(error, dict)]
    if errors:
        extra["errors"] = list(errors)
    return extra
