"""When a job is tried again: a decision as a value, by how often it has failed."""

from __future__ import annotations

from datetime import timedelta

from procrastinate import BaseRetryStrategy, RetryDecision
from procrastinate.jobs import Job

from hubbub.kit import clock

DELAYS_SECONDS = (2, 10, 30, 120, 600, 3600, 4 * 3600)


class Backoff(BaseRetryStrategy):
    """Growing pauses, over some hours in all; then the job has failed."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:  # noqa: ARG002
        if job.attempts >= len(DELAYS_SECONDS):
            return None
        return RetryDecision(retry_at=clock.now() + _after(job.attempts))


def _after(attempts: int) -> timedelta:
    return timedelta(seconds=DELAYS_SECONDS[attempts])


def is_last_attempt(attempts: int) -> bool:
    """Whether a job that has failed so often is not tried again."""
    return attempts >= len(DELAYS_SECONDS)
