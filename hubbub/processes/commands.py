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

WITHOUT_DATABASE = frozenset({"makemigrations", "check", "help", "--help", "--version", "version", "collectstatic"})


def prepare(arguments: Sequence[str]) -> None:
    """Choose the role by the command, exec the edge, and start the embedded database if the command needs one."""
    command = arguments[1] if len(arguments) > 1 else "help"
    if command == "edge":
        os.execv(sys.executable, [sys.executable, "-m", "hubbub.edge", *arguments[2:]])  # noqa: S606
    os.environ.setdefault("HUBBUB_PROCESS", PROCESS_OF_COMMAND.get(command, "web"))
    if command not in WITHOUT_DATABASE:
        _ensure_database()


def _ensure_database() -> None:
    from hubbub.processes.postgres import ensure_database_running
    from hubbub.settings.environment import environment

    settings = environment()
    if not settings.database_url:
        ensure_database_running(settings.data_dir)
