"""The rules, without anything else: outcome and attempts in, fate out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from hubbub.connectors.capabilities import Capabilities
from hubbub.connectors.outcomes import (
    Accepted,
    ChannelEffect,
    ErrorCode,
    Outcome,
    Rejected,
    RetryLater,
    Uncertain,
)
from hubbub.outbound.verdicts import Fate, Limits, Try, backoff, judge, judge_crashed

NOW = datetime(2026, 11, 1, tzinfo=UTC)
LIMITS = Limits(max_retries=3, reconcile_seconds=120)


def platform(reconcile: str, **more: Any) -> Capabilities:
    return Capabilities(version="1", text_limit=100, text_unit="characters", reconcile=reconcile, **more)


def tried(attempts: int = 1, **more: Any) -> Try:
    return Try(attempts=attempts, queued_at=more.pop("queued_at", NOW), now=NOW, **more)


def rejected(code: ErrorCode = ErrorCode.CONTENT_REFUSED, **more: Any) -> Rejected:
    return Rejected(code=code, sentence="No.", **more)


def later(code: ErrorCode = ErrorCode.PROVIDER_DOWN, **more: Any) -> RetryLater:
    return RetryLater(code=code, sentence="Later.", **more)


@pytest.mark.parametrize(
    ("outcome", "attempt", "fate"),
    [
        (Accepted(external_ids=("m",)), tried(), Fate.SENT),
        (rejected(), tried(), Fate.FAILED),
        (rejected(channel_effect=ChannelEffect.NEEDS_RECONNECT), tried(9), Fate.AGAIN),
        (rejected(channel_effect=ChannelEffect.PAUSE), tried(), Fate.AGAIN),
        (rejected(ErrorCode.REPLY_TOKEN_INVALID), tried(uses_reply_token=True), Fate.AGAIN),
        (rejected(ErrorCode.REPLY_TOKEN_INVALID), tried(), Fate.FAILED),
        (rejected(ErrorCode.MEDIA_REFUSED), tried(uses_cached_media=True), Fate.AGAIN),
        (rejected(ErrorCode.MEDIA_REFUSED), tried(uses_cached_media=True, last_code="media_expired"), Fate.FAILED),
        (later(), tried(3), Fate.AGAIN),
        (later(), tried(4), Fate.FAILED),
        (later(), tried(4, is_breaker_open=True), Fate.AGAIN),
        (later(ErrorCode.THROTTLED), tried(40), Fate.AGAIN),
        (later(ErrorCode.THROTTLED), tried(queued_at=NOW - timedelta(hours=25)), Fate.FAILED),
        (later(attempts_at_most=1), tried(), Fate.FAILED),
        (later(ErrorCode.ANSWER_LOST), tried(3), Fate.AGAIN),
        (later(ErrorCode.ANSWER_LOST), tried(4), Fate.UNKNOWN),
        (later(), tried(4, last_code="answer_lost"), Fate.UNKNOWN),
        (later(ErrorCode.ANSWER_LOST), tried(queued_at=NOW - timedelta(hours=25)), Fate.UNKNOWN),
        (Uncertain(why="?"), tried(), Fate.WAIT),
        (Uncertain(why="?"), tried(uses_reply_token=True), Fate.UNKNOWN),
    ],
)
def test_the_fate_follows_from_outcome_and_attempts(outcome: Outcome, attempt: Try, fate: Fate) -> None:
    assert judge(outcome, attempt, platform("echo_metadata"), LIMITS).fate is fate


@pytest.mark.parametrize(
    ("capabilities", "attempt", "fate"),
    [
        (platform("retry_key"), tried(), Fate.AGAIN),
        (platform("retry_key"), tried(uses_reply_token=True), Fate.UNKNOWN),
        (platform("callback_data"), tried(), Fate.WAIT),
        (platform("none", has_echoes=True), tried(), Fate.WAIT),
        (platform("none"), tried(), Fate.UNKNOWN),
    ],
)
def test_what_a_crash_leaves_behind_depends_on_the_platform(
    capabilities: Capabilities, attempt: Try, fate: Fate
) -> None:
    assert judge_crashed(attempt, capabilities, LIMITS).fate is fate


@pytest.mark.parametrize(
    "outcome", [later(), later(ErrorCode.THROTTLED), rejected(channel_effect=ChannelEffect.NEEDS_RECONNECT)]
)
def test_that_an_answer_was_lost_is_remembered_whatever_the_platform_says_meanwhile(outcome: Outcome) -> None:
    again = judge(outcome, tried(2, last_code="answer_lost"), platform("retry_key"), LIMITS)
    assert (again.fate, again.code) == (Fate.AGAIN, "answer_lost")
    assert judge(later(), tried(4, last_code=again.code), platform("retry_key"), LIMITS).fate is Fate.UNKNOWN


def test_a_platforms_own_delay_is_kept_and_never_shortened() -> None:
    verdicts = [judge(later(after_seconds=30.0), tried(), platform("none"), LIMITS) for _ in range(200)]
    assert all(30.0 <= verdict.delay <= 36.0 for verdict in verdicts)


def test_backoff_spreads_so_that_nobody_comes_back_together() -> None:
    """After an outage of 1,000 channels no second gets more than twice its share."""
    delays = [backoff(8) for _ in range(1000)]
    buckets = [sum(low <= delay < low + 32 for delay in delays) for low in range(0, 256, 32)]
    assert max(buckets) <= 2 * len(delays) / len(buckets)
    assert max(backoff(50) for _ in range(100)) <= 300.0


def test_an_error_keeps_what_agent_and_admin_read() -> None:
    outcome = rejected(admin_sentence="Admin.", platform_code="10/1", trace_id="t")
    assert judge(outcome, tried(), platform("none"), LIMITS).error == {
        "code": "content_refused",
        "sentence": "No.",
        "admin_sentence": "Admin.",
        "platform_code": "10/1",
        "trace_id": "t",
        "at": NOW.isoformat(),
    }
