"""The platform is asked about our own accounts: who they are, what is subscribed, which templates exist."""

from __future__ import annotations

import pytest

from hubbub.channels import tasks
from hubbub.channels.models import Template
from hubbub.organizations.scope import organization_scope
from tests.support.outbound import Line, Platforms, connect
from tests.support.roles import acting_as

pytestmark = pytest.mark.usefixtures("database")


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
