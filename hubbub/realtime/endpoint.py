"""`/socket.io/`: browsers that look on. An ASGI application; everything but the database's work is on the event loop.

Whoever connects is looked at before the WebSocket is accepted: another site's page, or a browser that never signed in,
gets no further. A WebSocket is the only transport: screens without one ask GET /api/v1/realtime.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from http.cookies import CookieError, SimpleCookie
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

from django.conf import settings
from django.db import Error
from django.http.request import validate_host

from hubbub.kit.errors import HubbubError, InvalidInput
from hubbub.kit.ids import new_token
from hubbub.kit.json import as_object
from hubbub.kit.logging import log_event
from hubbub.realtime import wire
from hubbub.realtime.asking import answer, seq_of
from hubbub.realtime.audience import Audience
from hubbub.realtime.gossip import Gossip
from hubbub.realtime.listener import listen
from hubbub.realtime.people import Person, gone_among, person_of, with_connection
from hubbub.realtime.queries import catch_up
from hubbub.realtime.screen import Screen
from hubbub.settings.environment import environment

logger = logging.getLogger(__name__)

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

THREADS: Final = 2
MOST_SCREENS: Final = 4000
MOST_OF_ONE_SESSION: Final = 50
GREETING_SECONDS: Final = 10.0
LOOK_AROUND_SECONDS: Final = 1.0
CHECK_PEOPLE_SECONDS: Final = 3.0


class Endpoint:
    """All screens of this web process. `start` and `stop` are called on the event loop."""

    def __init__(self) -> None:
        self.audiences: dict[UUID, Audience] = {}
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="realtime")
        self._tasks: set[asyncio.Task[Any]] = set()
        self._gossip: Gossip | None = None

    def start(self) -> None:
        """Begin to listen, to ping, and to check who may still look on."""
        for work in (listen(self.audiences), self._look_around(), self._check_people()):
            self._run(work)
        if environment().redis_url is not None:
            self._gossip = Gossip(environment(), self.audiences)
            self._run(self._gossip.run())

    async def stop(self) -> None:
        """Hang up on everybody; they come again by themselves."""
        for screen in self._screens():
            screen.end()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._pool.shutdown(wait=False, cancel_futures=True)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "websocket":
            await _refuse_http(send)
            return
        await receive()
        session_key = session_key_of(scope)
        if not (is_our_page(scope) and is_our_protocol(scope) and session_key) or self._is_crowded(session_key):
            await send({"type": "websocket.close", "code": 1008})
            return
        try:
            person = await self.in_thread(person_of, session_key)
        except Error:
            person = None
            await send({"type": "websocket.close", "code": 1013})
            return
        await send({"type": "websocket.accept"})
        with contextlib.suppress(asyncio.CancelledError, HubbubError, TimeoutError):
            await self._serve(person, receive, send)
        with contextlib.suppress(Exception, asyncio.CancelledError):
            await send({"type": "websocket.close", "code": 1000})

    async def in_thread(self, work: Callable[..., Any], *arguments: Any) -> Any:
        """Database work, beside the event loop."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, work, *arguments)

    async def _serve(self, person: Person | None, receive: Receive, send: Send) -> None:
        sid = new_token(15)
        await send({"type": "websocket.send", "text": wire.opened(sid)})
        if person is None:  # nothing that a stranger says is read
            sentence = "Nobody is signed in, or not as a member of an organisation."
            await send({"type": "websocket.send", "text": wire.refused("unauthenticated", sentence)})
            return
        async with asyncio.timeout(GREETING_SECONDS):
            greeting = wire.read(await _text(receive))
        if greeting.kind is not wire.Kind.CONNECT:
            raise InvalidInput("A connect comes first.")
        given = (as_object(greeting.argument) or {}).get("since")
        since = None if given is None else seq_of(given)
        await self._look_on(Screen(sid, person, self._audience(person.organization_id), send), since, receive)

    async def _look_on(self, screen: Screen, since: int | None, receive: Receive) -> None:
        screen.tell(wire.connected(screen.sid))
        screen.audience.join(screen, since)
        try:
            while (frame := wire.read(await _text(receive))).kind is not wire.Kind.GONE:
                screen.heard_at = asyncio.get_running_loop().time()
                if frame.kind is wire.Kind.EVENT:
                    said = await answer(screen, frame, self.in_thread)
                    if frame.ack is not None:
                        screen.tell(wire.acknowledged(frame.ack, said))
        finally:
            screen.audience.leave(screen)
            if not screen.audience.screens:
                self.audiences.pop(screen.person.organization_id, None)

    def _audience(self, organization_id: UUID) -> Audience:
        audience = self.audiences.get(organization_id)
        if audience is None:
            audience = self.audiences[organization_id] = Audience(organization_id, self._catch_up)
            if self._gossip is not None:
                audience.presence.say = self._gossip.say
                self._gossip.ask(organization_id)
        return audience

    def _catch_up(self, screen: Screen) -> None:
        screen.is_catching_up = True
        self._run(self._ask_database(screen))

    async def _ask_database(self, screen: Screen) -> None:
        since = None if screen.cursor < 0 else screen.cursor
        try:
            found = await self.in_thread(with_connection(catch_up), screen.audience.organization_id, since)
        except Error as failure:
            log_event(logger, logging.WARNING, "screen_lost", error=failure)
            screen.end()  # it comes again
            return
        screen.audience.caught_up(screen, found)

    async def _look_around(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(LOOK_AROUND_SECONDS)
            now = loop.time()
            for screen in self._screens():
                screen.look_after(now)
            for audience in self.audiences.values():
                audience.presence.look_after(now)

    async def _check_people(self) -> None:
        while True:
            await asyncio.sleep(CHECK_PEOPLE_SECONDS)
            try:
                gone = await self.in_thread(gone_among, {screen.person for screen in self._screens()})
            except Error as failure:
                log_event(logger, logging.WARNING, "people_not_checked", error=failure)
                continue
            dismissed = [screen for screen in self._screens() if screen.person in gone]
            await asyncio.gather(*(screen.dismiss() for screen in dismissed))

    def _screens(self) -> list[Screen]:
        return [screen for audience in self.audiences.values() for screen in audience.screens]

    def _is_crowded(self, session_key: str) -> bool:
        screens = self._screens()
        of_one = sum(screen.person.session_key == session_key for screen in screens)
        return len(screens) >= MOST_SCREENS or of_one >= MOST_OF_ONE_SESSION

    def _run(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def session_key_of(scope: Scope) -> str:
    """The session's key from the cookie, or nothing."""
    try:
        cookies = SimpleCookie(header_of(scope, b"cookie"))
    except CookieError:
        return ""
    found = cookies.get(settings.SESSION_COOKIE_NAME)
    return found.value if found else ""


def is_our_page(scope: Scope) -> bool:
    """Whether the page that connects is one of ours: a browser always names its origin. No page: a program."""
    host, origin = header_of(scope, b"host"), header_of(scope, b"origin")
    if not validate_host(urlsplit(f"//{host}").hostname or "", settings.ALLOWED_HOSTS):
        return False
    parts = urlsplit(origin)
    return not origin or parts.netloc == host or f"{parts.scheme}://{parts.netloc}" in settings.CSRF_TRUSTED_ORIGINS


def is_our_protocol(scope: Scope) -> bool:
    """Engine.IO 4 over a WebSocket."""
    query = parse_qs(scope["query_string"].decode("latin-1"))
    return query.get("EIO") == ["4"] and query.get("transport") == ["websocket"] and "sid" not in query


def header_of(scope: Scope, name: bytes) -> str:
    """A header's text, or nothing."""
    return next((bytes(value).decode("latin-1") for key, value in scope["headers"] if key == name), "")


async def _text(receive: Receive) -> str:
    """The next frame. Raises InvalidInput at the end, and for bytes."""
    message = await receive()
    text = message.get("text") if message["type"] == "websocket.receive" else None
    if not isinstance(text, str):
        raise InvalidInput("The connection ended, or did not send text.")
    return text


async def _refuse_http(send: Send) -> None:
    body = b"Connect with a WebSocket (transports: websocket), or ask GET /api/v1/realtime.\n"
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 400, "headers": headers})
    await send({"type": "http.response.body", "body": body})
