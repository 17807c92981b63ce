"""What happens to a message after it was stored: edits, unsends, reactions, receipts.

Each effect is a value that can wait: when its message is not here yet it is kept, and applied when the message comes.
Every rule is a comparison of moments or ranks, so that any order of arrival ends in the same state.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from hubbub.conversations.archiving.restoring import ask_back
from hubbub.conversations.locks import lock_threads
from hubbub.conversations.receipts import Mark, keep_marks
from hubbub.conversations.statuses import RANK_SQL
from hubbub.kit.ids import new_id
from hubbub.kit.json import JsonValue
from hubbub.organizations.database import run

WAIT_DAYS = 8
BY_PEOPLE = frozenset({"edit", "unsend", "reaction"})
"""These reach a message in the archive, too: its conversation is put back for them. Receipts do not."""

MOMENTS = """
SELECT m.id, c.contact_id, coalesce(m.sent_at, m.occurred_at) AS at
  FROM message m JOIN conversation c ON c.id = m.conversation_id
 WHERE m.id = ANY(%(ids)s::uuid[]) AND c.contact_id IS NOT NULL
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """One change of one message. `kind`: edit, unsend, reaction, status, read_through (a receipt that names the last
    message instead of a moment)."""

    organization_id: UUID
    channel_id: UUID
    target_external_id: str
    event_key: str
    kind: str
    at: datetime
    data: dict[str, JsonValue] = field(default_factory=dict)
    message_id: UUID | None = None
    """Our message, when the platform handed our own id back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """The message that an effect found."""

    message_id: UUID
    conversation_id: UUID
    organization_id: UUID
    kind: str
    """Of the effect."""


RECORDSET = """json_to_recordset(%(rows)s::json) AS r (n int, organization_id uuid, channel_id uuid, external_id text,
       event_key text, kind text, at timestamptz, data jsonb, message_id uuid)"""

FIND = f"""
SELECT r.n, m.id AS message_id, m.conversation_id, m.organization_id, r.kind
  FROM {RECORDSET}
  JOIN message m ON m.channel_id = r.channel_id AND m.external_id = r.external_id
 UNION
SELECT r.n, m.id, m.conversation_id, m.organization_id, r.kind
  FROM {RECORDSET}
  JOIN message m ON m.id = r.message_id AND m.channel_id = r.channel_id AND m.direction = 'outbound'
"""  # noqa: S608
LOCK = "SELECT id FROM message WHERE id = ANY(%(ids)s::uuid[]) ORDER BY id FOR NO KEY UPDATE"
WAIT = f"""
INSERT INTO waiting_effect (id, organization_id, channel_id, target_external_id, event_key, kind, data, occurred_at)
SELECT gen_random_uuid(), r.organization_id, r.channel_id, r.external_id, r.event_key, r.kind, r.data, r.at
  FROM {RECORDSET}
 ORDER BY r.channel_id, r.external_id, r.event_key
    ON CONFLICT DO NOTHING
"""  # noqa: S608
TAKE_WAITING = """
DELETE FROM waiting_effect w USING json_to_recordset(%(rows)s::json) AS r (channel_id uuid, external_id text)
 WHERE w.channel_id = r.channel_id AND w.target_external_id = r.external_id
RETURNING w.organization_id, w.channel_id, w.target_external_id, w.event_key, w.kind, w.occurred_at, w.data
"""
FIND_OVERDUE = """
SELECT DISTINCT w.channel_id, w.target_external_id AS external_id, m.conversation_id
  FROM waiting_effect w
  JOIN message m ON m.channel_id = w.channel_id AND m.external_id = w.target_external_id
 LIMIT 500
"""

EDITED = """json_to_recordset(%(rows)s::json) AS r (id uuid, organization_id uuid, message_id uuid, edit_number int,
       at timestamptz, text text)"""
KEEP_ORIGINAL = f"""
INSERT INTO message_edit (id, organization_id, message_id, edit_number, edited_at, text)
SELECT gen_random_uuid(), m.organization_id, m.id, 0, m.occurred_at, m.text
  FROM {EDITED} JOIN message m ON m.id = r.message_id AND NOT m.is_edited AND NOT m.is_unsent
    ON CONFLICT DO NOTHING
"""  # noqa: S608
KEEP_EDIT = f"""
INSERT INTO message_edit (id, organization_id, message_id, edit_number, edited_at, text)
SELECT r.id, r.organization_id, r.message_id, r.edit_number, r.at, r.text
  FROM {EDITED} JOIN message m ON m.id = r.message_id AND NOT m.is_unsent
 ORDER BY r.message_id, r.edit_number, r.at
    ON CONFLICT DO NOTHING
"""  # noqa: S608
APPLY_EDITS = """
UPDATE message m SET text = e.text, is_edited = true, edit_number = e.edit_number, edited_at = e.edited_at
  FROM (SELECT DISTINCT ON (message_id) message_id, text, edit_number, edited_at FROM message_edit
         WHERE message_id = ANY(%(ids)s::uuid[])
         ORDER BY message_id, edit_number DESC, edited_at DESC, text) e
 WHERE m.id = e.message_id AND NOT m.is_unsent AND (e.edit_number > 0 OR e.edited_at > m.occurred_at)
"""
UNSEND = (
    """UPDATE message m SET is_unsent = true, unsent_at = least(m.unsent_at, r.at), visibility = 'deleted', text = '',
              content = '{}', raw = NULL, mentions = '[]', hashtags = '[]', is_edited = false, edit_number = 0,
              edited_at = NULL
         FROM (SELECT message_id, min(at) AS at FROM json_to_recordset(%(rows)s::json)
                 AS x (message_id uuid, at timestamptz) GROUP BY message_id) r WHERE m.id = r.message_id""",
    "DELETE FROM message_edit WHERE message_id = ANY(%(ids)s::uuid[])",
    "DELETE FROM attachment WHERE message_id = ANY(%(ids)s::uuid[])",
    """UPDATE conversation c SET last_message_text = '' FROM message m
        WHERE m.id = ANY(%(ids)s::uuid[]) AND c.id = m.conversation_id AND c.last_message_id = m.id""",
)
REACT = """
INSERT INTO reaction AS x (id, organization_id, message_id, actor, emoji, name, reacted_at, event_key)
SELECT DISTINCT ON (r.message_id, r.actor)
       r.id, r.organization_id, r.message_id, r.actor, r.emoji, r.name, r.at, r.event_key
  FROM json_to_recordset(%(rows)s::json) AS r (id uuid, organization_id uuid, message_id uuid, actor text, emoji text,
       name text, at timestamptz, event_key text)
 ORDER BY r.message_id, r.actor, r.at DESC, r.id DESC
    ON CONFLICT (message_id, actor) DO UPDATE
       SET emoji = excluded.emoji, name = excluded.name, reacted_at = excluded.reacted_at,
           event_key = excluded.event_key
     WHERE excluded.reacted_at > x.reacted_at
        OR excluded.reacted_at = x.reacted_at AND excluded.event_key <> x.event_key
"""
"""WhatsApp tells whole seconds: of two in one, the later to arrive counts. Ids are made in order of arrival."""
STATUS = f"""
UPDATE message m
   SET status = f.status,
       sent_at = least(m.sent_at, r.sent_at), delivered_at = least(m.delivered_at, r.delivered_at),
       read_at = least(m.read_at, r.read_at), failed_at = least(m.failed_at, r.failed_at),
       external_id = coalesce(m.external_id, r.external_id),
       error = CASE WHEN f.status IN ('sent', 'delivered', 'read') THEN NULL
                    WHEN f.status = 'failed' AND r.error IS NOT NULL
                         AND (m.error IS NULL OR r.failed_at <= coalesce(m.failed_at, r.failed_at)) THEN r.error
                    ELSE m.error END
  FROM (SELECT message_id, (array_agg(status ORDER BY {RANK_SQL.format(column="status")} DESC))[1] AS status,
               min(at) FILTER (WHERE status <> 'failed') AS sent_at,
               min(at) FILTER (WHERE status = 'delivered') AS delivered_at,
               min(at) FILTER (WHERE status = 'read') AS read_at, min(at) FILTER (WHERE status = 'failed') AS failed_at,
               max(external_id) AS external_id,
               (array_agg(error ORDER BY at) FILTER (WHERE error IS NOT NULL))[1] AS error
          FROM json_to_recordset(%(rows)s::json)
            AS s (message_id uuid, status text, at timestamptz, external_id text, error jsonb)
         GROUP BY message_id) r
  JOIN message n ON n.id = r.message_id
 CROSS JOIN LATERAL (
       SELECT CASE WHEN {RANK_SQL.format(column="r.status")} > {RANK_SQL.format(column="n.status")}
                   THEN r.status ELSE n.status END AS status) f
 WHERE m.id = r.message_id AND m.direction = 'outbound'
"""  # noqa: S608


def apply_effects(effects: Sequence[Effect]) -> list[Target]:
    """Apply what finds its message, keep what does not. Returns the messages that changed.

    The caller holds the conversation's lock where it has one; messages are locked here, in order of id.
    """
    if not effects:
        return []
    found = {row["n"]: Target(**{k: v for k, v in row.items() if k != "n"}) for row in run(FIND, _rows(effects))}
    waiting = [effect for n, effect in enumerate(effects) if n not in found]
    if waiting:
        run(WAIT, _rows(waiting))
        ask_back(
            [
                {"channel_id": effect.channel_id, "external_id": effect.target_external_id}
                for effect in waiting
                if effect.kind in BY_PEOPLE
            ]
        )
    if not found:
        return []
    run(LOCK, ids=sorted({target.message_id for target in found.values()}))
    pairs = [(effects[n], target) for n, target in sorted(found.items())]
    for kind, apply in APPLIERS.items():
        chosen = [(effect, target) for effect, target in pairs if effect.kind == kind]
        if chosen:
            apply(chosen)
    return list(found.values())


def apply_waiting(keys: Sequence[tuple[UUID, str]]) -> list[Target]:
    """Apply the effects that waited for these messages, named by (channel, external id)."""
    if not keys:
        return []
    rows: list[dict[str, object]] = [{"channel_id": channel, "external_id": given} for channel, given in keys]
    return apply_effects(
        [
            Effect(
                organization_id=row["organization_id"],
                channel_id=row["channel_id"],
                target_external_id=row["target_external_id"],
                event_key=row["event_key"],
                kind=row["kind"],
                at=row["occurred_at"],
                data=row["data"],
            )
            for row in run(TAKE_WAITING, rows)
        ]
    )


def apply_overdue() -> list[Target]:
    """Apply effects whose message was being stored by another transaction just when they looked for it."""
    overdue = run(FIND_OVERDUE)
    lock_threads(row["conversation_id"] for row in overdue)
    return apply_waiting([(row["channel_id"], row["external_id"]) for row in overdue])


def _edit(pairs: Sequence[tuple[Effect, Target]]) -> None:
    rows: list[dict[str, object]] = [
        {
            "id": new_id(),
            "organization_id": target.organization_id,
            "message_id": target.message_id,
            "edit_number": effect.data.get("edit_number") or 0,
            "at": effect.at,
            "text": effect.data.get("text") or "",
        }
        for effect, target in pairs
    ]
    run(KEEP_ORIGINAL, rows)
    run(KEEP_EDIT, rows)
    run(APPLY_EDITS, ids=_ids(pairs))


def _unsend(pairs: Sequence[tuple[Effect, Target]]) -> None:
    rows: list[dict[str, object]] = [{"message_id": target.message_id, "at": effect.at} for effect, target in pairs]
    for statement in UNSEND:
        run(statement, rows, ids=_ids(pairs))


def _react(pairs: Sequence[tuple[Effect, Target]]) -> None:
    run(
        REACT,
        [
            {
                "id": new_id(),
                "organization_id": target.organization_id,
                "message_id": target.message_id,
                "actor": str(effect.data.get("actor") or "")[:255],
                "emoji": str(effect.data.get("emoji") or "")[:64],
                "name": str(effect.data.get("name") or "")[:40],
                "at": effect.at,
                "event_key": effect.event_key,
            }
            for effect, target in pairs
        ],
    )


def _status(pairs: Sequence[tuple[Effect, Target]]) -> None:
    run(
        STATUS,
        [
            {
                "message_id": target.message_id,
                "status": effect.data["status"],
                "at": effect.at,
                "external_id": effect.target_external_id or None,
                "error": effect.data.get("error"),
            }
            for effect, target in pairs
        ],
    )


def _read_through(pairs: Sequence[tuple[Effect, Target]]) -> None:
    moments = {row["id"]: row for row in run(MOMENTS, ids=_ids(pairs))}
    keep_marks(
        [
            Mark(
                organization_id=target.organization_id,
                channel_id=effect.channel_id,
                contact_id=moments[target.message_id]["contact_id"],
                status=str(effect.data["status"]),
                at=moments[target.message_id]["at"],
            )
            for effect, target in pairs
            if target.message_id in moments
        ]
    )


APPLIERS = {"edit": _edit, "reaction": _react, "status": _status, "read_through": _read_through, "unsend": _unsend}
"""In this order within one batch: an unsend has the last word."""


def _ids(pairs: Sequence[tuple[Effect, Target]]) -> list[UUID]:
    return sorted({target.message_id for _, target in pairs})


def _rows(effects: Sequence[Effect]) -> list[dict[str, object]]:
    return [
        {
            "n": n,
            "organization_id": effect.organization_id,
            "channel_id": effect.channel_id,
            "external_id": effect.target_external_id,
            "event_key": effect.event_key,
            "kind": effect.kind,
            "at": effect.at,
            "data": effect.data,
            "message_id": effect.message_id,
        }
        for n, effect in enumerate(effects)
    ]
