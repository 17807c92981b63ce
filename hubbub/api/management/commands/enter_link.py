"""`manage.py enter_link --user NAME`: an address that signs somebody in, once."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Q

from hubbub.api.demo import EMAIL
from hubbub.organizations.models import User
from hubbub.processes.entering import LINK_LIFE, enter_url
from hubbub.settings.environment import environment


class Command(BaseCommand):
    """Whoever can run this can read the database's secrets anyhow; the link goes no further than they give it."""

    help = f"Print a link that signs a person in, once, within {LINK_LIFE.seconds // 60} minutes."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--user", default=EMAIL, help="their user name or e-mail (left out: the demo's owner)")

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002
        name = options["user"]
        user = User.objects.filter(Q(username=name) | Q(email__iexact=name), is_active=True).first()
        if user is None:
            raise CommandError(f"Nobody called {name!r} may sign in. `manage.py demo` makes the demo's people.")
        self.stdout.write(enter_url(environment(), user.username))
