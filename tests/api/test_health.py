"""Health tells the truth."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client

from hubbub.api import health
from hubbub.settings.environment import reload_environment
from tests.support.roles import acting_as

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def client() -> Client:
    return Client(SERVER_NAME="localhost", raise_request_exception=False)


def test_a_process_that_can_work_is_ready(client: Client) -> None:
    assert client.get("/health/ready").json() == {"status": "ready", "reasons": []}


def test_a_missing_migration_is_a_reason(client: Client) -> None:
    with acting_as("migrator"), connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'inbound' RETURNING app, name, applied")
        removed = cursor.fetchall()
        try:
            answer = client.get("/health/ready")
        finally:
            cursor.executemany("INSERT INTO django_migrations (app, name, applied) VALUES (%s, %s, %s)", removed)
    assert answer.status_code == 503
    assert "migrate" in answer.json()["reasons"][0]


def test_a_database_that_is_away_is_a_reason_and_the_process_stays_alive(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://postgres@127.0.0.1:1/hubbub")
    reload_environment()
    try:
        assert client.get("/health/live").status_code == 200
        answer = client.get("/health/ready")
    finally:
        monkeypatch.undo()
        reload_environment()
    assert (answer.status_code, answer.json()["reasons"]) == (503, ["The database cannot be reached."])


def test_the_front_says_what_runs_here(client: Client) -> None:
    assert "/api/v1/docs" in client.get("/").content.decode()


def test_the_known_migrations_are_the_program_s() -> None:
    assert ("conversations", "0002_protection") in health.known_migrations()


def test_answers_carry_the_security_headers(client: Client) -> None:
    answer = client.get("/api/v1/conversations")
    assert (answer["X-Content-Type-Options"], answer["X-Frame-Options"]) == ("nosniff", "DENY")


@pytest.mark.parametrize("host", ["evil.example", "a b", ""])
def test_a_strange_host_is_refused(client: Client, host: str) -> None:
    assert client.get("/", headers={"Host": host}).status_code == 400
