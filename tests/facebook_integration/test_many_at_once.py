"""Documented models in bulk, in the administration, and when a person goes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, cast

import pytest
from django.contrib import admin
from django.test import Client

from facebook_integration import models
from facebook_integration.mapping.scope import for_organization
from facebook_integration.webhooks import FacebookWebhookHandler
from hubbub.kit.errors import InvalidInput
from hubbub.kit.ids import new_id
from hubbub.organizations.models import Membership, Role, User
from hubbub.organizations.scope import organization_scope
from tests.inbound.bodies import said
from tests.support.factories import Tenant, make_tenant, unique_external_id
from tests.support.inbound import apply_all
from tests.support.people import make_member

pytestmark = pytest.mark.usefixtures("database")
MOMENT = datetime(2026, 3, 4, tzinfo=UTC)


@pytest.fixture
def tenant() -> Any:
    tenant = make_tenant()
    with for_organization(tenant.organization.slug):
        yield tenant


def page_of(**values: Any) -> Any:
    given = {"page_id": unique_external_id("facebook"), "page_name": "Shop", "page_access_token": "t"}
    return models.FacebookPage.objects.create(**{**given, "status": "active", **values})


def user_of(page: Any, psid: str = "p", **values: Any) -> Any:
    return models.FacebookUser.objects.create(page=page, psid=psid, first_name="Ann", last_name="Lee", **values)


# --- In bulk ----------------------------------------------------------------------------------------------------------


def test_templates_are_made_at_once_and_found_by_their_ids(tenant: Tenant) -> None:
    page, template = page_of(), cast("Any", models.FacebookTemplate)
    made = models.FacebookTemplate.objects.bulk_create(
        template(name=f"T{n}", page=page, template_type="button", template_data={"text": f"Hi {n}"}) for n in range(3)
    )
    found = models.FacebookTemplate.objects.in_bulk([one.pk for one in made])
    assert {one.name: one.template_data for one in found.values()} == {f"T{n}": {"text": f"Hi {n}"} for n in range(3)}
    assert models.FacebookTemplate.objects.filter(page=page, is_active=True).count() == 3
    assert set(models.FacebookTemplate.objects.filter(page=page).in_bulk()) == set(found)


def test_pages_are_found_at_once_by_their_documented_ids(tenant: Tenant) -> None:
    pages = [page_of(), page_of()]
    found = models.FacebookPage.objects.in_bulk([one.page_id for one in pages], field_name="page_id")
    assert found == {one.page_id: one for one in pages}


def test_names_that_two_rows_share_find_nothing_by_themselves(tenant: Tenant) -> None:
    for page in (page_of(), page_of()):
        user_of(page)
    with pytest.raises(ValueError, match="not unique"):
        models.FacebookUser.objects.in_bulk(["p"], field_name="psid")


def test_rows_are_changed_at_once_by_documented_names(tenant: Tenant) -> None:
    pages = [page_of(), page_of()]
    for number, page in enumerate(pages):
        page.page_name, page.status, page.page_access_token = f"Shop {number}", "inactive", f"secret {number}"
    assert models.FacebookPage.objects.bulk_update(pages, ["page_name", "status"]) == 2
    read = models.FacebookPage.objects.order_by("page_name")
    assert [(one.page_name, one.status, one.page_access_token) for one in read] == [
        ("Shop 0", "inactive", "t"),
        ("Shop 1", "inactive", "t"),
    ]
    assert models.FacebookPage.objects.bulk_update(pages, ["page_access_token"]) == 2
    assert [one.page_access_token for one in models.FacebookPage.objects.order_by("page_name")] == [
        "secret 0",
        "secret 1",
    ]


def test_users_and_messages_are_changed_at_once(tenant: Tenant) -> None:
    page = page_of()
    users = [user_of(page, f"p{n}") for n in range(2)]
    messages = [models.FacebookMessage.objects.create(user=one, direction="outbound", text="Hi") for one in users]
    for user in users:
        user.first_name, user.profile_pic = "Bea", "https://x.example/p.png"
    models.FacebookUser.objects.bulk_update(users, ["first_name", "profile_pic"])
    assert set(models.FacebookUser.objects.values_list("first_name", "profile_pic")) == {
        ("Bea", "https://x.example/p.png")
    }
    for message in messages:
        message.status, message.read_at, message.attachment_url = "read", MOMENT, "https://x.example/a.png"
    assert models.FacebookMessage.objects.bulk_update(messages, ["status", "read_at", "attachment_url"]) == 2
    assert set(models.FacebookMessage.objects.values_list("status", "read_at", "attachment_url")) == {
        ("read", MOMENT, "https://x.example/a.png")
    }


def test_flows_are_switched_at_once(tenant: Tenant) -> None:
    page = page_of()
    steps = {"start": {"actions": [{"type": "send_text", "text": "Hello"}]}}
    flows = [
        models.FacebookConversationFlow.objects.create(
            name=f"F{n}", flow_type="welcome", page=page, trigger_type="any_message", flow_steps=steps, is_active=True
        )
        for n in range(2)
    ]
    for flow in flows:
        flow.is_active, flow.priority = False, 3
    assert models.FacebookConversationFlow.objects.bulk_update(flows, ["is_active", "priority"]) == 2
    assert models.FacebookConversationFlow.objects.filter(is_active=False, priority=3).count() == 2


# --- Events -----------------------------------------------------------------------------------------------------------


def test_an_event_is_made_by_a_webhook_alone(tenant: Tenant) -> None:
    page = page_of()
    with pytest.raises(InvalidInput, match="FacebookWebhookHandler"):
        models.FacebookWebhookEvent.objects.create(page=page, event_type="message_received", payload={})
    FacebookWebhookHandler(page).process_webhook_event(said(page.page_id, "hi"))
    apply_all()
    event = models.FacebookWebhookEvent.objects.get(page=page, event_type="message_received", processed=True)
    assert ("hi" in str(event.payload), bool(event.processed_at), event.error_message) == (True, True, "")


# --- The administration -----------------------------------------------------------------------------------------------


@pytest.fixture
def administrator() -> Client:
    user = User.objects.create(username=f"admin-{new_id().hex[-8:]}", is_staff=True, is_superuser=True)
    client = Client(SERVER_NAME="localhost")
    client.force_login(user)
    client.user = user  # type: ignore[attr-defined]
    return client


@pytest.mark.parametrize("model", models.__all__)
def test_every_documented_model_has_its_pages(tenant: Tenant, administrator: Client, model: str) -> None:
    with organization_scope(tenant.id):
        Membership.objects.create(
            organization=tenant.organization,
            user=administrator.user,  # type: ignore[attr-defined]
            role=Role.OWNER,
        )
    page = page_of(page_access_token="a secret token", verify_token="another secret")
    message = models.FacebookMessage.objects.create(user=user_of(page), direction="inbound", text="a private word")
    documented: Any = getattr(models, model)
    assert admin.site.is_registered(documented)
    path = f"/admin/facebook_integration/{model.lower()}/"
    listed = administrator.get(path)
    assert listed.status_code == 200, listed.content[:300]
    assert administrator.get(f"{path}add/").status_code == 403
    shown = listed.content.decode()
    row = message if model == "FacebookMessage" else page if model == "FacebookPage" else None
    if row is not None:
        one = administrator.get(f"{path}{row.pk}/change/")
        assert one.status_code == 200
        shown += one.content.decode()
    assert not any(word in shown for word in ("a secret token", "another secret", "a private word"))


# --- Somebody goes ----------------------------------------------------------------------------------------------------


def test_the_user_of_a_page_passes_to_another_member(tenant: Tenant) -> None:
    gone, there = make_member(tenant, Role.OWNER), make_member(tenant, Role.ADMIN)
    page = page_of(user=gone)
    models.FacebookMessage.objects.create(user=user_of(page), direction="inbound", text="kept")
    with organization_scope(tenant.id):
        User.objects.get(id=gone.id).delete()
    assert models.FacebookPage.objects.get(user=there) == page
    assert models.FacebookMessage.objects.get(page__user=there).text == "kept"
