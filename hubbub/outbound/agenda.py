"""Which channels have something to send, and how the free places are shared among them.

Everything that becomes ready has a `due_at` of that moment or later, so a look at what became due since the last look
finds every channel with work. Index entries of what passed long ago stay in the way while somebody holds an old
snapshot open, so each scan begins at a floor; a rescan from an older floor finds what was committed late.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from hubbub.conversations.outbox import Priority
from hubbub.kit.clock import monotonic
from hubbub.organizations.database import run

NEWLY_DUE = """
SELECT DISTINCT channel_id, organization_id, hubbub_now() AS now FROM outbox
 WHERE is_head AND leased_until IS NULL AND due_at >= %(since)s AND due_at <= hubbub_now()
"""
NOW = "SELECT hubbub_now() AS now"
SLACK = timedelta(seconds=1)
"""An ordinary transaction commits within this time after it made something due."""
RESCAN_SECONDS = 15.0
"""Nearly every one commits within this time."""
DEEP_RESCAN_SECONDS = 300.0
"""From the beginning: for what a very long transaction, or a sender that died while it took it, left behind."""
BEGINNING = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


@dataclass(slots=True)
class Busy:
    """A channel with something to send. `since`: where the scan of each priority begins."""

    organization_id: UUID
    since: dict[int, datetime]
    not_before: float = 0.0
    """Monotonic: its allowance is used up, or it is held, until then."""


@dataclass(slots=True)
class Agenda:
    """Working memory of one sender; losing it costs one rescan."""

    busy: dict[UUID, Busy] = field(default_factory=dict)
    _since: datetime = BEGINNING
    _floor: datetime = BEGINNING
    _next_floor: datetime = BEGINNING
    _rescan_at: float = 0.0
    _deep_rescan_at: float = 0.0
    _turn: int = 0

    def look(self) -> datetime:
        """Find the channels for which something became due; returns the database's time."""
        since = self._begin()
        rows = run(NEWLY_DUE, since=since)
        now: datetime = rows[0]["now"] if rows else run(NOW)[0]["now"]
        for row in rows:
            self._add(row["channel_id"], row["organization_id"], since)
        self._since = now - SLACK
        if monotonic() >= self._rescan_at:
            self._rescan_at = monotonic() + RESCAN_SECONDS
            self._floor, self._next_floor = self._next_floor, now - SLACK
        return now

    def _begin(self) -> datetime:
        if monotonic() >= self._deep_rescan_at:
            self._deep_rescan_at = monotonic() + DEEP_RESCAN_SECONDS
            return BEGINNING
        return self._floor if monotonic() >= self._rescan_at else self._since

    def _add(self, channel_id: UUID, organization_id: UUID, since: datetime) -> None:
        known = self.busy.get(channel_id)
        if known is None:
            self.busy[channel_id] = Busy(organization_id, {int(priority): since for priority in Priority})
        else:
            known.since = {priority: min(begun, since) for priority, begun in known.since.items()}

    def share(self, places: int, in_flight: Mapping[UUID, int], most_each: int) -> dict[UUID, int]:
        """Channel → how many messages it may take now.

        Organisations take turns, and the channels of each; one organisation holds at most `most_each` places, so that
        a platform that hangs for one of them leaves room for the others.
        """
        now = monotonic()
        by_organization: dict[UUID, list[UUID]] = {}
        for channel_id, busy in self.busy.items():
            if busy.not_before <= now:
                by_organization.setdefault(busy.organization_id, []).append(channel_id)
        self._turn += 1
        rooms = {key: most_each - in_flight.get(key, 0) for key in by_organization}
        shares = _in_turns(rooms, places, self._turn)
        granted: dict[UUID, int] = {}
        for organization_id, amount in shares.items():
            channels = dict.fromkeys(by_organization[organization_id], amount)
            granted |= _in_turns(channels, amount, self._turn)
        return granted

    def snooze(self, channel_id: UUID, seconds: float) -> None:
        """Nothing may be taken from the channel for a while."""
        self.busy[channel_id].not_before = monotonic() + seconds

    def advance(self, channel_id: UUID, first_due: Mapping[int, datetime]) -> None:
        """The scans of these priorities found their first rows here; what lies before has passed."""
        busy = self.busy[channel_id]
        for priority, due in first_due.items():
            busy.since[priority] = max(busy.since[priority], due - SLACK)

    def drop(self, channel_id: UUID) -> None:
        """Everything ready was taken; what becomes ready later will be found."""
        self.busy.pop(channel_id, None)


def _in_turns(rooms: Mapping[UUID, int], places: int, turn: int) -> dict[UUID, int]:
    """Share `places`: everybody as much as everybody else, up to their room; who is first changes every turn."""
    order = sorted(key for key, room in rooms.items() if room > 0)
    if not order:
        return {}
    start = turn % len(order)
    order = order[start:] + order[:start]
    shares = dict.fromkeys(order, 0)
    while places > 0 and order:
        each = max(places // len(order), 1)
        for key in order[:places]:
            amount = min(each, rooms[key] - shares[key], places)
            shares[key] += amount
            places -= amount
        order = [key for key in order if shares[key] < rooms[key]]
    return {key: share for key, share in shares.items() if share}
