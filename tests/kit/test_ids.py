import os
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from hubbub.kit import clock, ids


def milliseconds_of(value: UUID) -> int:
    return value.int >> 80


def test_an_id_is_a_version_7_uuid_that_holds_its_time() -> None:
    with ids.seeded(1), clock.frozen(datetime(2026, 5, 1, 12, tzinfo=UTC)):
        value, moment = ids.new_id(), clock.epoch_ms()
    assert value.version == 7
    assert value.variant == "specified in RFC 4122"
    assert milliseconds_of(value) == moment


def test_ids_of_a_process_only_ever_increase() -> None:
    made = [ids.new_id() for _ in range(50_000)]
    assert made == sorted(set(made))


def test_ids_increase_within_one_millisecond_beyond_the_counter() -> None:
    with clock.frozen(datetime(2030, 1, 1, tzinfo=UTC)):
        made = [ids.new_id() for _ in range(10_000)]
    assert made == sorted(set(made))


def test_ids_increase_although_the_clock_goes_back() -> None:
    with ids.seeded(1):
        with clock.frozen(datetime(2026, 5, 1, tzinfo=UTC)):
            first = ids.new_id()
        with clock.frozen(datetime(2026, 5, 1, tzinfo=UTC) - timedelta(hours=1)):
            assert ids.new_id() > first


def test_threads_never_share_an_id() -> None:
    with ThreadPoolExecutor(8) as pool:
        batches = list(pool.map(lambda _: [ids.new_id() for _ in range(2_000)], range(16)))
    assert all(batch == sorted(batch) for batch in batches)
    assert len({value for batch in batches for value in batch}) == 32_000


def ids_of_a_child() -> list[UUID]:
    reader, writer = os.pipe()
    if os.fork() == 0:
        os.write(writer, b"".join(ids.new_id().bytes for _ in range(50)))
        os._exit(0)
    os.wait()
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        data = pipe.read()
    return [UUID(bytes=data[start : start + 16]) for start in range(0, len(data), 16)]


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_forked_processes_never_share_an_id() -> None:
    with clock.frozen(datetime(2030, 1, 1, tzinfo=UTC)):
        made = [*ids_of_a_child(), *ids_of_a_child(), *(ids.new_id() for _ in range(50))]
    assert len(set(made)) == 150


def test_a_seed_makes_ids_repeatable() -> None:
    with ids.seeded(7):
        first = [ids.new_id() for _ in range(20)]
    with ids.seeded(7):
        assert [ids.new_id() for _ in range(20)] == first
    with ids.seeded(8):
        assert ids.new_id() != first[0]
    assert ids.new_id() not in first


def test_seeded_ids_follow_a_frozen_clock() -> None:
    moment = datetime(2026, 11, 20, 12, tzinfo=UTC)
    with ids.seeded(7), clock.frozen(moment):
        assert milliseconds_of(ids.new_id()) == int(moment.timestamp() * 1000)


def test_tokens_are_long_url_safe_and_random_even_when_ids_are_seeded() -> None:
    with ids.seeded(7):
        tokens = {ids.new_token() for _ in range(100)}
    assert len(tokens) == 100
    assert all(len(token) == 43 and token.replace("-", "").replace("_", "").isalnum() for token in tokens)
    assert len(ids.new_token(16)) == 22
