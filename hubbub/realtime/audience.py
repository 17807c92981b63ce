"""The screens of one organisation on this web process: each is told every event once, in order, without a gap."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from itertools import islice
from typing import Final
from uuid import UUID

from hubbub.kit.json import dumps
from hubbub.realtime import wire
from hubbub.realtime.presence import Presence
from hubbub.realtime.queries import Change, Changes
from hubbub.realtime.screen import Screen

RECENT: Final = 200
"""Events kept in memory: whoever was away for a moment only is brought up to date from here."""


class Audience:
    """`last_seq`: the last event that was published here; None until the first screen has asked where to begin."""

    def __init__(self, organization_id: UUID, catch_up: Callable[[Screen], None]) -> None:
        self.organization_id = organization_id
        self.last_seq: int | None = None
        self.screens: set[Screen] = set()
        self.presence = Presence(self.screens)
        self._recent: deque[tuple[int, str]] = deque(maxlen=RECENT)
        self._catch_up = catch_up

    def join(self, screen: Screen, since: int | None) -> None:
        """From here on the screen is told everything after `since`, or after now."""
        self.screens.add(screen)
        last = self.last_seq
        if last is not None and since is None:
            since = last
        screen.cursor = -1 if since is None else since
        if last is not None and since is not None and since <= last and (since == last or self._has_after(since)):
            self._tell_after(screen, last)
        else:
            self._catch_up(screen)
        self.presence.joined(screen)

    def leave(self, screen: Screen) -> None:
        self.screens.discard(screen)
        self.presence.left(screen)

    def publish(self, changes: Iterable[Change]) -> None:
        """The next events, in order."""
        for change in changes:
            if self.last_seq is not None and change.seq > self.last_seq:
                self._recent.append((change.seq, dumps(change.as_json()).decode()))
                self.last_seq = change.seq
        frames: dict[int, str] = {}
        for screen in self.screens:
            self._bring_up(screen, frames)

    def caught_up(self, screen: Screen, found: Changes) -> None:
        """What the database said about what a screen has missed."""
        screen.is_catching_up = False
        if self.last_seq is None:
            self.last_seq = found.last_seq
        if screen not in self.screens:
            return
        if found.is_reset:
            was_told = screen.tell(wire.event("reset", {"last_seq": found.last_seq}))
        else:
            was_told = screen.tell(_events([dumps(one.as_json()).decode() for one in found.changes], found.last_seq))
        if was_told:
            screen.cursor = found.last_seq
        self._bring_up(screen, {})

    def begin_anew(self, last: int) -> None:
        """The numbers do not go on from where they were (a database restored): everybody fetches afresh."""
        self._recent.clear()
        self.last_seq = last
        for screen in self.screens:
            screen.cursor = last
            if not screen.tell(wire.event("reset", {"last_seq": last})):
                screen.end()  # it comes again, and is told then

    def greet(self, screen: Screen) -> None:
        """Everything that a screen was not told while it read too slowly."""
        self._bring_up(screen, {})
        self.presence.show(screen)

    def _bring_up(self, screen: Screen, frames: dict[int, str]) -> None:
        last = self.last_seq
        if last is None or screen.is_catching_up or screen.cursor >= last:
            return
        if not self._has_after(screen.cursor):
            self._catch_up(screen)
            return
        frame = frames.get(screen.cursor)
        if frame is None:
            frame = frames[screen.cursor] = self._frame_after(screen.cursor, last)
        if screen.tell(frame):
            screen.cursor = last

    def _tell_after(self, screen: Screen, last: int) -> None:
        if screen.tell(self._frame_after(screen.cursor, last)):
            screen.cursor = last

    def _has_after(self, seq: int) -> bool:
        return bool(self._recent) and self._recent[0][0] <= seq + 1

    def _frame_after(self, seq: int, last: int) -> str:
        skipped = seq + 1 - self._recent[0][0] if self._recent else 0
        return _events([text for _, text in islice(self._recent, skipped, None)], last)


def _events(texts: list[str], last: int) -> str:
    return f'42["events",{{"events":[{",".join(texts)}],"last_seq":{last}}}]'
