"""Several workers on the same people at once: nothing is lost, nothing is there twice, nobody deadlocks."""

from __future__ import annotations

import random
from collections.abc import Callable
from threading import Thread
from typing import Any

import pytest
from django.db import connections

from hubbub.inbound.pipeline import Applied, apply_deliveries
from tests.inbound.bodies import event, page, said
from tests.inbound.shop import Shop, open_shop
from tests.support import line
from tests.support.inbound import apply_all, deliver
from tests.support.roles import acting_as

pytestmark = pytest.mark.usefixtures("database")


def in_parallel(work: Callable[[], None], count: int = 4) -> list[BaseException]:
    """Run it in `count` threads, each its own inbound worker; returns what they raised."""
    raised: list[BaseException] = []

    def worker() -> None:
        try:
            with acting_as("inbound"):
                work()
        except BaseException as failure:  # noqa: BLE001 - the test looks at it
            raised.append(failure)
        finally:
            connections.close_all()

    threads = [Thread(target=worker) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised


def until_done(limit: int) -> Callable[[], None]:
    def work() -> None:
        while apply_deliveries(limit) != Applied():
            pass

    return work


def test_four_workers_on_the_same_people_never_deadlock_and_lose_nothing() -> None:
    shops = [open_shop("facebook") for _ in range(3)]
    chance = random.Random(7)
    people = [str(7000 + n) for n in range(6)]
    bodies = []
    for n in range(120):
        shop = chance.choice(shops)
        mids = [f"m{n}-{k}" for k in range(3)]
        events = [said(shop.address, mid, mid=mid, user=chance.choice(people), second=n) for mid in mids]
        events.append(event(shop.address, user=chance.choice(people), second=n, read={"watermark": 1_793_534_400_000}))
        chance.shuffle(events)
        bodies.append(page(shop.address, *events))
    deliver("facebook", *bodies, *chance.sample(bodies, 40))
    assert in_parallel(until_done(7)) == []
    assert sum(len(shop.messages()) for shop in shops) == 360
    for shop in shops:
        assert counts_agree(shop)
        assert "dead" not in shop.states()


def counts_agree(shop: Shop) -> bool:
    """Every conversation counts just the messages that it has."""
    return not shop.rows(
        "SELECT c.id FROM conversation c WHERE c.channel_id = %(channel)s AND (c.message_count, c.unread_count) <>"
        " (SELECT count(*), count(*) FROM message m WHERE m.conversation_id = c.id)"
    )


def test_an_album_of_ten_pictures_in_parallel_opens_one_conversation() -> None:
    shops = [open_shop() for _ in range(5)]
    for shop in shops:
        for n in range(10):
            image: dict[str, Any] = {
                "id": f"{shop.address[-12:]}{n}",
                "type": "image",
                "contentProvider": {"type": "line"},
            }
            image["imageSet"] = {"id": "set", "index": n + 1, "total": 10}
            deliver("line", line.body(shop.address, line.event("message", message=image, second=n, user="Unew")))
    assert in_parallel(until_done(1), count=5) == []
    for shop in shops:
        assert shop.conversation().message_count == 10
        assert len(shop.identities()) == 1
        assert len(shop.attachments()) == 10


def test_the_same_delivery_by_four_workers_is_one_message() -> None:
    shop = open_shop()
    body = line.body(shop.address, line.text("once", key="same", mid="555"), line.unsend("555", key="unsend"))
    deliver("line", *[body] * 40)
    assert in_parallel(until_done(1)) == []
    assert [message.is_unsent for message in shop.messages()] == [True]
    assert shop.conversation().message_count == 1


@pytest.mark.parametrize("hours", [0, 1, 191])
def test_a_redelivery_changes_nothing_however_late(hours: int) -> None:
    shop = open_shop()
    body = line.body(shop.address, line.text("hi", key="k1"), line.event("follow", key="k2", follow={}))
    shop.receive(body)
    with acting_as("inbound") as connection, connection.cursor() as cursor:
        cursor.execute("SELECT set_config('hubbub.clock_shift', %s, false)", [f"{hours} hours"])
        deliver("line", body)
        while apply_deliveries(10) != Applied():
            pass
    assert shop.states() == ["applied", "applied", "duplicate", "duplicate"]
    assert shop.conversation().message_count == 1
    waiting = shop.rows("SELECT type FROM automation_item WHERE organization_id = %(organization)s ORDER BY type")
    assert [row["type"] for row in waiting] == ["", "followed"]
    apply_all()
