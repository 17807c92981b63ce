"""`manage.py check_facebook_subscriptions`: which Pages send us everything, and what the others leave out."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

from facebook_integration.commands import PageCommand, pages_of, with_instagram
from hubbub.channels.app_subscriptions import check_apps
from hubbub.channels.subscriptions import Subscription, check_subscription

AT_ONCE = 8
"""Calls under way: checking reads no database, and hundreds of Pages one by one would take minutes."""
HEAD = ("Page id", "Page", "State", "Fields", "Missing")


class Command(PageCommand):
    """Exit status 1 when any Page leaves something out, or cannot be asked."""

    help = "Show every Page's webhook subscription as Facebook tells it, and what is missing."

    def add_arguments(self, parser: Any) -> None:
        super().add_arguments(parser)
        parser.add_argument("--page-id", help="this Page only")

    def act(self, organization_id: UUID, options: dict[str, Any]) -> None:
        pages = pages_of(organization_id, options["page_id"])
        with ThreadPoolExecutor(AT_ONCE) as pool:
            checked = list(pool.map(check_subscription, pages))
        finish(self, checked, check_apps(with_instagram(organization_id, pages)))


def finish(command: PageCommand, checked: Sequence[Subscription], apps: Sequence[Subscription]) -> None:
    """Show what was found; end with exit status 1 when anything is not whole."""
    show(command, checked, apps)
    if not all(one.is_whole for one in (*checked, *apps)):
        sys.exit(1)


def show(command: PageCommand, checked: Sequence[Subscription], apps: Sequence[Subscription] = ()) -> None:
    """The table, the app's own subscriptions last, and a sentence under it."""
    command.table(HEAD, [_row(one) for one in (*checked, *apps)])
    lacking = [one.name or one.external_id for one in (*checked, *apps) if not one.is_whole]
    total = f"{sum(one.is_whole for one in checked)} of {len(checked)} Pages send everything."
    command.stdout.write(f"{total} Look at: {', '.join(lacking)}." if lacking else total)


def _row(one: Subscription) -> tuple[str, ...]:
    state = "unknown" if one.problem else "complete" if one.is_whole else "incomplete" if one.fields else "none"
    return one.external_id, one.name, state, str(len(one.fields)), one.problem or ", ".join(one.missing)
