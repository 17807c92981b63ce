"""The world of the tests: one embedded Postgres for all, a database of its own for each test process.

What tests write is committed for real, in a fresh organisation each time, because the product's processes are separate
connections with separate roles. Nothing is mocked but the platforms.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import world

ROOT = Path(__file__).resolve().parent.parent


def pytest_configure(config: pytest.Config) -> None:
    world.choose(ROOT, worker=os.environ.get("PYTEST_XDIST_WORKER", "main"))


@pytest.hookimpl(wrapper=True)
def pytest_sessionfinish(session: pytest.Session) -> Iterator[None]:
    """`--last-failed` finds what failed beside others: pytest-xdist keeps it under a name that ends with its group."""
    yield
    kept = getattr(session.config, "cache", None)
    if kept is not None and not hasattr(session.config, "workerinput"):
        failed = kept.get("cache/lastfailed", {})
        kept.set("cache/lastfailed", {re.sub(r"@\w+$", "", name): True for name in failed})


@pytest.fixture(scope="session")
def database() -> Iterator[None]:
    """A migrated database for this test process, cloned from the template."""
    world.make_database()
    yield
    world.drop_database()
