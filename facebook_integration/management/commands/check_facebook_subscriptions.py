"""`manage.py check_facebook_subscriptions`: which Pages send us everything, and what the others leave out."""

from __future__ import annotations

import sys
from typing import Any
from uuid import UUID

from facebook_integration.commands import PageCommand, pages_of
from hubbub.channels.subscriptions import Subscription, check_subscription

HEAD = ("Page id", "Page", "State", "Fields", "Missing")


class Command(PageCommand):
    """Exit status 1 when any Page leaves something out, or cannot be asked."""

    help = "Show every Page's webhook subscription as Facebook tells it, and what is missing."

    def add_arguments(self, parser: Any) -> None:
        super().add_arguments(parser)
        parser.add_argument("--page-id", help="this Page only")

    def act(self, organization_id: UUID, options: dict[str, Any]) -> None:
        checked = [check_subscription(page) for page in pages_of(organization_id, options["page_id"])]
        show(self, checked)
        if not all(one.is_whole for one in checked):
            sys.exit(1)


def show(command: PageCommand, checked: list[Subscription]) -> None:
    """The table, and a sentence under it."""
    command.table(HEAD, [_row(one) for one in checked])
    lacking = [one.name or one.external_id for one in checked if not one.is_whole]
    total = f"{len(checked) - len(lacking)} of {len(checked)} Pages send everything."
    command.stdout.write(f"{total} Look at: {', '.join(lacking)}." if lacking else total)


def _row(one: Subscription) -> tuple[str, ...]:
    state = "unknown" if one.problem else "complete" if one.is_whole else "incomplete" if one.fields else "none"
    return one.external_id, one.name, state, str(len(one.fields)), one.problem or ", ".join(one.missing)
