"""Reading what is the team's or one's own: canned replies, saved views; and what canned replies are filled with."""

from __future__ import annotations

from uuid import UUID

from hubbub.desk.rendering import render
from hubbub.kit.errors import NotFound
from hubbub.organizations.access import Principal
from hubbub.organizations.database import Row, run
from hubbub.organizations.queries import NAME

REPLIES = """
SELECT r.id, r.shortcut, r.title, r.text, r.owner_id IS NULL AS is_shared, r.created_at, r.updated_at
  FROM canned_reply r
 WHERE r.organization_id = %(organization)s AND (r.owner_id IS NULL OR r.owner_id = %(me)s)
"""
VIEWS = """
SELECT v.id, v.name, v.filters, v.owner_id IS NULL AS is_shared, v.created_at, v.updated_at
  FROM saved_view v
 WHERE v.organization_id = %(organization)s AND (v.owner_id IS NULL OR v.owner_id = %(me)s)
"""
ABOUT = f"""
SELECT k.name, h.name AS channel_name, o.name AS organization_name, k.attributes, k.language,
       (SELECT {NAME} FROM hubbub_user u WHERE u.id = %(me)s) AS agent_name
  FROM conversation c
  JOIN channel h ON h.organization_id = c.organization_id AND h.id = c.channel_id
  JOIN organization o ON o.id = c.organization_id
  LEFT JOIN contact k ON k.organization_id = c.organization_id AND k.id = c.contact_id
 WHERE c.organization_id = %(organization)s AND c.id = %(conversation)s
"""  # noqa: S608 - our own words
NOBODY = UUID(int=0)


def list_replies(principal: Principal) -> list[Row]:
    """By shortcut; one's own come before the team's of the same shortcut."""
    statement = f"{REPLIES} ORDER BY lower(r.shortcut), r.owner_id NULLS LAST, r.id"
    return run(statement, organization=principal.organization_id, me=principal.user_id or NOBODY)


def get_reply(principal: Principal, reply_id: UUID) -> Row:
    """One of them. Raises NotFound."""
    me = principal.user_id or NOBODY
    rows = run(f"{REPLIES} AND r.id = %(id)s", organization=principal.organization_id, me=me, id=reply_id)
    if not rows:
        raise NotFound("There is no such canned reply.")
    return rows[0]


def render_reply(principal: Principal, reply_id: UUID, conversation_id: UUID) -> tuple[str, list[str]]:
    """The text as it would be sent there, and the variables that are not known. Raises NotFound."""
    reply = get_reply(principal, reply_id)
    me = principal.user_id or NOBODY
    rows = run(ABOUT, organization=principal.organization_id, conversation=conversation_id, me=me)
    if not rows:
        raise NotFound("There is no such conversation.")
    return render(str(reply["text"]), _values(rows[0]))


def _values(about: Row) -> dict[str, str]:
    name, agent = str(about["name"] or ""), str(about["agent_name"] or "")
    told = {key: value for key, value in (about["attributes"] or {}).items() if value is not None}
    return {
        **{f"contact.{key}": str(value) for key, value in told.items()},
        "contact.name": name,
        "contact.first_name": name.partition(" ")[0],
        "contact.last_name": name.partition(" ")[2],
        "contact.language": str(about["language"] or ""),
        "agent.name": agent,
        "agent.first_name": agent.partition(" ")[0],
        "channel.name": str(about["channel_name"] or ""),
        "organization.name": str(about["organization_name"] or ""),
    }


def list_views(principal: Principal) -> list[Row]:
    """By name."""
    statement = f"{VIEWS} ORDER BY lower(v.name), v.id"
    return run(statement, organization=principal.organization_id, me=principal.user_id or NOBODY)


def get_view(principal: Principal, view_id: UUID) -> Row:
    """One of them. Raises NotFound."""
    me = principal.user_id or NOBODY
    rows = run(f"{VIEWS} AND v.id = %(id)s", organization=principal.organization_id, me=me, id=view_id)
    if not rows:
        raise NotFound("There is no such view.")
    return rows[0]
