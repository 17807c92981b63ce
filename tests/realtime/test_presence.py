"""Who is online, who looks, who writes."""

from __future__ import annotations

import pytest

from hubbub.kit.ids import new_id
from tests.support.factories import Tenant
from tests.support.people import make_member
from tests.support.webprocess import (
    Tab,
    Web,
    play,
    session_of,
    tab,
)

pytestmark = [pytest.mark.usefixtures("database", "relay"), pytest.mark.xdist_group("screens")]


def test_people_see_who_looks_and_who_writes(web: Web, tenant: Tenant) -> None:
    mali, kenji = make_member(tenant, first_name="Mali"), make_member(tenant, first_name="Kenji")
    here, elsewhere = str(new_id()), str(new_id())

    def people(one: Tab) -> list[tuple[str, bool, str]]:
        shown = [argument for argument in one.all_of("presence") if argument["conversation_id"] == here]
        return sorted((each["name"], each["is_typing"], each["kind"]) for each in shown[-1]["people"]) if shown else []

    async def story() -> None:
        async with tab(web, session_of(mali)) as one:
            async with tab(web, session_of(kenji)) as other:
                for each in (one, other):
                    assert await each.say("viewing", {"conversation_id": here}) == {}
                await one.until(lambda self: people(self) == [("Kenji", False, "reply"), ("Mali", False, "reply")])
                await other.say("typing", {"conversation_id": here, "is_typing": True, "kind": "note"})
                await one.until(lambda self: ("Kenji", True, "note") in people(self))
                await other.say("typing", {"conversation_id": here, "is_typing": False, "kind": "note"})
                await one.until(lambda self: ("Kenji", False, "reply") in people(self))
                await other.say("viewing", {"conversation_id": elsewhere})
                await one.until(lambda self: people(self) == [("Mali", False, "reply")])
                await other.say("viewing", {"conversation_id": here})
                await one.until(lambda self: len(people(self)) == 2)
            await one.until(lambda self: people(self) == [("Mali", False, "reply")], "closing a tab is leaving")
            await one.until(lambda self: [each["name"] for each in self.all_of("online")[-1]["users"]] == ["Mali"])

    play(story())


def test_two_tabs_of_one_person_are_one_person(web: Web, tenant: Tenant, session: str) -> None:
    here = str(new_id())

    async def story() -> None:
        async with tab(web, session) as one, tab(web, session) as other:
            await one.say("viewing", {"conversation_id": here})
            await other.say("typing", {"conversation_id": here, "is_typing": True, "kind": "reply"})
            await one.until(
                lambda self: self.all_of("presence") and self.all_of("presence")[-1]["people"][0]["is_typing"]
            )
            assert len(one.all_of("presence")[-1]["people"]) == 1
            assert len((await one.until_heard("online"))["users"]) == 1

    play(story())


def test_whoever_stops_writing_without_a_word_is_shown_so(web: Web, tenant: Tenant, session: str) -> None:
    here = str(new_id())

    async def story() -> None:
        async with tab(web, session) as one:
            await one.say("typing", {"conversation_id": here, "is_typing": True, "kind": "reply"})
            await one.until(
                lambda self: self.all_of("presence") and self.all_of("presence")[-1]["people"][0]["is_typing"]
            )
            await one.until(lambda self: not self.all_of("presence")[-1]["people"][0]["is_typing"])

    play(story())
