"""Security events: what was refused, counted, and filterable by those who must know.

Writing is safe in a flood: a process writes the same thing at most once in `EVERY_SECONDS`, with its count.
"""

from __future__ import annotations

from collections.abc import Mapping
from threading import Lock
from typing import Any, Final
from uuid import UUID

from hubbub.kit.clock import monotonic
from hubbub.organizations.database import run
from hubbub.organizations.models import SecurityEvent
from hubbub.organizations.paging import Page, newest_first

KINDS: Final = {
    "bad_signature": "a webhook was not signed by the account that it names",
    "sign_in_failed": "a wrong password, or a name that nobody has",
    "access_refused": "an unknown key, or a role that may not do this",
    "token_failed": "a platform refuses a channel's token: the channel must be connected again",
}
EVERY_SECONDS: Final = 5.0
MOST_KEYS: Final = 1000
NOTE: Final = "SELECT note_security_events(%(rows)s::jsonb)"
SHOWN: Final = ("id", "organization_id", "hour", "kind", "platform", "subject", "count", "first_at", "last_at")

Key = tuple[str, UUID | None, UUID | None, str, str]


class Tally:
    """Counts what happens, and says how much of it is to be written now."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._waiting: dict[Key, tuple[float, int]] = {}
        """What → when it may be written again, and how often it happened since."""

    def add(self, key: Key) -> int:
        """The count to write now; 0: it is kept for the next time."""
        now = monotonic()
        with self._lock:
            if len(self._waiting) >= MOST_KEYS and key not in self._waiting:
                self._waiting = {known: one for known, one in self._waiting.items() if one[0] > now}
            due, count = self._waiting.get(key, (0.0, 0))
            is_due = due <= now
            self._waiting[key] = (now + EVERY_SECONDS, 0) if is_due else (due, count + 1)
            return count + 1 if is_due else 0


_tally = Tally()


def note(
    kind: str,
    *,
    organization_id: UUID | None = None,
    user_id: UUID | None = None,
    platform: str = "",
    subject: str = "",
) -> None:
    """Something was refused. `user_id` in place of an organisation: it concerns all that this person belongs to."""
    assert kind in KINDS, kind
    if count := _tally.add((kind, organization_id, user_id, platform, subject)):
        row = {"kind": kind, "organization_id": organization_id, "user_id": user_id, "platform": platform}
        run(NOTE, [{**row, "subject": subject, "count": count}])


def list_security_events(*, limit: int, cursor: str | None, filters: Mapping[str, Any]) -> Page:
    """What the scope may see, the newest first. `filters`: kind, platform, subject; None values do not count."""
    chosen = {name: value for name, value in filters.items() if value is not None}
    rows: Any = SecurityEvent.objects.filter(**chosen).values(*SHOWN)
    return newest_first(rows, limit, cursor, at="last_at")
