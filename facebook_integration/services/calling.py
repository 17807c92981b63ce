"""Calls for one Page that are no messages: made at once, under the hub's limits, with their outcome as an answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from facebook_integration.services.answers import Answer, of_error, of_outcome
from hubbub.channels.models import Channel
from hubbub.connectors.messages import ApiRequest, ApiResponse, ChannelAccess
from hubbub.connectors.messenger.batch import MOST, Operation, batch_request, read_batch
from hubbub.connectors.outcomes import Accepted, Outcome
from hubbub.kit.errors import HubbubError, InvalidInput
from hubbub.kit.json import as_object, as_text
from hubbub.outbound.direct import DirectCaller
from hubbub.outbound.inline import refuse_transaction
from hubbub.outbound.windows import Window

Make = Callable[[ChannelAccess], ApiRequest]


class GraphCaller:
    """Calls for one Page."""

    def __init__(self, page: Channel) -> None:
        self.direct = DirectCaller(channel=page)

    def call(self, make: Make, *, recipient: str = "", window: Window | None = None) -> Answer:
        """One call as `(success, response)`. Raises InsideTransaction only."""
        refuse_transaction()
        try:
            return of_outcome(self.direct.call(make, recipient=recipient, window=window))
        except HubbubError as refused:
            return of_error(refused)

    def outcome(self, make: Make, *, read: Callable[[ApiResponse], Outcome] | None = None, cost: int = 1) -> Outcome:
        """One call as its outcome. Raises what `make` raises."""
        return self.direct.call(make, read=read, cost=cost)

    def batch(self, operations: Sequence[Operation]) -> list[Answer]:
        """Many calls, 50 at once, each counted; their answers in the same order."""
        refuse_transaction()
        answers: list[Answer] = []
        for start in range(0, len(operations), MOST):
            answers += self._portion(operations[start : start + MOST])
        return answers

    def _portion(self, operations: Sequence[Operation]) -> list[Answer]:
        try:
            outcome = self.outcome(
                lambda access: batch_request(access, operations), read=read_batch, cost=len(operations)
            )
        except HubbubError as refused:
            return [of_error(refused)] * len(operations)
        if isinstance(outcome, Accepted) and isinstance(outcome.body, list):
            return [of_outcome(one) for one in outcome.body]
        return [of_outcome(outcome)] * len(operations)

    def why_held(self) -> str:
        """Why nothing may be sent now, as a sentence; empty when it may."""
        return self.direct.why_held()


def operation_of(given: Mapping[str, Any]) -> Operation:
    """A part of a batch as Meta writes it. Raises InvalidInput."""
    method, path = as_text(given.get("method")), as_text(given.get("relative_url"))
    if not method or not path:
        raise InvalidInput("Each operation of a batch needs method and relative_url.")
    return Operation(method=method.upper(), path=path, body=as_object(given.get("body")) or {})
