"""Answers to calls of Messenger and Instagram, decided by a platform's own table of errors.

`Answers(platform=…, errors=…)` is made once by a platform; `response` is what `read_response` of the contract does,
`told` and `need_told` are for reads (profiles, accounts, templates) whose answer is wanted as an object.
"""

from __future__ import annotations

from dataclasses import dataclass

from hubbub.connectors.messages import ApiRequest, ApiResponse
from hubbub.connectors.meta.graph import ErrorTable, JsonObject, read_object, read_outcome
from hubbub.connectors.outcomes import Accepted, ChannelEffect, Outcome, Rejected, RetryLater
from hubbub.kit.errors import InvalidInput, Unavailable
from hubbub.kit.json import as_id, as_object

READ = ApiRequest(method="GET", url="", purpose="probe", is_repeatable=True)
"""Stands for the call where the contract hands over its answer alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    platform: str
    """The label for sentences."""
    errors: ErrorTable

    def response(self, request: ApiRequest, response: ApiResponse) -> Outcome:
        """The outcome of any call. A message has `message_id`, a comment `id`, an action neither. Never raises."""

        def accepted(answer: JsonObject) -> Accepted | None:
            return _accepted(answer, needs_id=request.purpose == "send")

        return read_outcome(request, response, errors=self.errors, platform=self.platform, accepted=accepted)

    def upload(self, response: ApiResponse) -> Outcome:
        """`Accepted.attachment_id` is the handle of the uploaded file. Never raises."""

        def accepted(answer: JsonObject) -> Accepted | None:
            outcome = _accepted(answer, needs_id=False)
            return outcome if outcome is not None and outcome.attachment_id else None

        return read_outcome(READ, response, errors=self.errors, platform=self.platform, accepted=accepted)

    def told(self, response: ApiResponse) -> JsonObject | None:
        """The object that a read gives; None where the platform tells nothing about this one thing.

        Raises `Unavailable` where it may tell later, or with another token.
        """
        outcome = self._outcome_of_read(response)
        if isinstance(outcome, Rejected) and outcome.channel_effect is ChannelEffect.NONE:
            return None
        if not isinstance(outcome, Accepted):
            raise Unavailable(self._sentence(outcome))
        return as_object(outcome.body)

    def need_told(self, response: ApiResponse) -> JsonObject:
        """The object that a read gives. Raises `InvalidInput` with the reason, `Unavailable` to ask again."""
        outcome = self._outcome_of_read(response)
        if isinstance(outcome, Rejected):
            sentence = outcome.admin_sentence or outcome.sentence
            raise InvalidInput(sentence, details={"platform_code": outcome.platform_code})
        told = read_object(response)
        if not isinstance(outcome, Accepted) or told is None:
            raise Unavailable(self._sentence(outcome))
        return told

    def _outcome_of_read(self, response: ApiResponse) -> Outcome:
        def accepted(answer: JsonObject) -> Accepted:
            return Accepted(body=answer)

        return read_outcome(READ, response, errors=self.errors, platform=self.platform, accepted=accepted)

    def _sentence(self, outcome: Outcome) -> str:
        if isinstance(outcome, Rejected | RetryLater):
            return outcome.sentence
        return f"{self.platform} did not answer; ask again later."


def _accepted(answer: JsonObject, *, needs_id: bool) -> Accepted | None:
    shown = as_id(answer.get("message_id")) or as_id(answer.get("id"))
    if needs_id and shown is None:
        return None
    recipient = as_id(answer.get("recipient_id"))
    return Accepted(
        external_ids=(shown,) if shown else (),
        attachment_id=as_id(answer.get("attachment_id")),
        recipient_ids=(recipient,) if recipient else (),
        body=answer,
    )
