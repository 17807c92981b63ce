"""A lean HTTP client in a process of its own: raw sockets with keep-alive, nothing parsed but the status.

`closed`: every connection sends its next request when the answer to the last is there. `paced`: requests leave at a
fixed rate, whether or not answers come, so that a slow answer counts as often as it hurts.
"""

from __future__ import annotations

import argparse
import json
import pickle
import selectors
import socket
import subprocess
import sys
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.programs import ROOT

LARGEST_READ = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What a load measured. Latencies in milliseconds."""

    per_second: float
    p50: float
    p95: float
    p99: float
    failures: int
    began: float
    """`perf_counter()` when the first request left; on one machine all processes share that clock."""


def request(method: str, path: str, headers: dict[str, str], body: bytes = b"") -> bytes:
    """One HTTP/1.1 request as bytes."""
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    if body:
        lines += [f"Content-Length: {len(body)}", "Content-Type: application/json"]
    return "\r\n".join([*lines, "", ""]).encode() + body


def run_load(
    port: int, requests: Sequence[bytes], *, connections: int, seconds: float, folder: Path, per_second: float = 0
) -> Load:
    """Load a server on this machine; `per_second` makes it paced."""
    file = folder / "requests.pickle"
    file.write_bytes(pickle.dumps(list(requests)))
    command = [sys.executable, "-m", "benchmarks.load", str(port), str(file), str(connections), str(seconds)]
    done = subprocess.run([*command, str(per_second)], cwd=ROOT, check=True, capture_output=True, text=True)
    return Load(**json.loads(done.stdout))


class _Connection:
    """One keep-alive connection and the moment from which its current request is timed."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.began = 0.0
        self.is_ok = False
        self._received = b""

    def send(self, data: bytes, began: float) -> None:
        self.began, self._received = began, b""
        self.socket.sendall(data)

    def receive(self) -> bool:
        """Whether the answer is complete now."""
        data = self.socket.recv(LARGEST_READ)
        if not data:
            raise ConnectionError("The server hung up.")
        self._received += data
        head, end, body = self._received.partition(b"\r\n\r\n")
        self.is_ok = head[9:12] == b"200"
        return bool(end) and _is_whole(head.lower(), body)


def _is_whole(head: bytes, body: bytes) -> bool:
    at = head.find(b"content-length:")
    if at >= 0:
        return len(body) >= int(head[at + 15 :].split(b"\r\n", 1)[0])
    return b"chunked" not in head or body.endswith(b"0\r\n\r\n")


def _closed(port: int, requests: Sequence[bytes], connections: int, seconds: float) -> Load:
    selector, failures, next_one = selectors.DefaultSelector(), 0, 0
    latencies: list[float] = []
    begin = time.perf_counter()
    for _ in range(connections):
        connection = _Connection(port)
        selector.register(connection.socket, selectors.EVENT_READ, connection)
        connection.send(requests[next_one % len(requests)], time.perf_counter())
        next_one += 1
    end = begin + seconds
    while (now := time.perf_counter()) < end:
        for key, _ in selector.select(1.0):
            connection = key.data
            if not connection.receive():
                continue
            now = time.perf_counter()
            latencies.append(now - connection.began)
            failures += not connection.is_ok
            connection.send(requests[next_one % len(requests)], now)
            next_one += 1
    return _summary(latencies, failures, begin, now)


def _paced(port: int, requests: Sequence[bytes], connections: int, seconds: float, per_second: float) -> Load:
    selector, failures = selectors.DefaultSelector(), 0
    latencies: list[float] = []
    free: deque[_Connection] = deque(_Connection(port) for _ in range(connections))
    for connection in free:
        selector.register(connection.socket, selectors.EVENT_READ, connection)
    begin, sent, total = time.perf_counter(), 0, int(seconds * per_second)
    while len(latencies) < total:
        due = begin + sent / per_second
        if sent < total and free and time.perf_counter() >= due:
            free.popleft().send(requests[sent % len(requests)], due)
            sent += 1
            continue
        pause = due - time.perf_counter() if sent < total and free else 1.0
        for key, _ in selector.select(max(pause, 0)):
            if key.data.receive():
                latencies.append(time.perf_counter() - key.data.began)
                failures += not key.data.is_ok
                free.append(key.data)
    return _summary(latencies, failures, begin, time.perf_counter())


def _summary(latencies: list[float], failures: int, began: float, ended: float) -> Load:
    ordered = sorted(latencies)

    def at(share: float) -> float:
        return round(ordered[min(int(len(ordered) * share), len(ordered) - 1)] * 1000, 2)

    return Load(
        per_second=len(ordered) / (ended - began),
        p50=at(0.5),
        p95=at(0.95),
        p99=at(0.99),
        failures=failures,
        began=began,
    )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("port", type=int)
    parser.add_argument("requests", type=Path)
    parser.add_argument("connections", type=int)
    parser.add_argument("seconds", type=float)
    parser.add_argument("per_second", type=float)
    given = parser.parse_args()
    requests = pickle.loads(given.requests.read_bytes())
    if given.per_second:
        found = _paced(given.port, requests, given.connections, given.seconds, given.per_second)
    else:
        found = _closed(given.port, requests, given.connections, given.seconds)
    print(json.dumps({name: getattr(found, name) for name in Load.__dataclass_fields__}))


if __name__ == "__main__":
    main()
