"""Calls to the Graph API as values, and what its answers mean.

`graph_request(access, method, path, …)` builds an ApiRequest: the token in the Authorization header, appsecret_proof as
a query parameter when the credentials hold `app_secret`, a JSON body.
`read_error(response)` gives the error object as a `GraphError`, or None.
`read_outcome(request, response, errors=…, platform=…, accepted=…)` decides by tables of `ErrorRow`, never by prose.
`read_usage(response)` reads the usage headers.
https://developers.facebook.com/docs/graph-api/guides/error-handling
https://developers.facebook.com/docs/graph-api/overview/rate-limiting
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import quote, urlencode

from hubbub.connectors.messages import ApiRequest, ApiResponse, ChannelAccess, FilePart
from hubbub.connectors.outcomes import (
    Accepted,
    ChannelEffect,
    ContactEffect,
    ErrorCode,
    Outcome,
    Rejected,
    RetryLater,
    Uncertain,
    Usage,
)
from hubbub.kit.errors import HubbubError, InvalidJson
from hubbub.kit.json import JsonValue, as_int, as_object, as_text, dumps, loads
from hubbub.kit.signing import appsecret_proof
from hubbub.kit.text import one_line

JsonObject = dict[str, JsonValue]

ANY = -1
"""In a table's key: whatever the code; the documentation names the subcode alone."""

MAX_DELAY_SECONDS = 24 * 3600.0


def graph_request(
    access: ChannelAccess,
    method: str,
    path: tuple[str, ...],
    *,
    endpoint: str,
    purpose: str = "send",
    query: Mapping[str, str] | None = None,
    body: JsonValue = None,
    files: tuple[FilePart, ...] = (),
    is_repeatable: bool = False,
    lane_hint: str = "",
) -> ApiRequest:
    """One call of `{base_url}/{api_version}/{path…}`; `path` is quoted. `endpoint` holds no values."""
    return ApiRequest(
        method=method,
        url=_url(access, path, query or {}),
        headers=_headers(access, has_json=body is not None),
        body=None if body is None else dumps(body),
        files=files,
        purpose=purpose,
        is_repeatable=is_repeatable,
        endpoint=endpoint,
        lane_hint=lane_hint,
    )


def _url(access: ChannelAccess, path: tuple[str, ...], query: Mapping[str, str]) -> str:
    segments = (access.api_version, *path) if access.api_version else path
    url = "/".join((access.base_url.rstrip("/"), *(quote(segment, safe="") for segment in segments)))
    parameters = {**query, **_proof(access)}
    return f"{url}?{urlencode(parameters)}" if parameters else url


def _proof(access: ChannelAccess) -> dict[str, str]:
    token, secret = access.credentials.get("access_token"), access.credentials.get("app_secret")
    return {"appsecret_proof": appsecret_proof(token, secret)} if token and secret else {}


def _headers(access: ChannelAccess, *, has_json: bool) -> dict[str, str]:
    headers = {"Authorization": f"Bearer {access.credentials.get('access_token')}"}
    return {**headers, "Content-Type": "application/json"} if has_json else headers


# --- Errors -----------------------------------------------------------------------------------------------------------


class Act(StrEnum):
    """What a row of an error table tells the sender to do."""

    REJECT = "reject"
    RETRY = "retry"
    UNCERTAIN = "uncertain"


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorRow:
    """One documented error. "{platform}" in the sentences is replaced by the platform's label."""

    act: Act = Act.REJECT
    code: ErrorCode
    sentence: str
    """For the agent: what happened and what to do."""
    admin_sentence: str = ""
    channel_effect: ChannelEffect = ChannelEffect.NONE
    contact_effect: ContactEffect = ContactEffect.NONE
    pause_seconds: float = 0.0
    after_seconds: float | None = None
    scope: str = "channel"
    attempts_at_most: int | None = None
    link: str = ""
    """The page that documents it."""


ErrorTable = Mapping[tuple[int, int | None], ErrorRow]
"""(code, subcode) → row; (code, None) for a code with any subcode; (ANY, subcode) for a subcode under any code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphError:
    """The error object of an answer, made safe: numbers are numbers, texts are short lines."""

    code: int
    subcode: int | None = None
    message: str = ""
    details: str = ""
    """`error_data.details` (WhatsApp), or `error_data` itself when it is text."""
    user_message: str = ""
    """`error_user_msg`: written for people, in the app's language."""
    is_transient: bool = False
    trace_id: str = ""

    @property
    def platform_code(self) -> str:
        return str(self.code) if self.subcode is None else f"{self.code}/{self.subcode}"


def read_object(response: ApiResponse) -> JsonObject | None:
    """The answer as a JSON object, or None when it is anything else."""
    try:
        return as_object(loads(response.body))
    except InvalidJson:
        return None


def read_error(response: ApiResponse) -> GraphError | None:
    """The platform's own error, or None when the answer holds none that can be read."""
    answer = read_object(response)
    return error_in(answer.get("error")) if answer is not None else None


def error_in(value: JsonValue) -> GraphError | None:
    """An error object (`{"code": …, "error_subcode": …}`) as a GraphError; also those inside WhatsApp's webhooks."""
    error = as_object(value)
    code = as_int(error.get("code")) if error is not None else None
    if error is None or code is None:
        return None
    return GraphError(
        code=code,
        subcode=as_int(error.get("error_subcode")),
        message=_line(error.get("message")),
        details=_details(error.get("error_data")),
        user_message=_line(error.get("error_user_msg")),
        is_transient=error.get("is_transient") in (True, "true", 1),
        trace_id=as_text(error.get("fbtrace_id"), limit=100) or "",
    )


def _details(value: JsonValue) -> str:
    return _line(value.get("details")) if isinstance(value, dict) else _line(value)


def _line(value: JsonValue) -> str:
    return one_line(as_text(value, limit=2_000) or "", 300)


def find_row(error: GraphError, errors: ErrorTable) -> tuple[ErrorRow | None, bool]:
    """The row of an error, and whether it was found by code alone (its subcode is not documented)."""
    if error.subcode:
        for key in ((error.code, error.subcode), (ANY, error.subcode)):
            if key in errors:
                return errors[key], False
    return errors.get((error.code, None)) or errors.get((ANY, error.code)), True


# --- Outcomes ---------------------------------------------------------------------------------------------------------

ReadAccepted = Callable[[JsonObject], Accepted | None]
"""A 2xx object as Accepted, or None when it lacks what it must have."""


def read_outcome(
    request: ApiRequest, response: ApiResponse, *, errors: ErrorTable, platform: str, accepted: ReadAccepted
) -> Outcome:
    """What an answer means. `platform` is the label in sentences ("Facebook Messenger"). Never raises."""
    answer = read_object(response)
    error = error_in(answer.get("error")) if answer is not None else None
    if error is not None:
        return error_outcome(error, response, errors=errors, platform=platform)
    if not 200 <= response.status < 300:
        return _unreadable_failure(request, response, platform)
    taken = accepted(answer) if answer is not None else None
    return taken or _unreadable_success(request, platform)


def error_outcome(error: GraphError, response: ApiResponse, *, errors: ErrorTable, platform: str) -> Outcome:
    """A readable error as an outcome, by its row; by `is_transient` and the HTTP status where no row exists."""
    row, is_by_code_alone = find_row(error, errors)
    if row is None:
        return _unlisted(error, response, platform)
    if is_by_code_alone and error.is_transient and row.channel_effect is ChannelEffect.NONE and row.act is Act.REJECT:
        return _transient(error, response, platform)
    return row_outcome(row, error, platform=platform, after_seconds=_delay(response))


def row_outcome(row: ErrorRow, error: GraphError, *, platform: str, after_seconds: float | None = None) -> Outcome:
    """A row as an outcome. `after_seconds`: what the answer itself asks for, which wins over the row's delay."""
    sentence = row.sentence.replace("{platform}", platform)
    if row.act is Act.UNCERTAIN:
        return Uncertain(why=sentence, code=row.code, platform_code=error.platform_code, trace_id=error.trace_id)
    if row.act is Act.RETRY:
        return RetryLater(
            code=row.code,
            sentence=sentence,
            after_seconds=after_seconds if after_seconds is not None else row.after_seconds,
            scope=row.scope,
            platform_code=error.platform_code,
            trace_id=error.trace_id,
            attempts_at_most=row.attempts_at_most,
        )
    return Rejected(
        code=row.code,
        sentence=sentence,
        admin_sentence=row.admin_sentence.replace("{platform}", platform),
        platform_code=error.platform_code,
        trace_id=error.trace_id,
        channel_effect=row.channel_effect,
        contact_effect=row.contact_effect,
        pause_seconds=row.pause_seconds,
    )


def _unlisted(error: GraphError, response: ApiResponse, platform: str) -> Outcome:
    if error.is_transient or response.status >= 500:
        return _transient(error, response, platform)
    if response.status == 429:
        return _throttled(response, platform, error)
    return Rejected(
        code=ErrorCode.UNKNOWN_ERROR,
        sentence=f"{platform} refused this message for a reason that we do not know yet. Ask an administrator.",
        admin_sentence=error.user_message or error.details or error.message,
        platform_code=error.platform_code,
        trace_id=error.trace_id,
    )


def _transient(error: GraphError, response: ApiResponse, platform: str) -> RetryLater:
    return RetryLater(
        code=ErrorCode.PROVIDER_DOWN,
        sentence=f"{platform} has a passing problem; we try again.",
        after_seconds=_delay(response),
        platform_code=error.platform_code,
        trace_id=error.trace_id,
    )


def _throttled(response: ApiResponse, platform: str, error: GraphError | None = None) -> RetryLater:
    return RetryLater(
        code=ErrorCode.THROTTLED,
        sentence=f"{platform} asks us to slow down; the message goes out a little later.",
        after_seconds=_delay(response),
        platform_code=error.platform_code if error else str(response.status),
        trace_id=error.trace_id if error else "",
    )


def _unreadable_failure(request: ApiRequest, response: ApiResponse, platform: str) -> Outcome:
    """An HTTP failure without the platform's own error: from a server in between, or one that is breaking."""
    if response.status == 429:
        return _throttled(response, platform)
    if response.status >= 500 or response.status == 408:
        return _maybe_done(request, response, platform)
    return Rejected(
        code=ErrorCode.UNREADABLE_ANSWER,
        sentence=f"{platform} refused the call without saying why. Try again, or ask an administrator.",
        admin_sentence=f"HTTP status {response.status} without a readable error. Is the base URL right?",
        platform_code=str(response.status),
    )


def _maybe_done(request: ApiRequest, response: ApiResponse, platform: str) -> Outcome:
    if request.is_repeatable:
        sentence = f"{platform} is not well at the moment; we try again."
        return RetryLater(
            code=ErrorCode.PROVIDER_DOWN,
            sentence=sentence,
            after_seconds=_delay(response),
            platform_code=str(response.status),
        )
    why = f"{platform} broke down while it took the message, so it may or may not have been delivered."
    return Uncertain(why=why, platform_code=str(response.status))


def _unreadable_success(request: ApiRequest, platform: str) -> Outcome:
    if request.is_repeatable:
        sentence = f"{platform} gave an answer that we cannot read; we try again."
        return RetryLater(code=ErrorCode.UNREADABLE_ANSWER, sentence=sentence, attempts_at_most=3)
    why = f"{platform} answered in a way that we cannot read; the message may have been delivered."
    return Uncertain(why=why, code=ErrorCode.UNREADABLE_ANSWER)


def _delay(response: ApiResponse) -> float | None:
    """How long the answer asks us to wait, in seconds: Retry-After, else the usage header's time to regain access."""
    after = as_int(response.headers.get("retry-after", "").strip(), low=0)
    if after is not None:
        return min(float(after), MAX_DELAY_SECONDS)
    usage = read_usage(response)
    return min(usage.regain_seconds, MAX_DELAY_SECONDS) if usage is not None and usage.regain_seconds > 0 else None


class GraphRefused(HubbubError):
    """A read call (templates, account, subscriptions) was refused; the sentence carries the platform's reason."""

    code = "platform_refused"
    status = 502


def need_object(response: ApiResponse, platform: str) -> JsonObject:
    """The object of a 2xx answer. Raises `GraphRefused` with the platform's own words for anything else."""
    error = read_error(response)
    if error is not None:
        words = error.user_message or error.details or error.message or "no reason given"
        details = {"platform_code": error.platform_code, "trace_id": error.trace_id}
        raise GraphRefused(f"{platform} refused the call: {words}", details=details)
    answer = read_object(response)
    if answer is None or not 200 <= response.status < 300:
        raise GraphRefused(f"{platform} answered in a way that we cannot read (HTTP status {response.status}).")
    return answer


def next_cursor(answer: JsonObject) -> str | None:
    """The cursor of the next page (`paging.cursors.after`), or None on the last page."""
    paging = as_object(answer.get("paging")) or {}
    cursors = as_object(paging.get("cursors")) or {}
    return as_text(cursors.get("after")) if paging.get("next") else None


# --- Usage ------------------------------------------------------------------------------------------------------------

_USAGE_HEADERS = ("x-app-usage", "x-page-usage", "x-business-use-case-usage")
_SHARES = ("call_count", "total_time", "total_cputime", "acc_id_util_pct")


def read_usage(response: ApiResponse) -> Usage | None:
    """The highest share of any allowance that the headers name (percent), and the longest time to regain access.

    `estimated_time_to_regain_access` is in minutes. None without headers that can be read.
    """
    found: dict[str, object] = {}
    rows: list[JsonObject] = []
    for name in _USAGE_HEADERS:
        value = _header_object(response.headers.get(name))
        if value is not None:
            found[name] = value
            rows.extend(_usage_rows(value))
    if not found:
        return None
    percent = max((_number(row.get(share)) for row in rows for share in _SHARES), default=0.0)
    minutes = max((_number(row.get("estimated_time_to_regain_access")) for row in rows), default=0.0)
    return Usage(percent=round(percent), regain_seconds=minutes * 60, raw=found)


def _header_object(text: str | None) -> JsonObject | None:
    try:
        return as_object(loads(text)) if text else None
    except InvalidJson:
        return None


def _usage_rows(value: JsonObject) -> list[JsonObject]:
    """The flat object of an app or Page, or the lists per business."""
    nested = [row for rows in value.values() if isinstance(rows, list) for row in rows if isinstance(row, dict)]
    return nested or [value]


def _number(value: JsonValue) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return 0.0
    return float(min(max(value, 0), 1_000_000))
