"""Somebody who signed in: the administration and the API see their organisation, and nobody else's."""

from __future__ import annotations

import pytest
from django.contrib import admin
from django.test import Client

from hubbub.organizations.actions import add_member
from hubbub.organizations.models import Membership, Role, User
from hubbub.organizations.scope import organization_scope
from tests.support.factories import Tenant
from tests.support.talk import make_talk

pytestmark = pytest.mark.usefixtures("database")
PASSWORD = "correct horse battery"


def _signed_in(tenant: Tenant, role: Role = Role.OWNER) -> Client:
    user = User.objects.create_superuser(f"{tenant.organization.slug}@example.com", password=PASSWORD)
    with organization_scope(tenant.id):
        add_member(tenant.organization, user, role)
    client = Client(SERVER_NAME="localhost", enforce_csrf_checks=True, raise_request_exception=False)
    page = client.get("/sign-in")
    token = page.cookies["csrftoken"].value
    form = {"name": user.username, "password": PASSWORD, "csrfmiddlewaretoken": token, "next": "/admin/"}
    assert client.post("/sign-in", form).status_code == 302
    return client


def test_a_member_reads_the_api_with_a_session() -> None:
    talk = make_talk("hello")
    [row] = _signed_in(talk.tenant).get("/api/v1/conversations").json()["items"]
    assert row["id"] == str(talk.conversation().id)


def test_a_change_by_session_needs_the_csrf_token() -> None:
    talk = make_talk("hello")
    client = _signed_in(talk.tenant)
    path = f"/api/v1/conversations/{talk.conversation().id}/close"
    assert client.post(path).status_code == 403
    token = client.cookies["csrftoken"].value
    assert client.post(path, headers={"X-CSRFToken": token}).status_code == 200


def test_a_session_s_role_counts() -> None:
    talk = make_talk("hello")
    client = _signed_in(talk.tenant, Role.VIEWER)
    token = client.cookies["csrftoken"].value
    path = f"/api/v1/conversations/{talk.conversation().id}/close"
    assert client.post(path, headers={"X-CSRFToken": token}).status_code == 403


def test_somebody_whose_membership_ended_sees_nothing() -> None:
    talk = make_talk("hello")
    client = _signed_in(talk.tenant)
    with organization_scope(talk.tenant.id):
        Membership.objects.update(is_active=False)
    assert client.get("/api/v1/conversations").status_code == 401


def test_the_administration_shows_one_organisation_and_no_secret() -> None:
    talk, other = make_talk("hello"), make_talk("theirs")
    client = _signed_in(talk.tenant)
    for model in admin.site._registry:
        page = client.get(f"/admin/{model._meta.app_label}/{model._meta.model_name}/")
        assert page.status_code == 200, model
        if model is not User:
            assert str(other.channel.id) not in page.content.decode(), model
    shown = client.get(f"/admin/channels/channel/{talk.channel.id}/change/").content.decode()
    assert talk.channel.external_id in shown
    assert "line-secret" not in shown
    foreign = client.get(f"/admin/channels/channel/{other.channel.id}/change/", follow=True).content.decode()
    assert other.channel.external_id not in foreign
