"""People of the team."""

from __future__ import annotations

from hubbub.kit.ids import new_id
from hubbub.organizations.access import Principal
from hubbub.organizations.models import Membership, Role, User
from hubbub.organizations.scope import organization_scope
from tests.support.factories import Tenant


def make_member(tenant: Tenant, role: Role = Role.AGENT, **fields: str) -> User:
    """Somebody of the organisation, with a user name of their own."""
    fields.setdefault("username", f"user-{new_id().hex[-12:]}")
    with organization_scope(tenant.id):
        user = User.objects.create(**fields)
        Membership.objects.create(organization=tenant.organization, user=user, role=role)
    return user


def principal_of(tenant: Tenant, user: User) -> Principal:
    """That person, signed in."""
    return Principal(organization_id=tenant.id, role=Role.MANAGER, actor_type="user", actor_id=user.id)
