"""`manage.py web --port N`: the web process."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from hubbub.kit.errors import HubbubError
from hubbub.organizations.database import refuse_wrong_role

APPLICATION = "hubbub.api.wsgi:application"
THREADS = 8
STOP_SECONDS = 20


class Command(BaseCommand):
    """Checks the database role, then becomes the server: Django is loaded in the worker only, not twice."""

    help = "Serve the API and the administration. Stops gracefully on SIGTERM."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=8001, help="the port to listen on")
        parser.add_argument("--host", default="127.0.0.1", help="the address to listen on")
        parser.add_argument("--workers", type=int, default=1, help="how many processes")
        parser.add_argument("--threads", type=int, default=THREADS, help="requests at once in each process")

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002
        try:
            refuse_wrong_role("web")
        except HubbubError as refused:
            raise CommandError(refused.sentence) from None
        command = server_command(options["host"], options["port"], options["workers"], options["threads"])
        sys.stdout.flush()
        os.execv(command[0], command)  # noqa: S606


def server_command(host: str, port: int, workers: int, threads: int) -> list[str]:
    """The command line of the server."""
    return [
        *(sys.executable, "-m", "granian", "--interface", "wsgi", "--http", "1", "--no-ws", "--log-level", "error"),
        *("--host", host, "--port", str(port), "--workers", str(workers)),
        *("--blocking-threads", str(threads), "--backpressure", str(threads * 8)),
        *("--workers-kill-timeout", str(STOP_SECONDS), "--respawn-failed-workers", APPLICATION),
    ]
