"""Allowances: never more than the platform's limit in any window, more than nine tenths of it while there is work."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from hubbub.organizations.scope import organization_scope
from hubbub.outbound.rates import Bucket, Limit, limit_of
from hubbub.settings.environment import reload_environment
from tests.support.outbound import Platforms, connect, pile_up, send_all

START = datetime(2026, 11, 1, tzinfo=UTC)


def simulate(limit: Limit, seconds: float, step: float) -> list[float]:
    """The moments of the calls of a sender that looks every `step` and has always something to send."""
    bucket = Bucket(limit=limit, tokens=limit.capacity, at=START)
    sent: list[float] = []
    now = 0.0
    while now < seconds:
        at = START + timedelta(seconds=now)
        passed = (at - bucket.at).total_seconds()
        bucket = Bucket(limit=limit, tokens=min(limit.capacity, bucket.tokens + passed * limit.per_second), at=at)
        while bucket.available() >= 1.0:
            bucket.take()
            sent.append(now)
        now += step
    return sent


def busiest(sent: list[float], window: float) -> int:
    most = start = 0
    for end, at in enumerate(sent):
        while at - sent[start] >= window:
            start += 1
        most = max(most, end - start + 1)
    return most


@pytest.mark.parametrize("allowed", [1, 10, 19, 20, 40, 80, 300])
def test_no_second_holds_more_than_the_limit_and_little_is_wasted(allowed: int) -> None:
    sent = simulate(limit_of("k", None, allowed, 1.0), seconds=120, step=0.002)
    assert busiest(sent, 1.0) <= allowed
    assert len(sent) >= 0.9 * allowed * 120


@pytest.mark.parametrize("allowed", [5, 60, 200])
def test_no_hour_holds_more_than_the_cap_of_ones_own(allowed: int) -> None:
    sent = simulate(limit_of("k", None, allowed, 3600.0), seconds=24 * 3600, step=1.0)
    assert busiest(sent, 3600.0) <= allowed
    assert len(sent) >= 0.9 * allowed * 24


def test_the_hourly_cap_holds_and_a_restart_does_not_reset_it(
    platforms: Platforms, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = connect(platforms, "facebook")
    pile_up(line, 12, priority=5)
    monkeypatch.setenv("FACEBOOK_RATE_LIMIT_PER_HOUR", "6")
    reload_environment()
    try:
        for minutes in range(0, 60, 11):  # a new sender each time
            send_all(later=f"{minutes} minutes")
            assert len(line.texts()) <= 6
        assert len(line.texts()) >= 5
    finally:
        monkeypatch.undo()
        reload_environment()


def test_a_channels_own_rate_is_kept(platforms: Platforms) -> None:
    """Messenger: 40 a second. Nothing is lost, the rest goes a little later."""
    line = connect(platforms, "facebook")
    pile_up(line, 60)
    send_all(until=lambda: len(line.texts()) == 60, seconds=30)
    at = sorted(one["at"] for one in platforms.sends(line.channel.external_id))
    assert busiest([moment / 1000 for moment in at], 1.0) <= 45  # calls overtake one another on their way


def test_a_person_gets_no_more_than_the_platform_allows_and_others_go_on(platforms: Platforms) -> None:
    """WhatsApp: 45 at once, then one in six seconds, for each person."""
    line = connect(platforms, "whatsapp")
    pile_up(line, 50)
    send_all()
    assert len(line.texts()) == 45
    send_all(later="7 seconds")
    assert len(line.texts()) == 46
    send_all(later="40 seconds")
    assert len(line.texts()) == 50
    with organization_scope(line.tenant.id):
        assert line.row("SELECT count(*) AS n FROM outbox WHERE channel_id = %(channel)s")["n"] == 0
