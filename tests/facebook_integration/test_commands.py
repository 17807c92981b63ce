"""The documented commands, against the sandbox's Facebook."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO
from typing import TYPE_CHECKING, Any

import pytest
from django.core.management import CommandError, call_command

from hubbub.organizations.scope import organization_scope

if TYPE_CHECKING:
    from tests.support.outbound import Line, Platforms

pytestmark = pytest.mark.usefixtures("database")


def run(line: Line, name: str, *flags: str, **options: Any) -> str:
    """What the command prints."""
    out = StringIO()
    slug = line.tenant.organization.slug
    call_command(name, *flags, organization=slug, stdout=out, stderr=StringIO(), **options)
    return out.getvalue()


def test_pages_are_checked_and_subscribed_one_by_one(line: Line) -> None:
    from facebook_integration.services.facebook_api import FacebookGraphAPI

    assert FacebookGraphAPI(line.channel).unsubscribe_page()[0]
    with pytest.raises(SystemExit):
        run(line, "check_facebook_subscriptions")
    done = run(line, "resubscribe_facebook_pages")
    assert "1 of 1 Pages send everything." in done
    assert "complete" in run(line, "check_facebook_subscriptions")
    with organization_scope(line.tenant.id):
        assert "messages" in line.refreshed().subscribed_fields


def test_a_page_whose_token_died_is_named(line: Line, platforms: Platforms) -> None:
    run(line, "resubscribe_facebook_pages")
    platforms.fault("error:190", path_contains="subscribed_apps")
    out = StringIO()
    with pytest.raises(SystemExit):
        call_command("check_facebook_subscriptions", organization=line.tenant.organization.slug, stdout=out)
    assert "Look at:" in out.getvalue()


def test_a_page_gets_its_predefined_flows_once(line: Line) -> None:
    flags = ("--page-id", line.channel.external_id, "--flow-type", "all")
    assert run(line, "create_facebook_flow", *flags).count("created") == 5
    assert run(line, "create_facebook_flow", *flags).count("--force") == 5
    assert run(line, "create_facebook_flow", *flags, "--force").count("new version") == 5


def test_a_test_message_goes_out(line: Line) -> None:
    flags = ("--page-id", line.channel.external_id, "--test-message", "Hello from Django!")
    said = run(line, "test_facebook_webhook", *flags, "--recipient-psid", line.customer_id)
    assert said == "The message is sent.\n"
    assert line.texts() == ["Hello from Django!"]
    with pytest.raises(CommandError, match="--recipient-psid"):
        run(line, "test_facebook_webhook", *flags)


def test_the_subscription_is_set_and_listed(line: Line) -> None:
    page = ("--page-id", line.channel.external_id)
    assert "complete" in run(line, "test_facebook_webhook", *page, "--subscribe-webhook")
    assert "messages" in run(line, "test_facebook_webhook", *page, "--list-subscriptions")


def test_an_unknown_page_is_a_sentence(line: Line) -> None:
    with pytest.raises(CommandError, match="The Page 404 is not connected here"):
        run(line, "create_facebook_flow", "--page-id", "404", "--flow-type", "faq")


def test_old_events_are_counted_then_deleted(line: Line) -> None:
    from hubbub.inbound.models import Event
    from hubbub.kit import clock

    with organization_scope(line.tenant.id):
        count = Event.objects.filter(platform="facebook").count()
    assert count
    assert run(line, "cleanup_facebook_events", "--older-than", "1") == "0 events deleted.\n"
    with clock.frozen(clock.now() + timedelta(days=3)):
        dry = run(line, "cleanup_facebook_events", "--older-than", "1", "--dry-run")
        assert dry == f"{count} events would be deleted.\n"
        assert run(line, "cleanup_facebook_events", "--older-than", "1") == f"{count} events deleted.\n"
    with organization_scope(line.tenant.id):
        assert not Event.objects.filter(platform="facebook").exists()
