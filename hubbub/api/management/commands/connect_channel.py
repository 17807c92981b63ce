"""`manage.py connect_channel --platform line --external-id U… --credential channel_secret=…`: without a browser."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Sequence
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from hubbub.api.channels import show_change
from hubbub.channels.actions import Connection, connect
from hubbub.channels.models import PLATFORMS
from hubbub.kit.errors import HubbubError, InvalidInput
from hubbub.organizations.queries import find_organization
from hubbub.organizations.scope import organization_scope


class Command(BaseCommand):
    """Asks the platform whether the credentials work before anything is stored."""

    help = "Connect an account of a platform as a channel, or connect it again with new credentials."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--organization", help="its slug; may be left out while there is only one")
        parser.add_argument("--platform", required=True, choices=sorted(PLATFORMS))
        parser.add_argument("--external-id", required=True, help="Page, Instagram, phone-number or LINE bot user id")
        parser.add_argument("--parent-external-id", default="", help="WhatsApp: the business account's id (WABA)")
        parser.add_argument("--name", default="", help="how the team calls it; otherwise the platform's name for it")
        parser.add_argument(
            "--credential",
            action="append",
            default=[],
            metavar="NAME=VALUE",
            help="access_token=…, channel_secret=…; may be repeated; @FILE as value reads a file",
        )

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002
        try:
            organization = find_organization(options["organization"])
            connection = Connection(
                platform=options["platform"],
                external_id=options["external_id"],
                parent_external_id=options["parent_external_id"],
                name=options["name"],
                credentials=read_credentials(options["credential"]),
            )
            with organization_scope(organization.id):
                channel = connect(None, organization.id, connection)
                show_change(organization.id, channel.id)
        except HubbubError as error:
            raise CommandError(error.sentence) from None
        self.stdout.write(f"Connected {channel.name or channel.external_id} on {channel.platform}: {channel.id}")


def read_credentials(pairs: Sequence[str]) -> dict[str, str]:
    """`name=value` pairs. Raises InvalidInput, without repeating a value."""
    found: dict[str, str] = {}
    for pair in pairs:
        name, separator, value = pair.partition("=")
        if not separator or not name:
            raise InvalidInput("A credential is written as NAME=VALUE, for instance access_token=….")
        found[name] = _read_file(value[1:]) if value.startswith("@") else value
    return found


def _read_file(path: str) -> str:
    try:
        with open(path, encoding="utf-8") as file:  # noqa: PTH123 - the user's own path, as typed
            return file.read().strip()
    except (OSError, UnicodeDecodeError):
        raise InvalidInput(f"The file {path} cannot be read as text.") from None
