"""Files of customers are there again after a restart; only so many, and none that are large."""

from __future__ import annotations

from pathlib import Path

import pytest

from sandbox import keeping
from sandbox.keeping import load, save
from sandbox.world import World

HUB = "http://127.0.0.1:1"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "state.json"


def put(world: World, *contents: bytes) -> list[str]:
    """Their ids."""
    return [world.media.add("whatsapp/1", "image/jpeg", one, filename="a.jpg").id for one in contents]


def contents_after_a_restart(file: Path) -> list[bytes]:
    again = World(HUB, HUB)
    load(again, file)
    return [media.read() for media in again.media.files.values()]


def test_small_and_spilled_files_are_kept(file: Path) -> None:
    world, large = World(HUB, HUB), b"x" * 100_000
    put(world, b"small", large)
    save(world, file)
    world.media.close()
    assert contents_after_a_restart(file) == [b"small", large]


def test_they_are_kept_over_a_second_restart(file: Path) -> None:
    world = World(HUB, HUB)
    put(world, b"one")
    save(world, file)
    again = World(HUB, HUB)
    load(again, file)
    put(again, b"two")
    save(again, file)
    assert contents_after_a_restart(file) == [b"one", b"two"]


def test_the_oldest_and_the_large_ones_are_forgotten(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "NEWEST_FILES", 2)
    monkeypatch.setattr(keeping, "LARGEST_FILE", 10)
    world = World(HUB, HUB)
    put(world, b"one", b"two")
    save(world, file)
    put(world, b"three", b"x" * 11, b"four")
    save(world, file)
    assert contents_after_a_restart(file) == [b"three", b"four"]
    assert len(list(file.with_suffix(".files").iterdir())) == 2


def test_a_file_that_is_missing_is_not_there(file: Path) -> None:
    world = World(HUB, HUB)
    [gone] = put(world, b"one")
    save(world, file)
    (file.with_suffix(".files") / gone).unlink()
    assert contents_after_a_restart(file) == []
