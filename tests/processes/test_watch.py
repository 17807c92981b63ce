"""What happens when the one that should have stopped things is killed."""

import subprocess
import sys
from collections.abc import Callable

from hubbub.processes.postgres import wait_until
from hubbub.processes.postmaster import is_alive
from hubbub.processes.watch import DeathWatch

START_AND = """
import os, subprocess, sys, time
from hubbub.processes.watch import DeathWatch
sleeper = [sys.executable, '-c', {sleeper!r}]
started = subprocess.Popen(sleeper, start_new_session=True, stdout=subprocess.PIPE)
started.stdout.readline()
watch = DeathWatch.over_groups()
watch.tell([999999])
watch.tell([started.pid])
print(started.pid, flush=True)
{end}
"""


def sleeper_after(end: str, sleeper: str = "import time; print('up', flush=True); time.sleep(60)") -> int:
    done = subprocess.run(
        [sys.executable, "-c", START_AND.format(sleeper=sleeper, end=end)],
        stdout=subprocess.PIPE,
        check=False,
        timeout=30,
    )
    return int(done.stdout)


def ended(pid: int) -> Callable[[], bool]:
    return lambda: not is_alive(pid)


def test_its_groups_end_when_the_maker_is_killed() -> None:
    assert wait_until(ended(sleeper_after("os.kill(os.getpid(), 9)")), 20)


def test_its_groups_end_when_the_maker_just_leaves() -> None:
    assert wait_until(ended(sleeper_after("os._exit(1)")), 20)


def test_a_group_that_ignores_the_request_is_killed() -> None:
    stubborn = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"
    )
    assert wait_until(ended(sleeper_after("os.kill(os.getpid(), 9)", stubborn)), 20)


def test_a_released_watch_touches_nobody() -> None:
    sleeper = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], start_new_session=True)
    watch = DeathWatch.over_groups()
    watch.tell([sleeper.pid])
    watch.release()
    assert is_alive(sleeper.pid)
    sleeper.kill()
    sleeper.wait()
