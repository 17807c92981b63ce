"""Making organisations, people and keys; keeping the audit log. In the caller's transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from hubbub.kit import clock
from hubbub.kit.errors import InvalidInput, NotAllowed, NotFound
from hubbub.kit.ids import new_id, new_token
from hubbub.kit.json import JsonValue
from hubbub.organizations.access import Principal, key_hash
from hubbub.organizations.models import ApiKey, AuditEntry, Membership, Organization, Project, Role, User
from hubbub.organizations.scope import enter

KEY_PREFIX = "hub_"
RANKS = list(Role)
"""The most powerful first."""


def create_organization(name: str, slug: str) -> Organization:
    """A new organisation with its first project; the transaction sees it from here on."""
    organization_id = new_id()
    enter(organization=organization_id)
    organization = Organization.objects.create(id=organization_id, name=name, slug=slug)
    Project.objects.create(organization=organization, name=name, slug="main")
    return organization


def add_member(organization: Organization, user: User, role: Role) -> Membership:
    """Give a person a role, or change the one that they have."""
    membership, _ = Membership.objects.update_or_create(
        organization=organization, user=user, defaults={"role": role, "is_active": True}
    )
    return membership


def change_person(user_id: UUID, values: Mapping[str, str]) -> None:
    """Change a person's name or language. Raises InvalidInput for an empty name."""
    person = User.objects.select_for_update(no_key=True).get(id=user_id)
    if "name" in values:
        name = " ".join(values["name"].split())
        if not name:
            raise InvalidInput("A person needs a name.")
        person.first_name, person.last_name = name[:150], ""
    person.language = values.get("language", person.language)
    person.save(update_fields=["first_name", "last_name", "language"])


@dataclass(frozen=True, slots=True, kw_only=True)
class NewKey:
    """A key at the only moment when it can be read."""

    id: UUID
    key: str

    def __repr__(self) -> str:
        return f"NewKey({self.id})"


def create_api_key(
    organization_id: UUID, name: str, role: Role, *, is_operator: bool = False, expires_at: datetime | None = None
) -> NewKey:
    """Make a key. Only its HMAC is stored."""
    key = KEY_PREFIX + new_token(32)
    row = ApiKey.objects.create(
        organization_id=organization_id,
        name=name,
        role=role,
        prefix=key[:12],
        key_hash=key_hash(key),
        is_operator=is_operator,
        expires_at=expires_at,
    )
    return NewKey(id=row.id, key=key)


def make_api_key(principal: Principal, *, name: str, role: Role, expires_at: datetime | None) -> NewKey:
    """A key that somebody makes for a machine. Raises NotAllowed for a role above their own, InvalidInput."""
    if RANKS.index(role) < RANKS.index(principal.role):
        raise NotAllowed(f"Your role is {principal.role}: a key of yours cannot be {role}.")
    if expires_at is not None and expires_at <= clock.now():
        raise InvalidInput("A key expires at a moment that is to come.")
    made = create_api_key(principal.organization_id, name, role, expires_at=expires_at)
    ApiKey.objects.filter(id=made.id).update(created_by=principal.user_id)
    audit(principal, principal.organization_id, "api_key_created", "api_key", made.id, role=str(role))
    return made


def revoke_api_key(principal: Principal, key_id: UUID) -> None:
    """It opens nothing from now on. Raises NotFound, NotAllowed for a key above one's own role."""
    rows = ApiKey.objects.select_for_update(no_key=True, of=("self",))
    found = rows.filter(organization_id=principal.organization_id, id=key_id, revoked_at__isnull=True).first()
    if found is None:
        raise NotFound("There is no such key.")
    if RANKS.index(Role(found.role)) < RANKS.index(principal.role):
        raise NotAllowed(f"Your role is {principal.role}: a key that is {found.role} is not yours to revoke.")
    found.revoked_at = clock.now()
    found.save(update_fields=["revoked_at"])
    audit(principal, principal.organization_id, "api_key_revoked", "api_key", key_id)


def audit(
    principal: Principal | None,
    organization_id: UUID,
    action: str,
    target_type: str,
    target_id: UUID | None = None,
    **data: JsonValue,
) -> None:
    """Write who changed what. None: the system did."""
    AuditEntry.objects.create(
        organization_id=organization_id,
        actor_type=principal.actor_type if principal else "system",
        actor_id=principal.actor_id if principal else None,
        action=action,
        target_type=target_type,
        target_id=target_id,
        data=data,
    )
