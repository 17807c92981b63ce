"""Reading teams; finding teams and people by the names that flows use."""

from __future__ import annotations

from uuid import UUID

from hubbub.desk.models import Team
from hubbub.desk.queries.pages import after_cursor
from hubbub.kit.errors import NotFound
from hubbub.organizations.database import Row, run
from hubbub.organizations.paging import Page, page_of

MEMBERS = """
SELECT t.user_id, coalesce(nullif(trim(u.first_name || ' ' || u.last_name), ''), u.username) AS name, t.is_away,
       m.id IS NOT NULL AND u.is_active AS is_active,
       (SELECT count(*) FROM conversation c WHERE c.organization_id = t.organization_id
           AND c.assigned_to_id = t.user_id AND c.status = 'active') AS open_conversations
  FROM team_membership t
  JOIN hubbub_user u ON u.id = t.user_id
  LEFT JOIN membership m ON m.organization_id = t.organization_id AND m.user_id = t.user_id AND m.is_active
 WHERE t.organization_id = %(organization)s AND t.team_id = %(team)s
 ORDER BY name, t.user_id
"""
PRESENT = """
SELECT t.user_id
  FROM team_membership t
  JOIN membership m ON m.organization_id = t.organization_id AND m.user_id = t.user_id
                   AND m.is_active AND m.role <> 'viewer'
  JOIN hubbub_user u ON u.id = t.user_id AND u.is_active
 CROSS JOIN LATERAL (
       SELECT count(*) AS open, max(c.assigned_at) AS latest FROM conversation c
        WHERE c.organization_id = t.organization_id AND c.assigned_to_id = t.user_id AND c.status = 'active'
          AND c.id <> %(conversation)s) w
 WHERE t.organization_id = %(organization)s AND t.team_id = %(team)s AND NOT t.is_away
 ORDER BY w.open, w.latest NULLS FIRST, t.user_id
"""
AGENTS = """
SELECT u.id FROM hubbub_user u
  JOIN membership m ON m.organization_id = %(organization)s AND m.user_id = u.id AND m.is_active
                   AND m.role <> 'viewer'
 WHERE u.is_active AND (u.id = %(id)s OR lower(u.username) = lower(%(name)s)
       OR (u.email <> '' AND lower(u.email) = lower(%(name)s))
       OR lower(trim(u.first_name || ' ' || u.last_name)) = lower(%(name)s))
 ORDER BY u.id LIMIT 2
"""
TEAM_COLUMNS = "t.id, t.name, t.description, t.is_active, t.created_at, t.updated_at"
TEAMS = f"""
SELECT {TEAM_COLUMNS}, (SELECT count(*) FROM team_membership x WHERE x.team_id = t.id) AS member_count,
       (SELECT count(*) FROM team_assignment a JOIN conversation c ON c.id = a.conversation_id AND c.status = 'active'
         WHERE a.team_id = t.id) AS open_conversations
  FROM team t WHERE t.organization_id = %(organization)s
"""  # noqa: S608


def find_team(organization_id: UUID, name: str) -> Team | None:
    """The team of this name (in any case) or id."""
    cleaned = " ".join(name.split())
    rows = Team.objects.filter(organization_id=organization_id)
    wanted = _as_uuid(cleaned)
    return (rows.filter(id=wanted) if wanted else rows.filter(name__iexact=cleaned)).first()


def find_agents(organization_id: UUID, name: str) -> list[UUID]:
    """The people who may answer and have this id, user name, e-mail address or full name; at most two are told."""
    cleaned = " ".join(name.split())
    if not cleaned:
        return []
    return [row["id"] for row in run(AGENTS, organization=organization_id, name=cleaned, id=_as_uuid(cleaned))]


def present_members(team: Team, conversation_id: UUID) -> list[UUID]:
    """Who of a team can take this conversation: fewest other open ones first, then whoever waited longest."""
    rows = run(PRESENT, organization=team.organization_id, team=team.id, conversation=conversation_id)
    return [row["user_id"] for row in rows]


def list_teams(organization_id: UUID, *, limit: int, cursor: str | None) -> Page:
    """Newest first, with how many members and open conversations they have."""
    after, values = after_cursor(cursor, "t")
    statement = f"{TEAMS} {after} ORDER BY t.created_at DESC, t.id DESC LIMIT %(limit)s"
    return page_of(run(statement, organization=organization_id, limit=limit + 1, **values), limit, ("created_at", "id"))


def get_team(organization_id: UUID, team_id: UUID) -> Row:
    """One team with its `members`. Raises NotFound."""
    rows = run(f"{TEAMS} AND t.id = %(id)s", organization=organization_id, id=team_id)
    if not rows:
        raise NotFound("There is no such team.")
    return {**rows[0], "members": run(MEMBERS, organization=organization_id, team=team_id)}


def _as_uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
