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


IN_ONE_FRAME: Final = 40

Frame = tuple[int, str]
"""The number of its last event, and the text."""


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
            _tell_all(screen, self._frames_after(since, last))
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
        frames: dict[int, list[Frame]] = {}
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
            if screen.tell(wire.event("reset", {"last_seq": found.last_seq})):
                screen.cursor = found.last_seq
        else:
            told = [(one.seq, dumps(one.as_json()).decode()) for one in found.changes]
            _tell_all(screen, _frames(told, found.last_seq))
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

    def _bring_up(self, screen: Screen, frames: dict[int, list[Frame]]) -> None:
        last = self.last_seq
        if last is None or screen.is_catching_up or screen.cursor >= last:
            return
        if not self._has_after(screen.cursor):
            self._catch_up(screen)
            return
        if screen.cursor not in frames:
            frames[screen.cursor] = self._frames_after(screen.cursor, last)
        _tell_all(screen, frames[screen.cursor])

    def _has_after(self, seq: int) -> bool:
        return bool(self._recent) and self._recent[0][0] <= seq + 1

    def _frames_after(self, seq: int, last: int) -> list[Frame]:
        skipped = seq + 1 - self._recent[0][0] if self._recent else 0
        return _frames(list(islice(self._recent, skipped, None)), last)


def _frames(events: list[tuple[int, str]], last: int) -> list[Frame]:
    """One at least; not too large: the server keeps as much memory for a connection as its largest frame took."""
    portions = [events[at : at + IN_ONE_FRAME] for at in range(0, len(events), IN_ONE_FRAME)]
    return [_frame(portion, portion[-1][0]) for portion in portions] or [_frame([], last)]


def _frame(events: list[tuple[int, str]], last: int) -> Frame:
    return last, f'42["events",{{"events":[{",".join(text for _, text in events)}],"last_seq":{last}}}]'


def _tell_all(screen: Screen, frames: list[Frame]) -> None:
    for last, frame in frames:
        if not screen.tell(frame):
            return
        screen.cursor = last
