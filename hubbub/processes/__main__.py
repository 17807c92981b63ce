"""`python -m hubbub.processes run | router | create-roles | stop-database | dump-database | restore-database`."""

import argparse
import socket
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from hubbub.kit.errors import ConfigurationError, HubbubError

if TYPE_CHECKING:
    from hubbub.processes.postgres import EmbeddedPostgres


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
    router.add_argument("--sandbox", type=_address, help="HOST:PORT; only where nobody else can reach the router")
    router.set_defaults(command=_router)
    stop = commands.add_parser("stop-database", help="stop the embedded Postgres of HUBBUB_DATA_DIR")
    stop.add_argument("--data-dir", type=Path, help="another data directory")
    stop.add_argument("--if-idle", action="store_true", help="only when nobody else is connected")
    stop.set_defaults(command=_stop_database)
    roles = commands.add_parser("create-roles", help="make the database, when it is missing, and its roles")
    roles.set_defaults(command=_create_roles)
    for name, command, help_ in (
        ("dump-database", _dump, "write the embedded database into an archive"),
        ("restore-database", _restore, "replace the embedded database's content by an archive's"),
    ):
        archive = commands.add_parser(name, help=help_)
        archive.add_argument("archive", type=Path)
        archive.set_defaults(command=command)
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
    router = make_router(web=options.web, edge=options.edge, sandbox=options.sandbox)
    uvloop.run(serve_until_signalled(router, listeners))


def _stop_database(options: argparse.Namespace) -> None:
    from hubbub.processes.postgres import EmbeddedPostgres
    from hubbub.settings.environment import environment

    postgres = EmbeddedPostgres(options.data_dir or environment().data_dir)
    if postgres.is_running() and not (options.if_idle and postgres.is_used()):
        postgres.stop()


def _create_roles(_options: argparse.Namespace) -> None:
    from hubbub.processes.preparation import admin_logins
    from hubbub.processes.roles import prepare_database
    from hubbub.settings.environment import environment

    settings = environment()
    logins = admin_logins(settings, None if settings.database_url else _embedded())
    prepare_database(logins)
    made = ", ".join(logins.role_of(process) for process in logins.own_processes())
    sys.stdout.write(f"Database {logins.database}; roles {made or 'are all your own'}.\n")


def _dump(options: argparse.Namespace) -> None:
    from hubbub.processes.backup import dump
    from hubbub.settings.database import logins

    dump(_embedded(), options.archive, logins().database)
    sys.stdout.write(f"Wrote {options.archive}.\n")


def _restore(options: argparse.Namespace) -> None:
    from hubbub.processes import running
    from hubbub.processes.backup import restore
    from hubbub.settings.database import logins
    from hubbub.settings.environment import environment

    if running.is_running(environment().data_dir):
        raise ConfigurationError("Stop `make run` first: its processes would write into what is being replaced.")
    restore(_embedded(), options.archive, logins().database)
    sys.stdout.write(f"Restored {options.archive}.\n")


def _embedded() -> "EmbeddedPostgres":
    from hubbub.processes.postgres import EmbeddedPostgres
    from hubbub.settings.environment import environment

    settings = environment()
    if settings.database_url:
        raise ConfigurationError("DATABASE_URL is set: use pg_dump and pg_restore of that server.")
    return EmbeddedPostgres(settings.data_dir)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
