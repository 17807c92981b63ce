"""Into the archive: some conversations a transaction, so that a kill between two loses and doubles nothing.

Locks are taken in everybody's order (contact → conversation), and the conversations are asked again under them: one
that a customer has just reopened stays.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from hubbub.conversations.archiving.screens import show
from hubbub.conversations.archiving.tables import MOVED, OLD, Moved
from hubbub.organizations.database import run
from hubbub.organizations.scope import organization_scope

AT_ONCE = 50
COUNT = f"""
SELECT count(*) AS conversations, coalesce(sum(c.message_count), 0) AS messages FROM conversation c WHERE {OLD}
"""  # noqa: S608 - our own words, as everywhere here
CANDIDATES = f"""
SELECT c.id, c.contact_id FROM conversation c
 WHERE {OLD} AND (%(after)s::uuid IS NULL OR c.id > %(after)s) ORDER BY c.id LIMIT %(limit)s
"""  # noqa: S608
LOCK_CONTACTS = """
SELECT id FROM contact WHERE organization_id = %(organization)s AND id = ANY(%(ids)s::uuid[])
 ORDER BY id FOR NO KEY UPDATE
"""
LOCK = f"""
SELECT c.id FROM conversation c WHERE {OLD} AND c.id = ANY(%(ids)s::uuid[]) ORDER BY c.id FOR NO KEY UPDATE
"""  # noqa: S608
KEEP = """
INSERT INTO archived_conversation (id, organization_id, channel_id, contact_id, type, status, title, message_count,
       last_message_text, last_message_at, moved_at, data)
SELECT c.id, c.organization_id, c.channel_id, c.contact_id, c.type, c.status, c.title, c.message_count,
       c.last_message_text, c.last_message_at, hubbub_now(), to_jsonb(c)
  FROM conversation c WHERE c.id = ANY(%(ids)s::uuid[])
"""
KEEP_MEDIA = """
INSERT INTO archived_media (id, organization_id, conversation_id, storage_key, state)
SELECT gen_random_uuid(), m.organization_id, m.conversation_id, a.storage_key, 'leaving'
  FROM message m JOIN attachment a ON a.organization_id = m.organization_id AND a.message_id = m.id
 WHERE m.conversation_id = ANY(%(ids)s::uuid[]) AND a.storage_key <> ''
 GROUP BY m.organization_id, m.conversation_id, a.storage_key
    ON CONFLICT (conversation_id, storage_key) DO UPDATE SET state = 'leaving'
"""
MOVE = """
WITH gone AS ({delete} RETURNING {conversation} AS conversation_id, to_jsonb(t) AS data)
INSERT INTO archived_row (id, organization_id, conversation_id, table_name, row_id, channel_id, external_id, contact_id,
       data)
SELECT gen_random_uuid(), (g.data->>'organization_id')::uuid, g.conversation_id, '{table}', (g.data->>'{key}')::uuid,
       {columns}, g.data
  FROM gone g
"""
OF_CONVERSATION = "DELETE FROM {table} t WHERE t.conversation_id = ANY(%(ids)s::uuid[])"
OF_MESSAGE = """DELETE FROM {table} t USING message m
 WHERE m.organization_id = t.organization_id AND m.id = t.message_id AND m.conversation_id = ANY(%(ids)s::uuid[])"""
MESSAGE_COLUMNS = "(g.data->>'channel_id')::uuid, g.data->>'external_id', (g.data->>'contact_id')::uuid"
KEEP_LEADS = """
WITH linked AS (UPDATE lead t SET conversation_id = NULL FROM (
       SELECT id, conversation_id FROM lead WHERE conversation_id = ANY(%(ids)s::uuid[])
        ORDER BY id FOR NO KEY UPDATE) b
 WHERE t.id = b.id RETURNING t.id, t.organization_id, b.conversation_id)
INSERT INTO archived_row (id, organization_id, conversation_id, table_name, row_id, data)
SELECT gen_random_uuid(), organization_id, conversation_id, 'lead', id, '{}' FROM linked
"""
LET_GO = (
    """UPDATE message m SET reply_to_id = NULL FROM message q
        WHERE q.conversation_id = ANY(%(ids)s::uuid[]) AND m.reply_to_id = q.id
          AND m.conversation_id <> q.conversation_id AND m.organization_id = q.organization_id""",
    """UPDATE message m SET response_to_id = NULL FROM message q
        WHERE q.conversation_id = ANY(%(ids)s::uuid[]) AND m.response_to_id = q.id
          AND m.conversation_id <> q.conversation_id AND m.organization_id = q.organization_id""",
)
"""Answers elsewhere to what was said here still name it by the platform's id."""
REMOVE = (
    "DELETE FROM reply_token WHERE conversation_id = ANY(%(ids)s::uuid[])",
    "DELETE FROM outbox_lane WHERE conversation_id = ANY(%(ids)s::uuid[])",
    "DELETE FROM automation_lane WHERE conversation_id = ANY(%(ids)s::uuid[])",
    "DELETE FROM conversation WHERE id = ANY(%(ids)s::uuid[])",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """How much there is to move."""

    conversations: int
    messages: int


def count_old(organization_id: UUID, before: datetime) -> Counted:
    """What `archive_old` would move now."""
    with organization_scope(organization_id):
        return Counted(**run(COUNT, organization=organization_id, before=before)[0])


def archive_old(organization_id: UUID, before: datetime, *, at_once: int = AT_ONCE) -> Iterator[int]:
    """Move every closed or archived conversation in which nothing has happened since `before`; yields, after each
    commit, how many it moved. Files follow by `media.settle`.
    """
    after: UUID | None = None
    while True:
        with organization_scope(organization_id):
            found = run(CANDIDATES, organization=organization_id, before=before, after=after, limit=at_once)
            moved = _move(organization_id, before, found) if found else 0
        if not found:
            return
        after = found[-1]["id"]
        yield moved


def _move(organization_id: UUID, before: datetime, found: list[dict[str, UUID]]) -> int:
    people = sorted({row["contact_id"] for row in found if row["contact_id"]})
    run(LOCK_CONTACTS, organization=organization_id, ids=people)
    asked = [row["id"] for row in found]
    ids = [row["id"] for row in run(LOCK, organization=organization_id, before=before, ids=asked)]
    if not ids:
        return 0
    run(KEEP, ids=ids)
    run(KEEP_MEDIA, ids=ids)
    run(KEEP_LEADS, ids=ids)
    for statement in LET_GO:
        run(statement, ids=ids)
    for table, moved in MOVED.items():
        run(_move_statement(table, moved), ids=ids)
    for statement in REMOVE:
        run(statement, ids=ids)
    show(organization_id, ids)
    return len(ids)


def _move_statement(table: str, moved: Moved) -> str:
    is_of_message = moved.of == "message"
    return MOVE.format(
        delete=(OF_MESSAGE if is_of_message else OF_CONVERSATION).format(table=table),
        conversation="m.conversation_id" if is_of_message else "t.conversation_id",
        table=table,
        key=moved.key,
        columns=MESSAGE_COLUMNS if table == "message" else "NULL, NULL, NULL",
    )
