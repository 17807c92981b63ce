"""Small but honest files: each begins as its type begins, so that a reader who looks at the bytes sees the type."""

from __future__ import annotations

import base64
import struct
import zlib
from pathlib import Path

_JPEG = Path(__file__).with_name("picture.jpg").read_bytes()
_GIF = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
_WEBP = base64.b64decode("UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA==")
_PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    b"2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
)


def png(width: int = 8, height: int = 8, color: tuple[int, int, int] = (40, 120, 200)) -> bytes:
    """A PNG of one colour."""
    rows = (b"\x00" + bytes(color) * width) * height
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(rows)) + _chunk(b"IEND", b"")


def portrait(color: tuple[int, int, int]) -> bytes:
    """A PNG of nobody in particular, on a ground of that colour."""
    lighter = bytes(value + (255 - value) * 3 // 5 for value in color)
    header = struct.pack(">IIBBBBB", _SIDE, _SIDE, 8, 3, 0, 0, 0)
    palette = _chunk(b"PLTE", bytes(color) + lighter)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + palette + _chunk(b"IDAT", _NOBODY) + _chunk(b"IEND", b"")


def _is_person(x: int, y: int) -> bool:
    """Head and shoulders, in a square of 96."""
    return (x - 48) ** 2 + (y - 38) ** 2 < 17**2 or ((x - 48) / 32) ** 2 + ((y - 96) / 36) ** 2 < 1


_SIDE = 96
_NOBODY = zlib.compress(
    b"".join(b"\x00" + bytes(_is_person(x, y) for x in range(_SIDE)) for y in range(_SIDE)), level=9
)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _wav() -> bytes:
    data = b"\x80" * 800
    head = struct.pack(
        "<4sI4s4sIHHIIHH4sI", b"RIFF", 36 + len(data), b"WAVE", b"fmt ", 16, 1, 1, 8000, 8000, 1, 8, b"data", len(data)
    )
    return head + data


_ISO_MEDIA = struct.pack(">I4s4sI4s4s", 24, b"ftyp", b"isom", 512, b"isom", b"mp41") + struct.pack(">I4s", 8, b"mdat")
_M4A = struct.pack(">I4s4sI4s4s", 24, b"ftyp", b"M4A ", 512, b"M4A ", b"isom") + struct.pack(">I4s", 8, b"mdat")

SAMPLES: dict[str, bytes] = {
    "image/png": png(),
    "image/jpeg": _JPEG,
    "image/gif": _GIF,
    "image/webp": _WEBP,
    "audio/ogg": b"OggS\x00\x02" + bytes(22) + b"OpusHead\x01\x01" + bytes(11),
    "audio/mpeg": b"ID3\x04\x00\x00\x00\x00\x00\x00\xff\xfb\x90\x00" + bytes(413),
    "audio/mp4": _M4A,
    "audio/aac": b"\xff\xf1\x50\x80\x01\x1f\xfc" + bytes(32),
    "audio/wav": _wav(),
    "video/mp4": _ISO_MEDIA,
    "application/pdf": _PDF,
    "text/plain": b"Hello from the sandbox.\n",
}


def sample(mime: str, size: int | None = None) -> bytes:
    """A file of that type; ``size`` pads it with zeros."""
    content = SAMPLES.get(mime.split(";")[0].strip(), b"\x00" * 64)
    return content if size is None or size <= len(content) else content + bytes(size - len(content))
