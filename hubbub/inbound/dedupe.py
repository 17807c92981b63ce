"""An event has its effect once, however often a platform sends it."""

from __future__ import annotations

from hubbub.connectors.events import CommentReceived, MessageEchoed, MessageReceived, PostbackReceived
from hubbub.inbound.batch import Arrival, Batch
from hubbub.organizations.database import run

MESSAGE_KINDS = (MessageReceived, MessageEchoed, PostbackReceived, CommentReceived)
"""Those with a message id are remembered for ever, by the unique message; `event_seen` holds all other keys."""

SEE = """
INSERT INTO event_seen (organization_id, channel_id, event_key, seen_at)
SELECT r.organization_id, r.channel_id, r.event_key, hubbub_now()
  FROM json_to_recordset(%(rows)s::json) AS r (organization_id uuid, channel_id uuid, event_key text)
 ORDER BY r.channel_id, r.event_key
    ON CONFLICT (channel_id, event_key) DO NOTHING
RETURNING channel_id, event_key
"""


def fold(batch: Batch) -> None:
    """Within a batch the first of several equal events stays."""
    seen = set()
    for arrival in batch.arrivals:
        key = (arrival.channel.id, arrival.event_key)
        if key in seen:
            arrival.state = "duplicate"
        seen.add(key)


def remember(batch: Batch) -> None:
    """Set aside what had its effect before; remember the rest, in this transaction."""
    keyed = [arrival for arrival in batch.arrivals if arrival.is_live and not has_message_id(arrival)]
    rows = [
        {
            "organization_id": arrival.channel.organization_id,
            "channel_id": arrival.channel.id,
            "event_key": arrival.event_key,
        }
        for arrival in keyed
    ]
    if not rows:
        return
    new = {(row["channel_id"], row["event_key"]) for row in run(SEE, rows)}
    for arrival in keyed:
        if (arrival.channel.id, arrival.event_key) not in new and arrival.replayed_event_id is None:
            arrival.state = "duplicate"


def has_message_id(arrival: Arrival) -> bool:
    """Whether the event becomes a message of its own, unique by the platform's id."""
    event = arrival.event
    if isinstance(event, CommentReceived):
        return event.verb == "added"
    return isinstance(event, MESSAGE_KINDS) and bool(event.external_id)
