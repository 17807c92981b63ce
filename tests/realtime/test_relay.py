"""Screen events are numbered after commit: without a gap, in order, none skipped."""

from __future__ import annotations

from uuid import UUID

import psycopg
import pytest

from hubbub.kit.ids import new_id
from hubbub.organizations.database import run
from hubbub.organizations.scope import organization_scope
from hubbub.organizations.screens import ScreenEvent, emit
from hubbub.realtime.queries import events_since
from hubbub.realtime.relay import stamp
from hubbub.settings.database import logins
from tests.support import world
from tests.support.factories import Tenant, make_tenant
from tests.support.roles import acting_as

pytestmark = pytest.mark.usefixtures("database")


def change(tenant: Tenant, count: int = 1) -> list[UUID]:
    """So many committed changes; returns what changed, in order."""
    subjects = [new_id() for _ in range(count)]
    with organization_scope(tenant.id):
        emit([ScreenEvent(organization_id=tenant.id, kind="contact.changed", subject_id=one) for one in subjects])
    return subjects


def relay() -> None:
    """Number everything that is committed."""
    with acting_as("relay"):
        while stamp():
            pass


def numbered(tenant: Tenant, since: int = 0) -> list[tuple[int, UUID]]:
    """What a client sees after a number."""
    with organization_scope(tenant.id):
        return [(change.seq, change.subject_id) for change in events_since(tenant.id, since).changes]


def test_changes_are_numbered_in_order_for_each_organisation() -> None:
    one, other = make_tenant(), make_tenant()
    first, second, third = change(one)[0], change(other)[0], change(one)[0]
    relay()
    assert numbered(one) == [(1, first), (2, third)]
    assert numbered(other) == [(1, second)]


def test_a_client_sees_only_what_is_numbered() -> None:
    tenant = make_tenant()
    change(tenant)
    assert numbered(tenant) == []
    relay()
    assert len(numbered(tenant)) == 1


def test_a_transaction_that_commits_late_is_numbered_late_and_not_skipped() -> None:
    tenant = make_tenant()
    late = new_id()
    with psycopg.connect(logins().url_for("web")) as slow:
        slow.execute("SELECT set_config('hubbub.organization', %s, true)", [str(tenant.id)])
        slow.execute(
            "INSERT INTO realtime_event (id, organization_id, kind, subject_id) VALUES (%s, %s, 'contact.changed', %s)",
            [new_id(), tenant.id, late],
        )
        early = change(tenant)[0]
        relay()
        assert numbered(tenant) == [(1, early)]
        slow.commit()
    relay()
    assert numbered(tenant, since=1) == [(2, late)]


def test_many_changes_keep_their_order_over_several_batches() -> None:
    tenant = make_tenant()
    subjects = change(tenant, 50)
    with acting_as("relay"):
        while stamp(limit=7):
            pass
    assert [subject for _, subject in numbered(tenant)] == subjects
    assert [seq for seq, _ in numbered(tenant)] == list(range(1, 51))


def test_a_client_whose_next_number_is_gone_is_told_to_begin_afresh() -> None:
    tenant = make_tenant()
    change(tenant, 3)
    relay()
    with psycopg.connect(world.admin_url()) as admin:
        admin.execute("DELETE FROM realtime_event WHERE organization_id = %s AND seq <= 2", [tenant.id])
    with organization_scope(tenant.id):
        behind, level = events_since(tenant.id, 0), events_since(tenant.id, 3)
    assert (behind.changes, behind.is_reset, behind.last_seq) == ([], True, 3)
    assert (level.changes, level.is_reset) == ([], False)


def test_the_web_cannot_number_events() -> None:
    tenant = make_tenant()
    change(tenant)
    with pytest.raises(Exception, match="permission denied"), organization_scope(tenant.id):
        run("UPDATE realtime_event SET seq = 99 WHERE organization_id = %(id)s", id=tenant.id)
