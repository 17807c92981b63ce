"""Stopping without losing a call, and callers who take their time."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest

from tests.edge.harness import EdgeDatabase, EdgeProcess, Load, meta_signature, page_body, wait_for
from tests.edge.test_outages import PATIENT, inserts_waiting, stalled_inserts

ROOT = Path(__file__).resolve().parents[2]
IMPATIENT = "import hubbub.edge.server as server; server.REQUEST_SECONDS, server.SWEEP_SECONDS = 0.5, 0.05"


@pytest.fixture
def impatient_edge(tables: EdgeDatabase, tmp_path: Path) -> Iterator[EdgeProcess]:
    """An edge that gives a request half a second to come in."""
    with EdgeProcess(tables.edge_url, tmp_path, prelude=IMPATIENT) as edge:
        yield edge


def test_sigterm_finishes_what_is_under_way(tables: EdgeDatabase, tmp_path: Path) -> None:
    with EdgeProcess(tables.edge_url, tmp_path, prelude=PATIENT) as edge, ThreadPoolExecutor(4) as callers:
        with stalled_inserts(tables):
            calls = [callers.submit(edge.post_signed, page_body(text=str(number))) for number in range(3)]
            wait_for(lambda: inserts_waiting(tables))
            stopping = callers.submit(edge.stop)
        assert [call.result().status_code for call in calls] == [200, 200, 200]
        assert stopping.result() == 0
        assert tables.count() == 3
        assert "Traceback" not in edge.logged()


def test_two_edges_on_one_socket_are_replaced_without_a_failed_call(tables: EdgeDatabase, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listener:
        fd, port = listener.fileno(), listener.getsockname()[1]
        edges = [EdgeProcess(tables.edge_url, tmp_path, fd=fd, port=port) for _ in range(2)]
        with edges[0], edges[1], Load(edges[0]) as load:
            for edge in edges * 2:
                load.wait_for(30)
                assert edge.stop() == 0
                load.wait_for(30)
                edge.start()
    assert (load.failures, set(load.statuses)) == (0, {200})
    assert sorted(tables.bodies()) == sorted(load.acknowledged)


def test_sigterm_while_the_database_is_away_leaves_the_spool_to_the_next_edge(
    tables: EdgeDatabase, tmp_path: Path
) -> None:
    nowhere = tables.edge_url.replace(":edge@", ":wrong-password@")
    with EdgeProcess(nowhere, tmp_path, spool=tmp_path / "spool") as edge:
        assert edge.post_signed(page_body()).status_code == 200
        assert edge.stop() == 0
        assert "wrong-password" not in edge.logged()
    with EdgeProcess(tables.edge_url, tmp_path, spool=tmp_path / "spool") as heir:
        wait_for(heir.spool_is_empty)
        assert tables.bodies() == [page_body()]


@pytest.mark.parametrize(
    "beginning",
    [
        b"POST /webhooks/facebook HTTP/1.1\r\nHost: x\r\nX-",
        b"POST /webhooks/facebook HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhalf",
        b"POST /webhooks/facebook HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n",
        b"POST /webhooks/facebook HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n\r\nhalf",
    ],
    ids=["in the head", "in the body", "in the chunks", "in a body too large"],
)
def test_a_request_that_does_not_come_in_time_is_408(impatient_edge: EdgeProcess, beginning: bytes) -> None:
    with socket.create_connection(("127.0.0.1", impatient_edge.port), 20) as line:
        line.sendall(beginning)
        assert line.recv(1000).startswith(b"HTTP/1.1 408 ")
        assert line.recv(1000) == b""


def test_dripping_bytes_do_not_prolong_the_time(impatient_edge: EdgeProcess) -> None:
    body = page_body()
    with socket.create_connection(("127.0.0.1", impatient_edge.port), 0.05) as line:
        line.sendall(b"POST /webhooks/facebook HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(body))
        for number in range(len(body)):
            try:
                answer = line.recv(1000)
                break
            except TimeoutError:
                line.sendall(body[number : number + 1])
    assert answer.startswith(b"HTTP/1.1 408 ")


def test_a_connection_that_says_nothing_is_closed(impatient_edge: EdgeProcess) -> None:
    with socket.create_connection(("127.0.0.1", impatient_edge.port), 20) as line:
        assert line.recv(100) == b""


def test_many_slow_callers_do_not_keep_others_out(edge: EdgeProcess, tables: EdgeDatabase) -> None:
    slow = [socket.create_connection(("127.0.0.1", edge.port), 10) for _ in range(300)]
    for line in slow:
        line.sendall(b"POST /webhooks/facebook HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nx")
    assert edge.post_signed(page_body()).status_code == 200
    for line in slow:
        line.close()


@pytest.mark.parametrize("more", [b"y\r\nX: ", b"y"], ids=["many headers", "one long header"])
def test_endless_headers_are_cut_off(edge: EdgeProcess, more: bytes) -> None:
    with socket.create_connection(("127.0.0.1", edge.port), 20) as line:
        line.sendall(b"POST /webhooks/facebook HTTP/1.1\r\nHost: x\r\nX: ")
        with suppress(ConnectionError):
            for _ in range(1000):
                line.sendall(more * 1000)
        assert line.recv(100).startswith(b"HTTP/1.1 431 ")
    assert edge.post_signed(page_body()).status_code == 200


def test_a_superusers_login_is_refused(tables: EdgeDatabase, tmp_path: Path) -> None:
    with EdgeProcess(tables.admin_url, tmp_path) as edge:
        assert edge.http.get("/health/ready").status_code == 503
        assert edge.post_signed(page_body()).status_code == 503
        assert "hubbub_edge" in edge.logged()


def test_an_idle_connection_may_be_used_again(impatient_edge: EdgeProcess) -> None:
    body = page_body()
    signature = meta_signature(body)["X-Hub-Signature-256"].encode()
    request = b"POST /webhooks/facebook HTTP/1.1\r\nHost: x\r\nX-Hub-Signature-256: %s\r\nContent-Length: %d\r\n\r\n%s"
    with socket.create_connection(("127.0.0.1", impatient_edge.port), 1.0) as line:
        line.sendall(request % (signature, len(body), body))
        assert line.recv(1000).startswith(b"HTTP/1.1 200 ")
        with pytest.raises(TimeoutError):
            line.recv(1000)  # longer than a request may take, and still open
        line.sendall(request % (signature, len(body), body))
        assert line.recv(1000).startswith(b"HTTP/1.1 200 ")


def test_callers_that_hang_up_leave_no_trace(edge: EdgeProcess) -> None:
    for beginning in (
        b"",
        b"POST /webhooks/",
        b"POST /webhooks/line HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nx",
    ):
        with socket.create_connection(("127.0.0.1", edge.port), 10) as line:
            line.sendall(beginning)
    assert edge.post_signed(page_body()).status_code == 200
    assert "Traceback" not in edge.logged()


def test_the_edge_never_imports_django() -> None:
    code = (
        "import sys, hubbub.edge.__main__;"
        "found = [name for name in sys.modules if name.partition('.')[0] in ('django', 'ninja', 'procrastinate')];"
        "sys.exit(str(found) if found else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_without_a_database_url_it_says_what_to_do(tmp_path: Path) -> None:
    environment = {"HUBBUB_ENV": "test", "HUBBUB_DATA_DIR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-m", "hubbub.edge"], cwd=ROOT, capture_output=True, text=True, check=False, env=environment
    )
    assert done.returncode == 2
    assert done.stderr.startswith("HUBBUB_EDGE_DATABASE_URL is not set")
