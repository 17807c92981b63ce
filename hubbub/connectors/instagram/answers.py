"""What Graph's answers to our calls mean, and reads that explain why they failed."""

from __future__ import annotations

from hubbub.connectors.instagram.calls import LABEL
from hubbub.connectors.instagram.errors import ERRORS
from hubbub.connectors.messages import ApiRequest, ApiResponse
from hubbub.connectors.meta.graph import JsonObject, read_object, read_outcome
from hubbub.connectors.outcomes import Accepted, ChannelEffect, Outcome, Rejected, RetryLater
from hubbub.kit.errors import InvalidInput, Unavailable
from hubbub.kit.json import as_id


def read_response(request: ApiRequest, response: ApiResponse) -> Outcome:
    """The outcome of any of our calls. A message has `message_id`, an answered comment `id`, an action neither."""
    return read_outcome(request, response, errors=ERRORS, platform=LABEL, accepted=_accepted)


def _accepted(answer: JsonObject) -> Accepted | None:
    shown = as_id(answer.get("message_id")) or as_id(answer.get("id"))
    recipient = as_id(answer.get("recipient_id"))
    attachment_id = as_id(answer.get("attachment_id"))
    if not (shown or recipient or attachment_id or is_success(answer) or "data" in answer):
        return None
    return Accepted(
        external_ids=(shown,) if shown else (),
        attachment_id=attachment_id,
        recipient_ids=(recipient,) if recipient else (),
        body=answer,
    )


def is_success(answer: JsonObject) -> bool:
    """`{"success": true}`, "true" on some pages, `{"result": "success"}` of the profile."""
    return answer.get("success") in (True, "true") or answer.get("result") == "success"


def read_told(response: ApiResponse) -> JsonObject | None:
    """The object that a read gives; None where Instagram tells nothing about this one thing.

    Raises `Unavailable` where it may tell later, or with another token.
    """
    outcome = _outcome_of_read(response)
    if isinstance(outcome, Rejected) and outcome.channel_effect is ChannelEffect.NONE:
        return None
    if not isinstance(outcome, Accepted):
        raise Unavailable(_sentence(outcome))
    return read_object(response)


def need_told(response: ApiResponse) -> JsonObject:
    """The object that a read gives. Raises `InvalidInput` with the reason of a refusal, `Unavailable` to ask again."""
    outcome = _outcome_of_read(response)
    if isinstance(outcome, Rejected):
        raise InvalidInput(outcome.admin_sentence or outcome.sentence, details={"platform_code": outcome.platform_code})
    told = read_object(response)
    if not isinstance(outcome, Accepted) or told is None:
        raise Unavailable(_sentence(outcome))
    return told


READ = ApiRequest(method="GET", url="", is_repeatable=True)


def _outcome_of_read(response: ApiResponse) -> Outcome:
    return read_outcome(READ, response, errors=ERRORS, platform=LABEL, accepted=lambda answer: Accepted(body=answer))


def _sentence(outcome: Outcome) -> str:
    if isinstance(outcome, Rejected | RetryLater):
        return outcome.sentence
    return f"{LABEL} did not answer; ask again later."
