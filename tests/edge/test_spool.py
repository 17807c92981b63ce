"""The spool by itself: order, adoption, full disks, power cuts."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from hubbub.edge.delivery import Delivery
from hubbub.edge.spool import segment as segments
from hubbub.edge.spool import spool as spools
from hubbub.edge.spool.spool import Spool, SpoolFailed
from tests.edge.test_frames import delivery


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path / "spool"


@pytest.fixture
def spool(directory: Path) -> Iterator[Spool]:
    spool = Spool(directory)
    spool.open()
    yield spool
    spool.close()


def drain(spool: Spool, limit: int = 500) -> list[bytes]:
    """The bodies in it, as drained."""
    bodies: list[bytes] = []
    while batch := spool.next_batch(limit):
        bodies += [each.body for each in batch.deliveries]
        spool.drained(batch)
    return bodies


def is_failing(spool: Spool) -> bool:
    return spool.is_failing


def group(*bodies: bytes) -> list[Delivery]:
    return [delivery(body) for body in bodies]


def abandoned(directory: Path, *bodies: bytes) -> Path:
    """The segment of an edge that was killed."""
    spool = Spool(directory)
    spool.open()
    spool.append(group(*bodies))
    spool.close()
    return next(directory.glob("edge-*/*.spool"))


def test_what_goes_in_comes_out_in_order_and_leaves_nothing_behind(spool: Spool, directory: Path) -> None:
    spool.append(group(b"1", b"2"))
    spool.append(group(b"3"))
    assert spool.waiting_bytes > 0
    assert drain(spool, limit=2) == [b"1", b"2", b"3"]
    assert spool.is_empty
    assert list(directory.rglob("*.spool")) == []


def test_a_batch_that_was_not_stored_comes_again(spool: Spool) -> None:
    spool.append(group(b"1", b"2"))
    first, again = spool.next_batch(1), spool.next_batch(1)
    assert first
    assert again
    assert first.deliveries == again.deliveries
    assert drain(spool) == [b"1", b"2"]


def test_appending_goes_on_while_it_drains(spool: Spool) -> None:
    spool.append(group(b"1"))
    batch = spool.next_batch(10)
    spool.append(group(b"2"))
    assert batch
    spool.drained(batch)
    assert drain(spool) == [b"2"]


def test_segments_are_cut_and_removed_one_by_one(
    spool: Spool, directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spools, "SEGMENT_BYTES", 1000)
    bodies = [b"%d" % number for number in range(100)]
    for body in bodies:
        spool.append(group(body))
    assert len(list(directory.rglob("*.spool"))) > 5
    assert drain(spool, limit=7) == bodies


def test_deliveries_larger_than_a_reading_step_come_out(spool: Spool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(segments, "READ_BYTES", 300)
    bodies = [bytes([number]) * 100 for number in range(20)]
    spool.append(group(*bodies))
    assert drain(spool) == bodies


def test_another_edge_adopts_what_a_dead_one_left_before_its_own(directory: Path) -> None:
    abandoned(directory, b"1", b"2")
    abandoned(directory, b"3")
    heir = Spool(directory)
    heir.open()
    heir.append(group(b"4"))
    assert drain(heir) == [b"1", b"2", b"3", b"4"]
    heir.close()
    assert [path.name for path in directory.iterdir()] == []


def test_the_folder_of_a_living_edge_is_left_alone(spool: Spool, directory: Path) -> None:
    spool.append(group(b"mine"))
    other = Spool(directory)
    other.open()
    assert other.is_empty
    assert drain(spool) == [b"mine"]
    other.close()


def test_the_lock_of_a_killed_process_is_gone(directory: Path) -> None:
    code = (
        "import os, sys; from pathlib import Path; from hubbub.edge.spool.spool import Spool;"
        "from tests.edge.test_frames import delivery; spool = Spool(Path(sys.argv[1])); spool.open();"
        "spool.append([delivery(b'left')]); os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", code, str(directory)], cwd=Path(__file__).resolve().parents[2], check=False)
    heir = Spool(directory)
    heir.open()
    assert drain(heir) == [b"left"]
    heir.close()


def test_a_tail_torn_at_any_byte_is_dropped(directory: Path) -> None:
    segment = abandoned(directory, b"kept", b"torn")
    whole = segment.read_bytes()
    one = len(whole) // 2
    for length in range(one, len(whole)):
        segment.parent.mkdir(exist_ok=True)
        segment.write_bytes(whole[:length])
        heir = Spool(directory)
        heir.open()
        assert drain(heir) == [b"kept"]
        heir.close()


def test_a_flipped_bit_is_put_aside_and_told_loudly(directory: Path, caplog: pytest.LogCaptureFixture) -> None:
    segment = abandoned(directory, b"1", b"look-for-me", b"3")
    damaged = bytearray(segment.read_bytes())
    damaged[len(damaged) // 2] ^= 1
    segment.write_bytes(damaged)
    heir = Spool(directory)
    heir.open()
    assert drain(heir) == [b"1", b"3"]
    heir.close()
    assert heir.quarantined == 1
    kept = list((directory / "quarantine").iterdir())
    assert [path.read_bytes() for path in kept] == [bytes(damaged)]
    assert "spool_damaged" in caplog.text
    assert "look-for-me" not in caplog.text


def test_what_was_repaired_in_quarantine_can_be_put_back(directory: Path) -> None:
    spool = Spool(directory)
    spool.open()
    spool.quarantine(delivery(b"refused"))
    again = directory / "edge-again"
    again.mkdir()
    next((directory / "quarantine").iterdir()).rename(again / "1.spool")
    spool.open()
    assert drain(spool) == [b"refused"]
    spool.close()


def test_a_file_that_cannot_be_read_does_not_stop_the_rest(directory: Path) -> None:
    segment = abandoned(directory, b"1")
    segment.unlink()
    segment.mkdir()
    abandoned(directory, b"2")
    heir = Spool(directory)
    heir.open()
    assert drain(heir) == [b"2"]
    heir.close()


@pytest.fixture
def _small_files() -> Iterator[None]:
    """No file may grow beyond 4 KiB: like a disk that is full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.usefixtures("_small_files")
def test_a_full_disk_refuses_the_group_and_keeps_what_was_acknowledged(spool: Spool) -> None:
    spool.append(group(b"1"))
    with pytest.raises(SpoolFailed):
        spool.append(group(b"x" * 5000))
    assert is_failing(spool)
    spool.append(group(b"2"))
    assert not is_failing(spool)
    assert drain(spool) == [b"1", b"2"]


def test_the_spool_leaves_room_for_the_database(spool: Spool, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as full:
        full.setattr(spools, "LEAST_FREE_BYTES", 1 << 60)
        with pytest.raises(SpoolFailed):
            spool.append(group(b"1"))
        spool.open()
        assert is_failing(spool)
    spool.open()
    assert not is_failing(spool)
    spool.append(group(b"2"))
    assert drain(spool) == [b"2"]


def test_a_directory_that_cannot_be_made_fails_only_what_is_written(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    spool = Spool(tmp_path / "file" / "spool")
    spool.open()
    assert is_failing(spool)
    with pytest.raises(SpoolFailed):
        spool.append(group(b"1"))
    (tmp_path / "file").unlink()
    spool.open()
    assert not is_failing(spool)
    spool.append(group(b"2"))
    assert drain(spool) == [b"2"]
    spool.close()


def test_a_sync_that_fails_is_not_trusted(spool: Spool, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(descriptor: int) -> None:
        raise OSError(5, "Input/output error")

    spool.append(group(b"1"))
    with monkeypatch.context() as broken:
        broken.setattr(os, "fdatasync", failing)
        with pytest.raises(SpoolFailed):
            spool.append(group(b"2"))
    spool.append(group(b"3"))
    assert drain(spool) == [b"1", b"3"]


def test_a_power_cut_loses_nothing_that_was_acknowledged(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only what was synced survives: files are cut back to the length that they had at their last fdatasync."""
    synced: dict[Path, int] = {}

    def fdatasync(descriptor: int) -> None:
        synced[Path(f"/proc/self/fd/{descriptor}").resolve()] = os.fstat(descriptor).st_size

    monkeypatch.setattr(os, "fdatasync", fdatasync)
    spool = Spool(directory)
    spool.open()
    acknowledged = [b"%d" % number for number in range(50)]
    for body in acknowledged:
        spool.append(group(body))
    (path,) = synced
    with path.open("ab") as file:
        file.write(b"HBD1 written but not synced")
    spool.close()
    os.truncate(path, synced[path])
    heir = Spool(directory)
    heir.open()
    assert drain(heir) == acknowledged
    heir.close()


def test_a_hundred_thousand_deliveries_drain(spool: Spool) -> None:
    for _ in range(200):
        spool.append(group(*[b"x"] * 500))
    assert len(drain(spool)) == 100_000


def test_nobody_else_can_read_it(spool: Spool, directory: Path) -> None:
    spool.append(group(b"1"))
    assert directory.stat().st_mode & 0o077 == 0
    for path in directory.rglob("*"):
        assert path.stat().st_mode & 0o077 == 0
