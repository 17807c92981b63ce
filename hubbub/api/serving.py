"""`python -m hubbub.api.serving --host … --port … --threads …`: the web server in this one process.

Granian's server runs in our own event loop: its command line would keep a second process that does nothing but wait
(docs/adr/0010-one-web-process.md).
"""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import sys
from typing import Any, Final

import uvloop
from granian.constants import HTTPModes, Interfaces
from granian.log import LogLevels
from granian.server.embed import Server

from hubbub.api.bridge import THREADS

STOP_SECONDS: Final = 20
MOST_CONNECTIONS: Final = 8192


async def serve(host: str, port: int, threads: int) -> None:
    """Answer until SIGTERM or SIGINT; then hang up on screens and let running requests end."""
    server = Server(
        lambda: _application(threads),
        factory=True,
        address=host,
        port=port,
        interface=Interfaces.ASGI,
        http=HTTPModes.http1,
        websockets=True,
        backlog=1024,
        backpressure=MOST_CONNECTIONS,
        log_level=LogLevels.error,
    )
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    serving = asyncio.create_task(server.serve())
    await asyncio.wait([serving, asyncio.create_task(stop.wait())], return_when=asyncio.FIRST_COMPLETED)
    await _end(server, serving)


async def _end(server: Server, serving: asyncio.Task[None]) -> None:
    from hubbub.api.asgi import screens

    await screens.stop()
    server.stop()  # type: ignore[no-untyped-call]
    async with asyncio.timeout(STOP_SECONDS):
        await serving


def _application(threads: int) -> Any:
    """Loaded after Granian has arranged its log, so that ours stands."""
    from hubbub.api import asgi

    asgi.requests.start(threads)
    return asgi.application


def main(arguments: list[str]) -> None:
    """Never returns: threads that still answer somebody after STOP_SECONDS are not waited for."""
    parser = argparse.ArgumentParser(prog="python -m hubbub.api.serving")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--threads", type=int, default=THREADS)
    given = parser.parse_args(arguments)
    try:
        uvloop.run(serve(given.host, given.port, given.threads))
    except TimeoutError:
        sys.stderr.write(f"Requests ran on for {STOP_SECONDS} s; they were cut off.\n")
    except OSError as problem:
        sys.stderr.write(f"Cannot listen on {given.host}:{given.port}: {problem.strerror}.\n")
        os._exit(1)
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1:])
