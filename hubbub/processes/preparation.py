"""From nothing to a database that is ready: server, roles, tables, demo organisation. What is done already is skipped.

The note of what was done stands in the database itself, as the comment on Django's table of migrations, so it can
neither outlive the database nor be forgotten by a copy of it.
"""

import hashlib
import hmac
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import psycopg
from psycopg import sql
from psycopg.rows import scalar_row

import hubbub
from hubbub.kit import json
from hubbub.kit.errors import ConfigurationError, HubbubError
from hubbub.processes.postgres import EmbeddedPostgres
from hubbub.processes.roles import Logins, first_line, prepare_database
from hubbub.settings.database import logins
from hubbub.settings.environment import Environment

PACKAGE: Final = Path(hubbub.__file__).resolve().parent
MIGRATING_PACKAGES: Final = ("django", "procrastinate")
"""The distributions that bring migrations of their own."""

DEMO: Final = ("demo.py", "demo_templates.json")


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What was done to a database. `applied` guards against migrations run by hand, `demo` is the demo's digest."""

    fingerprint: str
    applied: int
    demo: str = ""


def admin_logins(environment: Environment, postgres: EmbeddedPostgres | None) -> Logins:
    """The logins, with the administrator's filled in: the embedded server's superuser, or DATABASE_URL's."""
    found = logins(environment)
    return replace(found, admin_url=postgres.superuser_url()) if postgres else found


def start_and_prepare(environment: Environment) -> None:
    """For a lone command: the embedded server, when it is down, is started with its roles, and left running."""
    if environment.database_url:
        return
    postgres = EmbeddedPostgres(environment.data_dir)
    if postgres.is_running():
        return
    prepare_database(admin_logins(environment, postgres))
    sys.stderr.write(
        f"Started the embedded Postgres in {environment.data_dir} (process {postgres.pid()}) and left it running; "
        "`python -m hubbub.processes stop-database` stops it.\n"
    )


def fingerprint() -> str:
    """Of all migrations: ours by their text, others' by their version."""
    digest = hashlib.sha256()
    for path in _migration_files():
        digest.update(path.name.encode() + path.read_bytes())
    for package in MIGRATING_PACKAGES:
        digest.update(f"{package} {version(package)}".encode())
    return digest.hexdigest()[:32]


def what_is_done(found: Logins) -> Done | None:
    """The note in the database; None when there is none or it no longer fits what was applied."""
    with _as_migrator(found) as connection, connection.cursor(row_factory=scalar_row) as cursor:
        if cursor.execute("SELECT to_regclass('public.django_migrations')").fetchone() is None:
            return None
        note = cursor.execute("SELECT obj_description('public.django_migrations'::regclass, 'pg_class')").fetchone()
        applied = cursor.execute("SELECT coalesce(max(id), 0) FROM public.django_migrations").fetchone()
    done = _read(note)
    return done if done and done.applied == applied else None


def note_what_is_done(found: Logins, *, demo: str = "") -> Done:
    """Write the note: this program's migrations are applied, and the demo printed a text of that digest."""
    with _as_migrator(found) as connection, connection.cursor(row_factory=scalar_row) as cursor:
        applied = cursor.execute("SELECT coalesce(max(id), 0) FROM public.django_migrations").fetchone()
        done = Done(fingerprint=fingerprint(), applied=int(applied or 0), demo=demo)
        comment = sql.Literal(json.dumps(asdict(done)).decode())
        cursor.execute(sql.SQL("COMMENT ON TABLE public.django_migrations IS {}").format(comment))
    return done


def demo_digest(environment: Environment, text: str, *, has_sandbox: bool) -> str:
    """What the note keeps of the demo: its text, which holds an API key, and everything that the demo was made from."""
    made_from = f"{environment.base_url} {has_sandbox} {text}".encode()
    for name in DEMO:
        made_from += (PACKAGE / "api" / name).read_bytes()
    return hmac.new(environment.secret_key.get_secret_value().encode(), made_from, hashlib.sha256).hexdigest()[:32]


def _migration_files() -> Iterator[Path]:
    for package in (PACKAGE, PACKAGE.parent / "facebook_integration"):
        yield from sorted(package.rglob("migrations/*.py"))


def _as_migrator(found: Logins) -> psycopg.Connection[Any]:
    try:
        return psycopg.connect(found.url_for("migrator"), autocommit=True, connect_timeout=10)
    except psycopg.OperationalError as error:
        raise ConfigurationError(
            f"The database cannot be reached as {found.role_of('migrator')}: {first_line(error)}"
        ) from None


def _read(note: object) -> Done | None:
    try:
        found = json.loads(str(note))
        return Done(**found) if isinstance(found, dict) else None  # type: ignore[arg-type]  # compared, never used
    except (HubbubError, TypeError):
        return None
