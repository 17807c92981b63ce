"""``python -m sandbox --port 9100 --hub http://127.0.0.1:8000``: the pretended platforms on loopback."""

from __future__ import annotations

import argparse
import asyncio
import socket
import sys
from pathlib import Path
from typing import Any

import orjson
import uvloop

from sandbox.fixtures import put_account, put_app
from sandbox.keeping import keep_saving, load
from sandbox.server import HOST, listen, serve
from sandbox.world import World


def main() -> None:
    """Parse the arguments and run until a signal."""
    options = _arguments()
    opened = listen(options.port)
    url = f"http://{HOST}:{opened.getsockname()[1]}"
    if not options.port:
        sys.stdout.write(f"sandbox on {url}\n")
    world = World(options.hub.rstrip("/"), url, ledger_file=options.ledger)
    world.settings.limits = not options.no_limits
    world.settings.origins = dict(pair.split("=", 1) for pair in options.origin)
    if options.setup and options.setup.exists():
        set_up(world, orjson.loads(options.setup.read_bytes()))
    if options.state:
        load(world, options.state)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_run(world, opened, options.state))


async def _run(world: World, opened: socket.socket, state: Path | None) -> None:
    saver = asyncio.ensure_future(keep_saving(world, state)) if state else None
    try:
        await serve(world, opened, _say_ready)
    finally:
        if saver is not None:
            saver.cancel()
            await asyncio.gather(saver, return_exceptions=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    parser.add_argument(
        "--port", type=int, default=9100, help="the port to listen on (127.0.0.1 only); 0 picks one and prints it"
    )
    parser.add_argument("--hub", default="http://127.0.0.1:8000", help="where webhooks go")
    parser.add_argument("--ledger", type=Path, help="append every accepted send to this file, one JSON a line")
    parser.add_argument("--no-limits", action="store_true", help="start with the rate limits off")
    parser.add_argument(
        "--origin",
        action="append",
        default=[],
        metavar="PUBLIC=REAL",
        help="an origin that counts as public HTTPS, and where it really is; may be repeated",
    )
    parser.add_argument("--setup", type=Path, help="a JSON file with settings, apps and accounts to begin with")
    parser.add_argument("--state", type=Path, help="remember people and conversations in this file over a restart")
    return parser.parse_args()


def set_up(world: World, setup: dict[str, Any]) -> None:
    """`settings`, `apps` by id and `accounts` by "platform/id", each as the control API takes it."""
    world.settings.change(setup.get("settings", {}))
    for app_id, app in setup.get("apps", {}).items():
        put_app(world, app_id, app)
    for name, account in setup.get("accounts", {}).items():
        platform, _, external_id = name.partition("/")
        put_account(world, platform, external_id, account)


def _say_ready() -> None:
    sys.stdout.write("sandbox ready\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
