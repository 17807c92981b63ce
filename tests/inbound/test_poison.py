"""What cannot be applied stands alone: its neighbours are stored, and it can be applied later."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from django.db import OperationalError, connection, transaction

from hubbub.connectors import registry
from hubbub.inbound import actions, careful, pipeline, store, worker
from hubbub.inbound.batch import Arrival, Batch
from hubbub.inbound.lease import ScanFloor, lease
from hubbub.inbound.replay import replay_requested
from hubbub.kit.errors import Conflict
from hubbub.organizations.access import Principal
from hubbub.organizations.database import run
from hubbub.organizations.models import Role
from hubbub.organizations.scope import organization_scope
from hubbub.settings.database import logins
from tests.inbound.shop import Shop, open_shop
from tests.support import line
from tests.support.inbound import apply_all, deliver, total
from tests.support.roles import acting_as

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def poison(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Storing a message that says POISON fails; undone by `poison.undo()`."""

    def broken(batch: Batch, arrivals: Sequence[Arrival]) -> list[Arrival]:
        if any("POISON" in str(one.event.raw) for one in arrivals):
            run("SELECT 1 / 0")
        return store.store(batch, arrivals)

    monkeypatch.setattr(pipeline, "store", broken)
    return monkeypatch


def principal(shop: Shop) -> Principal:
    return Principal(organization_id=shop.tenant.id, role=Role.OWNER, actor_type="api_key", actor_id=shop.tenant.id)


def test_one_poison_event_is_a_dead_letter_and_its_neighbours_are_applied(poison: pytest.MonkeyPatch) -> None:
    shop, neighbour = open_shop(), open_shop()
    texts = [f"text {n}" for n in range(8)]
    events = [line.text(text, second=n) for n, text in enumerate(texts)]
    events.insert(5, line.text("POISON", second=4.5))
    deliver("line", line.body(neighbour.address, line.text("beside")), line.body(shop.address, *events))
    assert total(apply_all(), "dead") == 1
    assert shop.texts() == texts
    assert neighbour.texts() == ["beside"]
    (dead,) = shop.events(state="dead")
    assert dead.error == "Applying it failed: DataError."
    assert shop.rows("SELECT failed_requests FROM webhook_counter WHERE channel_id = %(channel)s") == [
        {"failed_requests": 1}
    ]

    poison.undo()
    with organization_scope(shop.tenant.id):
        actions.replay(principal(shop), dead.id)
    with acting_as("inbound"):
        assert replay_requested() == 1
        assert replay_requested() == 0
    assert shop.texts() == [*texts[:5], "POISON", *texts[5:]]
    (replayed,) = shop.events(id=dead.id)
    assert (replayed.state, replayed.error, replayed.attempts) == ("applied", "", 2)


def test_a_replay_that_fails_again_stays_dead_and_an_applied_event_replayed_changes_nothing(
    poison: pytest.MonkeyPatch,
) -> None:
    shop = open_shop()
    shop.receive(line.body(shop.address, line.text("POISON"), line.text("fine", second=1)))
    with organization_scope(shop.tenant.id):
        for event in shop.events():
            actions.replay(principal(shop), event.id)
    with acting_as("inbound"):
        assert replay_requested() == 2
    assert sorted((one.state, one.attempts) for one in shop.events()) == [("dead", 2), ("duplicate", 2)]
    assert shop.texts() == ["fine"]
    poison.undo()


def test_a_cancelled_dead_letter_is_not_replayed(poison: pytest.MonkeyPatch) -> None:
    shop = open_shop()
    shop.receive(line.body(shop.address, line.text("POISON")))
    poison.undo()
    (dead,) = shop.events()
    with organization_scope(shop.tenant.id):
        actions.cancel(principal(shop), dead.id)
        with pytest.raises(Conflict, match="cancelled"):
            actions.replay(principal(shop), dead.id)
    assert shop.states() == ["cancelled"]


def test_a_connector_that_fails_keeps_the_delivery_with_its_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    shop = open_shop()

    class Broken:
        def parse(self, body: bytes) -> list[Any]:
            raise ZeroDivisionError(len(body))

    monkeypatch.setitem(registry.CONNECTORS, "facebook", Broken())
    deliver("facebook", b'{"odd": 1}')
    deliver("line", line.body(shop.address, line.text("fine")))
    apply_all()
    assert shop.texts() == ["fine"]
    with acting_as("inbound"):
        (row,) = run("SELECT state, error FROM delivery ORDER BY seq DESC LIMIT 1 OFFSET 1")
    assert row == {"state": "dead", "error": "The connector could not read it: ZeroDivisionError."}


KILLED = """
import django, os
django.setup()
from hubbub.inbound import pipeline, worker
parse = pipeline.parse
def deadly(delivery):
    if b"DEADLY" in delivery.body:
        os._exit(9)
    return parse(delivery)
pipeline.parse = deadly
state = worker._State()
while worker._turn(state).deliveries:
    pass
"""


def test_a_delivery_that_kills_the_worker_is_dead_after_three_attempts() -> None:
    apply_all()
    shop = open_shop()
    deliver("line", line.body(shop.address, line.text("DEADLY")))
    deliver("line", line.body(shop.address, line.text("after it")))
    deaths = [lane_in_a_process() for _ in range(4)]
    assert deaths == [9, 9, 9, 0]
    assert shop.texts() == ["after it"]
    with acting_as("inbound"):
        (row,) = run("SELECT attempts, error FROM delivery WHERE state = 'dead' ORDER BY seq DESC LIMIT 1")
    assert row == {"attempts": 3, "error": "It stopped the worker three times."}


def lane_in_a_process() -> int:
    """A worker of its own, which ends when nothing waits; returns its exit status."""
    environment = {**os.environ, "HUBBUB_PROCESS": "inbound", "DATABASE_URL": logins().url_for("inbound")}
    return subprocess.run([sys.executable, "-c", KILLED], env=environment, check=False, timeout=60).returncode


def test_a_lost_connection_buries_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    shop = open_shop()
    deliver("line", line.body(shop.address, line.text("hello")))

    def away(_: Batch, _has_entered: object) -> None:
        raise OperationalError("the connection is closed")

    with monkeypatch.context() as patch, acting_as("inbound"):
        patch.setattr(pipeline, "_apply", away)
        with pytest.raises(OperationalError):
            pipeline.apply_deliveries(10)
    assert shop.events() == []
    apply_all()
    assert shop.texts() == ["hello"]


def test_a_delivery_that_only_waited_for_a_lock_is_never_given_up() -> None:
    apply_all()
    shop = open_shop()
    shop.receive(line.body(shop.address, line.text("before")))
    deliver("line", line.body(shop.address, line.text("hello", second=1)))
    with held_by_somebody_else(shop), acting_as("inbound") as ours:
        ours.ensure_connection()
        run("SET lock_timeout = '50ms'")
        state = worker._State()
        for _ in range(careful.MOST_ATTEMPTS + 1):
            with pytest.raises(OperationalError, match="lock timeout"):
                worker._turn(state)
    apply_all()
    assert shop.texts() == ["before", "hello"]


def test_a_delivery_at_which_the_connection_broke_off_again_and_again_is_never_given_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    apply_all()
    shop = open_shop()
    deliver("line", line.body(shop.address, line.text("hello")))

    def away(*_: object, **__: object) -> None:
        raise OperationalError("the answer to COMMIT was lost")

    with acting_as("inbound"):
        state = worker._State()
        with monkeypatch.context() as patch:
            patch.setattr(careful, "apply_deliveries", away)
            for _ in range(careful.MOST_ATTEMPTS + 1):
                with pytest.raises(OperationalError):
                    worker._turn(state)
        assert worker._turn(state).messages == 1
        assert run("SELECT attempts FROM delivery WHERE processed_at IS NOT NULL ORDER BY seq DESC LIMIT 1") == [
            {"attempts": 1}
        ]
    assert shop.texts() == ["hello"]


@contextmanager
def held_by_somebody_else(shop: Shop) -> Iterator[None]:
    """Another session has locked the shop's contacts."""
    with acting_as("inbound"):
        parameters = connection.get_connection_params()
    parameters = {
        name: parameters[name] for name in ("dbname", "user", "password", "host", "port") if name in parameters
    }
    with psycopg.connect(**parameters) as other:
        other.execute("SELECT id FROM contact WHERE organization_id = %s FOR NO KEY UPDATE", [shop.tenant.id])
        yield


def test_deliveries_with_a_low_number_that_were_committed_late_are_found_after_a_rescan() -> None:
    apply_all()
    shop = open_shop()
    deliver("line", line.body(shop.address, line.text("first")), line.body(shop.address, line.text("late", second=1)))
    floor = ScanFloor()
    with acting_as("inbound"):
        late = run("SELECT max(seq) AS seq FROM delivery")[0]["seq"]
        run("UPDATE delivery SET processed_at = now() WHERE seq = %(seq)s", seq=late)  # as if not committed yet
        rescan(floor)
        apply_all()
        rescan(floor)
        run("UPDATE delivery SET processed_at = NULL WHERE seq = %(seq)s", seq=late - 1)
        assert floor.floor <= late - 1
        run("UPDATE delivery SET processed_at = NULL WHERE seq = %(seq)s", seq=late)
        rescan(floor)
        with transaction.atomic():
            assert [one.seq for one in lease(10, floor=floor.floor)] == [late - 1, late]
    apply_all()
    assert shop.texts() == ["first", "late"]


def rescan(floor: ScanFloor) -> None:
    """As if the time for it had come."""
    floor._rescan_at = 0.0
    floor.refresh()
