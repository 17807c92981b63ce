"""Seed 002 by its meaning: every Page is subscribed by itself, heard by itself, and answered with its own token.

Its code is of another program, in TypeScript, Prisma and Ruby. Each test says what stands for a block here.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from io import StringIO
from typing import Any
from unittest.mock import ANY

import pytest
from django.core.management import call_command
from django.db import IntegrityError

from facebook_integration.mapping.scope import for_organization
from facebook_integration.models import FacebookIntegration, FacebookMessage, FacebookPage, FacebookWebhookEvent
from facebook_integration.services.facebook_api import FacebookGraphAPI, FacebookMessengerService
from hubbub.channels.models import Channel
from hubbub.kit.errors import Conflict
from hubbub.organizations.database import run
from hubbub.organizations.models import Role
from hubbub.organizations.scope import organization_scope
from tests.facebook_integration.documented import OUR_APP, Documented, rows
from tests.support.factories import make_tenant
from tests.support.inbound import apply_all, deliver
from tests.support.outbound import send_all
from tests.support.people import make_member

FIELDS = ("messages", "messaging_postbacks", "message_deliveries", "message_reads")


def connect_two(shop: Documented) -> list[Any]:
    """Two Pages, connected one after the other."""
    user = make_member(shop.line.tenant, Role.OWNER)
    found = []
    for name in ("Dian Aul", "Rakage"):
        page_id = shop.new_account(name=name)
        FacebookIntegration.objects.create(
            user=user, platform_id=page_id, access_token=f"token-{page_id}", page_name=name
        )
        found.append(FacebookPage.objects.get(page_id=page_id))
    return found


def subscribed(shop: Documented) -> list[str]:
    """The nodes at which Pages were subscribed."""
    calls = shop.called("subscribed_apps")
    return [one["path"].split("/")[-2] for one in calls if one["method"] == "POST"]


def fields_of(page: Any) -> list[str]:
    """What the platform says is subscribed."""
    _, response = FacebookGraphAPI(page).get_subscribed_apps()
    return list(response["data"][0]["subscribed_fields"]) if response["data"] else []


def say(shop: Documented, page: Any, text: str) -> str:
    said = shop.line.platforms.post(
        "/say", {"platform": "facebook", "account": page.page_id, "from": "Sari", "text": text}
    )
    return str(said["customer_id"])


def status(*arguments: str) -> tuple[int, str]:
    """Exit status and output of a command."""
    out = StringIO()
    try:
        call_command(*arguments, stdout=out, stderr=StringIO())
    except SystemExit as end:
        return int(str(end.code)), out.getvalue()
    return 0, out.getvalue()


def test_the_global_address_is_never_used(shop: Documented) -> None:
    """`POST /me/subscribed_apps`: connecting, subscribing and healing all leave it alone."""
    pages = connect_two(shop)
    for page in pages:
        assert FacebookGraphAPI(page).subscribe_page()[0]
    assert status("resubscribe_facebook_pages", "--page-id", pages[0].page_id)
    assert shop.called("subscribed_apps")
    assert "me" not in {one["path"].split("/")[-2] for one in shop.called("subscribed_apps")}


def test_each_page_is_subscribed_at_its_own_address(shop: Documented) -> None:
    """`POST /{page-id}/subscribed_apps`: the second Page leaves the first one subscribed."""
    first, second = connect_two(shop)
    assert set(subscribed(shop)) == {first.page_id, second.page_id}
    assert set(FIELDS) <= set(fields_of(first))
    assert set(FIELDS) <= set(fields_of(second))


def test_subscribing_takes_the_page_its_token_and_the_fields(shop: Documented) -> None:
    """`subscribePageToWebhook(pageId, token, fields)`: `FacebookGraphAPI(page).subscribe_page(fields)`."""
    first, second = connect_two(shop)
    assert FacebookGraphAPI(first).subscribe_page(FIELDS) == (True, {"success": True})
    assert sorted(fields_of(first)) == sorted(FIELDS)
    assert len(fields_of(second)) > len(FIELDS), "the other Page is as it was"


def test_a_webhook_finds_its_page_and_the_answer_its_token(shop: Documented) -> None:
    """`entry.id` names the Page, whose own token is looked up."""
    first, second = connect_two(shop)
    for page in (first, second):
        psid = say(shop, page, f"to {page.page_name}")
        shop.line.platforms.apply_webhooks()
        assert FacebookMessage.objects.get(text=f"to {page.page_name}").page == page
        FacebookMessengerService(page).send_text(psid, f"from {page.page_name}")
    send_all()
    for page in (first, second):
        (send,) = shop.line.platforms.sends(page.page_id)
        assert send["request"]["message"]["text"] == f"from {page.page_name}"
    FacebookPage.objects.filter(pk=first.pk).update(page_access_token=second.page_access_token)
    first.refresh_from_db()
    success, _ = FacebookMessengerService(first).test_connection()
    assert not success, "the token of another Page does not speak for this one"


def test_a_body_that_comes_many_times_is_one_message(shop: Documented) -> None:
    """`withMutexLock(sender:recipient)`: one worker at a time for a conversation, and duplicates change nothing."""
    say(shop, shop.page, "only once")
    received, shop.line.platforms.hub.received[:] = list(shop.line.platforms.hub.received), []
    (body,) = [body for _, _, body in received if b"only once" in body]
    for _ in range(20):
        deliver("facebook", body)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: apply_all(), range(4)))
    assert FacebookMessage.objects.filter(text="only once").count() == 1
    assert FacebookWebhookEvent.objects.filter(page=shop.page).exclude(processed=True).count() == 0


def test_connecting_stores_subscribes_and_marks_each_page(shop: Documented) -> None:
    """The drawn connection flow: sealed token, subscription of that Page, mark in the database; all are heard."""
    pages = connect_two(shop)
    for page in pages:
        (kept,) = rows(shop, Channel, external_id=page.page_id)
        assert kept.is_subscribed
        assert (kept.status, kept.credentials["access_token"]) == ("connected", f"token-{page.page_id}")
        say(shop, page, f"hello {page.page_name}")
    shop.line.platforms.apply_webhooks()
    assert all(FacebookMessage.objects.filter(text=f"hello {page.page_name}", page=page).exists() for page in pages)


def test_there_is_no_way_to_subscribe_without_a_page(shop: Documented) -> None:
    """The old call with a token alone: here a Page comes first, always."""
    with pytest.raises(TypeError):
        FacebookGraphAPI()  # type: ignore[call-arg]
    with pytest.raises(AttributeError):
        FacebookGraphAPI("a token")  # type: ignore[arg-type]
    assert subscribed(shop) == []


def test_the_new_call_names_the_page_first(shop: Documented) -> None:
    """The new call: Page, then its token, then fields; the Page's own node is asked with the Page's own token."""
    page, _ = connect_two(shop)
    success, _ = FacebookGraphAPI(page).subscribe_page(FIELDS)
    assert success
    last = [one for one in shop.called("subscribed_apps") if one["method"] == "POST"][-1]
    assert (last["path"].split("/")[-2], last["account"]) == (page.page_id, page.page_id)


def test_all_pages_are_subscribed_anew_by_a_command(shop: Documented) -> None:
    """`resubscribe-all-pages.js`: `resubscribe_facebook_pages`."""
    pages = connect_two(shop)
    for page in pages:
        shop.line.platforms.put(f"/accounts/facebook/{page.page_id}", {"subscribed_fields": []})
    assert status("resubscribe_facebook_pages") == (0, ANY)
    assert "3 of 3 Pages send everything." in status("resubscribe_facebook_pages")[1]
    assert all(set(FIELDS) <= set(fields_of(page)) for page in pages)
    assert {one.is_subscribed for one in rows(shop, Channel)} == {True}


def test_all_subscriptions_are_checked_by_a_command(shop: Documented) -> None:
    """`check-all-webhook-subscriptions.js`: `check_facebook_subscriptions`, whose exit status tells a script."""
    first, second = connect_two(shop)
    status("resubscribe_facebook_pages")
    code, said = status("check_facebook_subscriptions")
    assert (code, "3 of 3 Pages send everything." in said) == (0, True), said
    shop.line.platforms.put(f"/accounts/facebook/{second.page_id}", {"subscribed_fields": []})
    code, said = status("check_facebook_subscriptions")
    assert (code, "2 of 3 Pages send everything. Look at: Rakage." in said) == (1, True)
    assert first.page_name in said


def test_a_page_connection_is_stored_once_and_sealed(shop: Documented) -> None:
    """`model PageConnection`: one row a Page, unique over all businesses, its token sealed, its subscription marked."""
    page, _ = connect_two(shop)
    with organization_scope(shop.line.tenant.id):
        (row,) = run("SELECT * FROM channel WHERE id = %(id)s", id=page.pk)
    assert (row["organization_id"], row["external_id"], row["name"]) == (
        shop.line.tenant.id,
        page.page_id,
        "Dian Aul",
    )
    assert f"token-{page.page_id}" not in str(row)
    FacebookPage.objects.filter(pk=page.pk).update(verify_token="shake hands")
    with organization_scope(shop.line.tenant.id):
        (row,) = run("SELECT verify_token, is_subscribed FROM channel WHERE id = %(id)s", id=page.pk)
    assert ("shake hands" in str(row), row["is_subscribed"]) == (False, True)
    for tenant in (shop.line.tenant, make_tenant()):
        with for_organization(tenant.organization.slug), pytest.raises((IntegrityError, Conflict)):
            FacebookIntegration.objects.create(platform_id=page.page_id, access_token=f"token-{page.page_id}")


def test_the_subscription_of_a_page_can_be_read(shop: Documented) -> None:
    """`GET /{page-id}/subscribed_apps`: `get_subscribed_apps`."""
    page, _ = connect_two(shop)
    success, response = FacebookGraphAPI(page).get_subscribed_apps()
    assert success
    assert [one["id"] for one in response["data"]] == [OUR_APP]
    reads = [one for one in shop.called("subscribed_apps") if one["method"] == "GET"]
    assert reads[-1]["path"].split("/")[-2] == page.page_id


def test_a_refreshed_token_is_stored_and_the_page_subscribed_anew(shop: Documented) -> None:
    """Update the token, then subscribe with it: assignment and `save()`, then `subscribe_page` or the command."""
    page, other = connect_two(shop)
    shop.line.platforms.put(
        f"/accounts/facebook/{page.page_id}", {"access_token": "renewed-token", "subscribed_fields": []}
    )
    page.page_access_token = "renewed-token"
    page.save()
    (kept,) = rows(shop, Channel, external_id=page.page_id)
    assert kept.credentials["access_token"] == "renewed-token"
    assert FacebookGraphAPI(page).subscribe_page(FIELDS)[0]
    assert sorted(fields_of(page)) == sorted(FIELDS)
    assert len(fields_of(other)) > len(FIELDS)


def test_an_echo_is_routed_to_the_page_that_it_is_about(shop: Documented) -> None:
    """Chatwoot's routing by `recipient_id`: each message is made for the Page that got it, in its own conversation."""
    first, second = connect_two(shop)
    for page in (first, second):
        say(shop, page, "the same words")
    shop.line.platforms.apply_webhooks()
    found = FacebookMessage.objects.filter(text="the same words")
    assert {one.page.page_id for one in found} == {first.page_id, second.page_id}
    assert len({one.conversation_id for one in found}) == 2
