"""Frames: what was written is read, what was cut short is dropped, what was damaged is noticed and passed over."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.edge.delivery import Delivery
from hubbub.edge.spool.frames import MAGIC, frame_of, read_frames
from hubbub.kit.ids import new_id

TIME = datetime(2026, 11, 21, 9, 30, 0, 123456, tzinfo=UTC)


def delivery(body: bytes, path_channel: str | None = None) -> Delivery:
    return Delivery(
        id=new_id(),
        received_at=TIME,
        platform="facebook",
        path_channel=path_channel,
        headers=b'{"user-agent":"x"}',
        body=body,
        edge="host:1",
    )


DELIVERIES = [delivery(b"first"), delivery(b"second " + MAGIC, "1001"), delivery(b""), delivery(b"\x00\xff" * 50, "")]
FRAMES = [frame_of(each) for each in DELIVERIES]
SEGMENT = b"".join(FRAMES)


@given(
    st.lists(
        st.builds(
            Delivery,
            id=st.uuids(),
            received_at=st.datetimes(timezones=st.just(UTC)),
            platform=st.sampled_from(["facebook", "line"]),
            path_channel=st.none() | st.text(max_size=255),
            headers=st.binary(max_size=50),
            body=st.binary(max_size=200),
            edge=st.text(max_size=20),
        ),
        max_size=5,
    )
)
def test_what_was_written_is_read(deliveries: list[Delivery]) -> None:
    segment = b"".join(map(frame_of, deliveries))
    frames = read_frames(segment, is_last=True, limit=100)
    assert frames.deliveries == deliveries
    assert (frames.end, frames.damaged, frames.torn_bytes) == (len(segment), [], 0)


def test_reading_stops_at_the_limit_and_goes_on_from_there() -> None:
    first = read_frames(SEGMENT, is_last=True, limit=3)
    rest = read_frames(SEGMENT[first.end :], is_last=True, limit=3)
    assert first.deliveries + rest.deliveries == DELIVERIES


@pytest.mark.parametrize("length", range(len(FRAMES[-1])))
def test_a_tail_torn_at_any_byte_is_dropped_and_the_rest_kept(length: int) -> None:
    complete = len(SEGMENT) - len(FRAMES[-1])
    frames = read_frames(SEGMENT[: complete + length], is_last=True, limit=100)
    assert frames.deliveries == DELIVERIES[:-1]
    assert frames.damaged == []
    assert frames.torn_bytes == length
    assert frames.end == complete + length


def test_zeros_that_a_power_cut_left_are_a_torn_tail() -> None:
    frames = read_frames(SEGMENT + bytes(5000), is_last=True, limit=100)
    assert (frames.deliveries, frames.damaged, frames.torn_bytes) == (DELIVERIES, [], 5000)


def test_a_frame_that_goes_on_behind_the_stretch_waits_for_more() -> None:
    cut = len(SEGMENT) - 5
    frames = read_frames(SEGMENT[:cut], is_last=False, limit=100)
    assert frames.deliveries == DELIVERIES[:-1]
    assert (frames.end, frames.torn_bytes, frames.damaged) == (len(SEGMENT) - len(FRAMES[-1]), 0, [])


@pytest.mark.parametrize("is_last", [True, False])
def test_any_flipped_bit_costs_one_delivery_and_is_noticed(is_last: bool) -> None:
    start, end = len(FRAMES[0]), len(FRAMES[0]) + len(FRAMES[1])
    for position in range(start, end):
        for bit in range(8):
            damaged = bytearray(SEGMENT)
            damaged[position] ^= 1 << bit
            frames = read_frames(bytes(damaged), is_last=is_last, limit=100)
            assert frames.deliveries == [DELIVERIES[0], *DELIVERIES[2:]]
            assert frames.damaged == [(start, end)]
            assert frames.end == len(SEGMENT)


def test_damage_in_the_last_frame_is_no_torn_tail() -> None:
    start = len(SEGMENT) - len(FRAMES[-1])
    for position in range(start, len(SEGMENT)):
        damaged = bytearray(SEGMENT)
        damaged[position] ^= 0x10
        frames = read_frames(bytes(damaged), is_last=True, limit=100)
        assert (frames.deliveries, frames.damaged) == (DELIVERIES[:-1], [(start, len(SEGMENT))])


def test_garbage_of_any_kind_ends() -> None:
    for garbage in (b"x" * 1000, MAGIC * 500, bytes(1000), b"HBD" * 300):
        frames = read_frames(garbage, is_last=True, limit=100)
        assert (frames.deliveries, frames.end) == ([], len(garbage))


@given(st.binary(max_size=300), st.booleans())
def test_no_bytes_make_the_reader_raise_or_stand_still(garbage: bytes, is_last: bool) -> None:
    frames = read_frames(FRAMES[0] + garbage + FRAMES[1], is_last=is_last, limit=100)
    assert frames.deliveries[0] == DELIVERIES[0]
    assert frames.end <= len(FRAMES[0]) + len(garbage) + len(FRAMES[1])


def test_times_before_1970_survive() -> None:
    early = replace(delivery(b""), received_at=TIME - timedelta(days=30_000))
    assert read_frames(frame_of(early), is_last=True, limit=1).deliveries == [early]
