"""Bodies of webhooks, handed in or signed and posted: seed 000's handler, and the webhooks of seed 001."""

from __future__ import annotations

import hashlib
import hmac
from typing import Any

import httpx
import pytest

from facebook_integration.models import (
    FacebookIntegration,
    FacebookMessage,
    FacebookUser,
    FacebookWebhookEvent,
)
from facebook_integration.webhooks import FacebookWebhookHandler, handle_facebook_webhook
from hubbub.kit import json
from hubbub.kit.errors import NotFound
from hubbub.organizations.models import Role
from tests.facebook_integration.documented import Documented, Json
from tests.inbound.bodies import page as body_of
from tests.inbound.bodies import said
from tests.support.inbound import apply_all
from tests.support.people import make_member

KINDS = (
    "message_received",
    "postback_received",
    "delivery_updated",
    "read_up_to",
    "opt_in_changed",
    "referral_received",
    "thread_control_changed",
)
MOMENT = 1_700_000_000_000


def event(shop: Documented, **what: Any) -> Json:
    """One messaging event of the customer."""
    about = {"sender": {"id": shop.psid}, "recipient": {"id": shop.page.page_id}, "timestamp": MOMENT}
    return {**about, **what}


def test_a_body_finds_the_integration_and_its_user(shop: Documented) -> None:
    user = make_member(shop.line.tenant, Role.OWNER)
    FacebookIntegration.objects.filter(platform_id=shop.page.page_id).update(user=user)
    payload = body_of(shop.page.page_id, said(shop.page.page_id, "for the owner"))
    page_id = payload["entry"][0]["id"]
    assert FacebookIntegration.objects.get(platform_id=page_id).user == user
    assert handle_facebook_webhook(payload)
    apply_all()
    assert FacebookMessage.objects.get(text="for the owner").page.user == user
    with pytest.raises(FacebookIntegration.DoesNotExist):
        FacebookIntegration.objects.get(platform_id="404")
    with pytest.raises(NotFound, match="not connected"):
        handle_facebook_webhook(body_of("404", said("404", "for nobody")))


def test_the_handler_takes_every_documented_kind_of_event(shop: Documented) -> None:
    handler = FacebookWebhookHandler(shop.page)
    sent = FacebookMessage.objects.create(
        page=shop.page,
        user=FacebookUser.objects.get(psid=shop.psid),
        direction="outbound",
        facebook_message_id="m_of_ours",
        status="sent",
    )
    events = {
        "message": event(shop, message={"mid": "m_hello", "text": "hello"}),
        "button": event(shop, postback={"mid": "m_tap", "title": "Help", "payload": "HELP"}),
        "delivery": event(shop, delivery={"mids": ["m_of_ours"], "watermark": MOMENT + 1}),
        "read": event(shop, read={"watermark": 4_000_000_000_000}),
        "opt-in": event(shop, optin={"ref": "CAMPAIGN", "user_ref": "u"}),
        "referral": event(shop, referral={"ref": "POSTER", "source": "SHORTLINK", "type": "OPEN_THREAD"}),
        "handover": event(shop, pass_thread_control={"new_owner_app_id": "263902037430900", "metadata": "live"}),
    }
    for name, one in events.items():
        assert handler.process_webhook_event({"object": "page", "entry": [entry(shop, one)]}) is True, name
    apply_all()
    assert FacebookMessage.objects.get(facebook_message_id="m_hello").text == "hello"
    sent.refresh_from_db()
    assert sent.status == "read"
    kinds = {one.event_type: one for one in FacebookWebhookEvent.objects.filter(page=shop.page)}
    assert set(KINDS) <= set(kinds)
    assert all(one.processed for one in kinds.values())


def entry(shop: Documented, one: Json) -> Json:
    return {"id": shop.page.page_id, "time": MOMENT, "messaging": [one]}


# --- Security ---------------------------------------------------------------------------------------------------------


def documented_signature(app_secret: str, payload: str) -> str:
    """As the document makes it."""
    return "sha1=" + hmac.new(app_secret.encode("utf-8"), payload.encode("utf-8"), hashlib.sha1).hexdigest()


def test_webhooks_are_verified_and_checked(shop: Documented, address: str) -> None:
    payload = json.dumps(body_of(shop.page.page_id, said(shop.page.page_id, "signed"))).decode()
    good = {"X-Hub-Signature": documented_signature(shop.app_secret, payload), "Content-Type": "application/json"}
    bad = {**good, "X-Hub-Signature": documented_signature("another secret", payload)}
    assert httpx.post(address, content=payload, headers=bad).status_code == 403, "the signature"
    assert httpx.post(address, content=payload).status_code == 403, "no signature"
    assert httpx.post(address, content="not json", headers=good).status_code == 403, "another body than was signed"
    assert httpx.post(address, content=payload, headers=good).status_code == 200
    broken = "{"
    signed = {**good, "X-Hub-Signature": documented_signature(shop.app_secret, broken)}
    assert httpx.post(address, content=broken, headers=signed).status_code == 200, "signed: kept, so that Meta goes on"
    strange = json.dumps(body_of("404", said("404", "whose?"))).decode()
    signed = {**good, "X-Hub-Signature": documented_signature(shop.app_secret, strange)}
    assert httpx.post(address, content=strange, headers=signed).status_code == 200
    apply_all()
    assert FacebookMessage.objects.filter(text="signed").count() == 1
    assert not FacebookMessage.objects.filter(text="whose?").exists(), "nobody's Page"
