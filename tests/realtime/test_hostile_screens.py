"""Whoever connects with bad intent, or without the right to."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AsyncExitStack
from typing import Any
from uuid import UUID

import aiohttp
import pytest
import socketio
from django.contrib.sessions.models import Session

from hubbub.kit.ids import new_id
from hubbub.organizations.database import run
from hubbub.organizations.models import Membership, User
from hubbub.organizations.scope import organization_scope
from tests.realtime.test_relay import change
from tests.realtime.truth import heard, numbered, numbered_when_done
from tests.support.factories import Tenant, make_tenant
from tests.support.people import make_member
from tests.support.webprocess import (
    PATIENCE,
    Tab,
    Web,
    after,
    connected,
    play,
    raw,
    session_of,
    status_of,
    tab,
)

pytestmark = [pytest.mark.usefixtures("database", "relay"), pytest.mark.xdist_group("screens")]


HOSTILE: dict[str, str | bytes] = {
    "nothing": "",
    "a letter": "x",
    "bytes": b"\x00\x01\x02",
    "an unknown packet": "9",
    "a large frame": "42" + "x" * 20_000,
    "a very large frame": "42" + "x" * 3_000_000,
    "no json": '42["since"',
    "not a list": '42{"a":1}',
    "an empty list": "42[]",
    "a number as name": "42[1,{}]",
    "a long name": '42["' + "x" * 200 + '",{}]',
    "three arguments": '42["since",{},{}]',
    "deep": "42" + "[" * 5000 + "]" * 5000,
    "a long acknowledgement": "42" + "9" * 40 + '["since",{"seq":0}]',
    "another namespace": "42/admin,[]",
    "a namespace to join": "40/admin,",
    "an attachment": '451-["since",{"_placeholder":true,"num":0}]',
    "nan": '42["since",{"seq":NaN}]',
    "a second hello": "0{}",
}


REFUSED: dict[str, str] = {
    "an unknown event": '421["shout",{}]',
    "a dunder": '421["__class__",{}]',
    "no argument": '421["since"]',
    "a text for an object": '421["since","x"]',
    "a negative number": '421["since",{"seq":-1}]',
    "a huge number": '421["since",{"seq":99999999999999999999999}]',
    "a text for a number": '421["since",{"seq":"1; DROP TABLE message"}]',
    "a boolean for a number": '421["since",{"seq":true}]',
    "a strange name": '421["since",{"seq":1,"organization_id":"x"}]',
    "no uuid": '421["viewing",{"conversation_id":"<script>"}]',
    "a long uuid": '421["viewing",{"conversation_id":"' + "0" * 500 + '"}]',
    "a list for a uuid": '421["viewing",{"conversation_id":["x"]}]',
    "a strange kind": f'421["typing",{{"conversation_id":"{UUID(int=1)}","is_typing":true,"kind":"x"}}]',
    "a text for a boolean": f'421["typing",{{"conversation_id":"{UUID(int=1)}","is_typing":"yes"}}]',
}


@pytest.mark.parametrize("name", HOSTILE)
def test_whoever_does_not_speak_the_protocol_is_hung_up_on(web: Web, tenant: Tenant, session: str, name: str) -> None:
    async def story() -> None:
        async with aiohttp.ClientSession() as http, tab(web, session) as bystander:
            socket = await connected(web, session, http)
            frame = HOSTILE[name]
            await (socket.send_str(frame) if isinstance(frame, str) else socket.send_bytes(frame))
            assert await after(socket, "43") == ""
            change(tenant)
            await bystander.until(lambda self: self.seqs == [1])

    play(story())


@pytest.mark.parametrize("name", REFUSED)
def test_what_makes_no_sense_gets_a_sentence(web: Web, session: str, name: str) -> None:
    async def story() -> None:
        async with aiohttp.ClientSession() as http:
            socket = await connected(web, session, http)
            await socket.send_str(REFUSED[name])
            said = await after(socket, "43")
            assert '"code":"invalid_input"' in said
            await socket.send_str('422["viewing",{"conversation_id":null}]')
            assert await after(socket, "432") == "432[{}]"
            await socket.close()

    play(story())


def test_whoever_asks_on_and_on_is_slowed_and_then_hung_up_on(web: Web, session: str) -> None:
    async def story() -> None:
        async with aiohttp.ClientSession() as http:
            socket = await connected(web, session, http)
            for number in range(100):
                await socket.send_str(f'42{number}["viewing",{{"conversation_id":null}}]')
            assert "too_many" in await after(socket, "4399")
            for _ in range(400):
                await socket.send_str('42["viewing",{"conversation_id":null}]')
            assert await after(socket, "430") == ""

    play(story())


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "http://localhost.evil.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost:1"},
        {"Host": "evil.example", "Origin": "http://evil.example"},
        {"Cookie": ""},
        {"Cookie": "sessionid="},
    ],
)
def test_other_sites_pages_and_strangers_get_no_socket(web: Web, session: str, headers: dict[str, str]) -> None:
    async def story() -> None:
        async with aiohttp.ClientSession() as http:
            with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
                await raw(web, session, http, **headers)
            assert refused.value.status == 403

    play(story())


@pytest.mark.parametrize("session_key", ["a" * 32, "x" * 5000, "a-b"])
def test_a_made_up_session_is_told_to_sign_in(web: Web, session_key: str) -> None:
    async def story() -> None:
        async with aiohttp.ClientSession() as http:
            socket = await raw(web, session_key, http)
            assert "unauthenticated" in await after(socket, "44")
            assert await after(socket, "4") == ""

    play(story())


def test_the_address_answers_nothing_but_websockets(web: Web) -> None:
    assert status_of(web.port, "/socket.io/?EIO=4&transport=polling") == 400
    assert status_of(web.port, "/socket.io/../etc/passwd") in (400, 404)


def test_two_organisations_never_hear_of_each_other(web: Web) -> None:
    one, other = make_tenant(), make_tenant()
    conversation = str(new_id())

    async def story() -> None:
        async with (
            tab(web, session_of(make_member(one, first_name="Mali"))) as ours,
            tab(web, session_of(make_member(other, first_name="Kenji"))) as theirs,
        ):
            for each in (ours, theirs):
                await each.say("viewing", {"conversation_id": conversation})
            await ours.say("typing", {"conversation_id": conversation, "is_typing": True, "kind": "reply"})
            change(one, 5)
            change(other, 2)
            await ours.until(lambda self: len(self.seqs) == 5)
            await theirs.until(lambda self: len(self.seqs) == 2)
            await theirs.until_heard("online")
            await theirs.until_heard("presence")
            assert heard(ours) == numbered(one)
            assert heard(theirs) == numbered(other)
            assert "Mali" not in str(theirs.heard)
            assert "Kenji" not in str(ours.heard)

    play(story())


def endings(tenant: Tenant) -> dict[str, tuple[str, Callable[[], object]]]:
    """Every way to lose the right to look on: a session, and what ends it."""
    people = [make_member(tenant) for _ in range(5)]
    sessions = [session_of(each) for each in people]
    removed, paused, _, closed, renamed = people

    def membership(user: User) -> Any:
        return Membership.objects.filter(organization_id=tenant.id, user=user)

    def new_password() -> None:
        renamed.set_password("another")
        renamed.save()

    ends: dict[str, Callable[[], object]] = {
        "membership removed": lambda: membership(removed).delete(),
        "membership paused": lambda: membership(paused).update(is_active=False),
        "signed out": lambda: Session.objects.filter(session_key=sessions[2]).delete(),
        "account closed": lambda: User.objects.filter(id=closed.id).update(is_active=False),
        "new password": new_password,
    }
    return {name: (session, end) for (name, end), session in zip(ends.items(), sessions, strict=True)}


def test_whoever_may_not_look_on_any_more_is_disconnected_within_seconds(
    web: Web, tenant: Tenant, session: str
) -> None:
    cases = endings(tenant)

    async def story() -> None:
        async with AsyncExitStack() as stack, tab(web, session) as colleague:
            tabs = {name: await stack.enter_async_context(tab(web, key)) for name, (key, _) in cases.items()}
            with organization_scope(tenant.id):
                for _, end in cases.values():
                    end()
            for name, one in tabs.items():
                reason = await one.until_heard("disconnect")
                assert reason == socketio.AsyncClient.reason.SERVER_DISCONNECT, name
            change(tenant)
            await colleague.until(lambda self: self.seqs == [1])
            assert [one.seqs for one in tabs.values()] == [[]] * len(cases)
        for key, _ in cases.values():
            await is_refused(web, key)

    play(story())


async def is_refused(web: Web, session_key: str) -> None:
    one = Tab()
    with pytest.raises(socketio.exceptions.ConnectionError):
        await one.client.connect(
            web.url, headers={"Cookie": f"sessionid={session_key}"}, transports=["websocket"], wait_timeout=PATIENCE
        )
    assert one.all_of("connect_error")[0]["data"] == {"code": "unauthenticated"}
    await one.client.disconnect()


def test_only_the_relay_s_role_could_see_all_organisations_numbers() -> None:
    """`realtime_heads` tells numbers only, of the organisations that are named."""
    one, other = make_tenant(), make_tenant()
    change(one)
    change(other)
    for each in (one, other):
        numbered_when_done(each)
    rows = run("SELECT * FROM realtime_heads(%(ids)s::uuid[])", ids=[one.id])
    assert rows == [{"organization_id": one.id, "last_seq": 1}]
