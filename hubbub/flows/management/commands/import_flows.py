"""`manage.py import_flows flows.json --dry-run`: makes and changes flows as a file says."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from hubbub.flows.actions import FaultyFlow
from hubbub.flows.exchange import Change, import_flows
from hubbub.flows.files import read_json
from hubbub.kit.errors import HubbubError
from hubbub.organizations.queries import find_organization
from hubbub.organizations.scope import organization_scope


class Command(BaseCommand):
    """All flows of the file or none. Flows that it does not name stay as they are."""

    help = "Make and change flows as a file says; every fault is listed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="as export_flows writes it, or one flow alone")
        parser.add_argument("--organization", help="its slug; may be left out while there is only one")
        parser.add_argument("--dry-run", action="store_true", help="say what would change, and change nothing")

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002
        try:
            document = read_json(options["file"])
            organization = find_organization(options["organization"])
            with organization_scope(organization.id):
                changes = import_flows(None, organization.id, document, is_dry_run=options["dry_run"])
        except FaultyFlow as faulty:
            raise CommandError(faulty.listed()) from None
        except HubbubError as error:
            raise CommandError(error.sentence) from None
        for change in changes:
            self.stdout.write(_line(change))


def _line(change: Change) -> str:
    fields = f" ({', '.join(change.fields)})" if change.fields else ""
    return f"{change.what:9}  {change.key}{fields}"
