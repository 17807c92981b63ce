"""`python -m hubbub.processes run | router | stop-database`."""

import argparse
import socket
import sys
from collections.abc import Sequence
from pathlib import Path

from hubbub.kit.errors import HubbubError


def main(arguments: Sequence[str]) -> int:
    """Run the command; an error that we can explain is one sentence and exit code 1."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.command(options) or 0)
    except HubbubError as error:
        sys.stderr.write(f"{error.sentence}\n")
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m hubbub.processes", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="command")
    run = commands.add_parser("run", help="start everything on this machine")
    run.add_argument("--host", action="append", help="listen here instead of on the loopback addresses (may repeat)")
    run.set_defaults(command=_run)
    router = commands.add_parser("router", help="the path router alone")
    router.add_argument("--port", type=int, default=8000)
    router.add_argument("--host", action="append", help="may be given more than once")
    router.add_argument("--fd", type=int, action="append", help="a listening socket that was handed over")
    router.add_argument("--web", type=_address, required=True, help="HOST:PORT, or a unix socket's path")
    router.add_argument("--edge", type=_address, required=True, help="HOST:PORT, or a unix socket's path")
    router.set_defaults(command=_router)
    stop = commands.add_parser("stop-database", help="stop the embedded Postgres of HUBBUB_DATA_DIR")
    stop.add_argument("--data-dir", type=Path, help="another data directory")
    stop.add_argument("--if-idle", action="store_true", help="only when nobody else is connected")
    stop.set_defaults(command=_stop_database)
    return parser


def _address(text: str) -> tuple[str, int] | str:
    if "/" in text:
        return text
    host, _, port = text.rpartition(":")
    if not host or not port.isdigit():
        raise argparse.ArgumentTypeError(f"{text!r} is neither HOST:PORT nor a path")
    return host, int(port)


def _run(options: argparse.Namespace) -> int:
    from hubbub.processes.supervisor import run

    return run(tuple(options.host or ()))


def _router(options: argparse.Namespace) -> None:
    import uvloop

    from hubbub.kit.logging import configure
    from hubbub.processes.listening import LOOPBACK, bind
    from hubbub.processes.router.serving import make_router, serve_until_signalled

    configure("INFO", json=False, process="router")
    if options.fd:
        listeners = [socket.socket(fileno=number) for number in options.fd]
    else:
        listeners = bind(options.port, tuple(options.host or LOOPBACK))
    uvloop.run(serve_until_signalled(make_router(web=options.web, edge=options.edge), listeners))


def _stop_database(options: argparse.Namespace) -> None:
    from hubbub.processes.postgres import EmbeddedPostgres
    from hubbub.settings.environment import environment

    postgres = EmbeddedPostgres(options.data_dir or environment().data_dir)
    if postgres.is_running() and not (options.if_idle and postgres.is_used()):
        postgres.stop()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
