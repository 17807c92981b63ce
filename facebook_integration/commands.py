"""What the documented commands share: whose Pages they are about, and how they say what went wrong."""

from __future__ import annotations

from abc import abstractmethod
from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from facebook_integration.mapping.scope import for_organization
from hubbub.channels.models import Channel, ChannelStatus
from hubbub.kit.errors import HubbubError, NotFound
from hubbub.organizations.scope import organization_scope


class PageCommand(BaseCommand):
    """A command that acts for one organisation; its errors are sentences."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--organization", help="its slug; may be left out while there is only one, or with HUBBUB_ORGANIZATION"
        )

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002
        with self.sentences(), for_organization(options["organization"]) as organization_id:
            self.act(organization_id, options)

    @abstractmethod
    def act(self, organization_id: UUID, options: dict[str, Any]) -> None:
        """What the command does."""

    @contextmanager
    def sentences(self) -> Iterator[None]:
        """Our own errors end the command with their sentence."""
        try:
            yield
        except HubbubError as error:
            raise CommandError(error.sentence) from None

    def table(self, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Columns as wide as they must be."""
        widths = [max(len(row[n]) for row in [head, *rows]) for n in range(len(head))]
        for row in [head, ["-" * width for width in widths], *rows]:
            self.stdout.write("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def pages_of(organization_id: UUID, page_id: str | None = None) -> list[Channel]:
    """The organisation's connected Pages, by name; one of them when `page_id` is given. Raises NotFound."""
    with organization_scope(organization_id):
        found = Channel.objects.filter(organization_id=organization_id, platform="facebook")
        found = found.exclude(status=ChannelStatus.DISCONNECTED).order_by("name", "external_id")
        pages = list(found.filter(external_id=page_id) if page_id else found)
    if page_id and not pages:
        raise NotFound(f"The Page {page_id} is not connected here. Connect it with setup_facebook_page.")
    return pages


def with_instagram(organization_id: UUID, pages: Sequence[Channel]) -> list[Channel]:
    """The Pages, and the Instagram accounts behind them: both come by the subscription of one app."""
    with organization_scope(organization_id):
        found = Channel.objects.filter(organization_id=organization_id, platform="instagram")
        behind = found.filter(parent_external_id__in=[page.external_id for page in pages])
        return [*pages, *behind.exclude(status=ChannelStatus.DISCONNECTED).order_by("name", "external_id")]


def page_of(organization_id: UUID, page_id: str) -> Channel:
    """One Page. Raises NotFound."""
    return pages_of(organization_id, page_id)[0]
