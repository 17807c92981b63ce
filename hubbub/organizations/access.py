"""Who somebody is, and what their role allows. Every route of the API names one of these permissions."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db import connection

from hubbub.kit.errors import NotAllowed, Unauthenticated
from hubbub.organizations.database import run
from hubbub.organizations.fields import blind_index
from hubbub.organizations.models import Role

EVERYBODY = frozenset(Role)
ANSWERING = EVERYBODY - {Role.VIEWER}
MANAGING = ANSWERING - {Role.AGENT}
ADMINISTERING = frozenset({Role.OWNER, Role.ADMIN})

PERMISSIONS: dict[str, frozenset[Role]] = {
    "read": EVERYBODY,
    "answer": ANSWERING,
    "edit_contacts": ANSWERING,
    "merge_contacts": MANAGING,
    "replay_events": MANAGING,
    "manage_teams": MANAGING,
    "manage_desk": MANAGING,
    "manage_flows": MANAGING,
    "manage_channels": ADMINISTERING,
    "read_security": ADMINISTERING,
    "manage_keys": ADMINISTERING,
    "erase_contacts": ADMINISTERING,
    "operate": ADMINISTERING,
}
"""`operate` needs an operator's key besides: raw deliveries span organisations."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """Whoever changes something: a machine with a key, a person with a session, a flow."""

    organization_id: UUID
    role: Role
    actor_type: str
    """api_key, user; flow: an action of a flow, whose id is `actor_id`."""
    actor_id: UUID
    is_operator: bool = False

    @property
    def user_id(self) -> UUID | None:
        """The person, when it is one."""
        return self.actor_id if self.actor_type == "user" else None


def key_hash(key: str) -> str:
    """The HMAC under which a key is stored."""
    return blind_index(key, "api_key")


def enter_with_key(key: str) -> Principal:
    """The key's principal; the transaction sees its organisation from here on. Raises Unauthenticated."""
    rows = run("SELECT * FROM enter_with_key(%(hash)s)", hash=key_hash(key))
    if not rows:
        raise Unauthenticated("This API key is unknown, expired or revoked. Make one with `manage.py create_api_key`.")
    row = rows[0]
    if row["is_stale"]:
        run("UPDATE api_key SET last_used_at = hubbub_now() WHERE id = %(id)s", id=row["id"])
    return Principal(
        organization_id=row["organization_id"],
        role=Role(row["role"]),
        actor_type="api_key",
        actor_id=row["id"],
        is_operator=row["is_operator"],
    )


def require(principal: Principal | None, permission: str) -> Principal:
    """The principal, if their role allows it. Raises Unauthenticated or NotAllowed."""
    if principal is None:
        raise Unauthenticated("Send an API key: `Authorization: Bearer …`.")
    if principal.role not in PERMISSIONS[permission]:
        allowed = ", ".join(sorted(PERMISSIONS[permission]))
        raise NotAllowed(f"Your role is {principal.role}; this needs one of: {allowed}.")
    if permission == "operate" and not principal.is_operator:
        raise NotAllowed("Raw deliveries span organisations: this needs a key made with --operator.")
    if permission == "operate":
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('hubbub.operator', 'on', true)")
    return principal
