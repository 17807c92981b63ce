"""`manage.py sandbox_say --channel line --from "Mali" "hello"`: plays a customer of the sandbox."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from hubbub.channels.queries import find_channel
from hubbub.channels.sandbox import control
from hubbub.kit.errors import HubbubError
from hubbub.organizations.queries import find_organization
from hubbub.organizations.scope import organization_scope


class Command(BaseCommand):
    """The message goes the whole way: a signed webhook to the edge."""

    help = "Play a customer: the sandbox sends a signed webhook with this text."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("text", help="what the customer says")
        parser.add_argument("--organization", help="its slug; may be left out while there is only one")
        parser.add_argument("--channel", required=True, help="our id, the platform's account id, or the platform")
        parser.add_argument(
            "--from", dest="person", default="Mali", help="the customer's name, or an id of the platform"
        )

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002
        try:
            organization = find_organization(options["organization"])
            with organization_scope(organization.id):
                channel = find_channel(organization.id, options["channel"])
            told = control(
                "POST",
                "/say",
                {
                    "platform": channel.platform,
                    "account": channel.external_id,
                    "from": options["person"],
                    "text": options["text"],
                },
            )
        except HubbubError as error:
            raise CommandError(error.sentence) from None
        answer = told if isinstance(told, dict) else {}
        if not answer.get("acked"):
            raise CommandError(f"The webhook was not accepted: {answer.get('reason') or answer.get('status')}.")
        self.stdout.write(f"{options['person']} said it on {channel.name} ({answer.get('message_id')}).")
