"""`manage.py worker`: everything that happens behind the web, one process a lane."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from hubbub.automation.lanes import LANES, chosen, work, work_all
from hubbub.kit.errors import HubbubError


class Command(BaseCommand):
    help = "Runs the lanes: " + ", ".join(LANES) + "."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--lanes", help="Only these, comma separated; a single one runs in this very process.")

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            lanes = chosen(options["lanes"])
            if len(lanes) == 1:
                work(lanes[0])
            else:
                work_all(lanes)
        except HubbubError as problem:
            raise CommandError(problem.sentence) from None
