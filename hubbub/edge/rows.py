"""Writing deliveries into the table `delivery`: one statement a group, repeatable, with arrays packed by hand.

psycopg's list adaptation costs more per row than all the rest of a request; the binary form of an array is simple.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final, LiteralString

from hubbub.edge.database import PackedArray
from hubbub.edge.delivery import Delivery

INSERT: Final[LiteralString] = """
INSERT INTO delivery (id, received_at, platform, path_channel, headers, body, edge, size_bytes, is_spooled)
SELECT id, received_at, platform, path_channel, headers::jsonb, body, edge, octet_length(body), %s
  FROM unnest(%b::uuid[], %b::timestamptz[], %b::text[], %b::text[], %b::text[], %b::bytea[], %b::text[])
    AS arrived (id, received_at, platform, path_channel, headers, body, edge)
    ON CONFLICT (id, received_at) DO NOTHING
"""
_UUID, _TIMESTAMPTZ, _TEXT, _BYTEA = 2950, 1184, 25, 17
_POSTGRES_EPOCH: Final = datetime(2000, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_length = struct.Struct("!i").pack
_eight_bytes = struct.Struct("!q").pack
_array_head = struct.Struct("!iiIii").pack
_NULL: Final = _length(-1)


def insert_values(group: Sequence[Delivery], *, is_spooled: bool) -> tuple[object, ...]:
    """The values for `INSERT`."""
    return (
        is_spooled,
        _packed(_UUID, [delivery.id.bytes for delivery in group]),
        _packed(_TIMESTAMPTZ, [_eight_bytes((each.received_at - _POSTGRES_EPOCH) // _MICROSECOND) for each in group]),
        _packed(_TEXT, [delivery.platform.encode() for delivery in group]),
        _packed(_TEXT, [each.path_channel.encode() if each.path_channel else None for each in group]),
        _packed(_TEXT, [delivery.headers for delivery in group]),
        _packed(_BYTEA, [delivery.body for delivery in group]),
        _packed(_TEXT, [delivery.edge.encode() for delivery in group]),
    )


def _packed(element_type: int, values: Sequence[bytes | None]) -> PackedArray:
    """PostgreSQL's `array_send`: dimensions, has-null, element type, length, lower bound; then length and value."""
    parts = [_array_head(1, None in values, element_type, len(values), 1), *_elements(values)]
    return PackedArray(b"".join(parts))


def _elements(values: Iterable[bytes | None]) -> Iterable[bytes]:
    for value in values:
        if value is None:
            yield _NULL
        else:
            yield _length(len(value))
            yield value
