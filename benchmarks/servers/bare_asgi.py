"""An ASGI callable that reads a body and answers 200: the most that this machine gives just now."""

from __future__ import annotations

from typing import Any

from benchmarks.servers.serve import serve

START = {"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]}
BODY = {"type": "http.response.body", "body": b"ok"}


async def app(_scope: Any, receive: Any, send: Any) -> None:
    while (await receive()).get("more_body"):
        pass
    await send(START)
    await send(BODY)


if __name__ == "__main__":
    serve(app)
