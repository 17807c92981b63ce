"""The documented models do in every method what Django's own models do."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import FieldError
from django.db import IntegrityError, connection
from django.db.models import Count, F, Q

from facebook_integration.mapping.scope import for_organization
from facebook_integration.models import (
    FacebookConversationFlow,
    FacebookMessage,
    FacebookPage,
    FacebookTemplate,
    FacebookUser,
)
from hubbub.channels.models import Channel
from hubbub.conversations.models import Attachment
from hubbub.kit.errors import InvalidInput
from hubbub.organizations.models import Membership, Role, User
from hubbub.organizations.scope import organization_scope
from tests.support.factories import Tenant, make_channel, make_tenant, unique_external_id

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def tenant() -> Any:
    tenant = make_tenant()
    with for_organization(tenant.organization.slug):
        yield tenant


def page_of(**values: Any) -> FacebookPage:
    given = {"page_id": unique_external_id("facebook"), "page_name": "Support", "page_access_token": "secret"}
    page: FacebookPage = FacebookPage.objects.create(**{**given, **values})
    return page


def test_a_page_is_made_found_and_changed_by_its_documented_names(tenant: Tenant) -> None:
    made = page_of(app_id="app-1", app_secret="shh", verify_token="v", webhook_url="https://x.example", status="active")
    page = FacebookPage.objects.get(page_id=made.page_id)
    assert (page.page_name, page.page_access_token, page.app_id, page.app_secret, page.verify_token) == (
        "Support",
        "secret",
        "app-1",
        "shh",
        "v",
    )
    assert (page.status, page.is_healthy, page.webhook_url) == ("active", True, "https://x.example")
    page.page_name, page.status = "Sales", "inactive"
    page.save()
    with organization_scope(tenant.id):
        channel = Channel.objects.get(id=page.id)
    assert (channel.name, channel.status, channel.credentials["access_token"]) == ("Sales", "paused", "secret")
    assert channel.signing_secrets == ["shh"]


def test_every_documented_name_of_a_page_works_in_every_method(tenant: Tenant) -> None:
    page = page_of(app_id="app-1", app_secret="shh", verify_token="v", webhook_url="https://x.example", status="active")
    for name, entry in FacebookPage.documented.items():
        value = getattr(page, name)
        if entry.is_sealed:
            with pytest.raises(FieldError):
                FacebookPage.objects.filter(**{name: value})
            continue
        found = FacebookPage.objects
        if value is not None:
            assert found.filter(**{name: value}).get() == page, name
            assert not found.exclude(**{name: value}).exists(), name
            assert found.filter(Q(**{name: value})).count() == 1, name
        assert found.order_by(name).first() == page, name
        assert found.values(name)[0] == {name: value}, name
        assert list(found.values_list(name, flat=True)) == [value], name
        assert found.annotate(copy=F(name)).get().copy == value, name
        assert found.aggregate(n=Count(name))["n"] == (0 if value is None else 1), name
        assert getattr(found.only(name).get(), name) == value, name
        assert getattr(found.defer(name).get(), name) == value, name
        assert found.filter(page_id=page.page_id).update(**{name: value}) == 1, name
        page.save(update_fields=[name])
        page.refresh_from_db(fields=[name])
        assert getattr(page, name) == value, name


def test_secrets_are_written_by_update_and_never_handed_out_by_values(tenant: Tenant) -> None:
    page = page_of()
    assert FacebookPage.objects.filter(page_id=page.page_id).update(page_access_token="new", page_name="N") == 1
    page.refresh_from_db()
    assert (page.page_access_token, page.page_name) == ("new", "N")
    with pytest.raises(FieldError):
        FacebookPage.objects.values("page_access_token")
    with connection.cursor() as cursor, organization_scope(tenant.id):
        cursor.execute("SELECT credentials FROM channel WHERE id = %s", [page.id])
        assert "new" not in str(cursor.fetchone())


def test_a_page_is_got_or_made(tenant: Tenant) -> None:
    page_id = unique_external_id("facebook")
    defaults = {"page_name": "A", "page_access_token": "t"}
    page, is_new = FacebookPage.objects.get_or_create(page_id=page_id, defaults=defaults)
    again, is_new_again = FacebookPage.objects.get_or_create(page_id=page_id, defaults=defaults)
    changed, _ = FacebookPage.objects.update_or_create(page_id=page_id, defaults={"page_name": "B", "status": "error"})
    assert (is_new, is_new_again, page == again == changed) == (True, False, True)
    assert FacebookPage.objects.get(page_id=page_id).status == "error"
    assert FacebookPage.objects.get(page_id=page_id).page_name == "B"


def test_a_page_has_one_owner_and_is_connected_once(tenant: Tenant) -> None:
    page = page_of()
    with pytest.raises(IntegrityError):
        page_of(page_id=page.page_id)
    with for_organization(make_tenant().organization.slug), pytest.raises(IntegrityError, match="another organisation"):
        page_of(page_id=page.page_id)


def test_a_page_connected_elsewhere_in_the_organisation_is_adopted(tenant: Tenant) -> None:
    channel = make_channel(tenant)
    assert page_of(page_id=channel.external_id).id == channel.id


def test_a_page_needs_a_token(tenant: Tenant) -> None:
    with pytest.raises(InvalidInput, match="token"):
        page_of(page_access_token="")


def test_a_person_of_two_organisations_is_told_the_choices() -> None:
    tenants = [make_tenant("One"), make_tenant("Two")]
    for tenant in tenants:
        with organization_scope(tenant.id):
            user, _ = User.objects.get_or_create(username="of-two")
            Membership.objects.create(organization=tenant.organization, user=user, role=Role.OWNER)
    with pytest.raises(InvalidInput, match=f"{tenants[0].organization.slug}.*{tenants[1].organization.slug}"):
        list(FacebookPage.objects.filter(user=user))


def test_the_organisation_is_that_of_the_user() -> None:
    tenant = make_tenant()
    with organization_scope(tenant.id):
        user = User.objects.create(username=str(tenant.id))
        Membership.objects.create(organization=tenant.organization, user=user, role=Role.OWNER)
    page = page_of(user=user)
    assert page.organization_id == tenant.id
    assert list(FacebookPage.objects.filter(user=user)) == [page]
    assert FacebookPage.objects.get(user=user, page_id=page.page_id).user == user


def test_names_hop_over_relations(tenant: Tenant) -> None:
    page = page_of(status="active")
    user = FacebookUser.objects.create(
        page=page, psid="p-1", first_name="Ann", last_name="Lee", locale="en_US", timezone=-5
    )
    message = FacebookMessage.objects.create(
        page=page, user=user, direction="inbound", text="Hello", facebook_message_id="m-1", quick_reply_payload="P"
    )
    assert FacebookMessage.objects.filter(page__page_id=page.page_id, user__first_name="Ann").get() == message
    assert FacebookMessage.objects.filter(page__status="active", user__locale="en_US").count() == 1
    assert FacebookMessage.objects.values("user__last_name", "page__page_name", "status")[0] == {
        "user__last_name": "Lee",
        "page__page_name": "Support",
        "status": "delivered",
    }
    read = FacebookMessage.objects.select_related("page", "user").get(facebook_message_id="m-1")
    assert (read.user, read.page, read.page.page_id, read.quick_reply_payload) == (user, page, page.page_id, "P")
    assert read.user.timezone == -5
    FacebookUser.objects.filter(psid="p-1").update(first_name="Bea", profile_pic="https://x.example/p.png")
    user.refresh_from_db()
    assert (user.first_name, user.last_name) == ("Bea", "Lee")
    assert FacebookUser.objects.get(psid="p-1").profile_pic == "https://x.example/p.png"


def test_message_states_read_as_documented(tenant: Tenant) -> None:
    page = page_of()
    user = FacebookUser.objects.create(page=page, psid="p-2")
    message = FacebookMessage.objects.create(page=page, user=user, direction="outbound", text="Hi", status="pending")
    for hub, word in {"queued": "pending", "unknown": "pending", "sent": "sent", "failed": "failed"}.items():
        FacebookMessage.objects.filter(pk=message.pk).update(status=hub if hub == "unknown" else word)
        assert FacebookMessage.objects.filter(status=word).get() == message
        message.refresh_from_db()
        assert message.status == word


def test_a_template_keeps_its_parts(tenant: Tenant) -> None:
    page = page_of()
    data = {"template_type": "button", "text": "Welcome {{user_name}}"}
    made = FacebookTemplate.objects.create(
        name="Welcome", template_type="button", page=page, template_data=data, variables=["user_name"]
    )
    read = FacebookTemplate.objects.get(page__page_id=page.page_id, template_type="button")
    assert (read, read.template_data, read.variables, read.is_active) == (made, data, ["user_name"], True)
    read.template_data = {**data, "text": "Hi"}
    read.save(update_fields=["template_data"])
    assert FacebookTemplate.objects.filter(template_data__text="Hi").exists()


def test_a_flow_is_made_found_and_changed(tenant: Tenant) -> None:
    page = page_of()
    steps = {"start": {"actions": [{"type": "send_text", "text": "Hello"}]}}
    made = FacebookConversationFlow.objects.create(
        name="Leads",
        flow_type="lead_generation",
        page=page,
        trigger_type="keyword",
        trigger_value="demo,pricing",
        flow_steps=steps,
        is_active=True,
        priority=8,
    )
    flow = FacebookConversationFlow.objects.get(page=page, trigger_type="keyword", flow_type="lead_generation")
    assert (flow, flow.page, flow.trigger_value, flow.flow_steps) == (made, page, "demo,pricing", steps)
    flow.priority, flow.trigger_value = 9, "demo"
    flow.save()
    assert FacebookConversationFlow.objects.filter(page__page_id=page.page_id).update(is_active=False) == 1
    read = FacebookConversationFlow.objects.get(pk=flow.pk)
    assert (read.priority, read.trigger_value, read.is_active, read.flow_steps) == (9, "demo", False, steps)
    assert FacebookConversationFlow.objects.filter(page=page).delete()[0] == 1
    assert not FacebookConversationFlow.objects.exists()


def test_a_message_names_the_link_of_its_file_to_every_method(tenant: Tenant) -> None:
    page = page_of(status="active")
    user = FacebookUser.objects.create(page=page, psid="p-2", first_name="Ann")
    given = {"page": page, "user": user, "direction": "inbound", "message_type": "image"}
    came = FacebookMessage.objects.create(**given)
    assigned = FacebookMessage.objects.create(**given, attachment_url="https://x.example/assigned.png")
    with organization_scope(tenant.id):
        for position, link in ((1, "https://x.example/second.png"), (0, "https://x.example/first.png")):
            Attachment.objects.create(
                organization_id=tenant.id, message_id=came.pk, type="image", position=position, source_url=link
            )
    assert FacebookMessage.objects.get(pk=came.pk).attachment_url == "https://x.example/first.png"
    assert FacebookMessage.objects.get(attachment_url="https://x.example/first.png") == came
    assert FacebookMessage.objects.get(attachment_url__endswith="assigned.png") == assigned
    told = FacebookMessage.objects.order_by("attachment_url").values_list("attachment_url", flat=True)
    assert list(told) == ["https://x.example/assigned.png", "https://x.example/first.png"]
    assert not FacebookMessage.objects.filter(attachment_url="").exists()
