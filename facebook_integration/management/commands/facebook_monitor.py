"""`manage.py facebook_monitor [--page-id …] [--format json] [--watch]`: how the Pages are doing."""

from __future__ import annotations

import shutil
import time
from typing import Any
from uuid import UUID

from facebook_integration.commands import PageCommand, pages_of
from facebook_integration.monitoring.figures import Report
from facebook_integration.monitoring.reading import Wanted, report
from facebook_integration.monitoring.screen import drawn
from hubbub.kit.errors import InvalidInput
from hubbub.kit.json import dumps

EVERY_SECONDS = 5
CLEAR = "\x1b[H\x1b[2J"
PLAIN_WIDTH = 110
LONGEST_HOURS = 24 * 90


class Command(PageCommand):
    """Read inside the organisation's isolation, in one transaction a picture."""

    help = "Show connection, delivery, webhooks, API errors and quota, volume, engagement, flows and satisfaction."

    def add_arguments(self, parser: Any) -> None:
        super().add_arguments(parser)
        parser.add_argument("--page-id", help="this Page only")
        parser.add_argument("--format", choices=("text", "json"), default="text")
        parser.add_argument("--hours", type=int, default=24, help="how far to look back (24)")
        parser.add_argument("--show-errors", action="store_true", help="each kind of error, how often and when last")
        parser.add_argument("--show-flows", action="store_true", help="each flow's completion rate and steps")
        parser.add_argument("--show-users", action="store_true", help="the people who wrote most")
        parser.add_argument(
            "--watch",
            nargs="?",
            type=float,
            const=EVERY_SECONDS,
            metavar="SECONDS",
            help=f"show it again every so many seconds ({EVERY_SECONDS}); as JSON, one document a line",
        )

    def act(self, organization_id: UUID, options: dict[str, Any]) -> None:
        if not 1 <= options["hours"] <= LONGEST_HOURS:
            raise InvalidInput(f"--hours is a number from 1 to {LONGEST_HOURS:,}.")
        every = options["watch"]
        if every is not None and every <= 0:
            raise InvalidInput("--watch is a number of seconds above 0.")
        try:
            self._show(organization_id, options)
            while every is not None:
                time.sleep(every)
                self._show(organization_id, options)
        except KeyboardInterrupt:
            self.stderr.write("")

    def _show(self, organization_id: UUID, options: dict[str, Any]) -> None:
        wanted = Wanted(
            hours=options["hours"],
            errors=options["show_errors"],
            flows=options["show_flows"],
            users=options["show_users"],
        )
        found = report(organization_id, pages_of(organization_id, options["page_id"]), wanted)
        if options["format"] == "json":
            self.stdout.write(dumps(found).decode())
        else:
            self._draw(found, options)
        self.stdout.flush()

    def _draw(self, found: Report, options: dict[str, Any]) -> None:
        is_terminal = self.stdout.isatty()
        width = shutil.get_terminal_size((PLAIN_WIDTH, 24)).columns if is_terminal else PLAIN_WIDTH
        text = drawn(found, width=width, has_colour=is_terminal and not options.get("no_color"))
        self.stdout.write((CLEAR if is_terminal and options["watch"] is not None else "") + text)
