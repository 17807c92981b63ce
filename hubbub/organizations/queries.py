"""Finding an organisation before any scope is set, as commands must; the people of one."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from hubbub.kit.errors import InvalidInput, NotFound
from hubbub.organizations.access import Principal
from hubbub.organizations.database import Row, run
from hubbub.settings.environment import environment


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """An organisation's id and slug."""

    id: UUID
    slug: str


def find_organization(slug: str | None = None) -> Found:
    """By slug, else by the HUBBUB_ORGANIZATION setting, else the only one. Raises NotFound or InvalidInput."""
    wanted = slug or environment().organization
    rows = [Found(**row) for row in run("SELECT id, slug FROM find_organization(%(slug)s)", slug=wanted)]
    if len(rows) == 1:
        return rows[0]
    if rows:
        names = ", ".join(row.slug for row in rows)
        raise InvalidInput(f"There are several organisations ({names}): name one with --organization.")
    if wanted:
        raise NotFound(f"There is no organisation called {wanted!r}.")
    raise NotFound("There is no organisation yet: `manage.py demo` makes one.")


NAME = "coalesce(nullif(trim(u.first_name || ' ' || u.last_name), ''), u.username)"
MEMBERS = f"""
SELECT m.user_id, {NAME} AS name, u.email, m.role, m.is_active AND u.is_active AS is_active
  FROM membership m JOIN hubbub_user u ON u.id = m.user_id
 WHERE m.organization_id = %(organization)s ORDER BY name, m.user_id
"""  # noqa: S608 - our own words
PERSON = f"SELECT u.id, {NAME} AS name, u.email, u.language FROM hubbub_user u WHERE u.id = %(id)s"  # noqa: S608
ACTIVE_MEMBERS = """
SELECT m.user_id FROM membership m JOIN hubbub_user u ON u.id = m.user_id AND u.is_active
 WHERE m.organization_id = %(organization)s AND m.is_active AND m.user_id = ANY(%(users)s::uuid[])
"""
NAMES = {
    "user": f"SELECT {NAME} AS name FROM hubbub_user u WHERE u.id = %(id)s",  # noqa: S608 - our own words
    "api_key": "SELECT name FROM api_key WHERE id = %(id)s",
}


def list_members(organization_id: UUID) -> list[Row]:
    """Everybody of the organisation, by name, also those who may no longer sign in."""
    return run(MEMBERS, organization=organization_id)


def get_person(user_id: UUID) -> Row:
    """{id, name, email, language} of somebody who exists."""
    return run(PERSON, id=user_id)[0]


def active_members(organization_id: UUID, user_ids: Collection[UUID]) -> set[UUID]:
    """Those of these people who belong to the organisation and may sign in."""
    rows = run(ACTIVE_MEMBERS, organization=organization_id, users=sorted(user_ids))
    return {row["user_id"] for row in rows}


def name_of(principal: Principal) -> str:
    """What whoever acts is called: the person's name, the key's; empty for a flow."""
    statement = NAMES.get(principal.actor_type)
    rows = run(statement, id=principal.actor_id) if statement else []
    return str(rows[0]["name"])[:255] if rows else ""


API_KEYS = f"""
SELECT k.id, k.name, k.role, k.prefix, k.is_operator, k.created_at, k.expires_at, k.last_used_at,
       (SELECT {NAME} FROM hubbub_user u WHERE u.id = k.created_by_id) AS created_by
  FROM api_key k WHERE k.organization_id = %(organization)s AND k.revoked_at IS NULL
 ORDER BY k.created_at DESC, k.id DESC
"""  # noqa: S608 - our own words


def list_api_keys(organization_id: UUID) -> list[Row]:
    """Keys that were not revoked, newest first, with whom made them; never the keys themselves."""
    return run(API_KEYS, organization=organization_id)
