"""`manage.py export_flows > flows.json`: the flows of an organisation as a file."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from hubbub.flows.exchange import export_flows
from hubbub.kit.errors import HubbubError
from hubbub.organizations.queries import find_organization
from hubbub.organizations.scope import organization_scope


class Command(BaseCommand):
    """The same flows always give the same file, so that it can be compared and kept beside code."""

    help = "Write flows as JSON, to a file or to the terminal."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--organization", help="its slug; may be left out while there is only one")
        parser.add_argument("--flow", action="append", metavar="KEY", help="this flow only; may be given again")
        parser.add_argument("--output", type=Path, help="where to write; the terminal when left out")

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002
        try:
            organization = find_organization(options["organization"])
            with organization_scope(organization.id):
                text = export_flows(organization.id, options["flow"])
        except HubbubError as error:
            raise CommandError(error.sentence) from None
        if options["output"] is None:
            self.stdout.write(text, ending="")
        else:
            options["output"].write_text(text, encoding="utf-8")
