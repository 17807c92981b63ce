"""`manage.py test_facebook_webhook --page-id … --verify-webhook`: does the way in and out of a Page work?"""

from __future__ import annotations

import secrets
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from facebook_integration.commands import PageCommand, page_of
from facebook_integration.management.commands.check_facebook_subscriptions import show
from facebook_integration.services.facebook_api import FacebookGraphAPI, FacebookMessengerService
from hubbub.channels.models import Channel
from hubbub.channels.subscriptions import resubscribe
from hubbub.kit.errors import InvalidInput, NotFound
from hubbub.kit.http import HttpClient, HttpRequest
from hubbub.settings.environment import environment

PATH = "/api/facebook/webhook/"
WAIT_SECONDS = 20.0
OK = 200


class Command(PageCommand):
    """Each flag is one check; they run in the order of their list, and the first that fails ends the command."""

    help = "Test a Page's webhook: the handshake, the subscription, a message."

    def add_arguments(self, parser: Any) -> None:
        super().add_arguments(parser)
        parser.add_argument("--page-id", required=True)
        parser.add_argument("--verify-webhook", action="store_true", help="shake hands with our own webhook address")
        parser.add_argument("--webhook-url", default="", help="another address than BASE_URL's")
        parser.add_argument("--subscribe-webhook", action="store_true", help="subscribe the Page's webhooks anew")
        parser.add_argument("--list-subscriptions", action="store_true", help="what Facebook says is subscribed")
        parser.add_argument("--test-message", metavar="TEXT", help="send this to --recipient-psid")
        parser.add_argument("--recipient-psid")

    def act(self, organization_id: UUID, options: dict[str, Any]) -> None:
        page = page_of(organization_id, options["page_id"])
        wanted = [check for name, check in CHECKS.items() if options[name]]
        if not wanted:
            raise InvalidInput(f"Say what to test: {', '.join('--' + name.replace('_', '-') for name in CHECKS)}.")
        for check in wanted:
            check(self, page, options)


def _shake_hands(command: PageCommand, page: Channel, options: dict[str, Any]) -> None:
    address = options["webhook_url"] or f"{environment().base_url.rstrip('/')}{PATH}"
    token = page.verify_token or environment().facebook_webhook_verify_token.get_secret_value()
    challenge = secrets.token_hex(8)
    query = {"hub.mode": "subscribe", "hub.verify_token": token, "hub.challenge": challenge}
    client = HttpClient(timeout=WAIT_SECONDS, private_origins=[address])
    try:
        answer = client.send(HttpRequest(method="GET", url=f"{address}?{urlencode(query)}"))
    finally:
        client.close()
    if answer.status != OK or answer.body.decode("utf-8", "replace") != challenge:
        raise InvalidInput(f"{address} answered the handshake with {answer.status}. Check the verify token.")
    command.stdout.write(f"{address} passes the handshake.")


def _subscribe(command: PageCommand, page: Channel, options: dict[str, Any]) -> None:  # noqa: ARG001 - one signature
    done = resubscribe(page)
    show(command, [done])
    if done.problem:
        raise InvalidInput(done.problem)


def _list(command: PageCommand, page: Channel, options: dict[str, Any]) -> None:  # noqa: ARG001 - one signature
    success, response = FacebookGraphAPI(page).get_subscribed_apps()
    if not success:
        raise InvalidInput(response["error"]["message"])
    apps = response.get("data") or []
    for app in apps:
        fields = ", ".join(app.get("subscribed_fields") or [])
        command.stdout.write(f"{app.get('name') or 'App'} ({app.get('id')}): {fields or 'no fields'}")
    if not apps:
        raise NotFound("No app is subscribed to this Page: run with --subscribe-webhook.")


def _send(command: PageCommand, page: Channel, options: dict[str, Any]) -> None:
    if not options["recipient_psid"]:
        raise InvalidInput("--test-message needs --recipient-psid: whom to send it to.")
    service = FacebookMessengerService(page)
    message = service.send_text(options["recipient_psid"], options["test_message"], wait=WAIT_SECONDS)
    if message.error:
        raise InvalidInput(str(message.error.get("sentence")))
    command.stdout.write(f"The message is {message.status}.")


CHECKS = {
    "verify_webhook": _shake_hands,
    "subscribe_webhook": _subscribe,
    "list_subscriptions": _list,
    "test_message": _send,
}
