"""`manage.py resubscribe_facebook_pages`: subscribe the app and every Page at its own address again, and read back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from facebook_integration.commands import PageCommand, pages_of, with_instagram
from facebook_integration.management.commands.check_facebook_subscriptions import finish
from hubbub.channels.app_subscriptions import resubscribe_apps
from hubbub.channels.subscriptions import resubscribe


class Command(PageCommand):
    """After a token was renewed, or when Pages have fallen silent. Exit status 1 when any is not complete then."""

    help = "Subscribe the webhooks of all Pages anew, one by one."

    def add_arguments(self, parser: Any) -> None:
        super().add_arguments(parser)
        parser.add_argument("--page-id", help="this Page only")

    def act(self, organization_id: UUID, options: dict[str, Any]) -> None:
        pages = pages_of(organization_id, options["page_id"])
        apps = resubscribe_apps(with_instagram(organization_id, pages))
        done = []
        for number, page in enumerate(pages, 1):
            self.stderr.write(f"{number}/{len(pages)} {page.name or page.external_id}")
            done.append(resubscribe(page))
        finish(self, done, apps)
