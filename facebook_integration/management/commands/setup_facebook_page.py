"""`manage.py setup_facebook_page --page-id … --page-access-token …`: connect a Page, as documented."""

from __future__ import annotations

import time
from typing import Any
from uuid import UUID

from facebook_integration.commands import PageCommand, page_of
from facebook_integration.services.answers import Answer
from facebook_integration.services.facebook_api import FacebookGraphAPI, FacebookMessengerService
from hubbub.channels.actions import Connection, connect
from hubbub.channels.models import Channel
from hubbub.kit.errors import InvalidInput
from hubbub.organizations.scope import organization_scope
from hubbub.settings.environment import environment

PROFILE = {
    "get_started_payload": "GET_STARTED",
    "greeting_text": "Hi {{user_first_name}}! How can we help you today?",
    "persistent_menu": [
        {"type": "postback", "title": "Get Started", "payload": "GET_STARTED"},
        {"type": "postback", "title": "Talk to a person", "payload": "CONTACT_SUPPORT"},
    ],
}
CREDENTIALS = {"page_access_token": "access_token", "app_id": "app_id", "app_secret": "app_secret"}


NOT_VERIFIED = 2200
"""Meta's code for an address that did not pass the handshake."""
ASKED_AGAIN = 8
PAUSE_SECONDS = 0.5


class Command(PageCommand):
    """Facebook is asked whether the token works before anything is stored; the same Page again renews its token."""

    help = "Connect a Facebook Page, subscribe its webhooks and, if wanted, set its Messenger profile."

    def add_arguments(self, parser: Any) -> None:
        super().add_arguments(parser)
        parser.add_argument("--page-id", required=True)
        parser.add_argument("--page-access-token", required=True)
        parser.add_argument("--app-id", default="")
        parser.add_argument("--app-secret", default="")
        parser.add_argument("--verify-token", default="")
        parser.add_argument("--page-name", default="", help="how the team calls it; otherwise Facebook's name for it")
        parser.add_argument("--webhook-url", default="", help="register this address for the whole app, too")
        parser.add_argument("--configure-profile", action="store_true", help="set get started, greeting and menu")
        parser.add_argument("--test-connection", action="store_true", help="ask Facebook once more when all is done")

    def act(self, organization_id: UUID, options: dict[str, Any]) -> None:
        given = {name: options[option] for option, name in CREDENTIALS.items() if options[option]}
        connection = Connection(
            platform="facebook", external_id=options["page_id"], name=options["page_name"], credentials=given
        )
        with organization_scope(organization_id):
            channel = connect(None, organization_id, connection)
            if options["verify_token"]:
                channel.verify_token = options["verify_token"]
                channel.save(update_fields=["verify_token"])
        self.stdout.write(f"Connected {channel.name or channel.external_id} ({channel.external_id}).")
        self._finish(organization_id, options)

    def _finish(self, organization_id: UUID, options: dict[str, Any]) -> None:
        page = page_of(organization_id, options["page_id"])
        if options["webhook_url"]:
            self._tell("The app's webhook address", _register(page, options["webhook_url"], options["verify_token"]))
        if options["configure_profile"]:
            self._tell("The Messenger profile", FacebookMessengerService(page).configure_page_settings(PROFILE))
        if options["test_connection"]:
            works, sentence = FacebookMessengerService(page).test_connection()
            if not works:
                raise InvalidInput(sentence)
            self.stdout.write(sentence)

    def _tell(self, what: str, answer: tuple[bool, dict[str, Any]]) -> None:
        success, response = answer
        if not success:
            raise InvalidInput(f"{what} was not set: {response['error']['message']}")
        self.stdout.write(f"{what} is set.")


def _register(page: Channel, address: str, verify_token: str) -> Answer:
    """Facebook asks the address at once, and what receives there learns of a new verify token only within a second."""
    api = FacebookGraphAPI(page)
    token = verify_token or environment().facebook_webhook_verify_token.get_secret_value()
    answer = api.subscribe_app(address, token)
    for _ in range(ASKED_AGAIN):
        if answer[0] or answer[1]["error"]["code"] != NOT_VERIFIED:
            break
        time.sleep(PAUSE_SECONDS)
        answer = api.subscribe_app(address, token)
    return answer
