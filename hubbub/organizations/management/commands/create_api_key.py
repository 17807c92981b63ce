"""`manage.py create_api_key --organization demo --role admin`: prints a new key, once."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from hubbub.kit.errors import HubbubError
from hubbub.organizations.actions import audit, create_api_key
from hubbub.organizations.models import Role
from hubbub.organizations.queries import find_organization
from hubbub.organizations.scope import organization_scope


class Command(BaseCommand):
    """Only the key's HMAC is stored: what is printed here cannot be read again."""

    help = "Make an API key and print it, once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--organization", help="its slug; may be left out while there is only one")
        parser.add_argument("--role", default=Role.AGENT, choices=Role.values, help="what the key may do")
        parser.add_argument("--name", default="command line", help="what the key is for, to recognise it later")
        parser.add_argument("--operator", action="store_true", help="it may read raw deliveries, which span tenants")

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002
        try:
            organization = find_organization(options["organization"])
        except HubbubError as error:
            raise CommandError(error.sentence) from None
        with organization_scope(organization.id):
            made = create_api_key(
                organization.id, options["name"], Role(options["role"]), is_operator=options["operator"]
            )
            audit(None, organization.id, "api_key_created", "api_key", made.id, role=options["role"])
        self.stdout.write(made.key)
