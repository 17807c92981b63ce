"""Scripted servers behind the router, the router itself in a thread, and a raw client."""

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import uvloop

from hubbub.processes.listening import bind
from hubbub.processes.router.client import Router
from hubbub.processes.router.serving import make_router, serve

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


@dataclass
class Request:
    head: bytes
    body: bytes
    connection: int


Answer = Callable[[Request, socket.socket], bytes | None]


@dataclass
class Behind:
    """A server that records what came, byte for byte, and answers what it is told; None closes the connection."""

    answer: Answer = lambda request, client: OK
    requests: list[Request] = field(default_factory=list)
    connections: list[socket.socket] = field(default_factory=list)
    listener: socket.socket = field(default_factory=lambda: socket.create_server(("127.0.0.1", 0)))

    @property
    def address(self) -> tuple[str, int]:
        host, port = self.listener.getsockname()
        return host, port

    def start(self) -> None:
        threading.Thread(target=self._accept, args=(self.listener,), daemon=True).start()

    def kill(self) -> None:
        """As a killed process: nobody listens, every connection ends."""
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        for connection in self.connections:
            connection.close()

    def come_back(self, address: tuple[str, int]) -> None:
        self.listener = socket.create_server(address)
        self.start()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            self.connections.append(client)
            threading.Thread(target=self._serve, args=(client, len(self.connections)), daemon=True).start()

    def _serve(self, client: socket.socket, number: int) -> None:
        try:
            for request in read_requests(client, number):
                self.requests.append(request)
                answer = self.answer(request, client)
                if answer is None:
                    break
                client.sendall(answer)
        except OSError:
            return
        finally:
            client.close()


def read_requests(client: socket.socket, number: int) -> Iterator[Request]:
    data = b""
    while True:
        while b"\r\n\r\n" not in data:
            if not (more := client.recv(65536)):
                return
            data += more
        head, _, data = data.partition(b"\r\n\r\n")
        wanted = [line.split(b":")[1] for line in head.lower().split(b"\r\n") if line.startswith(b"content-length")]
        is_chunked = b"transfer-encoding: chunked" in head.lower()
        while (is_chunked and not data.endswith(b"0\r\n\r\n")) or (wanted and len(data) < int(wanted[0])):
            if not (more := client.recv(65536)):
                return
            data += more
        length = len(data) if is_chunked else int(wanted[0]) if wanted else 0
        body, data = data[:length], data[length:]
        yield Request(head=head + b"\r\n\r\n", body=body, connection=number)


@dataclass
class RunningRouter:
    port: int
    router: Router
    stop: Callable[[], None]

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=20)

    def ask(self, raw: bytes) -> bytes:
        """Everything that comes back until the router closes."""
        with self.connect() as client:
            client.sendall(raw)
            client.shutdown(socket.SHUT_WR)
            return read_all(client)


@contextmanager
def running_router(
    web: tuple[str, int], edge: tuple[str, int], sandbox: tuple[str, int] | None = None
) -> Iterator[RunningRouter]:
    listeners = bind(0, ("127.0.0.1",))
    router = make_router(web=web, edge=edge, sandbox=sandbox)
    loop = uvloop.new_event_loop()
    stop = asyncio.Event()
    thread = threading.Thread(target=loop.run_until_complete, args=(serve(router, listeners, stop),))
    thread.start()

    def ask_to_stop() -> None:
        loop.call_soon_threadsafe(stop.set)

    try:
        yield RunningRouter(port=listeners[0].getsockname()[1], router=router, stop=ask_to_stop)
    finally:
        ask_to_stop()
        thread.join(timeout=20)
        loop.close()


def read_all(client: socket.socket) -> bytes:
    data = b""
    while more := client.recv(1 << 20):
        data += more
    return data


def read_until(client: socket.socket, end: bytes) -> bytes:
    data = b""
    while not data.endswith(end):
        more = client.recv(65536)
        if not more:
            raise AssertionError(f"closed after {data!r}")
        data += more
    return data
