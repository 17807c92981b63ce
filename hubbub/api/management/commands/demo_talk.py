"""`manage.py demo_talk`: customers and members of the demo organisation talk, so that there is something to see."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from hubbub.api.demo_talk import fill_demo
from hubbub.kit.errors import HubbubError


class Command(BaseCommand):
    """`make run` does this once, after its first start."""

    help = "Let the demo's customers write through the sandbox, and its members answer. Does nothing the second time."

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002
        try:
            count = fill_demo()
        except HubbubError as error:
            raise CommandError(error.sentence) from None
        self.stdout.write(f"The demo organisation has {count} conversations.")
