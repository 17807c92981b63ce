"""What happened to a conversation beside messages: the lines between the bubbles. Read from what is kept anyhow."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from hubbub.conversations.queries import get_conversation
from hubbub.organizations.database import run
from hubbub.organizations.paging import Page, page_of, read_cursor
from hubbub.organizations.queries import NAME

BY_SOMEBODY = f"""
SELECT a.id, a.at, regexp_replace(a.action, '^conversation_', '') AS kind, a.actor_type, a.actor_id,
       CASE a.actor_type WHEN 'user' THEN (SELECT {NAME} FROM hubbub_user u WHERE u.id = a.actor_id)
                         WHEN 'api_key' THEN (SELECT k.name FROM api_key k WHERE k.id = a.actor_id)
                         WHEN 'flow' THEN (SELECT f.name FROM flow f WHERE f.id = a.actor_id) END AS actor_name,
       a.data || CASE WHEN a.data ? 'user_id' THEN jsonb_build_object('name',
            (SELECT {NAME} FROM hubbub_user u WHERE u.id = (a.data ->> 'user_id')::uuid)) ELSE '{{}}' END
              || CASE WHEN a.data ? 'team' THEN jsonb_build_object('name',
            (SELECT t.name FROM team t WHERE t.id = (a.data ->> 'team')::uuid)) ELSE '{{}}' END AS data
  FROM audit_entry a
 WHERE a.organization_id = %(organization)s AND a.target_id = %(conversation)s AND a.target_type = 'conversation'
"""  # noqa: S608 - our own words
BY_CUSTOMER = """
SELECT f.id, f.at, 'reopened', 'customer', f.contact_id, (SELECT k.name FROM contact k WHERE k.id = f.contact_id), '{}'
  FROM fact f
 WHERE f.organization_id = %(organization)s AND f.conversation_id = %(conversation)s AND f.kind = 'reopened'
   AND f.user_id IS NULL AND f.contact_id IS NOT NULL AND NOT EXISTS (
       SELECT FROM audit_entry a WHERE a.organization_id = f.organization_id AND a.target_id = f.conversation_id
          AND a.target_type = 'conversation' AND a.action = 'conversation_reopened' AND a.at BETWEEN
          f.at - interval '5 seconds' AND f.at + interval '5 seconds')
"""
FLOWS = """
SELECT r.id, r.{moment}, '{kind}', 'flow', r.flow_id, f.name,
       jsonb_build_object('run_id', r.id, 'status', r.status, 'step', r.step)
  FROM flow_run r JOIN flow f ON f.organization_id = r.organization_id AND f.id = r.flow_id
 WHERE r.organization_id = %(organization)s AND r.conversation_id = %(conversation)s AND r.{moment} IS NOT NULL
"""
ACTIVITY = f"""
SELECT e.id, e.at, e.kind, jsonb_build_object('type', e.actor_type, 'id', e.actor_id, 'name', e.actor_name) AS actor,
       e.data
  FROM ({BY_SOMEBODY} UNION ALL {BY_CUSTOMER}
        UNION ALL {FLOWS.format(moment="started_at", kind="flow_started")}
        UNION ALL {FLOWS.format(moment="ended_at", kind="flow_ended")}) e
"""  # noqa: S608 - our own words


def list_activity(organization_id: UUID, conversation_id: UUID, *, limit: int, cursor: str | None) -> Page:
    """Newest first: {id, at, kind, actor {type, id, name}, data}. Raises NotFound."""
    get_conversation(organization_id, conversation_id)
    values: dict[str, Any] = {"organization": organization_id, "conversation": conversation_id, "limit": limit + 1}
    after = ""
    if cursor:
        after = "WHERE (e.at, e.id) < (%(cursor_at)s::timestamptz, %(cursor_id)s::uuid)"
        values["cursor_at"], values["cursor_id"] = read_cursor(cursor, 2)
    statement = f"{ACTIVITY} {after} ORDER BY e.at DESC, e.id DESC LIMIT %(limit)s"
    return page_of(run(statement, **values), limit, ("at", "id"))
