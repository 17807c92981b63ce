"""What was done to a database is noted in the database."""

from collections.abc import Iterator

import psycopg
import pytest

from hubbub.processes import preparation
from hubbub.processes.postgres import EmbeddedPostgres
from hubbub.processes.roles import Logins, prepare_database


@pytest.fixture(scope="module")
def logins(postgres: EmbeddedPostgres) -> Logins:
    found = Logins(admin_url=postgres.superuser_url(), secret_key="a secret", database="noted", prefix="noted")
    prepare_database(found)
    return found


@pytest.fixture
def migrator(logins: Logins) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    with psycopg.connect(logins.url_for("migrator"), autocommit=True) as connection:
        connection.execute("CREATE TABLE django_migrations (id bigserial, name text)")
        connection.execute("INSERT INTO django_migrations (name) VALUES ('0001_initial')")
        yield connection
        connection.execute("DROP TABLE django_migrations")


def test_nothing_is_done_to_an_empty_database(logins: Logins) -> None:
    assert preparation.what_is_done(logins) is None


def test_what_was_noted_is_read(logins: Logins, migrator: psycopg.Connection[tuple[object, ...]]) -> None:
    assert preparation.what_is_done(logins) is None
    preparation.note_what_is_done(logins, demo="it's a digest")
    done = preparation.what_is_done(logins)
    assert done is not None
    assert done.fingerprint == preparation.fingerprint()
    assert done.demo == "it's a digest"


def test_a_migration_by_hand_makes_the_note_void(
    logins: Logins, migrator: psycopg.Connection[tuple[object, ...]]
) -> None:
    preparation.note_what_is_done(logins)
    migrator.execute("INSERT INTO django_migrations (name) VALUES ('0002_more')")
    assert preparation.what_is_done(logins) is None


@pytest.mark.parametrize("text", ["nonsense", "{}", "[1]", '{"fingerprint": "x"}'])
def test_somebody_elses_comment_is_no_note(
    logins: Logins, migrator: psycopg.Connection[tuple[object, ...]], text: str
) -> None:
    migrator.execute(f"COMMENT ON TABLE django_migrations IS '{text}'".encode())
    assert preparation.what_is_done(logins) is None


def test_the_fingerprint_covers_every_migration_of_ours(tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> None:
    before = preparation.fingerprint()
    assert before == preparation.fingerprint()
    files = list(preparation._migration_files())
    assert any(path.parent.parent.name == "conversations" for path in files)
    monkeypatch.setattr(preparation, "_migration_files", lambda: files[1:])
    assert preparation.fingerprint() != before
