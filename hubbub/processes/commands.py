"""What must be true before a `manage.py` command begins: its role is chosen and the database runs."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

PROCESS_OF_COMMAND = {
    "migrate": "migrator",
    "makemigrations": "migrator",
    "showmigrations": "migrator",
    "sqlmigrate": "migrator",
    "flush": "migrator",
}
"""Every other command works as "web", an ordinary tenant role; `worker` gives each lane its own."""

WITHOUT_DATABASE = frozenset(
    {"makemigrations", "check", "help", "--help", "--version", "version", "collectstatic", "openapi"}
)


def prepare(arguments: Sequence[str]) -> None:
    """Choose the role by the command, start the embedded database if the command needs one, exec the edge and the web.

    Beside a `make run` of the same data directory, commands see its sandbox too.
    """
    command = arguments[1] if len(arguments) > 1 else "help"
    if command == "edge":
        _become_the_edge(arguments[2:])
    os.environ.setdefault("HUBBUB_PROCESS", PROCESS_OF_COMMAND.get(command, "web"))
    if command not in WITHOUT_DATABASE:
        _ensure_database()
    if command == "web":
        _become_the_web(arguments[2:])


def _become_the_edge(arguments: Sequence[str]) -> None:
    """The edge gets its own role's URL and nothing else, and never imports Django."""
    from hubbub.settings.database import logins

    os.environ.setdefault("HUBBUB_EDGE_DATABASE_URL", logins().url_for("edge"))
    os.execv(sys.executable, [sys.executable, "-m", "hubbub.edge", *arguments])  # noqa: S606


def _become_the_web(arguments: Sequence[str]) -> None:
    """The server loads Django by itself: once is enough."""
    from hubbub.processes.plan import LEAN

    os.execve(sys.executable, [sys.executable, "-m", "hubbub.api.serving", *arguments], {**LEAN, **os.environ})  # noqa: S606


def _ensure_database() -> None:
    from hubbub.processes import running
    from hubbub.processes.preparation import start_and_prepare
    from hubbub.settings.environment import environment, reload_environment

    running.adopt_settings(environment().data_dir)
    start_and_prepare(reload_environment())
