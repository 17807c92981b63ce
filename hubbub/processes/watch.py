"""What must happen even when we are killed: a shell waits on a pipe that only its maker holds.

The kernel closes the pipe however the maker ends, so this needs no polling, and unlike PR_SET_PDEATHSIG it reaches
children's children, other users' processes and every system with a shell.
"""

import subprocess
from collections.abc import Iterable

from hubbub.processes.accounts import Account

_RUN_AFTERWARDS = 'while read -r line; do [ "$line" = released ] && exit 0; done; exec "$@"'
_END_GROUPS = """
groups=
while read -r line; do [ "$line" = released ] && exit 0; groups=$line; done
for group in $groups; do kill -s TERM -- "-$group"; done
for tenth in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30; do
    left=
    for group in $groups; do kill -s 0 -- "-$group" && left=yes; done
    [ -z "$left" ] && exit 0
    sleep 0.1
done
for group in $groups; do kill -s KILL -- "-$group"; done
"""


class DeathWatch:
    """The waiting shell, in a session of its own so that Ctrl-C does not reach it."""

    def __init__(self, script: str, arguments: Iterable[str] = (), account: Account | None = None) -> None:
        self._process = subprocess.Popen(
            ["/bin/sh", "-c", script, "sh", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={"PATH": "/usr/bin:/bin"},
            cwd="/",
            start_new_session=True,
            **(account.popen_arguments() if account else {}),  # type: ignore[call-overload]  # user, group or nothing
        )

    @classmethod
    def to_run(cls, command: Iterable[str], account: Account) -> "DeathWatch":
        """Run `command` as `account` when we die."""
        return cls(_RUN_AFTERWARDS, command, account)

    @classmethod
    def over_groups(cls) -> "DeathWatch":
        """End the process groups that were last told: SIGTERM, and SIGKILL 3 s later."""
        return cls(_END_GROUPS)

    def tell(self, groups: Iterable[int]) -> None:
        """These process groups are to end with us."""
        self._write(" ".join(map(str, groups)))

    def release(self) -> None:
        """End the watch: we have done it ourselves."""
        self._write("released")
        self._process.communicate()

    def _write(self, line: str) -> None:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(f"{line}\n".encode())
            self._process.stdin.flush()
        except BrokenPipeError:
            return
