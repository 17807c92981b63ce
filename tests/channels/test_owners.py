"""A channel is the organisation's: when the person who owns it goes, it passes to another member."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from hubbub.channels.models import Channel
from hubbub.conversations.models import Message
from hubbub.kit import clock
from hubbub.organizations.models import Membership, Role, User
from hubbub.organizations.scope import organization_scope
from tests.support.factories import Tenant, make_channel, make_tenant
from tests.support.people import make_member

pytestmark = pytest.mark.usefixtures("database")


def owned(tenant: Tenant, user: User) -> Channel:
    return make_channel(tenant, owner=user)


def owner_of(tenant: Tenant, channel: Channel) -> UUID | None:
    with organization_scope(tenant.id):
        return Channel.objects.get(id=channel.id).owner_id


def leaves(tenant: Tenant, user: User) -> None:
    with organization_scope(tenant.id):
        Membership.objects.filter(user=user).delete()


def test_a_channel_passes_to_the_member_of_the_highest_role() -> None:
    tenant = make_tenant()
    gone, _, admin = make_member(tenant, Role.OWNER), make_member(tenant), make_member(tenant, Role.ADMIN)
    channel = owned(tenant, gone)
    leaves(tenant, gone)
    assert owner_of(tenant, channel) == admin.id


def test_of_the_same_role_the_one_who_has_been_there_longest_gets_it() -> None:
    tenant = make_tenant()
    gone, young, old = make_member(tenant), make_member(tenant), make_member(tenant)
    with organization_scope(tenant.id):
        Membership.objects.filter(user=old).update(created_at=clock.now() - timedelta(days=90))
    channel = owned(tenant, gone)
    leaves(tenant, gone)
    assert owner_of(tenant, channel) == old.id != young.id


def test_somebody_who_is_switched_off_passes_it_on_too_and_gets_none() -> None:
    tenant = make_tenant()
    gone, off, there = make_member(tenant), make_member(tenant, Role.ADMIN), make_member(tenant)
    channel = owned(tenant, gone)
    with organization_scope(tenant.id):
        Membership.objects.filter(user=off).update(is_active=False)
        Membership.objects.filter(user=gone).update(is_active=False)
    assert owner_of(tenant, channel) == there.id


def test_only_a_member_who_may_see_the_channel_gets_it() -> None:
    tenant = make_tenant()
    gone, elsewhere, here = make_member(tenant), make_member(tenant, Role.ADMIN), make_member(tenant)
    channel = owned(tenant, gone)
    with organization_scope(tenant.id):
        Membership.objects.filter(user=elsewhere).update(projects=[str(tenant.id)])
        Membership.objects.filter(user=here).update(projects=[str(tenant.project.id)])
    leaves(tenant, gone)
    assert owner_of(tenant, channel) == here.id


def test_with_nobody_left_the_channel_has_no_owner_and_stays() -> None:
    tenant = make_tenant()
    gone = make_member(tenant)
    channel = owned(tenant, gone)
    leaves(tenant, gone)
    assert owner_of(tenant, channel) is None


def test_a_deleted_person_passes_channels_on_and_history_stays() -> None:
    tenant = make_tenant()
    gone, there = make_member(tenant), make_member(tenant)
    channel = owned(tenant, gone)
    with organization_scope(tenant.id):
        count = Message.objects.filter(channel=channel).count()
        User.objects.get(id=gone.id).delete()
    assert owner_of(tenant, channel) == there.id
    with organization_scope(tenant.id):
        assert Message.objects.filter(channel=channel).count() == count


def test_leaving_one_organisation_touches_no_channel_of_another() -> None:
    tenant, other = make_tenant(), make_tenant()
    user, there = make_member(tenant), make_member(tenant)
    with organization_scope(other.id):
        Membership.objects.create(organization=other.organization, user=user, role=Role.OWNER)
    here, elsewhere = owned(tenant, user), owned(other, user)
    leaves(tenant, user)
    assert (owner_of(tenant, here), owner_of(other, elsewhere)) == (there.id, user.id)
