"""A cap of one's own: exact over any hour, shared by all, and kept over a restart."""

from __future__ import annotations

from threading import Thread

import pytest
from django.db import connections

from facebook_integration.services.facebook_api import FacebookMessengerService, FacebookRateLimiter
from hubbub.organizations.database import run
from hubbub.organizations.scope import organization_scope
from hubbub.outbound.windows import Window, record, seconds_until_allowed, take
from tests.support.outbound import Line, connect


def limiter(line: Line, most: int | None) -> FacebookRateLimiter:
    return FacebookRateLimiter(line.channel, max_calls_per_hour=most)


def test_it_allows_so_many_calls_and_then_says_how_long_to_wait(line: Line) -> None:
    mine = limiter(line, 3)
    assert (mine.can_make_call(), mine.get_wait_time()) == (True, 0.0)
    for _ in range(3):
        assert mine.can_make_call()
        mine.record_call()
    assert not mine.can_make_call()
    assert 3500 < mine.get_wait_time() <= 3660


def test_another_process_sees_the_same_calls(line: Line) -> None:
    for _ in range(2):
        limiter(line, 2).record_call()
    assert not limiter(line, 2).can_make_call()
    assert limiter(line, 3).can_make_call()


def test_one_page_does_not_use_up_anothers_calls(line: Line) -> None:
    other = connect(line.platforms, "facebook", line.tenant)
    limiter(line, 1).record_call()
    assert not limiter(line, 1).can_make_call()
    assert limiter(other, 1).can_make_call()


def test_without_a_cap_only_facebooks_word_counts(line: Line) -> None:
    mine = limiter(line, None)
    for _ in range(20):
        mine.record_call()
    assert mine.can_make_call()
    line.fault("429", times=1)
    FacebookMessengerService(line.channel).send_text(line.customer_id, "hello", wait=0.2)
    assert not mine.can_make_call()
    assert mine.get_wait_time() > 0


def window(line: Line) -> Window:
    return Window(name="test", owner=line.channel.id, organization_id=line.tenant.id, allowed=10, seconds=600.0)


@pytest.mark.parametrize(("later", "allowed"), [("9 minutes", False), ("11 minutes", True)])
def test_what_was_used_is_free_again_when_the_window_has_passed(line: Line, later: str, allowed: bool) -> None:
    with organization_scope(line.tenant.id):
        record(window(line), 10)
    with organization_scope(line.tenant.id):
        run("SELECT set_config('hubbub.clock_shift', %(later)s, true)", later=later)
        wait = seconds_until_allowed(window(line))
    assert (wait == 0.0) is allowed


def test_of_those_that_ask_at_once_only_so_many_are_let_through(line: Line) -> None:
    waits: list[float] = []

    def ask() -> None:
        for _ in range(5):
            with organization_scope(line.tenant.id):
                waits.append(take(window(line)))
        connections.close_all()

    threads = [Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(wait == 0.0 for wait in waits) == 10
