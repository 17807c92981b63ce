"""One target in a process of its own: python -m tests.fuzz.target NAME REPORT RUNS SECONDS SEED FOLDER."""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import atheris
import psutil

with atheris.instrument_imports(include=["hubbub.connectors", "hubbub.kit"]):
    from hubbub.connectors.events import MalformedEvent
    from hubbub.connectors.registry import CONNECTORS
    from hubbub.kit.errors import InvalidJson
    from hubbub.kit.json import dumps, loads

from tests.connectors import recordings
from tests.fuzz.mutation import mutated
from tests.support.kinds import EVENT_TYPES

FOLDERS = {"facebook": "messenger", "instagram": "instagram", "whatsapp": "whatsapp", "line": "line"}
LONGEST = 65_536
MOST_SECONDS = 1.0
NUL = b"\\u0000"


def check_json(data: bytes) -> None:
    """The door opens or says InvalidJson; what comes through can be written, and is the same when it is read again."""
    try:
        value = loads(data)
    except InvalidJson:
        return
    written = dumps(value)
    assert NUL not in written or b"\\\\u0000" in written, "a NUL came through"
    assert loads(written) == value, "what was read is not what was written"


def checker_of(platform: str) -> Callable[[bytes], None]:
    """Any body becomes events of the known kinds, none of them because a parser stumbled, and can be stored."""
    connector = CONNECTORS[platform]

    def check(data: bytes) -> None:
        assert len(connector.addresses(data)) <= 64
        for event in connector.parse(data):
            assert isinstance(event, EVENT_TYPES)
            assert isinstance(event.address, str)
            assert 0 < len(event.event_key) <= 1_500
            stumbled = isinstance(event, MalformedEvent) and "could not be read (" in event.problem
            assert not stumbled, getattr(event, "problem", "")
            written = dumps(event.raw)
            assert NUL not in written or b"\\\\u0000" in written, "a NUL came through"
            dumps(recordings.described(event))

    return check


class Session:
    """Counts, times and watches the memory of what it runs."""

    def __init__(self, name: str, report: Path, runs: int) -> None:
        self._check = check_json if name == "json" else checker_of(name)
        self._report, self._runs, self._name = report, runs, name
        self._began = time.monotonic()
        self._count, self._slowest, self._memory_before = 0, 0.0, 0

    def one(self, data: bytes) -> None:
        begin = time.thread_time()
        self._check(data)
        took = time.thread_time() - begin
        self._slowest = max(self._slowest, took)
        assert took < MOST_SECONDS, f"it took {took:.1f} s"
        self._count += 1
        if self._count == self._runs // 5:
            self._memory_before = psutil.Process().memory_info().rss
        if self._count % 500 == 0 or self._count == self._runs:
            self._tell()

    def _tell(self) -> None:
        grown = psutil.Process().memory_info().rss - self._memory_before if self._memory_before else 0
        counts = {
            "executions": self._count,
            "seconds": round(time.monotonic() - self._began, 1),
            "slowest_ms": round(self._slowest * 1000, 1),
            "memory_grown_mb": round(grown / 1024 / 1024, 1),
        }
        self._report.write_text(json.dumps(counts))


def seeds_of(name: str) -> list[bytes]:
    """The recordings' bodies, exactly as they came."""
    folders = FOLDERS.values() if name == "json" else [FOLDERS[name]]
    return [recording.body for folder in folders for recording in recordings.load(folder)]


def main() -> None:
    name, report, runs, seconds, seed, folder = sys.argv[1:]
    bodies = seeds_of(name)
    parts = [body for body in bodies if _is_json(body)]
    session = Session(name, Path(report), int(runs))

    def mutate(data: bytes, most: int, its_seed: int) -> bytes:
        return mutated(data, its_seed, most, parts, atheris.Mutate)

    with tempfile.TemporaryDirectory() as corpus:
        for number, body in enumerate(bodies):
            (Path(corpus) / f"{number:05}").write_bytes(body)
        options = [
            f"-atheris_runs={runs}",
            f"-max_total_time={seconds}",
            f"-seed={seed}",
            f"-max_len={LONGEST}",
            f"-artifact_prefix={folder}/{name}-",
            "-timeout=20",
            "-verbosity=0",
        ]
        atheris.Setup([sys.argv[0], *options, corpus], session.one, custom_mutator=mutate)
        atheris.Fuzz()


def _is_json(body: bytes) -> bool:
    try:
        loads(body)
    except InvalidJson:
        return False
    return True


if __name__ == "__main__":
    main()
