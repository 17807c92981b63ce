"""Real sockets at a real web process: nothing is missed, and nothing comes twice."""

from __future__ import annotations

import asyncio
import random
import time
from threading import Thread

import psycopg
import pytest

from hubbub.kit.ids import new_id
from tests.realtime.test_relay import change
from tests.realtime.truth import apply, heard, numbered, numbered_when_done
from tests.support import world
from tests.support.factories import Tenant
from tests.support.webprocess import (
    Web,
    play,
    tab,
)

pytestmark = [pytest.mark.usefixtures("database", "relay"), pytest.mark.xdist_group("screens")]
CUT = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
 WHERE application_name = 'hubbub web, listening' AND datname = current_database()
"""


def test_a_new_screen_is_told_where_it_begins(web: Web, tenant: Tenant, session: str) -> None:
    async def story() -> None:
        change(tenant, 3)
        await asyncio.sleep(0)
        while len(numbered(tenant)) < 3:
            await asyncio.sleep(0.01)
        async with tab(web, session) as one:
            assert one.all_of("events")[0] == {"events": [], "last_seq": 3}

    play(story())


def test_every_change_comes_once_and_in_order(web: Web, tenant: Tenant, session: str) -> None:
    async def story() -> None:
        async with tab(web, session) as one, tab(web, session) as other:
            for _ in range(30):
                change(tenant, random.randint(1, 4))
                await asyncio.sleep(random.choice([0, 0.01, 0.06]))
            total = len(numbered_when_done(tenant))
            for each in (one, other):
                await each.until(lambda self: len(self.seqs) >= total, "all events")
                assert heard(each) == numbered(tenant)

    play(story())


def test_an_event_holds_what_a_screen_needs_to_fetch(web: Web, tenant: Tenant, session: str) -> None:
    async def story() -> None:
        async with tab(web, session) as one:
            [subject] = change(tenant)
            await one.until(lambda self: self.seqs, "the event")
            [event] = one.events
            assert event.keys() == {"seq", "created_at", "kind", "subject_id", "conversation_id", "data"}
            assert (event["kind"], event["subject_id"], event["data"]) == ("contact.changed", str(subject), {})

    play(story())


def test_what_was_missed_is_told_on_coming_back(web: Web, tenant: Tenant, session: str) -> None:
    async def story() -> None:
        async with tab(web, session) as keeps_looking:
            async with tab(web, session) as one:
                change(tenant, 3)
                await one.until(lambda self: len(self.seqs) == 3)
            change(tenant, 4)
            await keeps_looking.until(lambda self: len(self.seqs) == 7)
            async with tab(web, session, since=one.last_seq) as again:
                assert again.seqs == [4, 5, 6, 7]
        async with tab(web, session, since=2) as from_the_database:
            assert from_the_database.seqs == [3, 4, 5, 6, 7]

    play(story())


def test_a_gap_can_be_asked_for(web: Web, tenant: Tenant, session: str) -> None:
    async def story() -> None:
        async with tab(web, session) as one:
            change(tenant, 5)
            await one.until(lambda self: len(self.seqs) == 5)
            found = await one.say("since", {"seq": 3})
            assert [event["seq"] for event in found["events"]] == [4, 5]
            assert (found["last_seq"], found["is_reset"]) == (5, False)
            assert (await one.say("since", {"seq": 99}))["is_reset"] is True

    play(story())


def test_whoever_missed_too_much_begins_afresh(web: Web, tenant: Tenant, session: str) -> None:
    async def story() -> None:
        change(tenant, 600)
        numbered_when_done(tenant)
        async with tab(web, session, since=3) as one:
            assert one.all_of("reset") == [{"last_seq": 600}]
            change(tenant)
            await one.until(lambda self: self.seqs == [601], "the next one")
        async with tab(web, session, since=10_000) as from_another_world:
            assert from_another_world.all_of("reset") == [{"last_seq": 601}]

    play(story())


@pytest.mark.slow
def test_a_line_that_breaks_a_hundred_times_under_load_leaves_the_same_as_a_fresh_load(
    web: Web, tenant: Tenant, session: str
) -> None:
    load = Load(tenant)
    state: dict[str, int] = {}

    async def story() -> None:
        since = 0
        for _ in range(100):
            async with tab(web, session, since=since) as one:
                await asyncio.sleep(random.choice([0, 0.01, 0.05]))
                one.cut()
            since = apply(one, state, since, tenant)
        load.end()
        last = numbered_when_done(tenant)[-1][0]
        async with tab(web, session, since=since) as one:
            await one.until(lambda self: self.last_seq == last, "the last event")
        apply(one, state, since, tenant)

    try:
        play(story())
    finally:
        load.end()
    assert state == {subject: seq for seq, subject in numbered(tenant)}
    assert len(state) > 100


class Load:
    """Changes without a pause, until the end."""

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant
        self._is_over = False
        self._thread = Thread(target=self._work)
        self._thread.start()

    def end(self) -> None:
        self._is_over = True
        self._thread.join()

    def _work(self) -> None:
        while not self._is_over:
            change(self._tenant, random.randint(1, 5))
            time.sleep(random.choice([0.0, 0.005, 0.02]))


def test_events_come_without_a_notification_and_after_a_lost_connection(web: Web, tenant: Tenant, session: str) -> None:
    """The relay's NOTIFY may be lost, and the listening connection may be cut: the look once a second finds all."""

    async def story() -> None:
        async with tab(web, session) as one:
            with psycopg.connect(world.admin_url(), autocommit=True) as admin:
                assert admin.execute(CUT).fetchall()
            change(tenant, 2)
            await one.until(lambda self: self.seqs == [1, 2], "events after the cut")
            numbered_silently(tenant)
            await one.until(lambda self: self.seqs == [1, 2, 3], "an event without a notification")

    play(story())


def numbered_silently(tenant: Tenant) -> None:
    """An event that is numbered as the relay does, without waking anybody."""
    with psycopg.connect(world.admin_url(), autocommit=True) as admin, admin.transaction():
        admin.execute("UPDATE realtime_sequence SET last_seq = last_seq + 1 WHERE organization_id = %s", [tenant.id])
        admin.execute(
            "INSERT INTO realtime_event (id, organization_id, created_at, kind, subject_id, data, seq)"
            " SELECT %s, organization_id, now(), 'contact.changed', %s, '{}', last_seq FROM realtime_sequence"
            " WHERE organization_id = %s",
            [new_id(), new_id(), tenant.id],
        )
