"""The two relations that the edge touches are what the migrations make, and its role may do just that."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest

from hubbub.channels.models import Channel
from hubbub.conversations.models import Message
from hubbub.edge.database import Database
from hubbub.edge.delivery import kept_headers
from hubbub.edge.keeper import ALL, CHANGED, Keeper
from hubbub.edge.refusals import Refusals
from hubbub.edge.rows import INSERT, insert_values
from hubbub.edge.secret_book import SecretBook
from hubbub.inbound.models import Delivery as StoredDelivery
from hubbub.kit import clock, json
from hubbub.kit.ids import new_id
from hubbub.organizations.models import SecurityEvent
from hubbub.organizations.scope import organization_scope
from hubbub.settings.database import logins
from hubbub.settings.environment import environment
from tests.edge.test_frames import delivery
from tests.support.factories import Tenant, make_channel, make_tenant
from tests.support.inbound import apply_all

pytestmark = pytest.mark.usefixtures("database")


def as_edge(work: Callable[[Database], Awaitable[None]]) -> None:
    """Run a coroutine function with a connection of the role hubbub_edge."""

    async def run() -> None:
        database = Database(logins().url_for("edge"))
        await database.connect()
        try:
            await work(database)
        finally:
            await database.close()

    asyncio.run(run())


def test_the_edge_role_stores_each_delivery_once() -> None:
    group = [delivery(b"\x00\xff body", "1001"), delivery(b""), delivery(b"x" * 1000)]

    async def store_twice(database: Database) -> None:
        for _ in range(2):
            await database.run(INSERT, insert_values(group, is_spooled=True), seconds=10)

    as_edge(store_twice)
    stored = _stored([each.id for each in group])
    assert [(row[0], bytes(row[1]), row[2], row[3], row[4], row[5], row[6]) for row in stored] == [
        (each.id, each.body, each.path_channel, each.received_at, {"user-agent": "x"}, len(each.body), True)
        for each in group
    ]


@pytest.mark.parametrize("days", [-400, -1, 0, 1, 400])
def test_a_delivery_of_any_day_finds_a_place(days: int) -> None:
    spooled = replace(delivery(b"body"), received_at=clock.now() + timedelta(days=days))

    async def store(database: Database) -> None:
        await database.run(INSERT, insert_values([spooled], is_spooled=False), seconds=10)

    as_edge(store)
    assert len(_stored([spooled.id])) == 1


def test_the_edge_role_sees_every_tenants_secrets_and_can_open_them() -> None:
    one, other = (make_channel(make_tenant(), "line", verify_token="their-token") for _ in range(2))
    book = SecretBook(environment().envelope)

    async def load(database: Database) -> None:
        await Keeper(database, book, None).start()

    as_edge(load)
    for channel in (one, other):
        (owner,) = book.owners("line", [channel.external_id])
        assert (owner.organization_id, owner.secrets) == (channel.organization_id, (b"line-secret",))
        assert book.verify_tokens("line", channel.external_id) == (b"their-token",)


def test_whatever_changes_a_channel_tells_the_edges() -> None:
    tenant = make_tenant()
    channel = make_channel(tenant, "line")
    book = SecretBook(environment().envelope)

    async def watch(database: Database) -> None:
        keeper = Keeper(database, book, None)
        await keeper.start()
        for change in ({"signing_secrets": ["new-secret"]}, {"external_id": "U-moved"}, {"is_active": False}):
            await asyncio.to_thread(_change, tenant.id, channel, change)
            await keeper.look()
            (owner,) = book.owners("line", [channel.external_id])
            assert owner.secrets == tuple(secret.encode() for secret in channel.signing_secrets)
        await asyncio.to_thread(_change, tenant.id, channel, {"status": "disconnected"})
        await keeper.look()
        assert book.owners("line", [channel.external_id]) == []

    as_edge(watch)


def test_what_one_tenant_signs_never_reaches_another() -> None:
    victim, attacker = make_tenant(), make_tenant()
    page, own_page = make_channel(victim), make_channel(attacker)
    body = json.dumps({"object": "page", "entry": [_entry(account) for account in (page, own_page)]})
    forged = replace(delivery(body), headers=kept_headers({}, [attacker.id]))

    async def store(database: Database) -> None:
        await database.run(INSERT, insert_values([forged], is_spooled=False), seconds=10)

    as_edge(store)
    apply_all()
    assert _messages(victim) == []
    assert _messages(attacker) == [str(own_page.id)]


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT body FROM delivery",
        "UPDATE delivery SET state = 'dead'",
        "DELETE FROM delivery",
        "SELECT * FROM channel",
        "SELECT * FROM message",
        "SELECT * FROM organization",
        "UPDATE edge_secret SET external_id = 'x'",
    ],
)
def test_the_edge_role_may_do_nothing_else(statement: str) -> None:
    with (
        psycopg.connect(logins().url_for("edge")) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(statement.encode())


def test_the_edge_notes_bad_signatures_by_the_one_function_that_it_may_call() -> None:
    tenant = make_tenant()
    account = str(tenant.id)

    async def refuse(database: Database) -> None:
        refusals = Refusals(database)
        for _ in range(3):
            refusals.note("facebook", [(tenant.id, account)])
        refusals.note("facebook", [(new_id(), "of an organisation that is gone")])
        await refusals.flush()
        refusals.note("facebook", [(tenant.id, account)])
        await refusals.flush()

    as_edge(refuse)
    with organization_scope(tenant.id):
        (found,) = SecurityEvent.objects.filter(subject=account)
    assert (found.kind, found.platform, found.count) == ("bad_signature", "facebook", 4)


def test_what_cannot_be_written_waits() -> None:
    async def refuse() -> None:
        refusals = Refusals(Database(""))
        refusals.note("line", [])
        for _ in range(2):
            await refusals.flush()
        assert sum(refusals.waiting.values()) == 1

    asyncio.run(refuse())


def test_the_model_of_a_delivery_has_the_columns_that_the_edge_writes() -> None:
    written = INSERT.partition("(")[2].partition(")")[0].replace(" ", "").split(",")
    assert set(written) <= {field.column for field in StoredDelivery._meta.fields}
    assert CHANGED.startswith(ALL)


def _change(tenant_id: UUID, channel: Channel, change: dict[str, Any]) -> None:
    with organization_scope(tenant_id):
        for name, value in change.items():
            setattr(channel, name, value)
        channel.save()


def _entry(channel: Channel) -> dict[str, Any]:
    page, message = channel.external_id, {"mid": str(channel.id), "text": "hello"}
    event = {"sender": {"id": "77"}, "recipient": {"id": page}, "timestamp": 1_790_000_000_000, "message": message}
    return {"id": page, "time": 1_790_000_000_000, "messaging": [event]}


def _messages(tenant: Tenant) -> list[str | None]:
    with organization_scope(tenant.id):
        return list(Message.objects.values_list("external_id", flat=True))


def _stored(ids: list[UUID]) -> list[tuple[Any, ...]]:
    with psycopg.connect(logins().url_for("inbound")) as connection:
        return connection.execute(
            "SELECT id, body, path_channel, received_at, headers, size_bytes, is_spooled FROM delivery"
            " WHERE id = ANY(%s) ORDER BY seq",
            [ids],
        ).fetchall()
