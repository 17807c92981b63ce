"""An echo of our send that was stored as a message of its own, before we knew the id: it is folded into ours."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from hubbub.conversations.locks import lock_threads
from hubbub.organizations.database import run
from hubbub.organizations.screens import ScreenEvent, emit

FIND = """
SELECT m.id AS message_id, m.organization_id, m.conversation_id, r.ours
  FROM json_to_recordset(%(rows)s::json) AS r (ours uuid, channel_id uuid, external_id text)
  JOIN message m ON m.channel_id = r.channel_id AND m.external_id = r.external_id AND m.id <> r.ours
"""
FOLD = (
    """UPDATE message m SET delivered_at = least(m.delivered_at, e.delivered_at), read_at = least(m.read_at, e.read_at),
              sent_at = least(m.sent_at, e.sent_at),
              status = CASE WHEN e.status IN ('delivered', 'read') THEN e.status ELSE m.status END
         FROM json_to_recordset(%(rows)s::json) AS r (ours uuid, echo uuid) JOIN message e ON e.id = r.echo
        WHERE m.id = r.ours""",
    """UPDATE reaction x SET message_id = r.ours FROM json_to_recordset(%(rows)s::json) AS r (ours uuid, echo uuid)
        WHERE x.message_id = r.echo
          AND NOT EXISTS (SELECT FROM reaction y WHERE y.message_id = r.ours AND y.actor = x.actor)""",
    """UPDATE message m SET reply_to_id = r.ours FROM json_to_recordset(%(rows)s::json) AS r (ours uuid, echo uuid)
        WHERE m.reply_to_id = r.echo AND m.conversation_id = (SELECT conversation_id FROM message WHERE id = r.echo)""",
    """UPDATE conversation c
          SET message_count = c.message_count - n.count, outbound_count = c.outbound_count - n.count,
              last_message_id = coalesce(n.ours, c.last_message_id), updated_at = hubbub_now()
         FROM (SELECT e.conversation_id, count(*),
                      (array_agg(r.ours) FILTER (WHERE v.last_message_id = e.id))[1] AS ours
                 FROM json_to_recordset(%(rows)s::json) AS r (ours uuid, echo uuid)
                 JOIN message e ON e.id = r.echo JOIN conversation v ON v.id = e.conversation_id
                GROUP BY e.conversation_id) n
        WHERE c.id = n.conversation_id""",
    "DELETE FROM reaction WHERE message_id = ANY(%(echoes)s::uuid[])",
    "DELETE FROM message_edit WHERE message_id = ANY(%(echoes)s::uuid[])",
    "DELETE FROM attachment WHERE message_id = ANY(%(echoes)s::uuid[])",
    "DELETE FROM message WHERE id = ANY(%(echoes)s::uuid[])",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Echo:
    """A stored echo, and the message of ours that it is."""

    message_id: UUID
    organization_id: UUID
    conversation_id: UUID
    ours: UUID


def lock_echo_threads(keys: Sequence[tuple[UUID, UUID, str]], conversations: Collection[UUID]) -> list[Echo]:
    """The echoes stored under (our message, channel, external id), usually none; their conversations are locked, and
    these others with them."""
    rows = [{"ours": ours, "channel_id": channel, "external_id": external_id} for ours, channel, external_id in keys]
    echoes = [Echo(**row) for row in run(FIND, rows)] if rows else []
    lock_threads({*conversations, *(echo.conversation_id for echo in echoes)})
    return echoes


def fold_echoes(echoes: Sequence[Echo]) -> None:
    """Ours wins: it takes over what happened to the echo, and the echo's row goes. Both messages are locked."""
    if not echoes:
        return
    rows = [{"ours": echo.ours, "echo": echo.message_id} for echo in echoes]
    for statement in FOLD:
        run(statement, rows, echoes=[echo.message_id for echo in echoes])
    emit(
        [
            ScreenEvent(
                organization_id=echo.organization_id,
                kind="message.changed",
                subject_id=echo.message_id,
                conversation_id=echo.conversation_id,
                data={"merged_into": str(echo.ours)},
            )
            for echo in echoes
        ]
    )
