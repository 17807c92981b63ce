"""`manage.py demo`: the demo organisation, made where it is missing."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from hubbub.api.demo import make_demo
from hubbub.kit.errors import HubbubError


class Command(BaseCommand):
    """Prints how to sign in, and an API key."""

    help = "Make the demo organisation with one channel on each platform of the sandbox. Safe to repeat."

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002
        try:
            self.stdout.write(make_demo(), ending="")
        except HubbubError as error:
            raise CommandError(error.sentence) from None
