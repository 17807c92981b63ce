"""An echo of our own send becomes the message that we sent; any other echo is a message of its own."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from hubbub.connectors.events import MessageEchoed
from hubbub.conversations.effects import Effect
from hubbub.inbound.batch import Arrival
from hubbub.organizations.database import run

OURS_BY_ID = """
SELECT m.id FROM json_to_recordset(%(rows)s::json) AS r (id uuid, channel_id uuid)
  JOIN message m ON m.id = r.id AND m.channel_id = r.channel_id AND m.direction = 'outbound'
"""
OURS_BY_WORDS = """
SELECT r.n, f.id
  FROM json_to_recordset(%(rows)s::json) AS r (n int, conversation_id uuid, text text, type text, at timestamptz)
 CROSS JOIN LATERAL (
       SELECT m.id FROM message m LEFT JOIN outbox o ON o.message_id = m.id
        CROSS JOIN LATERAL (SELECT coalesce(o.sending_at, (m.metadata ->> 'called_at')::timestamptz) AS at) called
        WHERE m.conversation_id = r.conversation_id AND m.direction = 'outbound' AND m.external_id IS NULL
          AND m.status IN ('sending', 'unknown') AND m.text = r.text AND m.type = r.type
          AND m.occurred_at BETWEEN r.at - interval '25 hours' AND r.at + interval '1 minute'
          AND called.at BETWEEN r.at - interval '10 minutes' AND r.at + interval '1 minute'
        ORDER BY called.at LIMIT 1) f
"""
"""Instagram hands nothing of ours back: a send under way with the same words in the same thread is the one. What counts
is when it was called: an answer may have waited for up to a day before."""


def recognise(arrivals: Sequence[Arrival]) -> list[Effect]:
    """Find the echoes of our own sends. They are marked with our message, and an effect says that it was sent."""
    echoes = [arrival for arrival in arrivals if isinstance(arrival.event, MessageEchoed) and arrival.is_live]
    by_id = _by_metadata(echoes)
    rest = [echo for echo in echoes if echo not in by_id]
    found = {**by_id, **_by_words([echo for echo in rest if _metadata_id(echo) is None])}
    effects = []
    for echo, message_id in found.items():
        echo.message_id = message_id
        effects.append(sent(echo, message_id))
    return effects


def sent(echo: Arrival, message_id: UUID) -> Effect:
    """The echo proves that the message reached the platform."""
    return Effect(
        organization_id=echo.channel.organization_id,
        channel_id=echo.channel.id,
        target_external_id=getattr(echo.event, "external_id", ""),
        event_key=echo.event_key,
        kind="status",
        at=echo.at,
        data={"status": "sent"},
        message_id=message_id,
    )


def _by_metadata(echoes: Sequence[Arrival]) -> dict[Arrival, UUID]:
    named = {echo: message_id for echo in echoes if (message_id := _metadata_id(echo)) is not None}
    if not named:
        return {}
    rows = [{"id": message_id, "channel_id": echo.channel.id} for echo, message_id in named.items()]
    known = {row["id"] for row in run(OURS_BY_ID, rows)}
    return {echo: message_id for echo, message_id in named.items() if message_id in known}


def _metadata_id(echo: Arrival) -> UUID | None:
    try:
        return UUID(getattr(echo.event, "metadata", None) or "")
    except ValueError:
        return None


def _by_words(echoes: Sequence[Arrival]) -> dict[Arrival, UUID]:
    found: dict[Arrival, UUID] = {}
    for echo in echoes:
        event = echo.event
        if not isinstance(event, MessageEchoed) or echo.conversation_id is None or event.app_id:
            continue
        row = {
            "n": 0,
            "conversation_id": echo.conversation_id,
            "text": event.content.text or "",
            "type": event.content.type.value,
            "at": echo.at,
        }
        match = next((one["id"] for one in run(OURS_BY_WORDS, [row])), None)
        if match is not None and match not in found.values():
            found[echo] = match
    return found
