"""The embedded Postgres, for real: made, started, killed, mended, stopped."""

import os
import signal
import stat
import subprocess
import sys
import threading
from pathlib import Path

import psycopg
import pytest
from filelock import FileLock

from hubbub.kit.errors import ConfigurationError
from hubbub.processes import cluster as files
from hubbub.processes.accounts import account_for
from hubbub.processes.postgres import EmbeddedPostgres, wait_until
from hubbub.processes.postmaster import is_alive

ENDLESS = "SELECT count(*) FROM generate_series(1, 10000000000)"


def value_of(url: str, query: str) -> object:
    with psycopg.connect(url, autocommit=True) as connection:
        row = connection.execute(query).fetchone()
    assert row is not None
    return row[0]


def keep_a_seven(server: EmbeddedPostgres) -> None:
    with psycopg.connect(server.superuser_url(), autocommit=True) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS number")


def kill(server: EmbeddedPostgres, way: signal.Signals = signal.SIGKILL) -> int:
    pid = server.pid()
    assert pid is not None
    os.kill(pid, way)
    assert wait_until(lambda: not is_alive(pid), 10)
    return pid


def test_the_cluster_compares_by_code_point_in_utf8_without_icu(postgres: EmbeddedPostgres) -> None:
    query = "SELECT (datlocprovider, datlocale, pg_encoding_to_char(encoding))::text FROM pg_database LIMIT 1"
    assert value_of(postgres.superuser_url(), query) == "(b,C.UTF-8,UTF8)"
    assert value_of(postgres.superuser_url(), "SELECT lower('ÄÉΩ')") == "äéω"


def test_every_login_needs_its_password(postgres: EmbeddedPostgres) -> None:
    url = postgres.ensure_running().url_for(files.SUPERUSER, "wrong", "postgres")
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(url)


def test_only_the_servers_account_can_enter_the_socket_directory(postgres: EmbeddedPostgres) -> None:
    folder = postgres.ensure_running().socket_directory
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder.parent / "superuser-password").stat().st_mode) == 0o600


def test_the_server_is_no_process_of_root(postgres: EmbeddedPostgres) -> None:
    pid = postgres.pid()
    assert pid is not None
    assert Path(f"/proc/{pid}").stat().st_uid != 0


def test_commits_are_synchronous_and_the_run_profile_is_durable() -> None:
    assert files.COMMON_SETTINGS["synchronous_commit"] == "on"
    assert files.PROFILE_SETTINGS["run"]["fsync"] == "on"
    assert files.PROFILE_SETTINGS["run"]["full_page_writes"] == "on"


def test_it_keeps_its_data_over_a_stop(data_dir: Path) -> None:
    server = EmbeddedPostgres(data_dir, profile="test")
    keep_a_seven(server)
    server.stop()
    assert not server.is_running()
    assert server.pid() is None
    assert value_of(server.superuser_url(), "SELECT number FROM kept") == 7


def test_a_killed_server_is_mended_by_the_next_caller(data_dir: Path) -> None:
    server = EmbeddedPostgres(data_dir, profile="run")
    keep_a_seven(server)
    killed = kill(server)
    assert (data_dir / "postgres/cluster/postmaster.pid").exists()
    assert value_of(server.superuser_url(), "SELECT number FROM kept") == 7
    assert server.pid() != killed


def test_a_pid_file_whose_number_went_to_a_stranger_does_no_harm(data_dir: Path) -> None:
    server = EmbeddedPostgres(data_dir, profile="test")
    server.ensure_running()
    kill(server)
    pid_file = data_dir / "postgres/cluster/postmaster.pid"
    pid_file.write_text(pid_file.read_text().replace(pid_file.read_text().split()[0], str(os.getpid()), 1))
    assert server.pid() is None
    server.ensure_running()
    assert server.is_running()


def test_a_backend_that_outlives_its_postmaster_does_not_block_the_start(data_dir: Path) -> None:
    server = EmbeddedPostgres(data_dir, profile="test")
    with psycopg.connect(server.superuser_url(), autocommit=True) as connection:
        busy = threading.Thread(target=swallow, args=(connection, ENDLESS))
        busy.start()
        assert wait_until(lambda: connection.info.transaction_status.name == "ACTIVE", 10)
        kill(server)
        server.ensure_running()
        busy.join(timeout=30)
        assert not busy.is_alive()
    assert server.is_running()
    assert "pre-existing shared memory block" in server.log.read_text()


def swallow(connection: psycopg.Connection[tuple[object, ...]], query: str) -> None:
    try:
        connection.execute(query)
    except psycopg.OperationalError:
        return


def test_the_supervisor_restarts_a_killed_server(data_dir: Path) -> None:
    server = EmbeddedPostgres(data_dir, profile="test")
    server.ensure_running()
    stop = threading.Event()
    supervisor = threading.Thread(target=server.supervise, args=(stop,), kwargs={"every_seconds": 0.02})
    supervisor.start()
    try:
        for _time in range(2):
            killed = kill(server)
            assert wait_until(lambda killed=killed: server.is_running() and server.pid() != killed, 20)  # type: ignore[misc]
    finally:
        stop.set()
        supervisor.join()
    assert server.is_running()


def test_two_supervisors_in_two_processes_make_one_server(data_dir: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from hubbub.processes.postgres import EmbeddedPostgres;"
        "server = EmbeddedPostgres(Path(sys.argv[1]), profile='test'); server.ensure_running(); print(server.pid())"
    )
    starts = [
        subprocess.Popen([sys.executable, "-c", program, str(data_dir)], stdout=subprocess.PIPE, text=True)
        for _process in range(3)
    ]
    pids = {start.communicate(timeout=60)[0].strip() for start in starts}
    assert len(pids) == 1
    assert pids == {str(EmbeddedPostgres(data_dir).pid())}


def test_whoever_holds_the_lock_is_waited_for_and_then_named(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    server = EmbeddedPostgres(data_dir, profile="test")
    server.ensure_running()
    monkeypatch.setattr("hubbub.processes.postgres.LOCK_SECONDS", 0.05)
    with FileLock(data_dir / "postgres" / "lock"), pytest.raises(ConfigurationError, match="Another process has held"):
        server.stop()
    assert server.is_running()


def test_a_folder_too_deep_for_a_socket_gets_a_short_private_one(short_dir: Path) -> None:
    deep = short_dir / ("deep" * 20) / ("er" * 20)
    server = EmbeddedPostgres(deep, profile="test")
    try:
        location = server.ensure_running()
        assert len(str(location.socket_directory / ".s.PGSQL.5432")) <= files.LONGEST_SOCKET_PATH
        assert stat.S_IMODE(location.socket_directory.stat().st_mode) == 0o700
        assert value_of(server.superuser_url(), "SELECT 1") == 1
    finally:
        server.stop()


def test_a_short_socket_folder_that_somebody_else_laid_there_is_refused(
    short_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hubbub.processes.cluster.tempfile.gettempdir", lambda: str(short_dir))
    deep = short_dir / ("deep" * 20) / ("est" * 20)
    server = EmbeddedPostgres(deep, profile="test")
    monkeypatch.setattr("hubbub.processes.cluster.RUNTIME_DIRECTORIES", short_dir / "none")
    account = account_for(deep / "postgres" / "cluster")
    trap = short_dir / f"{files.cluster_name(deep / 'postgres' / 'cluster')}-{account.uid}"
    trap.symlink_to(short_dir)
    with pytest.raises(ConfigurationError, match="belongs to somebody else"):
        server.ensure_running()


def test_a_tool_that_needs_tcp_gets_a_loopback_port(data_dir: Path) -> None:
    server = EmbeddedPostgres(data_dir, profile="test", loopback_port=0)
    location = server.ensure_running()
    url = location.url_for(files.SUPERUSER, server.superuser_password(), "postgres", over_tcp=True)
    assert value_of(url, "SELECT host(inet_server_addr())") == "127.0.0.1"
    assert value_of(server.superuser_url(), "SELECT inet_server_addr() IS NULL")


def test_without_one_it_listens_on_its_socket_only(postgres: EmbeddedPostgres) -> None:
    assert value_of(postgres.superuser_url(), "SHOW listen_addresses") == ""
    with pytest.raises(ConfigurationError, match="socket only"):
        postgres.ensure_running().url_for("a", "b", "c", over_tcp=True)


def test_an_operators_own_settings_win(data_dir: Path) -> None:
    server = EmbeddedPostgres(data_dir, profile="test")
    server.ensure_running()
    server.stop()
    (data_dir / "postgres/cluster/local.conf").write_text("work_mem = '7MB'\n")
    assert value_of(server.superuser_url(), "SHOW work_mem") == "7MB"


def test_a_setting_that_postgres_refuses_is_told_in_one_sentence(data_dir: Path) -> None:
    server = EmbeddedPostgres(data_dir, profile="test")
    server.ensure_running()
    server.stop()
    local = data_dir / "postgres/cluster/local.conf"
    local.write_text("no_such_setting = 1\n")
    with pytest.raises(ConfigurationError, match="Postgres did not start"):
        server.ensure_running()
    local.write_text("")
    server.ensure_running()


def test_parents_get_no_more_than_the_right_to_pass(short_dir: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("an ordinary user's own directories need no change")
    closed = short_dir / "closed"
    closed.mkdir(mode=0o700)
    server = EmbeddedPostgres(closed / "data", profile="test")
    try:
        server.ensure_running()
        assert stat.S_IMODE(closed.stat().st_mode) == 0o701
    finally:
        server.stop()


def test_a_watch_stops_the_server_when_its_maker_is_killed(data_dir: Path) -> None:
    program = (
        "import os, sys; from pathlib import Path; from hubbub.processes.postgres import EmbeddedPostgres;"
        "server = EmbeddedPostgres(Path(sys.argv[1]), profile='test'); server.ensure_running();"
        "watch = server.stop_when_i_die(); os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", program, str(data_dir)], check=False, timeout=60)
    assert wait_until(lambda: EmbeddedPostgres(data_dir).pid() is None, 20)


def test_a_released_watch_leaves_the_server_alone(data_dir: Path) -> None:
    server = EmbeddedPostgres(data_dir, profile="test")
    server.ensure_running()
    server.stop_when_i_die().release()
    assert server.is_running()
