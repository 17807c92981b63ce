"""What the listening connection publishes, beside a relay that goes on numbering."""

from __future__ import annotations

import psycopg
import pytest
from psycopg.rows import dict_row

from hubbub.realtime import listener
from hubbub.realtime.audience import Audience
from tests.realtime.test_relay import change, relay
from tests.support import world
from tests.support.factories import Tenant, make_tenant
from tests.support.webprocess import play

pytestmark = pytest.mark.usefixtures("database")


async def look(audience: Audience) -> None:
    """One look at the database."""
    url = listener.listening_url()
    async with await psycopg.AsyncConnection.connect(url, autocommit=True, row_factory=dict_row) as connection:
        await listener.publish_new(connection, {audience.organization_id: audience})


def audience_of(tenant: Tenant, last_seq: int) -> Audience:
    one = Audience(tenant.id, lambda screen: None)
    one.last_seq = last_seq
    return one


def remembered(audience: Audience) -> list[int]:
    return [seq for seq, _ in audience._recent]


def test_events_that_are_numbered_between_two_questions_are_no_reason_to_begin_anew(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tenant = make_tenant()
    change(tenant, 3)
    relay()
    earlier = "SELECT organization_id, last_seq - 2 AS last_seq FROM realtime_heads(%(organizations)s::uuid[])"
    monkeypatch.setattr(listener, "HEADS", earlier)
    audience = audience_of(tenant, 0)
    play(look(audience))
    assert (audience.last_seq, remembered(audience)) == (3, [1, 2, 3])


def test_more_than_one_portion_is_read_to_its_end() -> None:
    tenant = make_tenant()
    change(tenant, 1203)
    relay()
    audience = audience_of(tenant, 0)
    play(look(audience))
    assert (audience.last_seq, remembered(audience)[-1]) == (1203, 1203)


@pytest.mark.parametrize("last_seq", [9, 1])
def test_numbers_that_do_not_go_on_mean_begin_anew(last_seq: int) -> None:
    """A database that was restored is behind; one whose events were dropped has a hole."""
    tenant = make_tenant()
    change(tenant, 4)
    relay()
    with psycopg.connect(world.admin_url()) as admin:
        admin.execute("DELETE FROM realtime_event WHERE organization_id = %s AND seq < 4", [tenant.id])
    audience = audience_of(tenant, last_seq)
    play(look(audience))
    assert (audience.last_seq, remembered(audience)) == (4, [])
