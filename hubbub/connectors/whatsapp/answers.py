"""What an answer of WhatsApp's means; the table of errors is in `errors`.

Success means that WhatsApp took the message, not that it was delivered: that comes as a status.
https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/send-messages
"""

from __future__ import annotations

from hubbub.connectors.messages import ApiRequest, ApiResponse
from hubbub.connectors.meta.graph import read_outcome
from hubbub.connectors.outcomes import Accepted, Outcome
from hubbub.connectors.whatsapp.errors import ERRORS, PLATFORM
from hubbub.kit.json import JsonValue, as_id, as_list

JsonObject = dict[str, JsonValue]
RECIPIENT_KEYS = ("wa_id", "user_id", "parent_user_id")


def read_response(request: ApiRequest, response: ApiResponse) -> Outcome:
    """Never raises."""
    accepted = _accepted if request.purpose == "send" else _done
    return read_outcome(request, response, errors=ERRORS, platform=PLATFORM, accepted=accepted)


def _accepted(answer: JsonObject) -> Accepted | None:
    """The ids of the message, and of the person: `wa_id` and `user_id` may each be absent."""
    messages = [one for one in as_list(answer.get("messages")) if isinstance(one, dict)]
    external_ids = tuple(found for one in messages if (found := as_id(one.get("id"))))
    if not external_ids:
        return None
    contacts = [one for one in as_list(answer.get("contacts")) if isinstance(one, dict)]
    ids = [found for one in contacts for key in RECIPIENT_KEYS if (found := as_id(one.get(key)))]
    return Accepted(external_ids=external_ids, recipient_ids=tuple(dict.fromkeys(ids)), body=answer)


def _done(answer: JsonObject) -> Accepted:
    """Of a call that is no message: an upload answers with the file's id, others with `success` or what was asked."""
    return Accepted(attachment_id=as_id(answer.get("id")), body=answer)
