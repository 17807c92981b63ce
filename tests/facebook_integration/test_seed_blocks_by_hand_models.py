"""The documented models, made and read with the documented names: seed 000, and the models of seed 001."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import IntegrityError

from facebook_integration.models import (
    FacebookConversationFlow,
    FacebookIntegration,
    FacebookMessage,
    FacebookPage,
    FacebookTemplate,
    FacebookUser,
    PlatformIntegration,
    WhatsAppIntegration,
)
from facebook_integration.services.facebook_api import FacebookGraphAPI
from hubbub.channels.models import Channel
from hubbub.contacts.models import Contact
from hubbub.conversations.models import Message
from hubbub.flows.models import FlowTrigger
from hubbub.kit.errors import InvalidInput
from hubbub.kit.ids import new_id
from hubbub.organizations.models import Role
from tests.facebook_integration.documented import Documented, rows
from tests.support.factories import unique_external_id
from tests.support.people import make_member

INTEGRATION_FIELDS = (
    "user",
    "platform_id",
    "access_token",
    "is_connected",
    "is_send_auto_reply",
    "is_send_notification",
    "created_at",
    "updated_at",
)


class Request:
    """What a view has."""

    def __init__(self, user: Any) -> None:
        self.user = user


@pytest.fixture
def request_of_owner(shop: Documented) -> Request:
    return Request(make_member(shop.line.tenant, Role.OWNER))


# --- Seed 000 ---------------------------------------------------------------------------------------------------------


def test_integrations_have_the_documented_fields_and_names(shop: Documented, request_of_owner: Request) -> None:
    page_id = shop.new_account()
    made = FacebookIntegration.objects.create(
        user=request_of_owner.user, platform_id=page_id, access_token=f"token-{page_id}", page_name="Main"
    )
    assert issubclass(FacebookIntegration, PlatformIntegration)
    assert issubclass(WhatsAppIntegration, PlatformIntegration)
    assert all(hasattr(made, name) for name in INTEGRATION_FIELDS)
    assert (made.is_connected, made.is_send_auto_reply, made.is_send_notification) == (True, True, True)
    assert str(made) == f"Main (ID: {page_id})"
    assert (FacebookIntegration._meta.verbose_name, FacebookIntegration._meta.verbose_name_plural) == (
        "Facebook Integration",
        "Facebook Integrations",
    )
    assert WhatsAppIntegration._meta.verbose_name_plural == "WhatsApp Integrations"


def test_a_whatsapp_integration_has_a_business_name(shop: Documented, request_of_owner: Request) -> None:
    business = unique_external_id("whatsapp")
    number = shop.new_account("whatsapp", waba_id=business)
    values = {"platform_id": number, "access_token": f"token-{number}", "business_name": "Shop"}
    with pytest.raises(InvalidInput, match="Business account id"):
        WhatsAppIntegration.objects.create(user=request_of_owner.user, **values)
    made = WhatsAppIntegration.objects.create(user=request_of_owner.user, parent_external_id=business, **values)
    assert str(WhatsAppIntegration.objects.get(business_name="Shop")) == f"Shop (ID: {number})"
    assert not FacebookIntegration.objects.filter(platform_id=number).exists()
    assert PlatformIntegration.objects.get(platform_id=number).pk == made.pk


def test_two_pages_are_connected_for_one_user(shop: Documented, request_of_owner: Request) -> None:
    request, first, second = request_of_owner, shop.new_account(), shop.new_account()
    FacebookIntegration.objects.create(
        user=request.user, platform_id=first, access_token=f"token-{first}", page_name="Main Business Page"
    )
    FacebookIntegration.objects.create(
        user=request.user, platform_id=second, access_token=f"token-{second}", page_name="Secondary Page"
    )
    kept = {one.external_id: one for one in rows(shop, Channel, owner=request.user)}
    assert {one.name for one in kept.values()} == {"Main Business Page", "Secondary Page"}
    assert all(one.is_subscribed and one.status == "connected" for one in kept.values())
    assert kept[first].credentials["access_token"] == f"token-{first}"
    paths = [one["path"] for one in shop.called("subscribed_apps") if one["method"] == "POST"]
    assert {path.split("/")[-2] for path in paths} == {first, second}
    with pytest.raises(IntegrityError):
        FacebookIntegration.objects.create(user=request.user, platform_id=first, access_token="TOKEN_1")
    with pytest.raises(InvalidInput, match="token"):
        FacebookIntegration.objects.create(user=request.user, platform_id=shop.new_account(), access_token=None)


def test_the_pages_of_a_user_are_listed(
    shop: Documented, request_of_owner: Request, capsys: pytest.CaptureFixture[str]
) -> None:
    request, page_id = request_of_owner, shop.new_account()
    FacebookIntegration.objects.create(
        user=request.user, platform_id=page_id, access_token=f"token-{page_id}", page_name="Main Business Page"
    )
    user_facebook_pages = FacebookIntegration.objects.filter(user=request.user)
    for page in user_facebook_pages:
        print(f"Page: {page.page_name}, ID: {page.platform_id}")
    assert capsys.readouterr().out == f"Page: Main Business Page, ID: {page_id}\n"


# --- Seed 001 ---------------------------------------------------------------------------------------------------------


def test_a_page_has_the_documented_fields(shop: Documented) -> None:
    page_id = shop.new_account()
    values = {
        "page_name": "Customer Support",
        "page_id": page_id,
        "page_access_token": "long_lived_page_access_token",
        "app_id": "your_facebook_app_id",
        "app_secret": "your_facebook_app_secret",
        "webhook_url": "https://yoursite.example/api/facebook/webhook/",
        "verify_token": "your_webhook_verify_token",
        "webhook_subscribed": True,
        "status": "active",
        "is_healthy": True,
    }
    FacebookPage.objects.create(**values)
    page = FacebookPage.objects.get(page_id=page_id, status="active", is_healthy=True, webhook_subscribed=True)
    assert {name: getattr(page, name) for name in values} == values
    for status, hub in {"inactive": "paused", "error": "error", "pending": "pending", "active": "connected"}.items():
        page.status = status
        page.save()
        (kept,) = rows(shop, Channel, external_id=page_id)
        assert (kept.status, FacebookPage.objects.get(status=status, page_id=page_id).is_healthy) == (
            hub,
            status == "active",
        )
    assert kept.credentials == {
        "access_token": "long_lived_page_access_token",
        "app_id": "your_facebook_app_id",
        "app_secret": "your_facebook_app_secret",
    }


def test_a_user_has_the_documented_fields(shop: Documented) -> None:
    (customer,) = rows(shop, Contact)
    values = {
        "psid": "user_page_scoped_id",
        "page": shop.page,
        "first_name": "John",
        "last_name": "Doe",
        "profile_pic": "https://facebook.example/profile.jpg",
        "locale": "en_US",
        "timezone": -5,
        "gender": "male",
        "customer": customer,
    }
    FacebookUser.objects.create(**values)
    user = FacebookUser.objects.get(psid="user_page_scoped_id", page=shop.page)
    assert {name: getattr(user, name) for name in values} == values
    (kept,) = rows(shop, Contact)
    assert (kept.id, kept.language, kept.avatar_url) == (customer.id, "en_US", "https://facebook.example/profile.jpg")


def test_a_message_has_the_documented_fields(shop: Documented) -> None:
    moment = datetime(2026, 3, 4, 5, 6, tzinfo=UTC)
    user = FacebookUser.objects.get(psid=shop.psid)
    values = {
        "message_id": new_id(),
        "facebook_message_id": "facebook_mid",
        "direction": "inbound",
        "message_type": "text",
        "status": "sent",
        "text": "Hello! How can I help you?",
        "attachment_url": "https://example.com/image.jpg",
        "quick_reply_payload": "PAYLOAD_DATA",
        "sent_at": moment,
        "delivered_at": moment,
        "read_at": moment,
    }
    FacebookMessage.objects.create(page=shop.page, user=user, **values)
    found = FacebookMessage.objects.filter(page=shop.page, user__psid=shop.psid, direction="inbound", status="sent")
    message = found.get(facebook_message_id="facebook_mid", quick_reply_payload="PAYLOAD_DATA")
    assert {name: getattr(message, name) for name in values} == values
    (kept,) = rows(shop, Message, external_id="facebook_mid")
    assert (kept.id, kept.text, kept.contact_id) == (values["message_id"], values["text"], user.customer.id)


@pytest.mark.parametrize("kind", ["text", "image", "video", "audio", "file", "template"])
def test_every_kind_of_message_can_be_found(shop: Documented, kind: str) -> None:
    user = FacebookUser.objects.get(psid=shop.psid)
    made = FacebookMessage.objects.create(page=shop.page, user=user, direction="outbound", message_type=kind)
    assert FacebookMessage.objects.get(message_type=kind, direction="outbound") == made


@pytest.mark.parametrize("status", ["pending", "sent", "delivered", "read", "failed"])
def test_every_status_of_a_message_can_be_written_and_found(shop: Documented, status: str) -> None:
    user = FacebookUser.objects.get(psid=shop.psid)
    made = FacebookMessage.objects.create(page=shop.page, user=user, direction="outbound", status=status)
    assert FacebookMessage.objects.get(status=status, direction="outbound") == made


def test_a_template_has_the_documented_fields(shop: Documented) -> None:
    values = {
        "name": "Welcome Message",
        "template_type": "button",
        "template_data": {
            "template_type": "button",
            "text": "Welcome! How can we help?",
            "buttons": [{"type": "postback", "title": "Get Started", "payload": "GET_STARTED"}],
        },
        "variables": ["user_name", "page_name"],
    }
    FacebookTemplate.objects.create(page=shop.page, **values)
    template = FacebookTemplate.objects.get(name="Welcome Message", template_type="button")
    assert {name: getattr(template, name) for name in values} == values
    assert template.page == shop.page


def test_a_flow_has_the_documented_fields(shop: Documented) -> None:
    values = {
        "name": "Welcome Flow",
        "flow_type": "welcome",
        "trigger_type": "get_started",
        "trigger_value": "GET_STARTED",
        "flow_steps": {
            "start": {"actions": [{"type": "send_text", "text": "Hello {{first_name}}!"}], "next": "ask_help"},
            "ask_help": {"actions": [{"type": "send_text", "text": "How can we help?"}]},
        },
    }
    flow = FacebookConversationFlow.objects.create(page=shop.page, is_active=True, **values)
    read = FacebookConversationFlow.objects.get(flow_type="welcome", trigger_value="GET_STARTED", page=shop.page)
    assert {name: getattr(read, name) for name in values} == values
    assert [(one.type, one.value) for one in rows(shop, FlowTrigger, flow_id=flow.pk)] == [
        ("get_started", "GET_STARTED")
    ]
    FacebookGraphAPI(shop.page).get_user_profile(shop.psid)
    shop.taps("GET_STARTED")
    assert shop.texts() == ["Hello Mali!", "How can we help?"]
