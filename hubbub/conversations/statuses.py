"""What became of a message that we sent. It only ever moves forward."""

from __future__ import annotations

from hubbub.conversations.models import MessageStatus

RANK: dict[str, int] = {
    MessageStatus.QUEUED: 0,
    MessageStatus.SENDING: 1,
    MessageStatus.UNKNOWN: 2,
    MessageStatus.SENT: 3,
    MessageStatus.FAILED: 4,
    MessageStatus.DELIVERED: 5,
    MessageStatus.READ: 6,
}
"""A platform that says "failed" after "sent" is believed; once a message was delivered, a late "failed" is not."""


RANK_SQL = "CASE {column} " + " ".join(f"WHEN '{name}' THEN {rank}" for name, rank in RANK.items()) + " ELSE -1 END"
"""The same table for SQL: `RANK_SQL.format(column="m.status")`."""
