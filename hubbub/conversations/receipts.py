"""Receipts that name a moment, not messages: everything sent up to then is delivered, or read.

Each mark is kept, so that a message which is stored later (an echo that was late) gets the same times. A message that
the platform accepted, called failed and then covers with a receipt has arrived; one that it never accepted has not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from hubbub.conversations.statuses import RANK_SQL
from hubbub.kit.ids import new_id
from hubbub.organizations.database import run

KEEP = """
INSERT INTO receipt_mark (id, organization_id, channel_id, contact_id, status, at)
SELECT r.id, r.organization_id, r.channel_id, r.contact_id, r.status, r.at
  FROM json_to_recordset(%(rows)s::json) AS r (id uuid, organization_id uuid, channel_id uuid, contact_id uuid,
       status text, at timestamptz)
 ORDER BY r.channel_id, r.contact_id, r.status, r.at
    ON CONFLICT DO NOTHING
"""
SET = f"""
   SET status = CASE WHEN {RANK_SQL.format(column="w.status")} > {RANK_SQL.format(column="m.status")}
                     THEN w.status ELSE m.status END,
       error = CASE WHEN {RANK_SQL.format(column="w.status")} > {RANK_SQL.format(column="m.status")}
                    THEN NULL ELSE m.error END,
       delivered_at = least(m.delivered_at, w.delivered_at),
       read_at = least(m.read_at, w.read_at)
"""
MARKS_AFTER = """
SELECT o.id,
       CASE WHEN count(*) FILTER (WHERE k.status = 'read') > 0 THEN 'read' ELSE 'delivered' END AS status,
       min(k.at) FILTER (WHERE k.status = 'delivered') AS delivered_at,
       min(k.at) FILTER (WHERE k.status = 'read') AS read_at
  FROM {source}
  JOIN conversation c ON c.id = o.conversation_id AND c.type = 'private'
  JOIN receipt_mark k ON k.channel_id = o.channel_id AND k.contact_id = c.contact_id
        AND k.at >= coalesce(o.sent_at, o.occurred_at)
 WHERE o.direction = 'outbound'
   AND (o.status IN ('sent', 'delivered', 'read') OR (o.status = 'failed' AND o.external_id IS NOT NULL))
 GROUP BY o.id
"""
OF_MESSAGES = MARKS_AFTER.format(source="(SELECT * FROM message WHERE id = ANY(%(ids)s::uuid[])) o")
UP_TO_MARKS = MARKS_AFTER.format(
    source="""(SELECT DISTINCT x.* FROM json_to_recordset(%(rows)s::json)
                AS r (channel_id uuid, contact_id uuid, status text, at timestamptz)
               JOIN conversation v ON v.channel_id = r.channel_id AND v.contact_id = r.contact_id AND v.type = 'private'
               JOIN message x ON x.conversation_id = v.id AND x.direction = 'outbound' AND x.occurred_at <= r.at
                     AND x.occurred_at > r.at - interval '30 days'
                     AND (CASE r.status WHEN 'read' THEN x.read_at ELSE x.delivered_at END IS NULL
                          OR CASE r.status WHEN 'read' THEN x.read_at ELSE x.delivered_at END > r.at)) o"""
)
APPLY = "UPDATE message m {set} FROM ({marks}) w WHERE m.id = w.id RETURNING m.id, m.conversation_id, m.organization_id"
APPLY_TO_MESSAGES = APPLY.format(set=SET, marks=OF_MESSAGES)
APPLY_UP_TO_MARKS = APPLY.format(set=SET, marks=UP_TO_MARKS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """One receipt. `status` is "delivered" or "read"."""

    organization_id: UUID
    channel_id: UUID
    contact_id: UUID
    status: str
    at: datetime


def keep_marks(marks: Sequence[Mark]) -> list[dict[str, UUID]]:
    """Keep the marks and apply them to what is stored; returns id, conversation_id, organization_id of what changed."""
    if not marks:
        return []
    rows = [
        {
            "id": new_id(),
            "organization_id": mark.organization_id,
            "channel_id": mark.channel_id,
            "contact_id": mark.contact_id,
            "status": mark.status,
            "at": mark.at,
        }
        for mark in marks
    ]
    run(KEEP, rows)
    return run(APPLY_UP_TO_MARKS, rows)


def apply_marks_to(message_ids: Sequence[UUID]) -> None:
    """Give messages that are new, or newly sent, the receipts that came before them."""
    if message_ids:
        run(APPLY_TO_MESSAGES, ids=sorted(message_ids))
