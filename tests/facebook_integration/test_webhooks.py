"""Bodies that Python hands in are applied like those of Facebook, for the organisation's own Pages only."""

from __future__ import annotations

import pytest
from django.db import Error

from facebook_integration.mapping.scope import for_organization
from facebook_integration.webhooks import FacebookWebhookHandler, handle_facebook_webhook
from hubbub.connectors.registry import connector_for
from hubbub.edge.delivery import SIGNED_FOR
from hubbub.kit.errors import InvalidInput, NotFound
from hubbub.organizations.database import run
from hubbub.organizations.scope import organization_scope
from tests.inbound.bodies import page, said
from tests.inbound.shop import Shop, open_shop
from tests.support.inbound import apply_all

pytestmark = pytest.mark.usefixtures("database")


def hand_in(shop: Shop, body: object) -> bool:
    with for_organization(shop.tenant.organization.slug):
        return handle_facebook_webhook(body)  # type: ignore[arg-type]


def test_a_body_that_is_handed_in_becomes_a_message() -> None:
    shop = open_shop("facebook")
    assert hand_in(shop, page(shop.address, said(shop.address, "hello"))) is True
    assert FacebookWebhookHandler(shop.channel).process_webhook_event(page(shop.address, said(shop.address, "again")))
    apply_all()
    assert sorted(shop.texts()) == ["again", "hello"]


def test_an_event_without_its_envelope_is_taken_for_the_page() -> None:
    shop = open_shop("facebook")
    assert FacebookWebhookHandler(shop.channel).process_webhook_event(said(shop.address, "bare"))
    apply_all()
    assert shop.texts() == ["bare"]


def test_an_unknown_page_raises_and_stores_nothing() -> None:
    shop, stranger = open_shop("facebook"), open_shop("facebook")
    with pytest.raises(NotFound, match=stranger.address):
        hand_in(shop, page(stranger.address, said(stranger.address, "hello")))
    with pytest.raises(NotFound, match="not connected here"):
        FacebookWebhookHandler(shop.channel).process_webhook_event(page("404", said("404", "hello")))
    apply_all()
    assert stranger.texts() == []


@pytest.mark.parametrize("body", [[], {}, {"entry": []}, {"object": "page"}, "text"])
def test_what_is_no_body_is_refused_with_a_sentence(body: object) -> None:
    shop = open_shop("facebook")
    with pytest.raises((InvalidInput, NotFound)):
        hand_in(shop, body)


def test_the_web_role_cannot_speak_for_another_organisation() -> None:
    shop, victim = open_shop("facebook"), open_shop("facebook")
    statement = """INSERT INTO delivery (id, received_at, platform, headers, body, edge, size_bytes, is_spooled)
                   VALUES (gen_random_uuid(), now(), 'facebook', jsonb_build_object(%(name)s::text, %(id)s::text), '',
                           '', 0, false)"""
    with pytest.raises(Error), organization_scope(shop.tenant.id):
        run(statement, name=SIGNED_FOR, id=str(victim.tenant.id))
    assert connector_for("facebook").addresses(b"{}") == ()
