"""Which database login each process uses, and making those logins.

Every process signs in as a role of its own, with only the grants that it needs (the grants on tables are made by the
migrations). Passwords are derived from SECRET_KEY, so nothing has to be stored or handed round.
"""

import hashlib
import hmac
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit

import psycopg
from psycopg import sql
from psycopg.rows import class_row, scalar_row

from hubbub.kit.errors import ConfigurationError

PROCESSES: Final = ("migrator", "web", "inbound", "outbound", "automation", "relay", "edge", "jobs")
"""Each is also the last word of its role: `hubbub_web`."""

CREATE_LOCK: Final = 0x48554242_524F4C45
"""Advisory lock ("HUBBROLE") held while roles are made: two at once would fail on the same catalog rows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Logins:
    """How to sign in to one database as each process.

    `admin_url` may create roles and the database. `overrides` maps a process to a whole URL that an operator gave
    (DATABASE_URL_WEB, …): such a role is theirs, we neither create nor change it.
    """

    admin_url: str = field(repr=False)
    secret_key: str = field(repr=False)
    database: str = "hubbub"
    prefix: str = "hubbub"
    overrides: Mapping[str, str] = field(default_factory=dict, repr=False)

    def role_of(self, process: str) -> str:
        """The role's name; a process that does not exist is a ConfigurationError."""
        if process not in PROCESSES:
            raise ConfigurationError(f"{process!r} is no database role: choose one of {', '.join(PROCESSES)}.")
        if override := self.overrides.get(process):
            return unquote(urlsplit(override).username or "")
        return f"{self.prefix}_{process}"

    def password_of(self, process: str) -> str:
        """HMAC-SHA256 of the role's name under SECRET_KEY, in hex."""
        message = f"database-role:{self.role_of(process)}".encode()
        return hmac.new(self.secret_key.encode(), message, hashlib.sha256).hexdigest()

    def url_for(self, process: str) -> str:
        """The URL that this process connects with."""
        if override := self.overrides.get(process):
            return override
        return with_login(self.admin_url, self.role_of(process), self.password_of(process), self.database)

    def own_processes(self) -> list[str]:
        """The processes whose roles we make."""
        return [process for process in PROCESSES if process not in self.overrides]


@dataclass(frozen=True, slots=True, kw_only=True)
class RolePowers:
    """What the role behind a connection could do; one row of `POWERS_SQL`."""

    session_user: str
    current_user: str
    is_superuser: bool
    can_bypass: bool
    owns_tables: bool


POWERS_SQL: Final = """
SELECT session_user::text AS session_user,
       current_user::text AS current_user,
       coalesce(bool_or(rolsuper), false) AS is_superuser,
       coalesce(bool_or(rolbypassrls), false) AS can_bypass,
       EXISTS (SELECT FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
                WHERE nspname = 'public' AND relkind IN ('r', 'p')
                  AND (pg_has_role(session_user, relowner, 'MEMBER') OR pg_has_role(current_user, relowner, 'MEMBER'))
              ) AS owns_tables
  FROM pg_roles
 WHERE pg_has_role(session_user, oid, 'MEMBER') OR pg_has_role(current_user, oid, 'MEMBER')
"""
"""The roles that it is a member of count too: SET ROLE is one statement away."""


def with_login(url: str, role: str, password: str, database: str) -> str:
    """The same server, with another login and database. Everything else of the URL stays."""
    parts = urlsplit(url)
    place = parts.netloc.rpartition("@")[2]
    options = [(name, value) for name, value in parse_qsl(parts.query) if name not in {"user", "password", "dbname"}]
    return urlunsplit(
        parts._replace(
            netloc=f"{quote(role, safe='')}:{quote(password, safe='')}@{place}",
            path="/" + quote(database, safe=""),
            query=urlencode(options, safe="/"),
        )
    )


def prepare_database(logins: Logins) -> None:
    """Make the roles and the database on the server of `admin_url`, whatever is missing of them."""
    with connect_as_admin(logins) as admin:
        create_roles(admin, logins)


def connect_as_admin(logins: Logins) -> psycopg.Connection[Any]:
    """An autocommit connection as administrator; to the database `postgres` while ours does not exist yet."""
    try:
        return _connect(logins.admin_url)
    except psycopg.OperationalError as error:
        if f'database "{urlsplit(logins.admin_url).path[1:]}" does not exist' not in str(error):
            raise ConfigurationError(f"The database cannot be reached as administrator: {first_line(error)}") from None
    return _connect(logins.admin_url, dbname="postgres")


def _connect(url: str, **options: str) -> psycopg.Connection[Any]:
    return psycopg.connect(url, autocommit=True, connect_timeout=10, **options)  # type: ignore[arg-type]


def create_roles(admin: psycopg.Connection[Any], logins: Logins) -> None:
    """Make every missing role and the database, and set the passwords. Safe to repeat and to call at once elsewhere.

    `admin` must be in autocommit mode (CREATE DATABASE runs in no transaction) and be a superuser or have CREATEROLE
    and CREATEDB. Raises ConfigurationError when it may not.
    """
    try:
        with _alone(admin):
            for process in logins.own_processes():
                _ensure_role(admin, logins.role_of(process), logins.password_of(process))
            _ensure_database(admin, logins)
    except psycopg.errors.InsufficientPrivilege as error:
        raise ConfigurationError(
            f"The login in DATABASE_URL may not make the database roles ({first_line(error)}): give it CREATEROLE and "
            "CREATEDB, or set DATABASE_URL_WEB and the other role URLs (docs/running.md)."
        ) from None


def refuse_dangerous_role(connection: psycopg.Connection[Any], expected_role: str) -> None:
    """Raise ConfigurationError when this connection could step round row-level security, or is not `expected_role`.

    The migrator owns the tables; it is the one role that must not be asked about here.
    """
    with connection.cursor(row_factory=class_row(RolePowers)) as cursor:
        powers = cursor.execute(POWERS_SQL).fetchone()
    assert powers is not None
    judge(powers, expected_role)


def judge(powers: RolePowers, expected_role: str) -> None:
    """The same, for whoever ran `POWERS_SQL` on an asynchronous connection."""
    reasons = {
        f"it signed in as {powers.session_user}, not {expected_role}": powers.session_user != expected_role,
        f"it acts as {powers.current_user}, not {expected_role}": powers.current_user != expected_role,
        "it is a superuser": powers.is_superuser,
        "it can bypass row-level security": powers.can_bypass,
        "it owns tables": powers.owns_tables,
    }
    if found := [reason for reason, is_true in reasons.items() if is_true]:
        raise ConfigurationError(
            f"Refusing to work with this database login, because tenants would not be kept apart: {', '.join(found)}. "
            f"Connect as {expected_role}."
        )


def first_line(error: Exception) -> str:
    """The first line of a database error, which never holds a password."""
    return str(error).strip().partition("\n")[0]


@contextmanager
def _alone(admin: psycopg.Connection[Any]) -> Iterator[None]:
    admin.execute("SELECT pg_advisory_lock(%s)", [CREATE_LOCK])
    try:
        yield
    finally:
        if not admin.closed:
            admin.execute("SELECT pg_advisory_unlock(%s)", [CREATE_LOCK])


def _ensure_role(admin: psycopg.Connection[Any], role: str, password: str) -> None:
    """The password leaves us as a SCRAM verifier: in clear it could end in the server's log."""
    verifier = admin.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256").decode()
    names = {"role": sql.Identifier(role), "verifier": sql.Literal(verifier)}
    found = admin.execute(
        "SELECT rolsuper OR rolbypassrls OR rolcreatedb OR rolcreaterole FROM pg_roles WHERE rolname = %s", [role]
    ).fetchone()
    if found is None:
        options = "LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE PASSWORD {verifier}"
        admin.execute(sql.SQL("CREATE ROLE {role} " + options).format(**names))
        return
    if found[0]:
        admin.execute(sql.SQL("ALTER ROLE {role} NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE").format(**names))
    admin.execute(sql.SQL("ALTER ROLE {role} LOGIN PASSWORD {verifier}").format(**names))


def _ensure_database(admin: psycopg.Connection[Any], logins: Logins) -> None:
    """A new database belongs to the migrator; one that somebody else made is only opened to it."""
    names = {"database": sql.Identifier(logins.database), "migrator": sql.Identifier(logins.role_of("migrator"))}
    with admin.cursor(row_factory=scalar_row) as cursor:
        owner = cursor.execute(
            "SELECT pg_get_userbyid(datdba)::text FROM pg_database WHERE datname = %s", [logins.database]
        ).fetchone()
    if owner is None:
        _let_admin_act_as(admin, logins.role_of("migrator"))
        admin.execute(
            sql.SQL("CREATE DATABASE {database} OWNER {migrator} TEMPLATE template0 ENCODING 'UTF8' ").format(**names)
            + sql.SQL(_locale_clause(admin.info.server_version))
        )
        admin.execute(sql.SQL("REVOKE ALL ON DATABASE {database} FROM PUBLIC").format(**names))
    elif owner != logins.role_of("migrator"):
        _open_foreign_database(admin, logins, names)
    roles = sql.SQL(", ").join(sql.Identifier(logins.role_of(process)) for process in logins.own_processes())
    if logins.own_processes():
        admin.execute(
            sql.SQL("GRANT CONNECT, TEMPORARY ON DATABASE {database} TO {roles}").format(roles=roles, **names)
        )


def _locale_clause(server_version: int) -> str:
    """Compare by code point: the built-in provider since 17, the C library's C.UTF-8 before."""
    if server_version >= 170000:
        return "LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' LOCALE 'C.UTF-8'"
    return "LOCALE_PROVIDER libc LOCALE 'C.UTF-8'"


def _let_admin_act_as(admin: psycopg.Connection[Any], role: str) -> None:
    """To give a database to a role, an administrator who is no superuser must be a member of it."""
    with admin.cursor(row_factory=scalar_row) as cursor:
        may = cursor.execute("SELECT pg_has_role(current_user, %s, 'SET')", [role]).fetchone()
    if not may:
        admin.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(sql.Identifier(role)))


def _open_foreign_database(admin: psycopg.Connection[Any], logins: Logins, names: Mapping[str, sql.Composable]) -> None:
    admin.execute(sql.SQL("GRANT CREATE ON DATABASE {database} TO {migrator}").format(**names))
    with _connect(logins.admin_url, dbname=logins.database) as inside:
        inside.execute(sql.SQL("GRANT CREATE, USAGE ON SCHEMA public TO {migrator}").format(**names))
