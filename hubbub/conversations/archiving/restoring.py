"""Out of the archive: rows go back to the tables that they came from, also when those have new columns since."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from hubbub.conversations.archiving.screens import show
from hubbub.conversations.archiving.tables import CONVERSATION, MOVED, USER, Moved
from hubbub.kit.errors import NotFound
from hubbub.organizations.database import Row, run
from hubbub.organizations.jobs import defer_many

LOCK = """
SELECT id FROM archived_conversation WHERE organization_id = %(organization)s AND id = ANY(%(ids)s::uuid[])
 ORDER BY id FOR UPDATE
"""
COLUMNS = """
SELECT a.attname AS name FROM pg_attribute a
 WHERE a.attrelid = %(table)s::regclass AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
 ORDER BY a.attnum
"""
BRING = """
INSERT INTO {table} ({names})
SELECT {values} FROM {source} s CROSS JOIN LATERAL jsonb_populate_record(NULL::{table}, s.data) r
 WHERE s.organization_id = %(organization)s AND {chosen} {bound}
"""
OF_ROWS = "s.conversation_id = %(id)s AND s.table_name = '{table}'"
OF_CONVERSATION = "s.id = %(id)s"
KEYS = "SELECT jsonb_object_keys(s.data) AS name FROM (SELECT data FROM {source} s WHERE {chosen} LIMIT 1) s"
EXISTS = {
    False: "EXISTS (SELECT FROM {target} x WHERE x.organization_id = r.organization_id AND x.id = r.{column})",
    True: "EXISTS (SELECT FROM {target} x WHERE x.id = r.{column})",
}
LINK = (
    """UPDATE conversation c SET contact_id = a.contact_id FROM archived_conversation a
        WHERE c.id = %(id)s AND a.id = c.id AND c.contact_id IS DISTINCT FROM a.contact_id""",
    """UPDATE lead l SET conversation_id = %(id)s FROM archived_row s
        WHERE s.conversation_id = %(id)s AND s.table_name = 'lead' AND l.id = s.row_id AND l.conversation_id IS NULL""",
    """UPDATE message m SET reply_to_id = NULL WHERE m.conversation_id = %(id)s AND m.reply_to_id IS NOT NULL
          AND NOT EXISTS (SELECT FROM message q WHERE q.id = m.reply_to_id)""",
    """UPDATE message m SET response_to_id = NULL WHERE m.conversation_id = %(id)s AND m.response_to_id IS NOT NULL
          AND NOT EXISTS (SELECT FROM message q WHERE q.id = m.response_to_id)""",
    """UPDATE message m SET reply_to_id = q.id FROM message q
        WHERE q.conversation_id = %(id)s AND m.channel_id = q.channel_id AND m.reply_to_external_id = q.external_id
          AND m.reply_to_id IS NULL AND m.reply_to_external_id <> ''""",
    "UPDATE archived_media SET state = 'coming' WHERE conversation_id = %(id)s",
    "DELETE FROM archived_row WHERE conversation_id = %(id)s",
    "DELETE FROM archived_conversation WHERE id = %(id)s",
)
OF_PEOPLE = """
SELECT id AS conversation_id FROM archived_conversation
 WHERE organization_id = %(organization)s AND contact_id = ANY(%(people)s::uuid[])
 UNION
SELECT conversation_id FROM archived_row
 WHERE organization_id = %(organization)s AND contact_id = ANY(%(people)s::uuid[])
 UNION
SELECT conversation_id FROM archived_row
 WHERE organization_id = %(organization)s AND table_name = 'reaction'
   AND data->>'actor' IN (SELECT external_id FROM contact_identity
                           WHERE organization_id = %(organization)s AND contact_id = ANY(%(people)s::uuid[]))
"""
OF_MESSAGES = """
SELECT DISTINCT s.organization_id, s.conversation_id
  FROM json_to_recordset(%(rows)s::json) AS r (channel_id uuid, external_id text)
  JOIN archived_row s ON s.channel_id = r.channel_id AND s.external_id = r.external_id
"""


def restore(organization_id: UUID, conversation_ids: Collection[UUID]) -> list[UUID]:
    """Put these conversations back, with everything that hung on them, inside the organisation's transaction; their
    files follow by a job. Returns those that were in the archive: of two who ask at once, one finds nothing.
    """
    found = [row["id"] for row in run(LOCK, organization=organization_id, ids=sorted(set(conversation_ids)))]
    for conversation_id in found:
        _bring("conversation", CONVERSATION, organization_id, conversation_id)
        for table, moved in MOVED.items():
            _bring(table, moved, organization_id, conversation_id)
        for statement in LINK:
            run(statement, id=conversation_id)
    if found:
        _tell(organization_id, found)
    return found


def restore_one(organization_id: UUID, conversation_id: UUID) -> None:
    """As `restore`. Raises NotFound."""
    if not restore(organization_id, [conversation_id]):
        raise NotFound("There is no such conversation in the archive.")


def restore_of(organization_id: UUID, people: Collection[UUID]) -> list[UUID]:
    """Put back every conversation in which these contacts said or did something."""
    rows = run(OF_PEOPLE, organization=organization_id, people=sorted(people))
    return restore(organization_id, [row["conversation_id"] for row in rows])


def ask_back(messages: Sequence[Mapping[str, object]]) -> None:
    """Something came for these messages ({"channel_id", "external_id"}): a job puts back the archived among them."""
    rows = run(OF_MESSAGES, messages) if messages else []
    defer_many(
        "conversations.bring_back",
        [
            {"organization_id": str(row["organization_id"]), "conversation_id": str(row["conversation_id"])}
            for row in rows
        ],
    )


def _bring(table: str, moved: Moved, organization_id: UUID, conversation_id: UUID) -> None:
    is_whole = table == "conversation"
    source = "archived_conversation" if is_whole else "archived_row"
    chosen = OF_CONVERSATION if is_whole else OF_ROWS.format(table=table)
    known = {row["name"] for row in run(KEYS.format(source=source, chosen=chosen), id=conversation_id)}
    if not known:
        return
    names = [row["name"] for row in run(COLUMNS, table=table) if row["name"] in known]
    statement = BRING.format(
        table=table,
        source=source,
        chosen=chosen,
        names=", ".join(f'"{name}"' for name in names),
        values=", ".join(_value(name, moved) for name in names),
        bound="".join(f" AND {_exists(column, target)}" for column, target in moved.bound.items()),
    )
    run(statement, organization=organization_id, id=conversation_id)


def _value(name: str, moved: Moved) -> str:
    target = moved.loose.get(name)
    return f'CASE WHEN {_exists(name, target)} THEN r."{name}" END' if target else f'r."{name}"'


def _exists(column: str, target: str) -> str:
    return EXISTS[target == USER].format(target=target, column=column)


def _tell(organization_id: UUID, found: Sequence[UUID]) -> None:
    show(organization_id, found)
    defer_many("conversations.settle_archived_media", [{"organization_id": str(organization_id)}])


def archived_ids(organization_id: UUID) -> list[UUID]:
    """Everything in the archive, oldest first."""
    rows: list[Row] = run(
        "SELECT id FROM archived_conversation WHERE organization_id = %(organization)s ORDER BY moved_at, id",
        organization=organization_id,
    )
    return [row["id"] for row in rows]
