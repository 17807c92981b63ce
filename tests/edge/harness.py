"""What the edge tests share: the database, the edge as a process, signed bodies, and a proxy that misbehaves."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit
from uuid import UUID

import httpx
import psycopg

from hubbub.kit.envelope import Envelope, KeyRing, new_key
from hubbub.kit.ids import new_id

ROOT = Path(__file__).resolve().parents[2]
APP_SECRET = "app-secret-of-the-environment"
VERIFY_TOKEN = "verify-token-of-the-environment"
KEYS = f"k1:{new_key()}"
ENVELOPE = Envelope(KeyRing.parse(KEYS), index_key=b"index" * 8)
EDGE_MODULE = "hubbub.edge"


class EdgeDatabase:
    """The two relations, seen by an administrator."""

    def __init__(self, *, admin_url: str, edge_url: str) -> None:
        self.admin_url = admin_url
        self.edge_url = edge_url
        self._admin = psycopg.connect(admin_url, autocommit=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._admin.close()

    def clear(self) -> None:
        """Channels go as the product lets them go: they become inactive, which every edge notices."""
        self.execute("TRUNCATE delivery")
        self.execute("UPDATE edge_secret SET is_active = false, secrets_changed_at = clock_timestamp() WHERE is_active")

    def execute(self, statement: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        cursor = self._admin.execute(statement.encode(), values)
        return cursor.fetchall() if cursor.description else []

    def bodies(self) -> list[bytes]:
        """Of all deliveries, in the order in which they were stored."""
        return [bytes(body) for (body,) in self.execute("SELECT body FROM delivery ORDER BY seq")]

    def count(self) -> int:
        return int(self.execute("SELECT count(*) FROM delivery")[0][0])

    def add_channel(
        self,
        platform: str,
        external_id: str,
        *,
        secrets: Sequence[str] = (),
        verify_token: str | None = None,
        organization_id: UUID | None = None,
        parent_external_id: str = "",
    ) -> UUID:
        """A channel with sealed secrets; its id."""
        channel, organization = new_id(), organization_id or new_id()
        self.execute(
            "INSERT INTO edge_secret VALUES (%s, %s, %s, %s, %s, %s, %s, true, clock_timestamp())",
            [
                channel,
                organization,
                platform,
                external_id,
                parent_external_id,
                sealed(secrets, organization, channel, "signing_secrets") if secrets else None,
                sealed(verify_token, organization, channel, "verify_token") if verify_token else None,
            ],
        )
        return channel

    def change_secrets(self, channel: UUID, secrets: Sequence[str]) -> None:
        organization = self.execute("SELECT organization_id FROM edge_secret WHERE channel_id = %s", [channel])[0][0]
        self.execute(
            "UPDATE edge_secret SET signing_secrets = %s, secrets_changed_at = clock_timestamp() WHERE channel_id = %s",
            [sealed(secrets, organization, channel, "signing_secrets"), channel],
        )


def sealed(value: object, organization: UUID, channel: UUID, field: str) -> str:
    return ENVELOPE.seal(json.dumps(value).encode(), context=(str(organization), str(channel), field))


def meta_signature(body: bytes, secret: str = APP_SECRET) -> dict[str, str]:
    return {"X-Hub-Signature-256": "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}


def line_signature(body: bytes, secret: str) -> dict[str, str]:
    return {"X-Line-Signature": b64encode(hmac.digest(secret.encode(), body, "sha256")).decode()}


def page_body(page: str = "1001", text: str = "hello") -> bytes:
    """A Messenger body as Meta sends it."""
    message = {"sender": {"id": "7"}, "recipient": {"id": page}, "timestamp": 1, "message": {"mid": text, "text": text}}
    return json.dumps({"object": "page", "entry": [{"id": page, "time": 1, "messaging": [message]}]}).encode()


def instagram_body(account: str = "1784", text: str = "hello") -> bytes:
    return page_body(account, text).replace(b'"page"', b'"instagram"')


def whatsapp_body(business: str = "4000", text: str = "hello") -> bytes:
    value = {"messaging_product": "whatsapp", "messages": [{"id": "wamid.1", "type": "text", "text": {"body": text}}]}
    entry = {"id": business, "changes": [{"field": "messages", "value": value}]}
    return json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode()


def line_body(destination: str, text: str = "hello") -> bytes:
    return json.dumps({"destination": destination, "events": [{"type": "message", "text": text}]}).encode()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(happened: Callable[[], object], *, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


def wait_for_channels(edge: EdgeProcess, count: int) -> None:
    """Until the edge knows so many."""
    wait_for(lambda: edge.ready()["channels"] == count)


class EdgeProcess:
    """`python -m hubbub.edge`, started and stopped."""

    def __init__(
        self,
        database_url: str,
        folder: Path,
        *,
        spool: Path | None = None,
        environment: Mapping[str, str] | None = None,
        prelude: str = "",
        fd: int | None = None,
        port: int | None = None,
    ) -> None:
        self.port = port or free_port()
        self._prelude = prelude
        self._fd = fd
        self.log = folder / f"edge-{self.port}-{id(self)}.log"
        self._environment = {
            "PATH": os.environ["PATH"],
            "HUBBUB_ENV": "test",
            "HUBBUB_DATA_DIR": str(folder / "data"),
            "HUBBUB_EDGE_DATABASE_URL": database_url,
            "HUBBUB_ENCRYPTION_KEYS": KEYS,
            "FACEBOOK_APP_SECRET": APP_SECRET,
            "FACEBOOK_WEBHOOK_VERIFY_TOKEN": VERIFY_TOKEN,
            **({"HUBBUB_SPOOL_DIR": str(spool)} if spool else {}),
            **(environment or {}),
        }
        self.process: subprocess.Popen[bytes] | None = None
        self.http = httpx.Client(base_url=f"http://127.0.0.1:{self.port}", timeout=30)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()
        self.kill()

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self._command(),
                cwd=ROOT,
                env=self._environment,
                stdout=log,
                stderr=log,
                pass_fds=() if self._fd is None else (self._fd,),
            )
        wait_for(self._answers)

    def _command(self) -> list[str]:
        """The prelude is code that runs in the edge first, to break something in it."""
        place = ["--port", str(self.port)] if self._fd is None else ["--fd", str(self._fd)]
        if not self._prelude:
            return [sys.executable, "-m", EDGE_MODULE, *place]
        run = f"import runpy; runpy.run_module({EDGE_MODULE!r}, run_name='__main__', alter_sys=True)"
        return [sys.executable, "-c", f"{self._prelude}\n{run}", *place]

    def _answers(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, self.log.read_text()
        try:
            return self.http.get("/health/live").status_code == 200
        except httpx.TransportError:
            return False

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    def kill(self) -> None:
        """SIGKILL."""
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def stop(self) -> int:
        """SIGTERM; the exit code."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(60)

    def post(self, path: str, body: bytes, headers: Mapping[str, str] | None = None) -> httpx.Response:
        return self.http.post(path, content=body, headers=headers)

    def post_signed(self, body: bytes, path: str = "/webhooks/facebook") -> httpx.Response:
        return self.post(path, body, meta_signature(body))

    def ready(self) -> dict[str, Any]:
        state: dict[str, Any] = self.http.get("/health/ready").json()
        return state

    def spool_is_empty(self) -> bool:
        return bool(self.ready()["spool"]["waiting_bytes"] == 0)

    def logged(self) -> str:
        return self.log.read_text()


class Proxy:
    """Stands between edge and Postgres: passes, refuses, swallows, or drops the answer to the next statement."""

    def __init__(self, upstream_url: str) -> None:
        parts = urlsplit(upstream_url)
        assert parts.hostname
        assert parts.port
        self._upstream = (parts.hostname, parts.port)
        self.port = free_port()
        self.url = parts._replace(netloc=f"{parts.username}:{parts.password}@127.0.0.1:{self.port}").geturl()
        self.mode = "pass"
        self.dropped = 0
        self._answered = 0
        self._every = 1
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._server: asyncio.Server | None = None
        self._lines: set[asyncio.StreamWriter] = set()

    def __enter__(self) -> Self:
        self._thread.start()
        self._call(self._listen())
        return self

    def __exit__(self, *_: object) -> None:
        self._call(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def pass_on(self) -> None:
        self.mode = "pass"
        if self._server is None:
            self._call(self._listen())

    def refuse(self) -> None:
        """Nobody listens, and what was open is reset."""
        self._call(self._close())

    def blackhole(self) -> None:
        """Bytes go nowhere, connections open but never answer."""
        self.mode = "blackhole"

    def drop_answers_to_inserts(self, *, every: int = 1) -> None:
        """The line is cut when the server has answered: it has committed, and nobody hears of it."""
        self._every = every
        self.mode = "drop answers"

    def _call(self, work: Any) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(60)

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)

    async def _close(self) -> None:
        if self._server:
            self._server.close()
            self._server = None
        for line in list(self._lines):
            line.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.mode == "blackhole":
            self._lines.add(writer)
            await reader.read()
            return
        try:
            upstream_reader, upstream_writer = await asyncio.open_connection(*self._upstream)
        except OSError:
            writer.transport.abort()
            return
        self._lines |= {writer, upstream_writer}
        pumps = [
            asyncio.ensure_future(self._pump(reader, upstream_writer)),
            asyncio.ensure_future(self._pump(upstream_reader, writer)),
        ]
        await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)  # one side is gone: the other must hear of it
        for line in (writer, upstream_writer):
            line.close()
            self._lines.discard(line)
        await asyncio.gather(*pumps, return_exceptions=True)

    async def _pump(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        while data := await source.read(65536):
            if self.mode == "blackhole":
                continue
            if self.mode == "drop answers" and b"INSERT 0 " in data and self._is_to_be_dropped():
                target.transport.abort()
                return
            target.write(data)
            await target.drain()
        target.close()

    def _is_to_be_dropped(self) -> bool:
        self._answered += 1
        is_dropped = self._answered % self._every == 0
        self.dropped += is_dropped
        return is_dropped


class Load:
    """Callers that send unique bodies, again until they are acknowledged, and keep a ledger."""

    def __init__(self, edge: EdgeProcess, *, callers: int = 4) -> None:
        self._edge = edge
        self._stopping = threading.Event()
        self._threads = [threading.Thread(target=self._call, args=(number,)) for number in range(callers)]
        self.acknowledged: list[bytes] = []
        self.statuses: list[int] = []
        self.failures = 0

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Every caller gets its last body through."""
        self._stopping.set()
        for thread in self._threads:
            thread.join()

    def wait_for(self, more: int) -> None:
        """Until so many more are acknowledged."""
        goal = len(self.acknowledged) + more
        wait_for(lambda: len(self.acknowledged) >= goal)

    def _call(self, number: int) -> None:
        with httpx.Client(base_url=f"http://127.0.0.1:{self._edge.port}", timeout=10) as http:
            count = 0
            while not self._stopping.is_set():
                count += 1
                self._send(http, page_body(text=f"{self._edge.port}-{number}-{count}"))
                time.sleep(0.002)

    def _send(self, http: httpx.Client, body: bytes) -> None:
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            try:
                status = http.post("/webhooks/facebook", content=body, headers=meta_signature(body)).status_code
            except httpx.TransportError:
                self.failures += 1
                time.sleep(0.02)
                continue
            self.statuses.append(status)
            if status == 200:
                self.acknowledged.append(body)
                return
            time.sleep(0.02)
