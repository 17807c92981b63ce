"""`python -m hubbub.api.serving --host … --port … --threads …`: the web server in this one process.

Granian's server runs in our own event loop: its command line would keep a second process that does nothing but wait
(docs/adr/0004-granian-serves-the-web.md).
"""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import sys
from typing import Any, Final, NoReturn

import psycopg
import uvloop
from granian.constants import HTTPModes, Interfaces
from granian.log import LogLevels
from granian.server.embed import Server

from hubbub.api.bridge import THREADS
from hubbub.kit.errors import HubbubError
from hubbub.processes.roles import refuse_dangerous_role
from hubbub.settings.database import current_process, logins

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
    given = _parse(arguments)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hubbub.settings.base")
    try:
        _refuse_wrong_role()
        uvloop.run(serve(given.host, given.port, given.threads))
    except HubbubError as refused:
        _give_up(refused.sentence)
    except psycopg.OperationalError as problem:
        _give_up(f"The database cannot be reached: {str(problem).partition(chr(10))[0]}")
    except TimeoutError:
        sys.stderr.write(f"Requests ran on for {STOP_SECONDS} s; they were cut off.\n")
    except OSError as problem:
        _give_up(f"Cannot listen on {given.host}:{given.port}: {problem.strerror}.")
    sys.stdout.flush()
    os._exit(0)


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="manage.py web",
        description="Serves the web app, the API and the administration. Stops gracefully on SIGTERM.",
    )
    parser.add_argument("--port", type=int, default=8002, help="the port to listen on (8002)")
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on (127.0.0.1)")
    parser.add_argument("--threads", type=int, default=THREADS, help=f"requests at once ({THREADS})")
    return parser.parse_args(arguments)


def _refuse_wrong_role() -> None:
    """Raise ConfigurationError for a login that could step round row-level security."""
    known = logins()
    with psycopg.connect(known.url_for(current_process()), connect_timeout=5) as connection:
        refuse_dangerous_role(connection, known.role_of("web"))


def _give_up(sentence: str) -> NoReturn:
    sys.stderr.write(f"{sentence}\n")
    sys.stderr.flush()
    os._exit(1)


if __name__ == "__main__":
    main(sys.argv[1:])
