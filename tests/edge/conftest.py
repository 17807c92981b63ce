"""One Postgres for all edge tests, with only the two relations that the edge knows; and edges as real processes."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from hubbub.processes.postgres import EmbeddedPostgres
from tests.edge.harness import EdgeDatabase, EdgeProcess, Proxy, wait_for


@pytest.fixture(scope="session")
def edge_postgres() -> Iterator[EmbeddedPostgres]:
    """A server of its own on a loopback port, so that tests may stand between it and the edge."""
    folder = Path(tempfile.mkdtemp(prefix="hbe-"))
    server = EmbeddedPostgres(folder, profile="test", loopback_port=0)
    server.ensure_running()
    yield server
    server.stop()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def _relations(edge_postgres: EmbeddedPostgres) -> str:
    """The superuser's URL of the database, once the relations are made."""
    location = edge_postgres.location()
    with psycopg.connect(edge_postgres.superuser_url(), autocommit=True) as admin:
        admin.execute("CREATE ROLE edge LOGIN PASSWORD 'edge'")
        admin.execute("CREATE DATABASE edge")
    url = location.url_for("postgres", edge_postgres.superuser_password(), "edge", over_tcp=True)
    with psycopg.connect(url, autocommit=True) as admin:
        admin.execute((Path(__file__).parent / "relations.sql").read_bytes())
    return url


@pytest.fixture(scope="session")
def _database(edge_postgres: EmbeddedPostgres, _relations: str) -> Iterator[EdgeDatabase]:
    url = edge_postgres.location().url_for("edge", "edge", "edge", over_tcp=True)
    with EdgeDatabase(admin_url=_relations, edge_url=url) as database:
        yield database


@pytest.fixture
def tables(_database: EdgeDatabase) -> EdgeDatabase:
    """No deliveries, no channels."""
    _database.clear()
    return _database


@pytest.fixture
def proxy(tables: EdgeDatabase) -> Iterator[Proxy]:
    """A TCP proxy before the database that can misbehave."""
    with Proxy(tables.edge_url) as proxy:
        yield proxy


@pytest.fixture(scope="session")
def _edge(_database: EdgeDatabase, tmp_path_factory: pytest.TempPathFactory) -> Iterator[EdgeProcess]:
    with EdgeProcess(_database.edge_url, tmp_path_factory.mktemp("edge")) as edge:
        yield edge


@pytest.fixture
def edge(_edge: EdgeProcess, tables: EdgeDatabase) -> EdgeProcess:
    """An edge without a spool, shared by the tests that do it no harm; it knows no channels."""
    wait_for(lambda: _edge.ready()["channels"] == 0)
    return _edge


@pytest.fixture
def own_edge(tables: EdgeDatabase, tmp_path: Path) -> Iterator[EdgeProcess]:
    """An edge of this test's own, without a spool."""
    with EdgeProcess(tables.edge_url, tmp_path) as edge:
        yield edge


@pytest.fixture
def spooling_edge(proxy: Proxy, tmp_path: Path) -> Iterator[EdgeProcess]:
    """An edge with a spool, behind the proxy."""
    with EdgeProcess(proxy.url, tmp_path, spool=tmp_path / "spool") as edge:
        yield edge
