"""One browser tab that looks on: what waits to be sent to it, and how much it may ask."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Awaitable, Callable, MutableMapping
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from hubbub.realtime import wire

if TYPE_CHECKING:
    from hubbub.realtime.audience import Audience
    from hubbub.realtime.people import Person

Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

MOST_WAITING: Final = 512 * 1024
"""Characters that may wait for a slow reader. Beyond, it is told nothing until it has read them; then it catches up."""
STUCK_SECONDS: Final = 30.0
BURST, PER_SECOND = 40.0, 10.0
MOST_REFUSALS: Final = 200


class Screen:
    """Lives on the event loop only. `cursor`: the last event's number that it was told."""

    __slots__ = (
        "_allowance",
        "_allowed_at",
        "_refusals",
        "_send",
        "_waiting",
        "_waiting_size",
        "_writer",
        "audience",
        "cursor",
        "heard_at",
        "is_behind",
        "is_catching_up",
        "person",
        "pinged_at",
        "reader",
        "sid",
        "typing",
        "viewing",
        "wrote_at",
    )

    def __init__(self, sid: str, person: Person, audience: Audience, send: Send) -> None:
        now = asyncio.get_running_loop().time()
        self.sid = sid
        self.person = person
        self.audience = audience
        self.cursor = 0
        self.is_catching_up = False
        self.is_behind = False
        self.viewing: UUID | None = None
        self.typing: tuple[UUID, str, float] | None = None
        """Where, what (reply or note), and until when without another word."""
        self.heard_at = self.pinged_at = self.wrote_at = now
        self.reader = asyncio.current_task()
        self._send = send
        self._waiting: deque[str] = deque()
        self._waiting_size = 0
        self._writer: asyncio.Task[None] | None = None
        self._allowance, self._allowed_at, self._refusals = BURST, now, 0

    @property
    def is_full(self) -> bool:
        return self._waiting_size > MOST_WAITING

    def tell(self, frame: str) -> bool:
        """Send a frame some time soon, in order; False when the reader is too slow and it was dropped."""
        if self.is_full:
            self.is_behind = True
            return False
        self._waiting.append(frame)
        self._waiting_size += len(frame)
        if self._writer is None:
            loop = asyncio.get_running_loop()
            self.wrote_at = loop.time()
            self._writer = loop.create_task(self._write())
        return True

    def end(self) -> None:
        """Hang up, with what waits left unsaid."""
        if self._writer is not None:
            self._writer.cancel()
        if self.reader is not None:
            self.reader.cancel()

    async def dismiss(self) -> None:
        """Say goodbye, so that the client does not come again by itself, and hang up."""
        self.tell(wire.DISCONNECT)
        if self._writer is not None:
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(asyncio.shield(self._writer), 1.0)
        self.end()

    def look_after(self, now: float) -> None:
        """Ping in time; hang up on whoever is silent or takes nothing."""
        is_stuck = self._writer is not None and now - self.wrote_at > STUCK_SECONDS
        if is_stuck or now - self.heard_at > wire.PING_SECONDS + wire.PONG_SECONDS:
            self.end()
        elif now - self.pinged_at >= wire.PING_SECONDS:
            self.pinged_at = now
            self.tell(wire.PING)

    def may_ask(self, cost: float, now: float) -> bool:
        """Whether this is within its rate; whoever asks on and on in spite of it is hung up on."""
        self._allowance = min(BURST, self._allowance + (now - self._allowed_at) * PER_SECOND)
        self._allowed_at = now
        if self._allowance >= cost:
            self._allowance -= cost
            return True
        self._refusals += 1
        if self._refusals > MOST_REFUSALS:
            self.end()
        return False

    async def _write(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            while self._waiting:
                frame = self._waiting.popleft()
                await self._send({"type": "websocket.send", "text": frame})
                self._waiting_size -= len(frame)
                self.wrote_at = loop.time()
        except Exception:  # noqa: BLE001  # the server has its own words for a connection that is gone
            if self.reader is not None:
                self.reader.cancel()
            return
        finally:
            self._writer = None
        if self.is_behind:
            self.is_behind = False
            self.audience.greet(self)
