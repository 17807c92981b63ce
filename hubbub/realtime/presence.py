"""Who of an organisation is online, which conversation they look at, and whether they write."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from hubbub.realtime import wire

if TYPE_CHECKING:
    from hubbub.realtime.screen import Screen

TYPING_SECONDS: Final = 6.0
"""How long somebody writes without another word of it."""
OTHERS_SECONDS: Final = 40.0
"""How long what another web process said is believed; it says so again every 15 s."""
SHOW_AFTER: Final = 0.05
COUNT_AFTER, COUNT_MANY_AFTER, MANY = 0.3, 5.0, 100
"""Changes of who is online are told together; in a large team more seldom."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Glance:
    """What one screen does now, as web processes tell one another."""

    sid: str
    organization_id: UUID
    user_id: UUID
    name: str
    conversation_id: UUID | None = None
    is_typing: bool = False
    kind: str = "reply"
    is_gone: bool = False


class Presence:
    """Of one organisation: its screens here, and what other web processes say of theirs."""

    def __init__(self, screens: set[Screen]) -> None:
        self.say: Callable[[Glance], None] = _to_nobody
        self._screens = screens
        self._others: dict[str, tuple[float, Glance]] = {}
        self._changed: set[UUID] = set()
        self._showing: asyncio.TimerHandle | None = None
        self._counting: asyncio.TimerHandle | None = None

    def joined(self, screen: Screen) -> None:
        self.say(glance_of(screen))
        self._count_soon()

    def left(self, screen: Screen) -> None:
        if screen.viewing is not None:
            self._show_soon(screen.viewing)
        gone = glance_of(screen)
        self.say(Glance(**{**_fields(gone), "is_gone": True}))
        self._count_soon()

    def view(self, screen: Screen, conversation_id: UUID | None) -> None:
        """The screen shows this conversation now, or none."""
        if screen.viewing == conversation_id:
            return
        for one in (screen.viewing, conversation_id):
            if one is not None:
                self._show_soon(one)
        screen.viewing, screen.typing = conversation_id, None
        self.say(glance_of(screen))

    def type(self, screen: Screen, conversation_id: UUID, kind: str | None) -> None:
        """Somebody writes a reply or a note there; None: not any more."""
        if screen.viewing != conversation_id:
            self.view(screen, conversation_id)
        before = screen.typing
        until = asyncio.get_running_loop().time() + TYPING_SECONDS
        screen.typing = None if kind is None else (conversation_id, kind, until)
        if (before and before[1]) != kind:
            self._show_soon(conversation_id)
        self.say(glance_of(screen))

    def hear(self, glance: Glance, now: float) -> None:
        """Another web process speaks of one of its screens."""
        _, before = self._others.get(glance.sid, (0.0, None))
        if glance.is_gone:
            self._others.pop(glance.sid, None)
        else:
            self._others[glance.sid] = (now + OTHERS_SECONDS, glance)
        if before == glance:
            return
        for one in {before.conversation_id if before else None, glance.conversation_id} - {None}:
            assert one is not None
            self._show_soon(one)
        if before is None or glance.is_gone:
            self._count_soon()

    def look_after(self, now: float) -> None:
        """Let go of who has stopped writing, and of what nobody repeats."""
        for screen in self._screens:
            if screen.typing is not None and screen.typing[2] < now:
                self._show_soon(screen.typing[0])
                screen.typing = None
        for sid in [sid for sid, (until, _) in self._others.items() if until < now]:
            _, glance = self._others.pop(sid)
            if glance.conversation_id is not None:
                self._show_soon(glance.conversation_id)
            self._count_soon()

    def glances(self) -> list[Glance]:
        """Of the screens here."""
        return [glance_of(screen) for screen in self._screens]

    def show(self, screen: Screen) -> None:
        """Tell one screen everything."""
        screen.tell(self._online())
        if screen.viewing is not None:
            screen.tell(self._people_at(screen.viewing))

    def _everybody(self) -> Iterator[Glance]:
        yield from (glance_of(screen) for screen in self._screens)
        yield from (glance for _, glance in self._others.values())

    def _people_at(self, conversation_id: UUID) -> str:
        people: dict[UUID, dict[str, Any]] = {}
        for one in self._everybody():
            if one.conversation_id != conversation_id:
                continue
            if one.user_id not in people or one.is_typing:
                people[one.user_id] = {
                    "user_id": one.user_id,
                    "name": one.name,
                    "is_typing": one.is_typing,
                    "kind": one.kind,
                }
        ordered = sorted(people.values(), key=lambda person: str(person["user_id"]))
        return wire.event("presence", {"conversation_id": conversation_id, "people": ordered})

    def _online(self) -> str:
        names = {one.user_id: one.name for one in self._everybody()}
        users = [{"user_id": user_id, "name": names[user_id]} for user_id in sorted(names)]
        return wire.event("online", {"users": users})

    def _show_soon(self, conversation_id: UUID) -> None:
        self._changed.add(conversation_id)
        if self._showing is None:
            self._showing = asyncio.get_running_loop().call_later(SHOW_AFTER, self._show_changed)

    def _show_changed(self) -> None:
        self._showing = None
        changed, self._changed = self._changed, set()
        frames: dict[UUID, str] = {}
        for screen in self._screens:
            if screen.viewing in changed and screen.viewing is not None:
                if screen.viewing not in frames:
                    frames[screen.viewing] = self._people_at(screen.viewing)
                screen.tell(frames[screen.viewing])

    def _count_soon(self) -> None:
        if self._counting is None:
            pause = COUNT_AFTER if len(self._screens) <= MANY else COUNT_MANY_AFTER
            self._counting = asyncio.get_running_loop().call_later(pause, self._show_online)

    def _show_online(self) -> None:
        self._counting = None
        frame = self._online()
        for screen in self._screens:
            screen.tell(frame)


def glance_of(screen: Screen) -> Glance:
    """What a screen here does now."""
    return Glance(
        sid=screen.sid,
        organization_id=screen.person.organization_id,
        user_id=screen.person.user_id,
        name=screen.person.name,
        conversation_id=screen.viewing,
        is_typing=screen.typing is not None,
        kind=screen.typing[1] if screen.typing else "reply",
    )


def _fields(glance: Glance) -> dict[str, Any]:
    return {name: getattr(glance, name) for name in glance.__dataclass_fields__}


def _to_nobody(_glance: Glance) -> None:
    """There is one web process."""
