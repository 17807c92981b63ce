"""What a channel's token may do, asked of the platform."""

from __future__ import annotations

import pytest

from hubbub.organizations.scope import organization_scope
from tests.support.factories import make_channel, make_tenant
from tests.support.outbound import APP, Line, Platforms
from tests.support.outbound import connect as connect_without_app
from tests.support.web import api_for


def connect(platforms: Platforms, platform: str) -> Line:
    """With the id of its app, whose token may ask."""
    made = connect_without_app(platforms, platform)
    with organization_scope(made.tenant.id):
        made.channel.credentials = {**made.channel.credentials, "app_id": APP}
        made.channel.save(update_fields=["credentials"])
    return made


@pytest.mark.parametrize("platform", ["facebook", "instagram", "whatsapp"])
def test_a_token_with_everything_misses_nothing(platforms: Platforms, platform: str) -> None:
    made = connect(platforms, platform)
    found = api_for(made.tenant).get(f"/channels/{made.channel.id}/permissions").body
    assert (found["problem"], found["missing"]) == ("", [])
    assert found["needed"]
    assert set(found["needed"]) <= set(found["granted"])


def test_what_was_taken_away_is_named(platforms: Platforms) -> None:
    page = connect(platforms, "facebook")
    scopes = ["pages_show_list", "pages_messaging"]
    platforms.put(f"/tokens/token-{page.channel.external_id}", {"scopes": scopes})
    found = api_for(page.tenant).get(f"/channels/{page.channel.id}/permissions").body
    assert found["granted"] == sorted(scopes)
    assert found["missing"] == ["pages_manage_metadata", "pages_read_engagement"]


def test_line_knows_no_permissions(platforms: Platforms) -> None:
    bot = connect(platforms, "line")
    found = api_for(bot.tenant).get(f"/channels/{bot.channel.id}/permissions").body
    assert found == {"needed": [], "granted": [], "missing": [], "problem": ""}


def test_a_token_that_cannot_be_asked_about_is_a_problem_in_a_sentence(platforms: Platforms) -> None:
    tenant = make_tenant()
    channel = make_channel(tenant, "facebook", credentials={"access_token": "dead", "app_id": "1", "app_secret": "x"})
    found = api_for(tenant).get(f"/channels/{channel.id}/permissions").body
    assert found["granted"] is None
    assert found["problem"]
