"""Files of a WhatsApp history come twice under one id: as a placeholder, and later, if they are young, as they are.

Whichever comes first is the message; the placeholder never hides the file.
https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/history
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from hubbub.conversations.preview import preview
from hubbub.inbound.batch import Arrival, Batch
from hubbub.inbound.store import content_json, content_of, store_attachments
from hubbub.organizations.database import run
from hubbub.organizations.screens import ScreenEvent

STILL_EMPTY = """
SELECT id FROM message
 WHERE id = ANY(%(ids)s::uuid[]) AND content #>> '{extra,is_placeholder}' = 'true' AND NOT is_unsent
"""
FILL = """
UPDATE message m SET type = r.type, text = r.text, content = r.content, raw = r.raw
  FROM json_to_recordset(%(rows)s::json) AS r (id uuid, type text, text text, content jsonb, raw jsonb)
 WHERE m.id = r.id
"""
LAST_WORDS = """
UPDATE conversation c SET last_message_text = r.preview, updated_at = hubbub_now()
  FROM json_to_recordset(%(rows)s::json) AS r (id uuid, preview text)
 WHERE c.last_message_id = r.id AND c.id = ANY(%(conversations)s::uuid[])
"""


def is_placeholder(arrival: Arrival) -> bool:
    """Whether it only says that there is a file."""
    return bool(content_of(arrival).extra.get("is_placeholder"))


def fill_placeholders(batch: Batch, messages: Sequence[Arrival]) -> list[Arrival]:
    """Of messages that are stored already: those whose file has come now. They are changed, and applied."""
    if not any(one.event.event_key.startswith("history:") for one in messages):
        return []
    files = {one.message_id: one for one in messages if one.state == "duplicate" and not is_placeholder(one)}
    empty = [row["id"] for row in run(STILL_EMPTY, ids=[key for key in files if key is not None])]
    filled = [files[key] for key in sorted(empty)]
    if filled:
        rows = [_row(one) for one in filled]
        run(FILL, rows)
        run(LAST_WORDS, rows, conversations=[one.conversation_id for one in filled])
        store_attachments(filled)
    for one in filled:
        one.state = "applied"
        batch.show(_changed(one))
    return filled


def _row(arrival: Arrival) -> dict[str, Any]:
    content = content_of(arrival)
    return {
        "id": arrival.message_id,
        "type": content.type.value,
        "text": content.text or "",
        "content": content_json(content),
        "raw": arrival.event.raw,
        "preview": preview(content.text or ""),
    }


def _changed(arrival: Arrival) -> ScreenEvent:
    message_id: UUID | None = arrival.message_id
    assert message_id is not None
    return ScreenEvent(
        organization_id=arrival.channel.organization_id,
        kind="message.changed",
        subject_id=message_id,
        conversation_id=arrival.conversation_id,
    )
