"""Nothing that was acknowledged is ever lost: killed edges, absent databases, lost answers, full disks."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from hubbub.processes.postgres import EmbeddedPostgres
from tests.edge.harness import EdgeDatabase, EdgeProcess, Load, Proxy, page_body, wait_for

RELATIONS = Path(__file__).parent / "relations.sql"
PATIENT = (
    "import hubbub.edge.database as database, hubbub.edge.store as store\n"
    "store.PATIENCE_WITH_SPOOL = store.PATIENCE_WITHOUT_SPOOL = 100.0\n"
    "database.CONNECT_OPTIONS['options'] = ''"
)
"""An edge that waits for a stalled commit as long as the test needs."""


@contextmanager
def stalled_inserts(tables: EdgeDatabase) -> Iterator[None]:
    """Inserts wait for a lock, as they would for a slow disk."""
    with psycopg.connect(tables.admin_url) as blocker:
        blocker.execute("LOCK TABLE delivery IN SHARE MODE")
        yield


def inserts_waiting(tables: EdgeDatabase) -> bool:
    return bool(tables.execute("SELECT 1 FROM pg_stat_activity WHERE usename = 'edge' AND wait_event_type = 'Lock'"))


@pytest.mark.parametrize("has_spool", [True, False])
def test_an_edge_that_is_killed_again_and_again_loses_nothing(
    tables: EdgeDatabase, tmp_path: Path, has_spool: bool
) -> None:
    with EdgeProcess(tables.edge_url, tmp_path, spool=tmp_path / "spool" if has_spool else None) as edge:
        with Load(edge) as load:
            for _ in range(3):
                load.wait_for(20)
                edge.kill()
                edge.start()
        assert load.failures > 0
        assert set(load.acknowledged) <= set(tables.bodies())


def test_a_killed_postgres_loses_nothing(tmp_path: Path) -> None:
    folder = Path(tempfile.mkdtemp(prefix="hbk-"))
    server = EmbeddedPostgres(folder, profile="run")
    try:
        with psycopg.connect(server.superuser_url(), autocommit=True) as admin:
            admin.execute("CREATE ROLE edge LOGIN PASSWORD 'edge'")
            admin.execute(RELATIONS.read_bytes())
        url = server.location().url_for("edge", "edge", "postgres")
        with EdgeProcess(url, tmp_path, spool=tmp_path / "spool") as edge:
            with Load(edge) as load:
                for _ in range(2):
                    load.wait_for(30)
                    _kill(server)
                    load.wait_for(10)
                    server.ensure_running()
            wait_for(edge.spool_is_empty)
        with psycopg.connect(server.superuser_url()) as admin:
            stored = [bytes(body) for (body,) in admin.execute("SELECT body FROM delivery").fetchall()]
        assert set(load.statuses) == {200}
        assert sorted(stored) == sorted(load.acknowledged)
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _kill(server: EmbeddedPostgres) -> None:
    pid = server.pid()
    assert pid
    os.kill(pid, signal.SIGKILL)
    wait_for(lambda: server.pid() is None)


@pytest.mark.parametrize("outage", [Proxy.refuse, Proxy.blackhole], ids=["refused", "swallowed"])
def test_while_the_database_is_away_the_spool_acknowledges_and_then_drains(
    spooling_edge: EdgeProcess, proxy: Proxy, tables: EdgeDatabase, outage: Callable[[Proxy], None]
) -> None:
    before, during, after = ([page_body(text=f"{when}-{n}") for n in range(60)] for when in ("a", "b", "c"))
    answers = [spooling_edge.post_signed(body) for body in before]
    outage(proxy)
    answers += [spooling_edge.post_signed(body) for body in during]
    assert tables.count() == len(before)
    assert spooling_edge.http.get("/health/ready").status_code == 200
    proxy.pass_on()
    answers += [spooling_edge.post_signed(body) for body in after]
    wait_for(spooling_edge.spool_is_empty)
    assert {answer.status_code for answer in answers} == {200}
    assert tables.bodies() == [*before, *during, *after]
    spooled = tables.execute("SELECT count(*) FROM delivery WHERE is_spooled")[0][0]
    assert spooled >= len(during)


def test_after_an_outage_deliveries_go_straight_to_the_database_again(
    spooling_edge: EdgeProcess, proxy: Proxy, tables: EdgeDatabase, tmp_path: Path
) -> None:
    proxy.refuse()
    spooling_edge.post_signed(page_body(text="spooled"))
    proxy.pass_on()
    wait_for(spooling_edge.spool_is_empty)
    spooling_edge.post_signed(page_body(text="direct"))
    assert tables.execute("SELECT is_spooled FROM delivery ORDER BY seq") == [(True,), (False,)]
    assert list((tmp_path / "spool").rglob("*.spool")) == []


def test_without_a_spool_an_absent_database_is_503_until_it_is_back(
    tables: EdgeDatabase, proxy: Proxy, tmp_path: Path
) -> None:
    with EdgeProcess(proxy.url, tmp_path) as edge:
        proxy.refuse()
        answer = edge.post_signed(page_body())
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
        assert edge.http.get("/health/ready").status_code == 503
        proxy.pass_on()
        wait_for(lambda: edge.post_signed(page_body()).status_code == 200)
        assert tables.count() == 1


@pytest.mark.parametrize("has_spool", [True, False])
def test_a_commit_whose_answer_is_lost_is_stored_once(
    tables: EdgeDatabase, proxy: Proxy, tmp_path: Path, has_spool: bool
) -> None:
    with EdgeProcess(proxy.url, tmp_path, spool=tmp_path / "spool" if has_spool else None) as edge:
        proxy.drop_answers_to_inserts(every=2)
        with Load(edge) as load:
            wait_for(lambda: proxy.dropped >= 5)
        proxy.pass_on()
        if has_spool:
            wait_for(edge.spool_is_empty)
        assert set(load.statuses) == {200}
        assert sorted(tables.bodies()) == sorted(load.acknowledged)


def test_a_database_that_refuses_all_work_counts_as_away(spooling_edge: EdgeProcess, tables: EdgeDatabase) -> None:
    tables.execute("REVOKE INSERT ON delivery FROM edge")
    try:
        assert spooling_edge.post_signed(page_body()).status_code == 200
    finally:
        tables.execute("GRANT INSERT ON delivery TO edge")
    wait_for(spooling_edge.spool_is_empty)
    assert tables.bodies() == [page_body()]


def test_a_stalled_database_does_not_keep_callers_waiting(spooling_edge: EdgeProcess, tables: EdgeDatabase) -> None:
    bodies = [page_body(text=str(number)) for number in range(20)]
    with stalled_inserts(tables):
        assert {spooling_edge.post_signed(body).status_code for body in bodies} == {200}
        assert tables.count() == 0
    wait_for(spooling_edge.spool_is_empty)
    assert tables.bodies() == bodies


def test_two_edges_on_one_spool_directory_store_everything_once(
    tables: EdgeDatabase, proxy: Proxy, tmp_path: Path
) -> None:
    spool = tmp_path / "spool"
    with EdgeProcess(proxy.url, tmp_path, spool=spool) as one, EdgeProcess(proxy.url, tmp_path, spool=spool) as other:
        proxy.refuse()
        with Load(one) as first, Load(other) as second:
            first.wait_for(50)
            second.wait_for(50)
        one.kill()
        proxy.pass_on()
        wait_for(lambda: tables.count() == len(first.acknowledged) + len(second.acknowledged))
        both = Counter(first.acknowledged + second.acknowledged)
        assert Counter(tables.bodies()) == both
        wait_for(lambda: list(spool.rglob("*.spool")) == [])


def test_with_neither_disk_nor_database_everything_is_503_and_the_edge_lives(
    tables: EdgeDatabase, proxy: Proxy, tmp_path: Path
) -> None:
    with _edge_with_full_disk(proxy.url, tmp_path) as edge:
        proxy.refuse()
        answers = [edge.post_signed(page_body(text=str(number))) for number in range(20)]
        assert {answer.status_code for answer in answers} == {503}
        assert edge.http.get("/health/ready").status_code == 503
        assert edge.http.get("/health/live").status_code == 200
        assert "spool_failed" in edge.logged()
        proxy.pass_on()
        wait_for(lambda: edge.post_signed(page_body()).status_code == 200)
        assert tables.bodies() == [page_body()]


def test_a_full_disk_matters_to_nobody_while_the_database_is_up(
    tables: EdgeDatabase, proxy: Proxy, tmp_path: Path
) -> None:
    with _edge_with_full_disk(proxy.url, tmp_path) as edge:
        bodies = [page_body(text=str(number)) for number in range(20)]
        assert {edge.post_signed(body).status_code for body in bodies} == {200}
        assert tables.bodies() == bodies
        assert edge.http.get("/health/ready").status_code == 200


def _edge_with_full_disk(url: str, folder: Path) -> EdgeProcess:
    code = (
        "import os\n"
        "def full(descriptor, data): raise OSError(28, 'No space left on device')\n"
        "import hubbub.edge.spool.segment as segment\n"
        "class FullDisk:\n"
        "    write = staticmethod(full)\n"
        "    def __getattr__(self, name): return getattr(os, name)\n"
        "segment.os = FullDisk()"
    )
    return EdgeProcess(url, folder, spool=folder / "spool", prelude=code)


def test_what_arrives_during_a_commit_goes_into_the_next_one(tables: EdgeDatabase, tmp_path: Path) -> None:
    with EdgeProcess(tables.edge_url, tmp_path, prelude=PATIENT) as edge, ThreadPoolExecutor(51) as callers:
        with stalled_inserts(tables):
            first = callers.submit(edge.post_signed, page_body(text="first"))
            wait_for(lambda: inserts_waiting(tables))
            rest = [callers.submit(edge.post_signed, page_body(text=str(number))) for number in range(50)]
            wait_for(lambda: edge.ready()["waiting"] == 50)
        assert {call.result().status_code for call in [first, *rest]} == {200}
        groups = tables.execute("SELECT count(*) FROM delivery GROUP BY xmin::text ORDER BY 1")
        assert groups == [(1,), (50,)]


def test_past_its_depth_the_queue_sheds_with_503_and_retry_after(tables: EdgeDatabase, tmp_path: Path) -> None:
    environment = {"HUBBUB_EDGE_QUEUE_DEPTH": "10"}
    with (
        EdgeProcess(tables.edge_url, tmp_path, environment=environment, prelude=PATIENT) as edge,
        ThreadPoolExecutor(11) as callers,
    ):
        with stalled_inserts(tables):
            first = callers.submit(edge.post_signed, page_body(text="first"))
            wait_for(lambda: inserts_waiting(tables))
            waiting = [callers.submit(edge.post_signed, page_body(text=str(number))) for number in range(10)]
            wait_for(lambda: edge.ready()["waiting"] == 10)
            shed = edge.post_signed(page_body(text="too much"))
        assert (shed.status_code, shed.headers["retry-after"]) == (503, "2")
        assert {call.result().status_code for call in [first, *waiting]} == {200}
        assert edge.ready()["counters"]["facebook"] == {"accepted": 11, "shed": 1}


@pytest.mark.parametrize("has_spool", [True, False])
def test_a_poison_record_harms_none_of_its_neighbours(tables: EdgeDatabase, tmp_path: Path, has_spool: bool) -> None:
    spool = tmp_path / "spool"
    bodies = [page_body(text=str(number)) for number in range(30)]
    bodies.insert(17, b"poison")
    with (
        EdgeProcess(tables.edge_url, tmp_path, spool=spool if has_spool else None, prelude=PATIENT) as edge,
        ThreadPoolExecutor(40) as callers,
    ):
        with stalled_inserts(tables):
            first = callers.submit(edge.post_signed, page_body(text="first"))
            wait_for(lambda: inserts_waiting(tables))
            calls = [callers.submit(edge.post_signed, body) for body in bodies]
            wait_for(lambda: edge.ready()["waiting"] == len(bodies))
        answers = {body: call.result().status_code for body, call in zip(bodies, calls, strict=True)}
        assert first.result().status_code == 200
        assert answers.pop(b"poison") == (200 if has_spool else 503)
        assert set(answers.values()) == {200}
        assert set(tables.bodies()) == {page_body(text="first"), *answers}
        assert "delivery_refused" in edge.logged()
    quarantined = [path.read_bytes() for path in (spool / "quarantine").glob("*")]
    assert [b"poison" in content for content in quarantined] == ([True] if has_spool else [])


def test_a_poison_record_in_the_spool_does_not_stop_the_drain(
    spooling_edge: EdgeProcess, proxy: Proxy, tables: EdgeDatabase, tmp_path: Path
) -> None:
    proxy.refuse()
    bodies = [page_body(text="1"), b"poison", page_body(text="2")]
    assert {spooling_edge.post_signed(body).status_code for body in bodies} == {200}
    proxy.pass_on()
    wait_for(spooling_edge.spool_is_empty)
    assert tables.bodies() == [bodies[0], bodies[2]]
    assert spooling_edge.ready()["spool"]["quarantined"] == 1
    assert len(list((tmp_path / "spool" / "quarantine").iterdir())) == 1


@pytest.mark.parametrize("has_spool", [True, False])
def test_a_bug_costs_one_group_and_the_writer_lives_on(tables: EdgeDatabase, tmp_path: Path, has_spool: bool) -> None:
    bug = (
        "import hubbub.edge.store as store\n"
        "values = store.insert_values\n"
        "def failing(group, **more):\n"
        "    if group[0].body == b'bug': raise RuntimeError('a bug')\n"
        "    return values(group, **more)\n"
        "store.insert_values = failing"
    )
    with EdgeProcess(tables.edge_url, tmp_path, spool=tmp_path / "spool" if has_spool else None, prelude=bug) as edge:
        assert edge.post_signed(b"bug").status_code == 503
        assert edge.post_signed(page_body()).status_code == 200
        assert "group_failed" in edge.logged()
    assert tables.bodies() == [page_body()]
