"""Putting raw deliveries in, as the edge does, and applying them, as the inbound lane does."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from hubbub.conversations.effects import apply_overdue
from hubbub.inbound.pipeline import Applied, apply_deliveries
from hubbub.kit import clock
from hubbub.kit.ids import new_id
from hubbub.kit.json import JsonValue, dumps
from tests.support.roles import acting_as

INSERT = """
INSERT INTO delivery (id, received_at, platform, body, size_bytes) VALUES (%s, %s, %s, %s, %s) ON CONFLICT DO NOTHING
"""


def deliver(platform: str, *bodies: JsonValue | bytes, received_at: datetime | None = None) -> None:
    """Store raw deliveries as the edge's database role."""
    with acting_as("edge") as edge, edge.cursor() as cursor:
        for body in bodies:
            raw = body if isinstance(body, bytes) else dumps(body)
            cursor.execute(INSERT, [new_id(), received_at or clock.now(), platform, raw, len(raw)])


def apply_all(limit: int = 200) -> list[Applied]:
    """Apply everything that waits, as the inbound role; returns what each batch did."""
    with acting_as("inbound"):
        batches = list(iter(lambda: apply_deliveries(limit), Applied()))
        apply_overdue()
    return batches


def total(batches: Iterable[Applied], name: str) -> int:
    """The sum of one figure over batches."""
    return sum(getattr(batch, name) for batch in batches)
