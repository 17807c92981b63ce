"""Every channel is asked once an interval, spread over it, by however many workers."""

from __future__ import annotations

from collections import Counter
from uuid import UUID

import pytest

from hubbub.channels import tasks
from hubbub.channels.models import Channel
from hubbub.channels.syncing import start_due
from hubbub.organizations.database import run
from hubbub.organizations.scope import organization_scope
from hubbub.settings.environment import environment
from tests.support.factories import Tenant, make_channel, make_tenant
from tests.support.outbound import Platforms, connect
from tests.support.roles import acting_as

pytestmark = pytest.mark.usefixtures("database")

INTERVAL = 60
"""Minutes, the setting's default."""


def at(minutes: float) -> None:
    """Workers look again and again, so many minutes from now: other tests of this process left channels behind, too."""
    for _ in range(8):
        with acting_as("jobs"):
            run("SELECT set_config('hubbub.clock_shift', %(later)s, false)", later=f"{minutes} minutes")
            start_due()


def asked(tenant: Tenant, task: str = "channels.sync_channel") -> Counter[UUID]:
    """How often each of the tenant's channels is to be asked, by the jobs that were enqueued."""
    with acting_as("jobs"):
        rows = run(
            "SELECT args ->> 'channel_id' AS id FROM procrastinate_jobs"
            " WHERE task_name = %(task)s AND args ->> 'organization_id' = %(tenant)s",
            task=task,
            tenant=str(tenant.id),
        )
    return Counter(UUID(row["id"]) for row in rows)


def test_every_channel_is_asked_once_an_interval_spread_over_it() -> None:
    assert environment().channel_sync_minutes == INTERVAL
    tenants = [make_tenant(), make_tenant()]
    channels = {make_channel(tenant, platform).id for tenant in tenants for platform in ["facebook", "line"] * 10}
    at(0)
    assert sum(map(asked, tenants), Counter()) == Counter(), "each gets a time of its own first"
    at(INTERVAL / 2)
    early = sum(map(asked, tenants), Counter())
    assert 0 < len(early) < len(channels)
    at(INTERVAL)
    assert sum(map(asked, tenants), Counter()) == Counter(channels)
    for minute in range(INTERVAL + 5, INTERVAL * 3, 5):
        at(minute)
    counts = sum(map(asked, tenants), Counter())
    assert set(counts) == channels
    assert set(counts.values()) <= {2, 3}, "at most once an interval, and never left out"


def test_who_has_templates_is_asked_for_them_too() -> None:
    tenant = make_tenant()
    number, page = make_channel(tenant, "whatsapp"), make_channel(tenant, "line")
    at(0)
    at(INTERVAL)
    assert set(asked(tenant)) == {number.id, page.id}
    assert set(asked(tenant, "channels.sync_templates")) == {number.id}


@pytest.mark.parametrize("status", ["disconnected", "pending", "needs_reconnect", "suspended"])
def test_a_channel_that_cannot_answer_is_not_asked(status: str) -> None:
    tenant = make_tenant()
    make_channel(tenant, status=status)
    at(0)
    at(INTERVAL)
    assert not asked(tenant)


def test_a_shorter_interval_counts_at_once() -> None:
    tenant = make_tenant()
    channel = make_channel(tenant)
    with organization_scope(tenant.id):
        run("UPDATE channel SET sync_due_at = hubbub_now() + interval '7 days' WHERE id = %(id)s", id=channel.id)
    at(0)
    at(INTERVAL)
    assert asked(tenant) == Counter([channel.id])


def test_the_jobs_role_learns_ids_and_sees_no_rows_of_others() -> None:
    make_channel(make_tenant())
    with acting_as("jobs"):
        assert not run("SELECT id FROM channel")


def test_only_the_jobs_role_may_claim() -> None:
    from django.db import ProgrammingError

    with acting_as("automation"), pytest.raises(ProgrammingError, match="permission denied"):
        start_due()


def test_a_silent_page_heals_by_itself(platforms: Platforms) -> None:
    line = connect(platforms, "facebook")
    platforms.put(f"/accounts/facebook/{line.channel.external_id}", {"subscribed_fields": []})
    with acting_as("jobs"):
        tasks.start_due_syncs.func(timestamp=0)
    at(INTERVAL)
    (row,) = run_jobs(line.tenant)
    assert row == line.channel.id
    assert line.refreshed().is_subscribed
    assert line.say("heard again")["acked"]


def run_jobs(tenant: Tenant) -> list[UUID]:
    """Do what was enqueued for the tenant."""
    waiting = list(asked(tenant))
    with acting_as("jobs"):
        for channel_id in waiting:
            tasks.sync_channel.func(organization_id=str(tenant.id), channel_id=str(channel_id))
    return waiting


def test_a_name_follows_the_platform_unless_a_person_gave_one(platforms: Platforms) -> None:
    ours, theirs = connect(platforms, "facebook"), connect(platforms, "facebook", name="")
    for name in ("Old name", "New name"):
        for line in (ours, theirs):
            platforms.put(f"/accounts/facebook/{line.channel.external_id}", {"name": name})
            with acting_as("jobs"):
                tasks.sync_channel.func(organization_id=str(line.tenant.id), channel_id=str(line.channel.id))
        assert theirs.refreshed().name == name
    with organization_scope(ours.tenant.id):
        found = Channel.objects.get(id=ours.channel.id)
    assert (found.name, found.platform_name) == (ours.channel.name, "New name")
