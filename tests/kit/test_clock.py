from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.kit import clock

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def test_now_is_aware_and_in_utc() -> None:
    assert clock.now().utcoffset() == timedelta(0)


def test_a_frozen_clock_moves_only_when_told_to() -> None:
    with clock.frozen(NOON) as frozen:
        started = clock.monotonic()
        assert clock.now() == clock.now() == NOON
        frozen.advance(timedelta(minutes=5))
        assert clock.now() == NOON + timedelta(minutes=5)
        assert clock.monotonic() - started == pytest.approx(300)
    assert clock.now() != NOON + timedelta(minutes=5)


def test_frozen_clocks_nest_and_give_the_outer_one_back() -> None:
    with clock.frozen(NOON):
        with clock.frozen(NOON + timedelta(days=1)):
            assert clock.now() == NOON + timedelta(days=1)
        assert clock.now() == NOON


@pytest.mark.parametrize("value", [1_763_640_000, "1763640000", 1_763_640_000.0, 1_763_640_000_000, "1763640000000"])
def test_seconds_and_milliseconds_are_told_apart_by_their_size(value: object) -> None:
    assert clock.from_epoch(value) == datetime(2025, 11, 20, 12, tzinfo=UTC)


def test_milliseconds_keep_their_fraction_of_a_second() -> None:
    assert clock.from_epoch(1_763_640_000_123) == datetime(2025, 11, 20, 12, 0, 0, 123_000, tzinfo=UTC)
    assert clock.from_epoch("1763640000.5") == datetime(2025, 11, 20, 12, 0, 0, 500_000, tzinfo=UTC)


def test_a_field_of_milliseconds_is_read_as_such_however_small() -> None:
    assert clock.from_epoch_ms(86_400_000) == datetime(1970, 1, 2, tzinfo=UTC)
    assert clock.from_epoch_ms("86400000") == datetime(1970, 1, 2, tzinfo=UTC)


@pytest.mark.parametrize("value", [-1, "-5", -(10**300), float("-inf"), 0])
def test_what_lies_before_1970_becomes_1970(value: object) -> None:
    assert clock.from_epoch(value) == clock.EPOCH


@pytest.mark.parametrize("value", [10**15, "9" * 300, 1 << 20_000, float("inf"), 1e308], ids=lambda _: "")
def test_the_far_future_becomes_tomorrow(value: object) -> None:
    with clock.frozen(NOON):
        assert clock.from_epoch(value) == NOON + timedelta(days=1)


@pytest.mark.parametrize("value", [None, True, "", "soon", "1e9", "0x10", "٣", "1_000", [], {}, float("nan"), b"1"])
def test_what_is_no_number_has_no_time(value: object) -> None:
    assert clock.from_epoch(value) is None
    assert clock.from_epoch_ms(value) is None


@given(st.one_of(st.integers(), st.floats(), st.text(), st.from_regex(r"[+-]?\d{1,50}(\.\d+)?", fullmatch=True)))
def test_no_number_whatever_leads_outside_the_documented_range(value: object) -> None:
    for read in (clock.from_epoch, clock.from_epoch_ms):
        moment = read(value)
        assert moment is None or clock.EPOCH <= moment <= clock.now() + clock.LARGEST_LEAD
