"""Text as the platforms count it, and text made safe to store."""

import re
from collections.abc import Iterable
from typing import Literal, assert_never

import regex

Unit = Literal["characters", "utf16", "bytes", "graphemes"]
"""What a text limit counts: code points, UTF-16 code units (LINE), UTF-8 bytes, or what a reader sees as one."""

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_GRAPHEME = regex.compile(r"\X")
_SENTENCE_END = re.compile(r"[.!?…؟।]+[\"')\]»”’]*(?=\s)|[。！？｡]+[」』）”]*|\n+")


def clean(text: str, *, keep_nul: bool = False) -> str:
    """`text` without NUL (PostgreSQL refuses it) and with lone surrogates (UTF-8 refuses them) replaced by U+FFFD."""
    if not text.isascii():
        text = _LONE_SURROGATE.sub("\ufffd", text)
    return text if keep_nul else text.replace("\x00", "")


def length(text: str, unit: Unit) -> int:
    """How long `text` is, counted in `unit`."""
    if unit == "characters":
        return len(text)
    if unit == "utf16":
        return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2
    if unit == "bytes":
        return len(text.encode("utf-8", "surrogatepass"))
    if unit == "graphemes":
        if text.isascii() and "\r" not in text:
            return len(text)
        return sum(1 for _ in _GRAPHEME.finditer(text))
    assert_never(unit)


def truncate(text: str, limit: int, unit: Unit) -> str:
    """The longest beginning of `text` that is at most `limit` long and ends between two graphemes.

    Only where the very first grapheme is longer than `limit` is it cut, between two code points.
    """
    if length(text, unit) <= limit:
        return text
    graphemes = (match[0] for match in _GRAPHEME.finditer(text))
    return _fitting(graphemes, limit, unit) or _fitting(text, limit, unit)


def _fitting(parts: Iterable[str], limit: int, unit: Unit) -> str:
    kept: list[str] = []
    room = limit
    for part in parts:
        room -= length(part, unit)
        if room < 0:
            break
        kept.append(part)
    return "".join(kept)


def pieces(text: str, limit: int, unit: Unit) -> list[str]:
    """`text` in pieces of at most `limit`, at least one; a limit of 0 cuts nothing.

    Cut after the last sentence or line that ends in the second half of a piece, else at the last blank there, else
    between two graphemes. Blanks at the cuts go; nothing else does.
    """
    found: list[str] = []
    while limit > 0 and length(text, unit) > limit:
        at = _cut(text, len(truncate(text, limit, unit)) or 1)
        if piece := text[:at].rstrip():
            found.append(piece)
        text = text[at:].lstrip()
    return [*found, text] if text or not found else found


def _cut(text: str, end: int) -> int:
    """Where a piece that may go to `end` had best stop."""
    half = end // 2
    ends = [match.end() for match in _SENTENCE_END.finditer(text, half, end + 1) if match.end() <= end]
    if ends:
        return ends[-1]
    return next((at for at in range(end, half, -1) if text[at : at + 1].isspace()), end)


def one_line(text: str, limit: int) -> str:
    """A preview: `text` with every run of white space as one blank, at most `limit` graphemes, "…" when cut."""
    line = " ".join(clean(text).split())
    if len(line) <= limit or length(line, "graphemes") <= limit:
        return line
    return truncate(line, max(limit - 1, 0), "graphemes").rstrip() + "…"
