"""Dump and restore."""

import stat
from pathlib import Path

import psycopg
import pytest

from hubbub.kit.errors import ConfigurationError
from hubbub.processes.backup import dump, restore
from hubbub.processes.postgres import EmbeddedPostgres
from hubbub.processes.roles import Logins, prepare_database


@pytest.fixture(scope="module")
def logins(postgres: EmbeddedPostgres) -> Logins:
    found = Logins(admin_url=postgres.superuser_url(), secret_key="s", database="kept", prefix="kept")
    prepare_database(found)
    return found


def test_what_was_dumped_comes_back_with_its_owner_and_policies(
    postgres: EmbeddedPostgres, logins: Logins, tmp_path: Path
) -> None:
    with psycopg.connect(logins.url_for("migrator"), autocommit=True) as migrator:
        migrator.execute("CREATE TABLE note (id int PRIMARY KEY, text text)")
        migrator.execute("ALTER TABLE note ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
        migrator.execute("CREATE POLICY own ON note USING (id = 1) WITH CHECK (true)")
        migrator.execute("INSERT INTO note VALUES (1, 'kept')")
        dump(postgres, tmp_path / "kept.dump", "kept")
        migrator.execute("DROP TABLE note")
        migrator.execute("CREATE TABLE note (id int)")
    restore(postgres, tmp_path / "kept.dump", "kept")
    with psycopg.connect(logins.url_for("migrator"), autocommit=True) as migrator:
        migrator.execute("INSERT INTO note VALUES (2, 'hidden')")
        assert migrator.execute("SELECT * FROM note").fetchall() == [(1, "kept")]
    assert stat.S_IMODE((tmp_path / "kept.dump").stat().st_mode) == 0o600


def test_a_dump_that_fails_leaves_the_old_archive(postgres: EmbeddedPostgres, tmp_path: Path) -> None:
    (tmp_path / "old.dump").write_bytes(b"old")
    with pytest.raises(ConfigurationError, match=r'pg_dump failed: .*database "nowhere" does not exist'):
        dump(postgres, tmp_path / "old.dump", "nowhere")
    assert (tmp_path / "old.dump").read_bytes() == b"old"


def test_an_archive_that_is_none_is_refused_and_changes_nothing(
    postgres: EmbeddedPostgres, logins: Logins, tmp_path: Path
) -> None:
    (tmp_path / "x").write_bytes(b"no archive")
    with pytest.raises(ConfigurationError, match="pg_restore failed"):
        restore(postgres, tmp_path / "x", "kept")
    with pytest.raises(ConfigurationError, match="is no file"):
        restore(postgres, tmp_path / "missing", "kept")
