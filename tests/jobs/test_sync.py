"""The platform is asked about our own accounts: who they are, what is subscribed, which templates exist."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from hubbub.channels import tasks
from hubbub.channels.access import access_to
from hubbub.channels.app_subscriptions import check_apps, resubscribe_apps
from hubbub.channels.models import Channel, Template
from hubbub.connectors.messenger.connector import MessengerConnector
from hubbub.organizations.scope import organization_scope
from hubbub.settings.environment import environment
from sandbox.state import Subscription
from tests.support.outbound import APP, Line, Platforms, connect
from tests.support.roles import acting_as

pytestmark = pytest.mark.usefixtures("database")


KINDS = ("page", "instagram", "whatsapp_business_account")


def ids(line: Line) -> dict[str, str]:
    return {"organization_id": str(line.tenant.id), "channel_id": str(line.channel.id)}


@pytest.mark.parametrize("platform", ["facebook", "instagram", "whatsapp", "line"])
def test_an_account_that_works_is_verified(platforms: Platforms, platform: str) -> None:
    line = connect(platforms, platform)
    with acting_as("jobs"):
        tasks.sync_channel.func(**ids(line))
    channel = line.refreshed()
    assert (channel.sync_status, channel.is_verified, channel.last_error_message) == ("idle", True, "")
    assert channel.last_sync_at is not None


def test_a_subscription_that_is_missing_is_made_again(platforms: Platforms) -> None:
    line = connect(platforms, "facebook")
    path = f"/accounts/facebook/{line.channel.external_id}"
    platforms.put(path, {"subscribed_fields": []})
    with acting_as("jobs"):
        tasks.sync_channel.func(**ids(line))
    channel = line.refreshed()
    assert channel.is_subscribed
    assert "messages" in channel.subscribed_fields
    assert platforms.post(
        "/say", {"platform": "facebook", "account": channel.external_id, "from": "Ann", "text": "hi"}
    )["acked"]


def test_a_token_that_was_revoked_stands_on_the_channel_as_a_sentence(platforms: Platforms) -> None:
    line = connect(platforms, "facebook")
    platforms.put(f"/tokens/token-{line.channel.external_id}", {"subcode": 460})
    with acting_as("jobs"):
        tasks.sync_channel.func(**ids(line))
    channel = line.refreshed()
    assert (channel.sync_status, channel.error_count) == ("error", 1)
    assert channel.last_error_message.endswith(".")
    assert "token-" not in channel.last_error_message


def sync(line: Line) -> Channel:
    with acting_as("jobs"):
        tasks.sync_channel.func(**ids(line))
    return line.refreshed()


def test_instagram_behind_a_page_leaves_messenger_all_of_its_webhooks(platforms: Platforms) -> None:
    line = connect(platforms, "instagram")
    path = f"/accounts/facebook/{line.channel.parent_external_id}"
    core, extras = MessengerConnector().default_fields(access_to(line.channel))
    platforms.put(path, {"subscribed_fields": ["feed", *extras, "mention"]})
    channel = sync(line)
    assert channel.is_subscribed
    assert set(channel.subscribed_fields) == {*core, *extras, "mention"}


@pytest.fixture
def app(platforms: Platforms) -> Iterator[Platforms]:
    """The hub stands at BASE_URL, and knows what the product says in the handshake."""
    before, settings = platforms.hub.verify_token, environment()
    platforms.put("/settings", {"origins": {settings.base_url: platforms.hub.url}})
    platforms.hub.verify_token = settings.facebook_webhook_verify_token.get_secret_value()
    yield platforms
    platforms.hub.verify_token = before
    platforms.put("/settings", {"origins": {}})
    platforms.put(f"/apps/{APP}", {"subscriptions": {kind: {} for kind in KINDS}})


def with_app(line: Line) -> Line:
    """The channel's credentials name the app, which is subscribed to nothing now."""
    line.platforms.put(f"/apps/{APP}", {"subscriptions": {}})
    with organization_scope(line.tenant.id):
        line.channel.credentials = {**line.channel.credentials, "app_id": APP}
        line.channel.save()
    return line


def subscriptions_of(platforms: Platforms) -> dict[str, Subscription]:
    return platforms.running.world.state.apps[APP].subscriptions


def app_calls(platforms: Platforms) -> list[dict[str, Any]]:
    return [one for one in platforms.calls(APP) if one["method"] == "POST" and one["path"].endswith("/subscriptions")]


@pytest.mark.parametrize(("platform", "kind"), [("facebook", "page"), ("instagram", "instagram")])
def test_the_apps_own_subscription_is_made_again(app: Platforms, platform: str, kind: str) -> None:
    line = with_app(connect(app, platform))
    channel = sync(line)
    assert (channel.is_subscribed, channel.last_error_message) == (True, "")
    assert {name: one.include_values for name, one in subscriptions_of(app).items()} == {kind: True}
    (found,) = check_apps([line.refreshed()])
    assert (found.external_id, found.missing, found.missing_extras) == (APP, (), ())


def test_webhooks_that_go_to_another_system_are_named_and_left_there(app: Platforms) -> None:
    line = with_app(connect(app, "facebook"))
    elsewhere = {"page": {"callback_url": "https://other.example/hook", "fields": ["messages"]}}
    app.put(f"/apps/{APP}", {"subscriptions": elsewhere})
    channel = sync(line)
    assert not channel.is_subscribed
    assert "go to https://other.example/hook" in channel.last_error_message
    assert not app_calls(app)
    (found,) = resubscribe_apps([line.refreshed()])
    assert found.is_whole
    assert sync(line).is_subscribed


def test_an_app_whose_handshake_fails_is_not_called_subscribed(app: Platforms) -> None:
    line = with_app(connect(app, "facebook"))
    app.hub.verify_token = "another"
    channel = sync(line)
    assert (channel.is_subscribed, channel.sync_status) == (False, "idle")
    assert channel.last_error_message


def test_what_an_account_may_still_send_is_kept(platforms: Platforms) -> None:
    line = connect(platforms, "line")
    path = f"/accounts/line/{line.channel.external_id}"
    platforms.put(path, {"quota": 200, "used": 15})
    with organization_scope(line.tenant.id):
        Channel.objects.filter(id=line.channel.id).update(quota_usage={"percent": 7})
    assert sync(line).quota_usage == {"percent": 7, "used": 15, "limit": 200}
    platforms.put(path, {"quota": None})
    assert sync(line).quota_usage == {"percent": 7, "used": 15, "limit": None}
    number = sync(connect(platforms, "whatsapp"))
    assert {"messaging_limit", "quality_rating"} <= set(number.quota_usage)


def test_templates_follow_the_platforms_list(platforms: Platforms) -> None:
    line = connect(platforms, "whatsapp")
    path = f"/accounts/whatsapp/{line.channel.external_id}"
    body = {"type": "BODY", "text": "Your order is ready."}

    def listed(*names: str) -> list[str]:
        templates = [
            {"name": name, "language": "en", "category": "UTILITY", "components": [body], "status": "APPROVED"}
            for name in names
        ]
        platforms.put(path, {"templates": templates})
        with acting_as("jobs"):
            tasks.sync_templates.func(**ids(line))
        with organization_scope(line.tenant.id):
            return sorted(Template.objects.filter(channel=line.channel).values_list("name", flat=True))

    with organization_scope(line.tenant.id):
        Template.objects.create(
            organization=line.tenant.organization, channel=line.channel, external_id="1", name="old", language="en"
        )
    assert listed("ready") == ["ready"]
    assert listed("late") == ["late", "ready"]
    with organization_scope(line.tenant.id):
        template = Template.objects.get(channel=line.channel, name="ready")
    assert (template.language, template.category, template.status) == ("en", "UTILITY", "APPROVED")
