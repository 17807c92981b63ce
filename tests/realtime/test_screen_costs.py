"""What screens cost: memory, time, and patience with slow readers."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import time
from typing import Any

import aiohttp
import pytest
import socketio

from hubbub.kit.ids import new_id
from hubbub.organizations.scope import organization_scope
from hubbub.organizations.screens import ScreenEvent, emit
from tests.realtime.test_relay import change
from tests.realtime.truth import apply, numbered_when_done
from tests.support.factories import Tenant
from tests.support.people import make_member
from tests.support.webprocess import (
    Web,
    after,
    connected,
    play,
    session_of,
    tab,
    web_process,
)

pytestmark = [pytest.mark.usefixtures("database", "relay"), pytest.mark.xdist_group("screens")]


def large_changes(tenant: Tenant, count: int, size: int = 1000) -> None:
    with organization_scope(tenant.id):
        for _ in range(count // 500):
            many = [
                ScreenEvent(organization_id=tenant.id, kind="x", subject_id=new_id(), data={"x": "x" * size})
                for _ in range(500)
            ]
            emit(many)


def test_a_slow_reader_is_neither_waited_for_nor_remembered_for_ever(web: Web, tenant: Tenant, session: str) -> None:
    async def story() -> None:
        async with aiohttp.ClientSession() as http, tab(web, session) as quick:
            slow = await connected(web, session, http)
            transport: Any = slow._response.connection.transport  # type: ignore[union-attr]
            transport.pause_reading()
            before = web.memory()
            await asyncio.to_thread(large_changes, tenant, 12_000)
            await quick.until(lambda self: self.last_seq == 12_000, "everything at the quick one")
            assert apply(quick, {}, 0, tenant) == 12_000
            assert web.memory() - before < 40
            transport.resume_reading()
            frame, last = "", 0
            while last < 12_000:
                frame = await after(slow, "42[")
                assert frame, "hung up on"
                if frame.startswith(('42["events"', '42["reset"')):
                    last = int(frame.rpartition('"last_seq":')[2].rstrip("}]"))
            await slow.close()

    play(story())


def test_a_hundred_agents_take_little_memory(web: Web, tenant: Tenant, capsys: pytest.CaptureFixture[str]) -> None:
    sessions = [session_of(make_member(tenant)) for _ in range(100)]

    async def story() -> float:
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:
            for one in [await connected(web, each, http) for each in sessions[:20]]:
                await one.close()
            await asyncio.sleep(0.5)
            before = web.memory()
            sockets = [await connected(web, each, http) for each in sessions]
            change(tenant, 150)
            for socket in sockets:
                assert await after(socket, '42["events",{"events":[{')
            grown = web.memory() - before
            for socket in sockets:
                await socket.close()
        return grown / len(sessions)

    each = play(story())
    with capsys.disabled():
        print(f"\nmemory per connected agent: {each:.3f} MB")
    assert each < 0.2


def test_how_long_a_change_takes_to_a_screen(
    web: Web, tenant: Tenant, session: str, capsys: pytest.CaptureFixture[str]
) -> None:
    async def story() -> list[float]:
        took = []
        async with tab(web, session) as one:
            for number in range(1, 41):
                began = time.monotonic()
                change(tenant)
                await one.until(lambda self, number=number: self.last_seq == number)
                took.append((time.monotonic() - began) * 1000)
                await asyncio.sleep(random.uniform(0, 0.05))
        return sorted(took)

    took = play(story())
    with capsys.disabled():
        print(f"\nfrom the write to the screen: p50 {took[20]:.0f} ms, p95 {took[37]:.0f} ms, most {took[-1]:.0f} ms")
    assert len(took) == 40


def test_a_server_that_stops_hangs_up_at_once_and_tabs_come_back(tenant: Tenant, session: str) -> None:
    async def story() -> None:
        with web_process() as first:
            async with tab(first, session) as one:
                change(tenant, 2)
                await one.until(lambda self: self.seqs == [1, 2])
                os.kill(first.pid, signal.SIGTERM)
                assert await one.until_heard("disconnect") != socketio.AsyncClient.reason.SERVER_DISCONNECT
        change(tenant, 3)
        numbered_when_done(tenant)
        with web_process(port=first.port) as second:
            async with tab(second, session, since=one.last_seq) as again:
                assert again.seqs == [3, 4, 5]

    play(story())
