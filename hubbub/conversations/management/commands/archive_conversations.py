"""`manage.py archive_conversations --older-than 365`: move old conversations to the archive, or put some back."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from hubbub.conversations.archiving import media, moving, restoring
from hubbub.kit import clock
from hubbub.kit.errors import HubbubError, InvalidInput
from hubbub.organizations.queries import find_organization
from hubbub.organizations.scope import organization_scope

EVERYTHING = "all"


class Command(BaseCommand):
    """Fifty conversations a transaction, files after their rows: whatever ends it, the next run goes on."""

    help = "Move closed and archived conversations, with their files, to the archive's tables and store; or restore."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--organization", help="its slug; may be left out while there is only one")
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument("--older-than", type=int, metavar="DAYS", help="nothing has happened there for so long")
        what.add_argument("--restore", nargs="+", metavar="ID", help="put back these conversations, or all")
        parser.add_argument("--dry-run", action="store_true", help="only say how many there are")

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002
        try:
            organization = find_organization(options["organization"])
            if options["restore"]:
                self._restore(organization.id, options["restore"], is_dry=options["dry_run"])
            else:
                self._archive(organization.id, options["older_than"], is_dry=options["dry_run"])
        except HubbubError as error:
            raise CommandError(error.sentence) from None

    def _archive(self, organization_id: UUID, days: int, *, is_dry: bool) -> None:
        if days < 1:
            raise InvalidInput("--older-than is a number of days, at least 1.")
        before = clock.now() - timedelta(days=days)
        total = moving.count_old(organization_id, before)
        if is_dry:
            self.stdout.write(
                f"{total.conversations:,} conversations with {total.messages:,} messages would be archived."
            )
            return
        done = 0
        for moved in moving.archive_old(organization_id, before):
            done += moved
            self.stderr.write(f"{done:,} of {total.conversations:,} conversations")
        self._settle(organization_id)
        self.stdout.write(f"{done:,} conversations archived.")

    def _restore(self, organization_id: UUID, wanted: list[str], *, is_dry: bool) -> None:
        ids = self._ids(organization_id, wanted)
        if is_dry:
            self.stdout.write(f"{len(ids):,} conversations would be restored.")
            return
        done = 0
        for start in range(0, len(ids), moving.AT_ONCE):
            with organization_scope(organization_id):
                done += len(restoring.restore(organization_id, ids[start : start + moving.AT_ONCE]))
            self.stderr.write(f"{done:,} of {len(ids):,} conversations")
        self._settle(organization_id)
        self.stdout.write(f"{done:,} conversations restored.")

    def _ids(self, organization_id: UUID, wanted: list[str]) -> list[UUID]:
        with organization_scope(organization_id):
            known = restoring.archived_ids(organization_id)
        if wanted == [EVERYTHING]:
            return known
        missing = sorted(set(wanted) - {str(one) for one in known})
        if missing:
            raise InvalidInput(f"Not in the archive: {', '.join(missing)}.")
        return [one for one in known if str(one) in wanted]

    def _settle(self, organization_id: UUID) -> None:
        done = 0
        for looked_at in media.settle(organization_id):
            done += looked_at
            self.stderr.write(f"{done:,} files")
