"""`manage.py create_facebook_flow --page-id … --flow-type welcome`: give a Page a flow that is useful as it comes."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from facebook_integration.commands import PageCommand, page_of
from hubbub.flows.predefined import KINDS, install
from hubbub.organizations.scope import organization_scope

SAID = {
    "created": "created and switched on",
    "replaced": "replaced by a new version",
    "kept": "is there already and stays as it is; --force puts a new version in its place",
}


class Command(PageCommand):
    """A flow that is there is kept, unless it is forced; runs that have begun finish on their version."""

    help = "Create predefined conversation flows for a Page."

    def add_arguments(self, parser: Any) -> None:
        super().add_arguments(parser)
        parser.add_argument("--page-id", required=True)
        parser.add_argument("--flow-type", required=True, choices=[*KINDS, "all"])
        parser.add_argument("--force", action="store_true", help="replace flows that are there")

    def act(self, organization_id: UUID, options: dict[str, Any]) -> None:
        page = page_of(organization_id, options["page_id"])
        kinds = KINDS if options["flow_type"] == "all" else (options["flow_type"],)
        for kind in kinds:
            with organization_scope(organization_id):
                done = install(None, organization_id, kind, channel_id=page.id, is_forced=options["force"])
            self.stdout.write(f"{done.flow.name}: {SAID[done.what]}.")
