"""`manage.py cleanup_facebook_events --older-than 30`: forget Messenger's events before their time."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from facebook_integration.commands import PageCommand
from hubbub.inbound.models import Event
from hubbub.kit import clock
from hubbub.kit.errors import InvalidInput
from hubbub.organizations.scope import organization_scope

AT_ONCE = 5000
PLATFORM = "facebook"


class Command(PageCommand):
    """Messages stay; what goes is the record of how they came, with the platform's raw words."""

    help = "Delete the record of Messenger's webhook events that are older than so many days."

    def add_arguments(self, parser: Any) -> None:
        super().add_arguments(parser)
        parser.add_argument("--older-than", type=int, required=True, metavar="DAYS")
        parser.add_argument("--dry-run", action="store_true", help="only say how many there are")

    def act(self, organization_id: UUID, options: dict[str, Any]) -> None:
        if options["older_than"] < 1:
            raise InvalidInput("--older-than is a number of days, at least 1.")
        before = clock.now() - timedelta(days=options["older_than"])
        with organization_scope(organization_id):
            total = _old(organization_id, before).count()
        if options["dry_run"]:
            self.stdout.write(f"{total:,} events would be deleted.")
            return
        deleted = 0
        while portion := self._portion(organization_id, before):
            deleted += portion
            self.stderr.write(f"{deleted:,} of {total:,}")
        self.stdout.write(f"{deleted:,} events deleted.")

    def _portion(self, organization_id: UUID, before: Any) -> int:
        with organization_scope(organization_id):
            ids = list(_old(organization_id, before).order_by("received_at").values_list("id", flat=True)[:AT_ONCE])
            return Event.objects.filter(organization_id=organization_id, id__in=ids, received_at__lt=before).delete()[0]


def _old(organization_id: UUID, before: Any) -> QuerySet[Event]:
    return Event.objects.filter(organization_id=organization_id, platform=PLATFORM, received_at__lt=before)
