"""What `make run` costs before anybody writes: memory of its processes, and the time until it is ready."""

from __future__ import annotations

from pathlib import Path
from time import perf_counter, sleep

import httpx

from benchmarks.load import run_load
from benchmarks.programs import Program, command_of, family, memory_of
from benchmarks.report import Result
from benchmarks.rows.listing import list_request
from benchmarks.town import Town
from hubbub.processes.listening import free_port

REQUESTS = 1000
START_SECONDS = 180.0
NAMES = {
    "hubbub.edge": "edge",
    "processes router": "router",
    "-m sandbox": "sandbox",
    "hubbub.api.serving": "web",
    "manage.py worker": "worker and lanes",
    "processes run": "make run itself",
}
"""What stands in a command line → how it is called here."""


def measure_standing(town: Town) -> list[Result]:
    """`make run` in a folder of its own: the first start makes the database, the second one counts."""
    folder = town.folder / "standing"
    folder.mkdir()
    port = free_port()
    first, program = _start(town, folder, port)
    program.stop()
    second, program = _start(town, folder, port)
    try:
        memory = _memory(town, program, port)
    finally:
        program.stop()
    started: dict[str, float | str] = {"the first time, with everything to make, s": first}
    return [
        Result(
            what="start to ready, second time",
            yardstick="–",
            value=second,
            bar=8,
            unit="s",
            is_floor=False,
            figures=started,
        ),
        *memory,
    ]


def _start(town: Town, folder: Path, port: int) -> tuple[float, Program]:
    environment = {"HUBBUB_DATA_DIR": str(folder), "PORT": str(port)}
    begin = perf_counter()
    program = Program("make_run", ["-m", "hubbub.processes", "run"], town.logs, environment)
    ready: set[str] = set()
    while ready != {"/health/ready", "/webhooks/facebook"}:
        if perf_counter() - begin > START_SECONDS:
            program.stop()
            raise RuntimeError("make run did not become ready.")
        ready = {path for path in ("/health/ready", "/webhooks/facebook") if _answers(port, path)}
        sleep(0.02)
    return perf_counter() - begin, program


def _answers(port: int, path: str) -> bool:
    """Web and edge behind the router; the edge refuses an empty handshake, which shows that it is there."""
    try:
        status = httpx.get(f"http://127.0.0.1:{port}{path}", timeout=5, trust_env=False).status_code
    except httpx.HTTPError:
        return False
    return status in (200, 400, 403)


def _memory(town: Town, program: Program, port: int) -> list[Result]:
    """After a thousand requests through the router."""
    sent = 0
    while sent < REQUESTS:
        sent += round(
            run_load(port, [list_request("none")], connections=8, seconds=2, folder=town.folder).per_second * 2
        )
    pids = [pid for pid in family(program.pid) if not _is_postgres(pid)]
    edge = [pid for pid in pids if "hubbub.edge" in command_of(pid)]
    each: dict[str, float | str] = {}
    for pid in pids:
        each[_name(pid)] = float(each.get(_name(pid), 0.0)) + memory_of([pid])
    return [
        Result(
            what="memory of all processes without Postgres (sum of PSS)",
            yardstick="–",
            value=memory_of(pids),
            bar=400,
            unit="MB",
            is_floor=False,
            figures=each,
        ),
        Result(
            what="memory of the edge alone",
            yardstick="–",
            value=memory_of(edge),
            bar=80,
            unit="MB",
            is_floor=False,
        ),
    ]


def _is_postgres(pid: int) -> bool:
    command = command_of(pid)
    return "pginstall" in command or command.startswith("postgres:")


def _name(pid: int) -> str:
    command = command_of(pid)
    return next((name for word, name in NAMES.items() if word in command), "other")
