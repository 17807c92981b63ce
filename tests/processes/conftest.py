"""A place for clusters: short (a socket's path holds 107 bytes), passable for the account that Postgres runs as."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from hubbub.processes.postgres import EmbeddedPostgres


@pytest.fixture(scope="session")
def short_dir() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="hb-"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def postgres(short_dir: Path) -> Iterator[EmbeddedPostgres]:
    """One running server for the tests of a module."""
    server = EmbeddedPostgres(Path(tempfile.mkdtemp(dir=short_dir)), profile="test")
    server.ensure_running()
    yield server
    server.stop()


@pytest.fixture
def data_dir(short_dir: Path) -> Iterator[Path]:
    """A data directory of its own; whatever runs there in the end is stopped."""
    folder = Path(tempfile.mkdtemp(dir=short_dir))
    yield folder
    EmbeddedPostgres(folder, profile="test").stop()
