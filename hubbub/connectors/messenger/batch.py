"""Several Graph calls in one: POST / with `batch`.

https://developers.facebook.com/docs/graph-api/batch-requests
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import urlencode

from hubbub.connectors.messages import ApiRequest, ApiResponse, ChannelAccess
from hubbub.connectors.messenger.answers import ANSWERS
from hubbub.connectors.meta.graph import JsonObject, graph_request
from hubbub.connectors.outcomes import Accepted, ErrorCode, Outcome, RetryLater
from hubbub.kit.errors import InvalidInput, InvalidJson
from hubbub.kit.json import JsonValue, as_int, as_list, as_text, dumps, loads

MOST = 50
"""Operations in one batch; each counts by itself against the limits."""
METHODS = ("GET", "POST", "DELETE")
PART = ApiRequest(method="POST", url="", purpose="batch", is_repeatable=True)
"""Stands for a part where its answer is read: none of them shows a bubble."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One call: `path` without a version or a slash at the front ("123?fields=name")."""

    method: str
    path: str
    body: JsonObject = field(default_factory=dict)


def batch_request(access: ChannelAccess, operations: Sequence[Operation]) -> ApiRequest:
    """Raises `InvalidInput` for none, for too many, and for messages, which have an order of their own."""
    if not 1 <= len(operations) <= MOST:
        raise InvalidInput(f"A batch has 1 to {MOST} operations, not {len(operations)}.")
    parts: list[JsonValue] = [_part(one) for one in operations]
    request = graph_request(
        access,
        "POST",
        (),
        endpoint="/",
        purpose="batch",
        body={"batch": parts, "include_headers": False},
        is_repeatable=all(one.method == "GET" for one in operations),
    )
    # The address of a batch ends with a slash, as Meta writes it.
    url, _, query = request.url.partition("?")
    return replace(request, url=f"{url}/" + (f"?{query}" if query else ""))


def _part(operation: Operation) -> JsonObject:
    if operation.method not in METHODS:
        raise InvalidInput(f"A batch knows {', '.join(METHODS)}, not {operation.method[:20]!r}.")
    edge = operation.path.partition("?")[0].rstrip("/").rpartition("/")[2]
    if operation.method == "POST" and edge == "messages":
        raise InvalidInput(
            "Messages do not go in a batch: each conversation has an order, and each message a record. Use send_…"
        )
    part: JsonObject = {"method": operation.method, "relative_url": operation.path.lstrip("/")}
    if operation.body:
        part["body"] = urlencode({name: _plain(value) for name, value in operation.body.items()})
    return part


def _plain(value: JsonValue) -> str:
    return value if isinstance(value, str) else dumps(value).decode()


def read_batch(response: ApiResponse) -> Outcome:
    """`Accepted.body` is the list of the parts' outcomes, in order; a part that Meta did not come to is RetryLater."""
    try:
        listed = loads(response.body)
    except InvalidJson:
        listed = None
    if not isinstance(listed, list) or not 200 <= response.status < 300:
        return ANSWERS.response(PART, response)
    return Accepted(body=[_outcome(one) for one in listed])


def _outcome(part: JsonValue) -> Outcome:
    if not isinstance(part, dict):
        return RetryLater(code=ErrorCode.PROVIDER_DOWN, sentence="Facebook did not come to this part of the batch.")
    headers = {
        (as_text(one.get("name")) or "").lower(): as_text(one.get("value")) or ""
        for one in as_list(part.get("headers"))
        if isinstance(one, dict)
    }
    body = (as_text(part.get("body")) or "").encode()
    return ANSWERS.response(PART, ApiResponse(status=as_int(part.get("code")) or 0, headers=headers, body=body))
