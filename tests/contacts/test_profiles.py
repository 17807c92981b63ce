"""What platforms tell about people is written without getting in the way of what they say."""

from __future__ import annotations

import time
from threading import Thread

import pytest
from django.db import connections, transaction

from hubbub.connectors.messages import Profile
from hubbub.contacts.models import ContactIdentity
from hubbub.contacts.profiles import keep_profile
from hubbub.organizations.database import run
from hubbub.organizations.scope import organization_scope
from tests.inbound.shop import Shop, open_shop
from tests.support import line
from tests.support.roles import acting_as

pytestmark = pytest.mark.usefixtures("database")


def test_a_profile_is_written_to_the_contact_first_like_everything_else() -> None:
    shop = open_shop()
    shop.receive(line.body(shop.address, line.text("hello")))
    identity = shop.identity()
    with acting_as("inbound"), transaction.atomic():
        run("SELECT id FROM contact WHERE organization_id = %(id)s FOR NO KEY UPDATE", id=shop.tenant.id)
        writer = Thread(target=write_profile, args=(shop, identity))
        writer.start()
        until_somebody_waits()
        assert run("SELECT id FROM contact_identity WHERE id = %(id)s FOR NO KEY UPDATE NOWAIT", id=identity.id)
    writer.join()
    assert shop.identity().display_name == "Mali Boonmee"


def write_profile(shop: Shop, identity: ContactIdentity) -> None:
    try:
        with acting_as("jobs"), organization_scope(shop.tenant.id):
            keep_profile(identity, Profile(name="Mali Boonmee"))
    finally:
        connections.close_all()


def until_somebody_waits() -> None:
    """Until a session of this database waits for a row."""
    deadline = time.monotonic() + 30
    while not run("SELECT FROM pg_locks WHERE NOT granted AND locktype IN ('transactionid', 'tuple')"):
        assert time.monotonic() < deadline
        time.sleep(0.01)
