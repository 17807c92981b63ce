"""One call to a platform, in a worker thread: no database here."""

from __future__ import annotations

import logging
from collections.abc import Callable

from hubbub.channels.access import call
from hubbub.connectors.messages import ApiRequest, ApiResponse
from hubbub.connectors.outcomes import (
    Accepted,
    ErrorCode,
    Outcome,
    Rejected,
    RetryLater,
    Uncertain,
    Usage,
)
from hubbub.kit.clock import monotonic
from hubbub.kit.failpoints import failpoint
from hubbub.kit.http import AnswerLost, NotSent
from hubbub.kit.logging import log_event
from hubbub.outbound.jobs import Called, CallRecord, ChannelCard, Ready

logger = logging.getLogger(__name__)

LOGGERS = {"facebook": logging.getLogger("facebook_integration")}
"""Names under which somebody expects a platform's work to be logged; the others log here."""
HOPELESS = frozenset({"invalid_url", "invalid_request"})
"""Reasons of NotSent that another try would not change."""


def call_platform(ready: Ready) -> Called:
    """Make the call and read what came of it. Never raises."""
    failpoint("before_request")
    outcome, usage, record = exchange(ready.channel, ready.request)
    failpoint("after_response")
    return Called(ready=ready, outcome=outcome, usage=usage, record=record)


def exchange(
    channel: ChannelCard, request: ApiRequest, *, read: Callable[[ApiResponse], Outcome] | None = None
) -> tuple[Outcome, Usage | None, CallRecord]:
    """One call, its outcome (by `read`, else as a send's), and its line for the call log. Never raises."""
    outcome, usage, record = _exchange(channel, request, read)
    _tell(channel, record)
    return outcome, usage, record


def _exchange(
    channel: ChannelCard, request: ApiRequest, read: Callable[[ApiResponse], Outcome] | None
) -> tuple[Outcome, Usage | None, CallRecord]:
    started = monotonic()
    try:
        response = call(request)
    except NotSent as reason:
        return _unanswered(channel, request, _not_sent(reason), "not_sent", started)
    except AnswerLost:
        return _unanswered(channel, request, _answer_lost(request), "answer_lost", started)
    except Exception as failure:  # noqa: BLE001 - whatever broke, the call may have been made
        log_event(logger, logging.ERROR, "call_broke", error=failure, platform=channel.platform)
        return _unanswered(channel, request, _answer_lost(request), "answer_lost", started)
    outcome, usage = _read(channel, request, response, read)
    return outcome, usage, _record(channel, request, outcome, response, usage)


def _read(
    channel: ChannelCard, request: ApiRequest, response: ApiResponse, read: Callable[[ApiResponse], Outcome] | None
) -> tuple[Outcome, Usage | None]:
    try:
        outcome = read(response) if read is not None else channel.connector.read_response(request, response)
        return outcome, channel.connector.read_usage(response)
    except Exception as failure:  # noqa: BLE001 - a connector that breaks on an answer must not lose what was sent
        log_event(logger, logging.ERROR, "answer_not_read", error=failure, platform=channel.platform)
        return Uncertain(why="The platform's answer could not be read.", code=ErrorCode.UNREADABLE_ANSWER), None


def _not_sent(reason: NotSent) -> Outcome:
    if reason.code in HOPELESS:
        return Rejected(code=ErrorCode.UNKNOWN_ERROR, sentence=reason.sentence)
    return RetryLater(
        code=ErrorCode.PROVIDER_DOWN,
        sentence="The platform could not be reached; we try again.",
        platform_code=reason.code,
    )


def _answer_lost(request: ApiRequest) -> Outcome:
    if request.is_repeatable:
        return RetryLater(code=ErrorCode.ANSWER_LOST, sentence="The platform's answer was lost; we ask again.")
    return Uncertain(why="The platform's answer was lost: the message may or may not have been delivered.")


def _unanswered(
    channel: ChannelCard, request: ApiRequest, outcome: Outcome, word: str, started: float
) -> tuple[Outcome, None, CallRecord]:
    record = CallRecord(
        organization_id=channel.organization_id,
        channel_id=channel.id,
        platform=channel.platform,
        purpose=request.purpose[:20],
        method=request.method,
        endpoint=request.endpoint[:200],
        status=None,
        outcome=word,
        code=getattr(outcome, "code", ""),
        milliseconds=(monotonic() - started) * 1000,
    )
    return outcome, None, record


def _tell(channel: ChannelCard, record: CallRecord) -> None:
    """One line at DEBUG under the platform's documented logger: no text, no id of a person, no token."""
    told = LOGGERS.get(channel.platform, logger)
    if told.isEnabledFor(logging.DEBUG):
        told.debug(
            "%s %s answered %s: %s%s in %.0f ms (account %s)",
            record.method,
            record.endpoint,
            record.status or "nothing",
            record.outcome,
            f" {record.code} {record.platform_code}" if record.code else "",
            record.milliseconds or 0.0,
            channel.access.external_id,
        )


WORDS = {Accepted: "accepted", Rejected: "rejected", RetryLater: "retry_later", Uncertain: "uncertain"}


def _record(
    channel: ChannelCard, request: ApiRequest, outcome: Outcome, response: ApiResponse, usage: Usage | None
) -> CallRecord:
    return CallRecord(
        organization_id=channel.organization_id,
        channel_id=channel.id,
        platform=channel.platform,
        purpose=request.purpose[:20],
        method=request.method,
        endpoint=request.endpoint[:200],
        status=response.status,
        outcome=WORDS[type(outcome)],
        code=getattr(outcome, "code", ""),
        platform_code=getattr(outcome, "platform_code", "")[:60],
        trace_id=getattr(outcome, "trace_id", "")[:120],
        milliseconds=response.elapsed_ms,
        usage_percent=usage.percent if usage else None,
    )
