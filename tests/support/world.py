"""Chooses the settings of the test run before Django reads them, and makes the databases."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import psycopg
from filelock import FileLock
from psycopg import sql

TEMPLATE = "hubbub_template"
OF_TESTS = {"HUBBUB_SEEDS"}
"""Settings of the tests themselves: where the documents are that they follow."""


def choose(root: Path, *, worker: str) -> None:
    """Set the environment of this test process: its data directory and its database. Starts nothing."""
    ours = ("HUBBUB_", "FACEBOOK_", "DATABASE_", "REDIS_")
    for name in [name for name in os.environ if name.startswith(ours) and name not in OF_TESTS]:
        del os.environ[name]
    os.environ["HUBBUB_ENV"] = "test"
    os.environ["HUBBUB_DATA_DIR"] = str(root / "var" / "test")
    os.environ["DJANGO_SETTINGS_MODULE"] = "hubbub.settings.test"
    os.environ["DATABASE_URL"] = _server_url(f"hubbub_{worker}_{os.getpid()}")
    import django

    django.setup()


def make_database() -> None:
    """Clone the migrated template; make the template first when migrations changed."""
    from hubbub.settings.database import logins
    from hubbub.settings.environment import environment

    data_dir = environment().data_dir
    data_dir.mkdir(parents=True, exist_ok=True)
    name = logins().database
    with FileLock(data_dir / "template.lock"), _admin() as admin:
        template = f"{TEMPLATE}_{_fingerprint()}"
        if not _exists(admin, template):
            _make_template(admin, template)
        _remove_orphans(admin)
        admin.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER {}").format(
                sql.Identifier(name), sql.Identifier(template), sql.Identifier(logins().role_of("migrator"))
            )
        )


def drop_database() -> None:
    """Remove this test process's database."""
    from django.db import connections

    from hubbub.settings.database import logins

    for connection in connections.all(initialized_only=True):
        connection.close()
        getattr(connection, "close_pool", lambda: None)()
    with _admin() as admin:
        admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(logins().database)))


def admin_url(database: str | None = None) -> str:
    """The superuser's URL: for making databases and for checks of the catalog, never for the product."""
    from hubbub.processes.postgres import EmbeddedPostgres
    from hubbub.settings.database import logins
    from hubbub.settings.environment import environment

    return EmbeddedPostgres(environment().data_dir, profile="test").superuser_url(database or logins().database)


def _server_url(database: str) -> str:
    from hubbub.processes.postgres import EmbeddedPostgres

    data_dir = Path(os.environ["HUBBUB_DATA_DIR"])
    return EmbeddedPostgres(data_dir, profile="test").location().url_for("postgres", "", database)


def _admin() -> psycopg.Connection[tuple[object, ...]]:
    return psycopg.connect(admin_url("postgres"), autocommit=True)


def _exists(admin: psycopg.Connection[tuple[object, ...]], database: str) -> bool:
    return admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone() is not None


def _make_template(admin: psycopg.Connection[tuple[object, ...]], template: str) -> None:
    from hubbub.processes.roles import Logins, prepare_database
    from hubbub.settings.database import logins
    from hubbub.settings.environment import environment

    for (old,) in admin.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", [TEMPLATE + "%"]).fetchall():
        admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(str(old))))
    secret_key = environment().secret_key.get_secret_value()
    making = f"{template}_making"
    prepare_database(
        Logins(admin_url=admin_url(making), secret_key=secret_key, database=making, prefix=logins().prefix)
    )
    subprocess.run(
        [sys.executable, "manage.py", "migrate", "-v", "0"],
        check=True,
        cwd=Path(__file__).resolve().parent.parent.parent,
        env={**os.environ, "DATABASE_URL": _server_url(making), "HUBBUB_PROCESS": "migrator"},
    )
    admin.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(making), sql.Identifier(template)))


def _remove_orphans(admin: psycopg.Connection[tuple[object, ...]]) -> None:
    rows = admin.execute("SELECT datname FROM pg_database WHERE datname ~ '^hubbub_(main|gw[0-9]+)_[0-9]+$'").fetchall()
    for (name,) in rows:
        if not Path(f"/proc/{str(name).rsplit('_', 1)[1]}").exists():
            admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(str(name))))


def _fingerprint() -> str:
    """Of every migration, and of the key from which the roles' passwords are made."""
    from hubbub.settings.environment import environment

    digest = hashlib.sha256(environment().secret_key.get_secret_value().encode())
    root = Path(__file__).resolve().parent.parent.parent
    for path in sorted([*root.glob("*/*/migrations/*.py"), *root.glob("hubbub/organizations/*.py")]):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]
