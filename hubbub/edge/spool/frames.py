"""How a delivery lies in a segment file: a checked head with the length, then a checked payload.

The head has a checksum of its own: so a write that was cut short (the head is right, the rest is missing: it was never
acknowledged and is dropped) can be told from damage (bits changed later: kept aside and reported).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID
from zlib import crc32

from hubbub.edge.delivery import Delivery

MAGIC: Final = b"HBD1"
_HEAD: Final = struct.Struct(">4sIII")  # magic, length of the payload, its checksum, checksum of these 12 bytes
_CHECKED: Final = struct.Struct(">4sII")
_FIXED: Final = struct.Struct(">16sqHHHII")  # id, microseconds since 1970, lengths of the five parts
_NO_CHANNEL: Final = 0xFFFF
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


def frame_of(delivery: Delivery) -> bytes:
    """The bytes of one delivery, head and payload."""
    platform, edge = delivery.platform.encode(), delivery.edge.encode()
    channel = (delivery.path_channel or "").encode()
    fixed = _FIXED.pack(
        delivery.id.bytes,
        (delivery.received_at - _EPOCH) // _MICROSECOND,
        len(platform),
        _NO_CHANNEL if delivery.path_channel is None else len(channel),
        len(edge),
        len(delivery.headers),
        len(delivery.body),
    )
    payload = b"".join((fixed, platform, channel, edge, delivery.headers, delivery.body))
    checked = _CHECKED.pack(MAGIC, len(payload), crc32(payload))
    return b"".join((checked, crc32(checked).to_bytes(4, "big"), payload))


@dataclass(slots=True, kw_only=True)
class Frames:
    """What a stretch of a segment holds. Positions count from the stretch's beginning."""

    deliveries: list[Delivery] = field(default_factory=list)
    end: int = 0
    """How far it was read: what lies behind needs more bytes."""
    damaged: list[tuple[int, int]] = field(default_factory=list)
    torn_bytes: int = 0


def read_frames(stretch: bytes, *, is_last: bool, limit: int) -> Frames:
    """Up to `limit` deliveries. `is_last` says that the file ends with this stretch, and that nobody writes to it."""
    frames = Frames()
    while frames.end < len(stretch) and len(frames.deliveries) < limit:
        step = _step(stretch, frames, is_last=is_last)
        if not step:
            break
        frames.end += step
    return frames


def _step(stretch: bytes, frames: Frames, *, is_last: bool) -> int:
    """Take in what stands at `frames.end`; the number of bytes that were dealt with, 0 when more are needed."""
    at = frames.end
    length = _payload_length(stretch, at)
    if length is None:
        return _pass_over_damage(stretch, frames, is_last=is_last)
    end = at + _HEAD.size + length
    if end > len(stretch):
        return _drop_torn(stretch, frames) if is_last else 0
    payload = stretch[at + _HEAD.size : end]
    delivery = _delivery_in(payload) if crc32(payload) == _HEAD.unpack_from(stretch, at)[2] else None
    if delivery is None:
        frames.damaged.append((at, end))
    else:
        frames.deliveries.append(delivery)
    return end - at


def _payload_length(stretch: bytes, at: int) -> int | None:
    """The length that the head at this place tells; None where there is no whole, right head."""
    if at + _HEAD.size > len(stretch):
        return None
    magic, length, _, checksum = _HEAD.unpack_from(stretch, at)
    is_right = magic == MAGIC and checksum == crc32(stretch[at : at + _CHECKED.size])
    return int(length) if is_right else None


def _pass_over_damage(stretch: bytes, frames: Frames, *, is_last: bool) -> int:
    """No right head here: go on at the next one."""
    at = frames.end
    following = _next_head(stretch, at + 1)
    if following is None and not is_last:
        return max(len(stretch) - at - _HEAD.size, 0) and _note_damage(frames, len(stretch) - _HEAD.size)
    if following is None and _is_unwritten(stretch[at:]):
        return _drop_torn(stretch, frames)
    return _note_damage(frames, len(stretch) if following is None else following)


def _note_damage(frames: Frames, end: int) -> int:
    frames.damaged.append((frames.end, end))
    return end - frames.end


def _drop_torn(stretch: bytes, frames: Frames) -> int:
    frames.torn_bytes = len(stretch) - frames.end
    return frames.torn_bytes


def _is_unwritten(tail: bytes) -> bool:
    """Whether a tail can be a write that was cut short: less than a head, or zeros where a power cut left a hole."""
    return len(tail) < _HEAD.size or not tail.strip(b"\0")


def _next_head(stretch: bytes, start: int) -> int | None:
    at = stretch.find(MAGIC, start)
    while at >= 0 and _payload_length(stretch, at) is None:
        at = stretch.find(MAGIC, at + 1)
    return at if at >= 0 else None


def _delivery_in(payload: bytes) -> Delivery | None:
    """The delivery, or None when the lengths do not add up."""
    if len(payload) < _FIXED.size:
        return None
    identity, microseconds, platform, channel, edge, headers, body = _FIXED.unpack_from(payload)
    lengths = (platform, 0 if channel == _NO_CHANNEL else channel, edge, headers, body)
    if _FIXED.size + sum(lengths) != len(payload):
        return None
    parts, at = [], _FIXED.size
    for length in lengths:
        parts.append(payload[at : at + length])
        at += length
    return Delivery(
        id=UUID(bytes=identity),
        received_at=_EPOCH + timedelta(microseconds=microseconds),
        platform=parts[0].decode(),
        path_channel=None if channel == _NO_CHANNEL else parts[1].decode(),
        edge=parts[2].decode(),
        headers=parts[3],
        body=parts[4],
    )
