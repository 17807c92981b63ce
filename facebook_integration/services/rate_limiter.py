"""A cap of one's own on calls for a Page: at most so many in any hour, over all processes and restarts."""

from __future__ import annotations

from hubbub.channels.models import Channel
from hubbub.conversations.actions.addressing import database_now
from hubbub.organizations.scope import organization_scope
from hubbub.outbound.channels import call_limits, card_of
from hubbub.outbound.rates import Limit, lock_buckets
from hubbub.outbound.windows import Window, record, seconds_until_allowed
from hubbub.settings.environment import environment

HOUR = 3600.0


class FacebookRateLimiter:
    """Counts the calls that are recorded with it. Without `max_calls_per_hour` the setting FACEBOOK_RATE_LIMIT_PER_HOUR
    is the cap, and without that only Meta's own word to stop counts, which always does.

    Hubbub's own sends need no limiter: they keep to Meta's limits and to the setting by themselves.
    """

    def __init__(self, page: Channel, max_calls_per_hour: int | None = None) -> None:
        self.page = page
        self.max_calls_per_hour = max_calls_per_hour or environment().facebook_rate_limit_per_hour

    def can_make_call(self) -> bool:
        """Whether a call is possible now."""
        return self.get_wait_time() == 0.0

    def record_call(self) -> None:
        """A call was made."""
        if self.max_calls_per_hour is not None:
            with organization_scope(self.page.organization_id):
                record(self._window(self.max_calls_per_hour))

    def get_wait_time(self) -> float:
        """Seconds until a call is possible; 0 when one is."""
        with organization_scope(self.page.organization_id):
            own = 0.0
            if self.max_calls_per_hour is not None:
                own = seconds_until_allowed(self._window(self.max_calls_per_hour))
            return max(own, self._stopped_for())

    def _window(self, allowed: int) -> Window:
        return Window(
            name="calls",
            owner=self.page.id,
            organization_id=self.page.organization_id,
            allowed=allowed,
            seconds=HOUR,
        )

    def _stopped_for(self) -> float:
        """Meta told us to stop for so long: this Page, or its app."""
        card = card_of(self.page.id)
        if card is None:
            return 0.0
        now = database_now()
        limits = [Limit(key=one.key, organization_id=one.organization_id) for one in call_limits(card)]
        stopped = [bucket.blocked_until for bucket in lock_buckets(limits, now).values()]
        return max(
            ((until - now).total_seconds() for until in stopped if until is not None and until > now), default=0.0
        )
