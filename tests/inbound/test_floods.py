"""More webhook calls than anybody expects are kept, and the channel says so, once."""

from __future__ import annotations

import logging

import pytest

from hubbub.channels.models import Channel
from hubbub.organizations.scope import organization_scope
from hubbub.settings.environment import reload_environment
from tests.inbound.shop import Shop, open_shop
from tests.support import line

pytestmark = pytest.mark.usefixtures("database")


def receive(shop: Shop, count: int, since: int = 0) -> None:
    numbers = range(since, since + count)
    shop.receive(*(line.body(shop.address, line.text(f"text {n}", second=n)) for n in numbers))


def reason(shop: Shop) -> str:
    with organization_scope(shop.tenant.id):
        return Channel.objects.get(id=shop.channel.id).status_reason


@pytest.mark.parametrize("period", ["minute", "hour"])
def test_passing_a_mark_is_said_once_and_refuses_nothing(
    period: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv(f"HUBBUB_WEBHOOK_WARN_PER_{period.upper()}", "5")
    reload_environment()
    shop = open_shop()
    with caplog.at_level(logging.WARNING, logger="hubbub.inbound.counters"):
        receive(shop, 4)
        assert reason(shop) == ""
        receive(shop, 4, since=4)
        receive(shop, 4, since=8)
    assert reason(shop).startswith(f"More than 5 webhook calls came in within a {period}.")
    assert len(shop.messages()) == 12
    assert [record.getMessage() for record in caplog.records].count("webhook_flood") == 1
    monkeypatch.undo()
    reload_environment()
