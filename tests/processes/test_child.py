"""Processes that are kept running: their lines, their restarts, their end."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from hubbub.processes.child import Child, Program
from hubbub.processes.output import LineCutter, LogFile, Terminal
from hubbub.processes.postmaster import is_alive


def child_of(folder: Path, script: str, *, on_change: Callable[[], None] = lambda: None) -> Child:
    program = Program(
        name="demo", command=[sys.executable, "-u", "-c", script], environment=dict(os.environ), folder=folder
    )
    return Child(program, Terminal(7), folder / "logs", on_change)


async def until(happened: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not happened():
            await asyncio.sleep(0.01)


def lines_of(path: Path) -> list[str]:
    return path.read_text().splitlines() if path.exists() else []


def test_what_it_writes_is_shown_with_its_name_and_kept_in_its_log(
    tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    async def scenario() -> None:
        child = child_of(tmp_path, "import sys, time; print('out'); sys.stderr.write('err'); time.sleep(60)")
        keeping = asyncio.create_task(child.keep_running())
        await until(lambda: lines_of(tmp_path / "logs/demo.log") == ["out"])
        await child.stop()
        await keeping

    asyncio.run(scenario())
    assert lines_of(tmp_path / "logs/demo.log") == ["out", "err"]
    assert capfdbinary.readouterr().out.splitlines() == [b"demo    | out", b"demo    | err"]


def test_it_starts_again_when_it_ends_and_says_how_it_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    monkeypatch.setattr("hubbub.processes.child.FIRST_PAUSE", 0.01)

    async def scenario() -> None:
        child = child_of(tmp_path, "import os; print(os.getpid()); os.kill(os.getpid(), 9)")
        keeping = asyncio.create_task(child.keep_running())
        await until(lambda: len(set(lines_of(tmp_path / "logs/demo.log"))) >= 3)
        await child.stop()
        await keeping

    asyncio.run(scenario())
    assert b"was ended by SIGKILL; it starts again in 0.01 s" in capfdbinary.readouterr().out


def test_the_pauses_between_starts_grow(tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    async def scenario() -> None:
        child = child_of(tmp_path, "raise SystemExit(3)")
        keeping = asyncio.create_task(child.keep_running())
        await until(lambda: child.failures == 2)
        await child.stop()
        await keeping

    asyncio.run(scenario())
    out = capfdbinary.readouterr().out
    assert b"ended with code 3; it starts again in 0.5 s" in out
    assert b"ended with code 3; it starts again in 1 s" in out


def test_it_may_finish_its_work_before_it_stops(tmp_path: Path) -> None:
    script = (
        "import signal, time\n"
        "def finish(*_): print('finished'); raise SystemExit(0)\n"
        "signal.signal(signal.SIGTERM, finish); print('up'); time.sleep(60)"
    )

    async def scenario() -> None:
        child = child_of(tmp_path, script)
        keeping = asyncio.create_task(child.keep_running())
        await until(lambda: lines_of(tmp_path / "logs/demo.log") == ["up"])
        await child.stop()
        await keeping

    asyncio.run(scenario())
    assert lines_of(tmp_path / "logs/demo.log") == ["up", "finished"]


def test_what_it_started_ends_with_it(tmp_path: Path) -> None:
    script = (
        "import subprocess, sys, time\n"
        "print(subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']).pid); time.sleep(60)"
    )

    async def scenario() -> int:
        child = child_of(tmp_path, script)
        keeping = asyncio.create_task(child.keep_running())
        await until(lambda: len(lines_of(tmp_path / "logs/demo.log")) == 1)
        await child.stop()
        await keeping
        return int(lines_of(tmp_path / "logs/demo.log")[0])

    grandchild = asyncio.run(scenario())
    asyncio.run(until(lambda: not is_alive(grandchild)))
    assert not is_alive(grandchild)


def test_one_that_does_not_stop_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hubbub.processes.child.STOP_SECONDS", 0.1)
    script = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up'); time.sleep(60)"

    async def scenario() -> None:
        child = child_of(tmp_path, script)
        keeping = asyncio.create_task(child.keep_running())
        await until(lambda: lines_of(tmp_path / "logs/demo.log") == ["up"])
        await child.stop()
        await keeping
        assert child.group is None

    asyncio.run(scenario())


def test_a_command_that_runs_once_says_its_code_and_what_it_printed(tmp_path: Path) -> None:
    async def scenario() -> None:
        child = child_of(tmp_path, "print('a key'); raise SystemExit(4)")
        assert await child.run_once() == 4
        assert child.heard == [b"a key\n"]

    asyncio.run(scenario())


def test_the_groups_that_run_are_told_at_every_change(tmp_path: Path) -> None:
    told: list[int | None] = []

    async def scenario() -> None:
        child = child_of(tmp_path, "pass", on_change=lambda: told.append(child.group))
        await child.run_once()

    asyncio.run(scenario())
    assert len(told) == 2
    assert told[0] is not None
    assert told[1] is None


def test_lines_are_whole_however_they_come() -> None:
    cutter = LineCutter()
    assert cutter.feed(b"one\ntw") == [b"one\n"]
    assert cutter.feed(b"o\n\nthree") == [b"two\n", b"\n"]
    assert cutter.end() == [b"three\n"]
    assert cutter.end() == []


def test_a_line_without_end_is_cut() -> None:
    assert LineCutter().feed(b"x" * 70_000) == [b"x" * 70_000 + b"\n"]


def test_a_log_that_grew_large_is_put_aside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hubbub.processes.output.LARGEST_LOG_BYTES", 3)
    log = LogFile(tmp_path, "web")
    for line in (b"first\n", b"second\n"):
        log.write(line)
    log.close()
    assert (tmp_path / "web.log").read_bytes() == b"second\n"
    assert (tmp_path / "web.log.1").read_bytes() == b"first\n"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="This system has no /dev/full to write to.")
def test_a_full_disk_under_its_log_does_not_hold_a_process_up(tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs/demo.log").symlink_to("/dev/full")

    async def scenario() -> None:
        child = child_of(tmp_path, "for number in range(20_000): print('line', number)")
        async with asyncio.timeout(60):
            await child.run_once()
        assert child.heard[-1] == b"line 19999\n"

    asyncio.run(scenario())


def test_a_log_that_cannot_be_opened_is_done_without(tmp_path: Path) -> None:
    (tmp_path / "logs/web.log").mkdir(parents=True)
    log = LogFile(tmp_path / "logs", "web")
    log.write(b"line\n")
    log.close()


def test_no_signal_of_the_terminal_reaches_it(tmp_path: Path) -> None:
    async def scenario() -> None:
        child = child_of(tmp_path, "import os; print(os.getpgid(0) == os.getpid(), os.getsid(0) == os.getpid())")
        await child.run_once()
        assert child.heard == [b"True True\n"]

    before = signal.getsignal(signal.SIGINT)
    asyncio.run(scenario())
    assert signal.getsignal(signal.SIGINT) is before
