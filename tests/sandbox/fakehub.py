"""A hub for the tests: takes webhooks, checks nothing, remembers all, answers what it is told."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

Json = dict[str, Any]


class FakeHub:
    """``received``: (path, headers, raw body) of every POST. ``answers``: statuses for the next ones, then 200."""

    def __init__(self) -> None:
        self.received: list[tuple[str, dict[str, str], bytes]] = []
        self.answers: list[int] = []
        self.files: dict[str, tuple[int, str, bytes]] = {}
        self.verify_token = "verify-me"
        self.delay = 0.0
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        hub = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = 65536
            disable_nagle_algorithm = True

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length", "0")))
                time.sleep(hub.delay)
                hub.received.append((self.path, {k.lower(): v for k, v in self.headers.items()}, body))
                self._answer(hub.answers.pop(0) if hub.answers else 200, "text/plain", b"ok")

            def do_GET(self) -> None:
                path, query = urlsplit(self.path).path, parse_qs(urlsplit(self.path).query)
                if path in hub.files:
                    self._answer(*hub.files[path])
                elif query.get("hub.verify_token") == [hub.verify_token]:
                    self._answer(200, "text/plain", query["hub.challenge"][0].encode())
                else:
                    self._answer(403, "text/plain", b"")

            def _answer(self, status: int, mime: str, body: bytes) -> None:
                self.send_response(status)
                self.send_header("content-type", mime)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
                self.wfile.flush()

            def log_message(self, *args: object) -> None:
                """Quiet."""

        return Handler

    def bodies(self, path: str = "") -> list[Json]:
        return [json.loads(body) for where, _, body in self.received if where.startswith(path)]

    def wait_for(self, wanted: Callable[[], Any], seconds: float = 30.0) -> Any:
        """Until ``wanted()`` is true; fails the test otherwise."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if found := wanted():
                return found
            time.sleep(0.005)
        raise AssertionError("waited in vain")

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
