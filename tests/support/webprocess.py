"""A real web process on a port of its own, and browsers' sockets that look on."""

from __future__ import annotations

import asyncio
import http.client
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread
from typing import Any, TypeVar

import aiohttp
import socketio
from django.db import connections
from django.test import Client

from hubbub.organizations.models import User
from hubbub.processes.listening import free_port
from hubbub.realtime import relay
from hubbub.settings.fields import ROOT
from tests.support.roles import acting_as

Result = TypeVar("Result")
PATIENCE = 60.0
HEARD = ("events", "reset", "presence", "online", "connect_error", "disconnect")


@dataclass(frozen=True, slots=True, kw_only=True)
class Web:
    """Where it answers, and its process id."""

    port: int
    pid: int

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    def memory(self) -> float:
        """Megabytes, in proportion (PSS)."""
        lines = Path(f"/proc/{self.pid}/smaps_rollup").read_text().splitlines()
        return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


@contextmanager
def web_process(*, port: int = 0, **environment: str) -> Iterator[Web]:
    """Started as the product starts it, ready when the block begins, ended with it."""
    port = port or free_port()
    command = [sys.executable, "-W", "ignore", "manage.py", "web", "--port", str(port)]
    process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, "HUBBUB_PROCESS": "web", **environment})
    try:
        deadline = time.monotonic() + 150
        while status_of(port, "/health/ready") != 200:
            assert process.poll() is None, "the web process ended"
            assert time.monotonic() < deadline, "the web process is not ready"
            time.sleep(0.05)
        yield Web(port=port, pid=process.pid)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(25)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def status_of(port: int, path: str, **headers: str) -> int:
    """The status of one GET; 0 when nobody answers."""
    asking = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        asking.request("GET", path, headers={"Host": "localhost", **headers})
        return asking.getresponse().status
    except OSError:
        return 0
    finally:
        asking.close()


@contextmanager
def relaying() -> Iterator[None]:
    """The relay's lane, in a thread."""
    stop = Event()

    def work() -> None:
        with acting_as("relay"):
            relay.run(stop)

    thread = Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def session_of(user: User) -> str:
    """The cookie of a browser in which this person has signed in."""
    client = Client(SERVER_NAME="localhost")
    client.force_login(user)
    return client.cookies["sessionid"].value


def play(story: Coroutine[Any, Any, Result]) -> Result:
    """Run a story on an event loop of its own; gives back the database's connection that it took."""

    async def whole() -> Result:
        try:
            return await story
        finally:
            connections.close_all()

    return asyncio.run(whole())


class Tab:
    """One browser tab: what it heard, in order."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, Any]] = []
        self.client = socketio.AsyncClient(reconnection=False)
        for name in HEARD:
            self.client.on(name, self._hear(name))

    def _hear(self, name: str) -> Any:
        def hear(*arguments: Any) -> None:
            self.heard.append((name, arguments[0] if arguments else None))

        return hear

    async def say(self, event: str, argument: object) -> Any:
        return await self.client.call(event, argument, timeout=PATIENCE)

    def all_of(self, name: str) -> list[Any]:
        return [argument for heard, argument in self.heard if heard == name]

    @property
    def events(self) -> list[dict[str, Any]]:
        return [event for batch in self.all_of("events") for event in batch["events"]]

    @property
    def seqs(self) -> list[int]:
        return [event["seq"] for event in self.events]

    @property
    def last_seq(self) -> int:
        [*_, last] = [argument["last_seq"] for name, argument in self.heard if name in ("events", "reset")]
        return int(last)

    async def until(self, is_so: Any, what: str = "it") -> None:
        """Wait until `is_so(self)`."""
        deadline = asyncio.get_running_loop().time() + PATIENCE
        while not is_so(self):
            assert asyncio.get_running_loop().time() < deadline, f"{what} did not happen; heard: {self.heard[-5:]}"
            await asyncio.sleep(0.01)

    async def until_heard(self, name: str) -> Any:
        await self.until(lambda tab: tab.all_of(name), name)
        return self.all_of(name)[-1]

    def cut(self) -> None:
        """The line breaks: no word of goodbye."""
        self.client.eio.ws._response.connection.transport.abort()


@asynccontextmanager
async def tab(web: Web, session: str, since: int | None = None) -> AsyncIterator[Tab]:
    """A tab that is connected and was told where it stands."""
    one = Tab()
    await one.client.connect(
        web.url,
        headers={"Cookie": f"sessionid={session}", "Origin": web.url},
        auth=None if since is None else {"since": since},
        transports=["websocket"],
        wait_timeout=PATIENCE,
    )
    try:
        await one.until(lambda self: self.all_of("events") or self.all_of("reset"), "the first word")
        yield one
    finally:
        await one.client.disconnect()
        if one.client.eio.http is not None:
            await one.client.eio.http.close()


async def raw(web: Web, session: str, http: aiohttp.ClientSession, **headers: str) -> aiohttp.ClientWebSocketResponse:
    given = {"Cookie": f"sessionid={session}"} if session else {}
    return await http.ws_connect(f"{web.url}/socket.io/?EIO=4&transport=websocket", headers={**given, **headers})


async def connected(web: Web, session: str, http: aiohttp.ClientSession) -> aiohttp.ClientWebSocketResponse:
    socket = await raw(web, session, http)
    assert (await socket.receive_str())[0] == "0"
    await socket.send_str("40")
    assert (await socket.receive_str()).startswith("40")
    return socket


async def after(socket: aiohttp.ClientWebSocketResponse, mark: str) -> str:
    """The next frame that begins so; an empty text when the server hangs up first."""
    while True:
        message = await asyncio.wait_for(socket.receive(), PATIENCE)
        if message.type is not aiohttp.WSMsgType.TEXT:
            return ""
        if message.data.startswith(mark):
            return str(message.data)
