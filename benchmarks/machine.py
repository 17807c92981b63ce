"""What this machine gives just now: commits to disk, and requests to an ASGI callable that does nothing."""

from __future__ import annotations

import os
import re
import subprocess
from statistics import median
from urllib.parse import parse_qs, unquote, urlsplit

import psycopg

from benchmarks.bodies import requests_of
from benchmarks.load import run_load
from benchmarks.programs import serving
from benchmarks.town import Town
from hubbub.processes.cluster import programs

SECONDS = 2.0


def measure_machine(town: Town) -> dict[str, float | str]:
    """Figures of this run, to read all others by."""
    return {
        "cores": float(os.cpu_count() or 0),
        "load before the run": round(os.getloadavg()[0], 1),
        "pgbench -N, 8 clients, transactions/s": _pgbench(town),
        "bare ASGI, c=64, requests/s": _bare_asgi(town),
    }


def _bare_asgi(town: Town) -> float:
    requests = requests_of(town.accounts["facebook"])
    with serving("bare_asgi", ["-m", "benchmarks.servers.bare_asgi"], town.logs, health="/") as port:
        runs = [run_load(port, requests, connections=64, seconds=SECONDS, folder=town.folder) for _ in range(3)]
    return median(one.per_second for one in runs)


def _pgbench(town: Town) -> float:
    with psycopg.connect(town.postgres.superuser_url(), autocommit=True) as admin:
        admin.execute("CREATE DATABASE bench_pgbench")
    _run_pgbench(town, "-i", "-q", "-s", "4")
    found = []
    for _ in range(3):
        output = _run_pgbench(town, "-n", "-N", "-c", "8", "-j", "2", "-T", str(int(SECONDS)))
        match = re.search(r"tps = ([\d.]+)", output)
        found.append(float(match.group(1)) if match else 0.0)
    with psycopg.connect(town.postgres.superuser_url(), autocommit=True) as admin:
        admin.execute("DROP DATABASE bench_pgbench WITH (FORCE)")
    return median(found)


def _run_pgbench(town: Town, *options: str) -> str:
    place = urlsplit(town.postgres.superuser_url())
    query = parse_qs(place.query)
    environment = {
        "PATH": os.environ["PATH"],
        "PGHOST": query["host"][0],
        "PGPORT": query["port"][0],
        "PGUSER": unquote(place.username or ""),
        "PGPASSWORD": unquote(place.password or ""),
    }
    command = [str(programs() / "pgbench"), *options, "bench_pgbench"]
    done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    return done.stdout
