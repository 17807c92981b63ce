"""Making organisations, people and keys; keeping the audit log. In the caller's transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from hubbub.kit.errors import InvalidInput
from hubbub.kit.ids import new_id, new_token
from hubbub.kit.json import JsonValue
from hubbub.organizations.access import Principal, key_hash
from hubbub.organizations.models import ApiKey, AuditEntry, Membership, Organization, Project, Role, User
from hubbub.organizations.scope import enter

KEY_PREFIX = "hub_"


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
