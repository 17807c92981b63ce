"""Each event goes to the channel that it names, if that is connected and the signature may speak for it."""

from __future__ import annotations

from typing import Any

import pytest

from hubbub.channels.models import ChannelStatus
from hubbub.edge.delivery import SIGNED_FOR
from hubbub.kit.ids import new_id
from hubbub.kit.json import dumps
from hubbub.organizations.database import Row, run
from tests.inbound.bodies import page, said, whatsapp, whatsapp_text
from tests.inbound.shop import Shop, open_shop
from tests.support import line
from tests.support.inbound import apply_all
from tests.support.roles import acting_as

pytestmark = pytest.mark.usefixtures("database")

STORE = """
INSERT INTO delivery (id, received_at, platform, body, headers) VALUES (%s, now(), %s, %s, %s)
"""


def deliver_signed(platform: str, body: Any, *signed_for: Shop) -> Row:
    """Store a delivery that only these organisations' own secrets signed, apply it, and return its row."""
    delivery_id = new_id()
    owners = {SIGNED_FOR: ",".join(str(shop.tenant.id) for shop in signed_for)} if signed_for else {}
    with acting_as("edge") as edge, edge.cursor() as cursor:
        cursor.execute(STORE, [delivery_id, platform, dumps(body), dumps(owners).decode()])
    apply_all()
    with acting_as("inbound"):
        (row,) = run("SELECT * FROM delivery WHERE id = %(id)s", id=delivery_id)
    return row


def test_one_body_may_carry_entries_for_several_tenants() -> None:
    one, other = open_shop("facebook"), open_shop("facebook")
    body = page(one.address, said(one.address, "for one"))
    body["entry"] += page(other.address, said(other.address, "for the other"))["entry"]
    row = deliver_signed("facebook", body)
    assert (one.texts(), other.texts()) == (["for one"], ["for the other"])
    assert (row["state"], row["event_count"], row["unrouted_count"]) == ("applied", 2, 0)


def test_an_account_that_is_not_connected_leaves_nothing_but_a_count() -> None:
    neighbour = open_shop()
    row = deliver_signed("line", line.body("Unobody", line.text("hello"), line.text("again")))
    assert (row["state"], row["event_count"], row["unrouted_count"]) == ("applied", 2, 2)
    assert neighbour.events() == []


def test_a_disconnected_channel_leaves_nothing_but_a_count() -> None:
    shop = open_shop(status=ChannelStatus.DISCONNECTED)
    row = deliver_signed("line", line.body(shop.address, line.text("hello")))
    assert row["unrouted_count"] == 1
    assert (shop.events(), shop.messages(), shop.identities()) == ([], [], [])


def test_a_channel_that_is_switched_off_still_keeps_what_comes_in() -> None:
    shop = open_shop(is_active=False)
    shop.receive(line.body(shop.address, line.text("hello")))
    assert shop.texts() == ["hello"]
    assert shop.rows("SELECT FROM automation_item WHERE organization_id = %(organization)s") == []


def test_a_body_that_one_tenants_secret_signed_says_nothing_about_another_tenants_channel() -> None:
    mine, victim = open_shop("facebook"), open_shop("facebook")
    body = page(mine.address, said(mine.address, "mine"))
    body["entry"] += page(victim.address, said(victim.address, "forged"))["entry"]
    row = deliver_signed("facebook", body, mine)
    assert (mine.texts(), victim.texts(), victim.events()) == (["mine"], [], [])
    assert row["unrouted_count"] == 1
    assert deliver_signed("facebook", body, mine, victim)["unrouted_count"] == 0
    assert victim.texts() == ["forged"]


def test_the_right_platform_is_meant() -> None:
    shop = open_shop("facebook")
    deliver_signed("instagram", {**page(shop.address, said(shop.address, "hello")), "object": "instagram"})
    assert shop.events() == []


def test_news_of_a_business_account_go_to_its_oldest_number() -> None:
    first = open_shop("whatsapp", parent_external_id="100900800700600")
    second = open_shop("whatsapp", tenant=first.tenant, parent_external_id="100900800700600")
    value = {
        "event": "APPROVED",
        "message_template_id": 12,
        "message_template_name": "hi",
        "message_template_language": "en",
    }
    body: dict[str, Any] = {
        "object": "whatsapp_business_account",
        "entry": [
            {
                "id": "100900800700600",
                "time": 1,
                "changes": [{"field": "message_template_status_update", "value": value}],
            }
        ],
    }
    deliver_signed("whatsapp", body)
    assert [event.kind for event in first.events()] == ["template_status_changed"]
    text = whatsapp(second.address, waba="100900800700600", messages=[whatsapp_text("hello", sender="66800000001")])
    deliver_signed("whatsapp", text)
    assert (first.texts(), second.texts()) == ([], ["hello"])


def test_odd_bodies_are_kept_and_counted() -> None:
    shop = open_shop("facebook")
    bodies: list[Any] = [
        [],
        7,
        {"object": "page"},
        {"object": "page", "entry": [{"id": shop.address, "messaging": 5}]},
    ]
    for body in bodies:
        assert deliver_signed("facebook", body)["state"] == "applied"
    odd = page(shop.address, {"recipient": {"id": shop.address}, "message": 5}, said(shop.address, "beside it"))
    assert deliver_signed("facebook", odd)["malformed_count"] == 1
    assert shop.texts() == ["beside it"]
    assert "malformed" in shop.states()
