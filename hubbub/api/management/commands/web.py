"""`manage.py web --port N`: the web process."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from hubbub.api.bridge import THREADS
from hubbub.kit.errors import HubbubError
from hubbub.organizations.database import refuse_wrong_role

ONE_HEAP = {"MALLOC_ARENA_MAX": "2"}
"""The C library would give every thread a heap of its own, and keep what each once used."""


class Command(BaseCommand):
    """Checks the database role, then becomes the server: nothing of the check stays in memory."""

    help = "Serve the web app, the API and the administration. Stops gracefully on SIGTERM."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=8001, help="the port to listen on")
        parser.add_argument("--host", default="127.0.0.1", help="the address to listen on")
        parser.add_argument("--threads", type=int, default=THREADS, help="requests at once")

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002
        try:
            refuse_wrong_role("web")
        except HubbubError as refused:
            raise CommandError(refused.sentence) from None
        command = server_command(options["host"], options["port"], options["threads"])
        sys.stdout.flush()
        os.execve(command[0], command, {**ONE_HEAP, **os.environ})  # noqa: S606


def server_command(host: str, port: int, threads: int) -> list[str]:
    """The command line of the server."""
    where = ("--host", host, "--port", str(port), "--threads", str(threads))
    return [sys.executable, "-m", "hubbub.api.serving", *where]
