"""What an answer of LINE's means.

https://developers.line.biz/en/docs/messaging-api/retrying-api-request/: after a 500 or a lost answer the message may
have been delivered. A push is repeated under the same retry key, which LINE accepts once; a reply cannot be.
"""

from __future__ import annotations

from hubbub.connectors.line.errors import ErrorRow, row_for
from hubbub.connectors.messages import ApiRequest, ApiResponse
from hubbub.connectors.outcomes import Accepted, ErrorCode, Outcome, Rejected, RetryLater, Uncertain
from hubbub.kit.errors import InvalidJson
from hubbub.kit.json import JsonValue, as_id, as_list, as_object, as_text, dig, loads

LONGEST_WAIT = 3600.0


def read_response(request: ApiRequest, response: ApiResponse) -> Outcome:
    """Never raises."""
    status, body = response.status, read_json(response)
    is_send = request.purpose == "send"
    if 200 <= status < 300:
        return _lost(request, response, ErrorCode.UNREADABLE_ANSWER) if is_send and body is None else _accepted(body)
    if status == 409 and is_send:
        return _accepted(body)
    if status >= 500 or status == 408:
        return _lost(request, response, ErrorCode.PROVIDER_DOWN)
    return _refused(response, body)


def read_json(response: ApiResponse) -> dict[str, JsonValue] | None:
    """The JSON object of an answer, or None."""
    try:
        return as_object(loads(response.body))
    except InvalidJson:
        return None


def _accepted(body: dict[str, JsonValue] | None) -> Accepted:
    """The ids of what was sent are in the order of the request's messages."""
    sent = [(as_id(dig(each, "id")), as_text(dig(each, "quoteToken"))) for each in as_list(dig(body, "sentMessages"))]
    known = [(external_id, token) for external_id, token in sent if external_id]
    return Accepted(
        external_ids=tuple(external_id for external_id, _ in known),
        quote_tokens=tuple(token for _, token in known),
        body=body,
    )


def _lost(request: ApiRequest, response: ApiResponse, code: ErrorCode) -> Outcome:
    platform_code, trace_id = str(response.status), _trace_id(response)
    if request.is_repeatable:
        return RetryLater(
            code=code,
            sentence="LINE has a passing problem; we try again.",
            after_seconds=_retry_after(response),
            platform_code=platform_code,
            trace_id=trace_id,
        )
    why = "LINE had a problem while it took the message, and does not tell whether the message went out."
    return Uncertain(why=why, code=code, platform_code=platform_code, trace_id=trace_id)


def _refused(response: ApiResponse, body: dict[str, JsonValue] | None) -> Outcome:
    message = as_text(dig(body, "message"), limit=300) or ""
    row = row_for(response.status, message)
    platform_code, trace_id = f"{response.status}/{row.name}", _trace_id(response)
    if row.is_passing:
        return RetryLater(
            code=row.code,
            sentence=row.sentence,
            after_seconds=_retry_after(response),
            platform_code=platform_code,
            trace_id=trace_id,
        )
    return Rejected(
        code=row.code,
        sentence=row.sentence,
        admin_sentence=_admin_sentence(row, message, body),
        platform_code=platform_code,
        trace_id=trace_id,
        channel_effect=row.channel_effect,
        contact_effect=row.contact_effect,
    )


def _admin_sentence(row: ErrorRow, message: str, body: dict[str, JsonValue] | None) -> str:
    """Our explanation and LINE's own words, with the first property that it complains of."""
    place, problem = (as_text(dig(body, "details", 0, name), limit=200) for name in ("property", "message"))
    detail = ": ".join(part for part in (place, problem) if part)
    words = "; ".join(part for part in (message.rstrip("."), detail) if part)
    return " ".join(part for part in (row.admin_sentence, f"LINE says: {words}." if words else "") if part)


def _retry_after(response: ApiResponse) -> float | None:
    """LINE documents no Retry-After; a gateway in front of it may still send one."""
    value = response.headers.get("retry-after", "")
    return min(float(value), LONGEST_WAIT) if value.isascii() and value.isdigit() and len(value) < 10 else None


def _trace_id(response: ApiResponse) -> str:
    return response.headers.get("x-line-request-id", "")[:100]
