"""Durable acks: committed to Postgres before 200, beside the same edge without its store and beside what others do."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from statistics import median

from benchmarks.bodies import requests_of
from benchmarks.load import Load, run_load
from benchmarks.programs import Program
from benchmarks.report import Result
from benchmarks.town import Town
from hubbub.api.bridge import THREADS
from hubbub.api.serving import STOP_SECONDS
from hubbub.processes.listening import free_port

CONNECTIONS = 64
SECONDS = 1.2
ROUNDS = 5
EMPTY = "TRUNCATE delivery"


@dataclass(frozen=True, slots=True, kw_only=True)
class Runner:
    """One server under one platform's load."""

    platform: str
    port: int
    requests: list[bytes]


def granian(application: str) -> list[str]:
    """A WSGI application served as the product serves its web."""
    return [
        *("-m", "granian", "--interface", "wsgi", "--http", "1", "--no-ws", "--log-level", "error"),
        *("--blocking-threads", str(THREADS), "--backpressure", str(THREADS * 8)),
        *("--workers-kill-timeout", str(STOP_SECONDS), application),
    ]


def measure_acks(town: Town) -> list[Result]:
    with ExitStack() as ends:
        runners = _start_all(town, ends)
        runs: dict[str, list[Load]] = {name: [] for name in runners}
        for _ in range(ROUNDS):
            for name, runner in runners.items():
                runs[name].append(
                    run_load(
                        runner.port,
                        runner.requests,
                        connections=CONNECTIONS,
                        seconds=SECONDS,
                        folder=town.folder,
                    )
                )
                town.execute(EMPTY)
    return _results(runs)


def _start_all(town: Town, ends: ExitStack) -> dict[str, Runner]:
    edge_url = {"HUBBUB_EDGE_DATABASE_URL": town.login("edge")}
    accounts = town.accounts
    edge = _start(town, ends, "edge", ["-m", "hubbub.edge"], "/health/ready", edge_url)
    bare = _start(town, ends, "no_store", ["-m", "benchmarks.servers.edge_without_store"], "/health/ready", edge_url)
    orm = _start(
        town,
        ends,
        "django_insert",
        granian("benchmarks.servers.django_insert:application"),
        "/",
        {"BENCH_DATABASE_URL": town.login("edge"), "BENCH_SECRET": accounts["facebook"].secret},
    )
    line = _start(
        town,
        ends,
        "line_sdk",
        ["-m", "benchmarks.servers.line_sdk"],
        "/",
        {"BENCH_LINE_SECRET": accounts["line"].secret},
    )
    pywa = _start(
        town,
        ends,
        "pywa",
        ["-m", "benchmarks.servers.pywa_app"],
        "/",
        {
            "BENCH_WHATSAPP_SECRET": accounts["whatsapp"].secret,
            "BENCH_PHONE_ID": accounts["whatsapp"].external_id,
        },
    )
    requests = {platform: requests_of(accounts[platform]) for platform in ("facebook", "line", "whatsapp")}

    def runner(platform: str, port: int) -> Runner:
        return Runner(platform=platform, port=port, requests=requests[platform])

    return {
        "edge": runner("facebook", edge),
        "without store": runner("facebook", bare),
        "Django": runner("facebook", orm),
        "edge, LINE": runner("line", edge),
        "line-bot-sdk": runner("line", line),
        "edge, WhatsApp": runner("whatsapp", edge),
        "pywa": runner("whatsapp", pywa),
    }


def _start(
    town: Town, ends: ExitStack, name: str, arguments: list[str], health: str, environment: dict[str, str]
) -> int:
    port = free_port()
    program = Program(name, [*arguments, "--port", str(port)], town.logs, environment)
    ends.callback(program.stop)
    program.wait_for(f"http://127.0.0.1:{port}{health}")
    return port


def _results(runs: dict[str, list[Load]]) -> list[Result]:
    failures = {name: sum(one.failures for one in loads) for name, loads in runs.items()}
    if any(failures.values()):
        raise RuntimeError(f"Some answers were not 200: {failures}")
    rate = {name: median(one.per_second for one in loads) for name, loads in runs.items()}
    p99 = {name: median(one.p99 for one in loads) for name, loads in runs.items()}

    def result(ours: str, other: str, beside: str, bar: float, unit: str) -> Result:
        value = rate[ours] / rate[other]
        return Result(
            what=f"durable acks, c={CONNECTIONS}",
            yardstick=beside,
            value=value * 100 if unit == "%" else value,
            bar=bar,
            unit=unit,
            is_floor=True,
            figures={
                "acks/s": rate[ours],
                "p99 ms": p99[ours],
                "yardstick/s": rate[other],
                "its p99 ms": p99[other],
            },
        )

    return [
        result("edge", "without store", "the same endpoint without the store", 65, "%"),
        result("edge", "Django", "a Django view with one ORM INSERT each", 6, "×"),
        result("edge, LINE", "line-bot-sdk", "line-bot-sdk + FastAPI, which stores nothing", 2, "×"),
        result("edge, WhatsApp", "pywa", "pywa + FastAPI, which stores nothing", 2, "×"),
    ]
