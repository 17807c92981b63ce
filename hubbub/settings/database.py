"""Which database, and as whom: every process signs in as a role of its own."""

from __future__ import annotations

import os
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from hubbub.processes.postgres import EmbeddedPostgres
from hubbub.processes.roles import PROCESSES, Logins
from hubbub.settings.environment import Environment, environment

PROCESS_VARIABLE = "HUBBUB_PROCESS"
"""Set by whoever starts a process; commands run as "web", an ordinary tenant role."""

POOL_SIZES = {"web": 12, "outbound": 4}
"""The web answers many requests at once; the other processes work with one connection, a sender with a few."""


PREPARING = frozenset({"inbound", "outbound", "automation"})
"""Lanes that run the same statements all day: the server parses and plans each once a connection, which is a third to a
half of their time. A connection whose tables were migrated away is closed by its lane and opened anew."""
RUNS_BEFORE_PREPARING = 3

SESSION = {
    "idle_in_transaction_session_timeout": "20s",
    "lock_timeout": "10s",
    "tcp_keepalives_idle": "10",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
}
"""What the server does about us. A worker whose machine is cut off leaves a session behind that holds row locks: the
server ends it, and nobody waits for a lock longer than it takes to come back and try again."""
LINE = {"keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3, "tcp_user_timeout": 15_000}
"""How we find out that the server is gone without a word. Milliseconds and seconds as libpq has them."""


def current_process() -> str:
    """The process whose role this interpreter uses."""
    return os.environ.get(PROCESS_VARIABLE, "web")


def logins(settings: Environment | None = None) -> Logins:
    """The logins of the configured server: DATABASE_URL, else the embedded one (which is not started here)."""
    settings = settings or environment()
    given = settings.database_url.get_secret_value() if settings.database_url else ""
    return Logins(
        admin_url=given or EmbeddedPostgres(settings.data_dir).location().url_for("postgres", "", "hubbub"),
        secret_key=settings.secret_key.get_secret_value(),
        database=unquote(urlsplit(given).path.lstrip("/")) or "hubbub" if given else "hubbub",
        prefix=settings.database_role_prefix,
        overrides={process: url for process in PROCESSES if (url := os.environ.get(f"DATABASE_URL_{process.upper()}"))},
    )


def database_of(process: str) -> dict[str, Any]:
    """The DATABASES entry of a process: its own role, its pool, its way of running statements."""
    entry = django_database(logins().url_for(process), pool_size=POOL_SIZES.get(process, 0))
    if process != "migrator":
        ours = [f"-c {name}={value}" for name, value in SESSION.items()]
        entry["OPTIONS"]["options"] = " ".join([*ours, entry["OPTIONS"].get("options", "")]).strip()
    if process in PREPARING:
        entry["OPTIONS"] |= {"server_side_binding": True, "prepare_threshold": RUNS_BEFORE_PREPARING}
    return entry


def django_database(url: str, *, pool_size: int) -> dict[str, Any]:
    """A Django DATABASES entry from a libpq URL; `pool_size` 0 means one connection a thread, without a pool."""
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    pool = {"pool": {"min_size": 1, "max_size": pool_size, "timeout": 10.0}} if pool_size else {}
    return {
        "ENGINE": "hubbub.settings.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.pop("host", parts.hostname or ""),
        "PORT": query.pop("port", str(parts.port or "")),
        "CONN_MAX_AGE": 0,
        "CONN_HEALTH_CHECKS": True,  # a connection that died while it lay in the pool is replaced, not handed out
        "OPTIONS": {
            **LINE,
            **query,
            "application_name": f"hubbub {current_process()}",
            "connect_timeout": 5,
            **pool,
        },
    }
