"""Puts what happened to a message before the rules of `verdicts`."""

from __future__ import annotations

from hubbub.kit import clock
from hubbub.outbound.jobs import Called, Leased
from hubbub.outbound.prepare import Refused
from hubbub.outbound.recovery import limits
from hubbub.outbound.settle import Judged
from hubbub.outbound.uploads import Uploaded
from hubbub.outbound.verdicts import Try, Verdict, judge


def judge_call(called: Called, *, is_breaker_open: bool) -> Judged:
    """The fate of a message after its call."""
    ready = called.ready
    tried = Try(
        attempts=ready.leased.attempts + 1,
        queued_at=ready.leased.queued_at,
        now=clock.now(),
        last_code=ready.leased.last_code,
        uses_reply_token=ready.request.uses_reply_token,
        uses_cached_media=any(handle.is_cached for handle in ready.handles),
        is_breaker_open=is_breaker_open,
    )
    return _judged(ready.leased, tried, judge(called.outcome, tried, ready.channel.connector.capabilities, limits()))


def judge_upload(uploaded: Uploaded) -> Judged:
    """The fate of a message whose files could not be brought to the platform."""
    assert uploaded.outcome is not None
    tried = _try(uploaded.leased)
    verdict = judge(uploaded.outcome, tried, uploaded.channel.connector.capabilities, limits())
    return _judged(uploaded.leased, tried, verdict)


def judge_refused(refused: Refused) -> Judged:
    """The fate of a message that cannot be sent as it is; nothing was called."""
    tried = _try(refused.leased)
    verdict = judge(refused.rejected, tried, refused.channel.connector.capabilities, limits())
    return _judged(refused.leased, tried, verdict)


def _try(leased: Leased) -> Try:
    return Try(attempts=leased.attempts + 1, queued_at=leased.queued_at, now=clock.now(), last_code=leased.last_code)


def _judged(leased: Leased, tried: Try, verdict: Verdict) -> Judged:
    return Judged(leased=leased, verdict=verdict, attempts=tried.attempts if verdict.is_counted else tried.attempts - 1)
