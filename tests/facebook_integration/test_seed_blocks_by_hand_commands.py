"""The documented commands with their documented flags, against the sandbox's Facebook: seed 001."""

from __future__ import annotations

import json
from urllib.parse import urlsplit

import pytest
from django.core.management import CommandError

from facebook_integration.models import FacebookConversationFlow, FacebookPage
from facebook_integration.services.facebook_api import FacebookGraphAPI, FacebookMessengerService
from hubbub.channels.models import Channel
from hubbub.flows.predefined import KINDS
from tests.facebook_integration.documented import OUR_APP, PUBLIC, Documented, manage, rows


def new_page(shop: Documented) -> tuple[str, ...]:
    """Flags of a Page of our own app that is not connected yet."""
    page_id = shop.new_account()
    return (
        *("--page-id", page_id),
        *("--page-access-token", f"token-{page_id}"),
        *("--app-id", OUR_APP),
        *("--app-secret", shop.app_secret),
        *("--verify-token", "your_verify_token"),
    )


def of(shop: Documented) -> tuple[str, str]:
    return ("--page-id", shop.page.page_id)


def test_makemigrations_and_migrate_have_nothing_to_do(database: None) -> None:
    assert "No changes detected in app 'facebook_integration'" in manage("makemigrations", "facebook_integration")
    assert "No migrations to apply" in manage("migrate")


def test_a_page_is_set_up_with_its_profile(shop: Documented) -> None:
    flags = new_page(shop)
    said = shop.run("setup_facebook_page", *flags, "--configure-profile")
    assert "The Messenger profile is set." in said
    page = FacebookPage.objects.get(page_id=flags[1])
    assert (page.page_access_token, page.app_id, page.app_secret, page.verify_token) == (
        f"token-{flags[1]}",
        OUR_APP,
        shop.app_secret,
        "your_verify_token",
    )
    assert (page.status, page.webhook_subscribed) == ("active", True)
    assert [one["path"].split("/")[-2] for one in shop.called("messenger_profile")] == [flags[1]]


def test_a_page_is_set_up_completely(shop: Documented, address: str) -> None:
    flags, public = new_page(shop), f"{PUBLIC}{urlsplit(address).path}"
    said = shop.run("setup_facebook_page", *flags, "--webhook-url", public, "--configure-profile", "--test-connection")
    assert "The app's webhook address is set." in said
    assert f"Connected to the Page Another ({flags[1]})." in said
    page = FacebookPage.objects.get(page_id=flags[1])
    _, subscriptions = FacebookGraphAPI(page).get_app_subscriptions()
    assert [one["callback_url"] for one in subscriptions["data"]] == [public]


def test_a_webhook_is_verified_and_subscribed(shop: Documented, address: str) -> None:
    said = shop.run("test_facebook_webhook", *of(shop), "--verify-webhook", "--subscribe-webhook")
    assert f"{address} passes the handshake." in said
    assert "complete" in said
    (kept,) = rows(shop, Channel, external_id=shop.page.page_id)
    assert kept.is_subscribed


def test_each_check_of_a_webhook_runs_by_itself(shop: Documented, address: str) -> None:
    assert shop.run("test_facebook_webhook", *of(shop), "--verify-webhook") == f"{address} passes the handshake.\n"
    assert "complete" in shop.run("test_facebook_webhook", *of(shop), "--subscribe-webhook")
    flags = ("--test-message", "Hello from Django!", "--recipient-psid", shop.psid)
    assert shop.run("test_facebook_webhook", *of(shop), *flags) == "The message is sent.\n"
    assert shop.texts() == ["Hello from Django!"]
    assert "messages" in shop.run("test_facebook_webhook", *of(shop), "--list-subscriptions")


def test_a_wrong_verify_token_is_told(shop: Documented, address: str) -> None:
    FacebookPage.objects.filter(page_id=shop.page.page_id).update(verify_token="one that the edge does not know yet")
    edge = address.replace("/api/facebook/webhook/", "/webhooks/line")
    with pytest.raises(CommandError, match="Check the verify token"):
        shop.run("test_facebook_webhook", *of(shop), "--verify-webhook", "--webhook-url", edge)


@pytest.mark.parametrize("kind", ["welcome", "lead_generation"])
def test_a_predefined_flow_is_created(shop: Documented, kind: str) -> None:
    assert "created and switched on" in shop.run("create_facebook_flow", *of(shop), "--flow-type", kind)
    flow = FacebookConversationFlow.objects.get(page=shop.page)
    assert (flow.flow_type, flow.is_active, "start" in flow.flow_steps) == (kind, True, True)


def test_the_welcome_flow_answers_get_started(shop: Documented) -> None:
    shop.run("create_facebook_flow", *of(shop), "--flow-type", "welcome")
    shop.taps("GET_STARTED")
    assert shop.texts()


def test_all_predefined_flows_are_created_and_replaced(shop: Documented) -> None:
    assert shop.run("create_facebook_flow", *of(shop), "--flow-type", "all").count("created") == len(KINDS)
    said = shop.run("create_facebook_flow", *of(shop), "--flow-type", "all", "--force")
    assert said.count("replaced by a new version") == len(KINDS)
    assert FacebookConversationFlow.objects.filter(page=shop.page, is_active=True).count() == len(KINDS)


def test_the_monitor_shows_pages_errors_flows_and_users(shop: Documented) -> None:
    shop.run("create_facebook_flow", *of(shop), "--flow-type", "welcome")
    FacebookMessengerService(shop.page).send_text(shop.psid, "How can we help?", wait=20)
    assert shop.page.page_name in shop.run("facebook_monitor")
    assert shop.page.page_id in shop.run("facebook_monitor", *of(shop))
    detailed = shop.run("facebook_monitor", *of(shop), "--show-errors", "--show-flows", "--show-users")
    assert "Welcome" in detailed
    assert len(detailed) > len(shop.run("facebook_monitor", *of(shop)))
    told = json.loads(shop.run("facebook_monitor", "--format", "json"))
    assert [one["page_id"] for one in told["pages"]] == [shop.page.page_id]
