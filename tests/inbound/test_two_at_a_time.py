"""A worker that is behind has two batches under way: one is being written while the next one enters, in order."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock, Thread

import psycopg
import pytest
from django.db import connection, connections

from hubbub.inbound.pipeline import apply_deliveries
from hubbub.processes.postgres import wait_until
from tests.inbound.shop import Shop, open_shop
from tests.support import line
from tests.support.inbound import apply_all, deliver
from tests.support.lanes import lane_in_a_process
from tests.support.roles import acting_as

pytestmark = pytest.mark.usefixtures("database")

PATIENCE = 20


@contextmanager
def another_session(statement: bytes, *parameters: object) -> Iterator[None]:
    """Somebody else's transaction, which holds what the statement locked until the end of the block."""
    with acting_as("inbound"):
        given = connection.get_connection_params()
    names = ("dbname", "user", "password", "host", "port")
    with psycopg.connect(**{name: given[name] for name in names if name in given}) as other:
        other.execute(statement, parameters)
        yield


def begin_a_batch(entrance: Lock) -> Thread:
    def work() -> None:
        try:
            with acting_as("inbound"):
                apply_deliveries(1, entrance=entrance)
        finally:
            connections.close_all()

    thread = Thread(target=work)
    thread.start()
    return thread


def two_shops() -> tuple[Shop, Shop]:
    """Both known already; what they wait for is a message each, the first shop's first."""
    apply_all()
    shops = open_shop(), open_shop()
    for shop in shops:
        shop.receive(line.body(shop.address, line.text("before")))
    for shop in shops:
        deliver("line", line.body(shop.address, line.text("now", second=1)))
    return shops


def test_no_batch_enters_before_the_one_ahead_holds_its_conversations() -> None:
    first, second = two_shops()
    entrance = Lock()
    with another_session(b"SELECT id FROM contact WHERE organization_id = %s FOR NO KEY UPDATE", first.tenant.id):
        batches = [begin_a_batch(entrance)]
        assert wait_until(is_waiting, PATIENCE)
        batches.append(begin_a_batch(entrance))
        batches[1].join(0.3)
        assert second.texts() == ["before"]
    for batch in batches:
        batch.join(PATIENCE)
    assert first.texts() == second.texts() == ["before", "now"]


def test_while_a_batch_is_being_written_the_next_one_is_applied() -> None:
    first, second = two_shops()
    entrance = Lock()
    with another_session(
        b"SELECT id FROM webhook_counter WHERE organization_id = %s FOR NO KEY UPDATE", first.tenant.id
    ):
        slow = begin_a_batch(entrance)
        assert wait_until(is_waiting, PATIENCE)
        with acting_as("inbound"):
            assert apply_deliveries(1, entrance=entrance).messages == 1
        assert second.texts() == ["before", "now"]
        assert first.texts() == ["before"]
    slow.join(PATIENCE)
    assert first.texts() == ["before", "now"]


def is_waiting() -> bool:
    """Somebody waits for a row that somebody else holds."""
    with acting_as("inbound"), connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
        )
        row = cursor.fetchone()
    return bool(row and row[0])


TWO_THREADS = """
import django, threading
django.setup()
from collections import Counter
from hubbub.inbound import careful, worker
stop, worked = threading.Event(), Counter()
worker.BATCH = 4
apply = worker._apply
def counting(state):
    applied = apply(state)
    worked[threading.get_ident()] += applied.deliveries
    if worked.total() >= 120 - careful.CAREFUL_DELIVERIES:
        stop.set()
    return applied
worker._apply = counting
worker.run(stop)
print(len(+worked))
"""


def test_a_backlog_is_applied_in_order_by_two_threads() -> None:
    apply_all()
    shop = open_shop()
    texts = [str(n) for n in range(120)]
    deliver("line", *(line.body(shop.address, line.text(text, second=0)) for text in texts))
    assert lane_in_a_process("inbound", TWO_THREADS) == "2"
    assert shop.texts() == texts  # of one second: only the order in which they were applied tells


HANGS = """
import django, threading, time
django.setup()
from hubbub.inbound import worker
worker.HANG_SECONDS = 0.5
watch = worker._HangWatch()
def hang():
    with watch:
        time.sleep(60)
threading.Thread(target=hang, daemon=True).start()
for _ in range(1000):
    with watch:
        time.sleep(0.02)
"""


def test_a_thread_that_hangs_ends_the_process_though_the_other_one_works_on() -> None:
    ended = subprocess.run([sys.executable, "-c", HANGS], check=False, timeout=60, capture_output=True, text=True)
    assert ended.returncode == 1
    assert "in hang" in ended.stderr
