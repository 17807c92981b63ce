"""Text as the platforms count it, and text made safe to store."""

import re
from collections.abc import Iterable
from typing import Literal, assert_never

import regex

Unit = Literal["characters", "utf16", "bytes", "graphemes"]
"""What a text limit counts: code points, UTF-16 code units (LINE), UTF-8 bytes, or what a reader sees as one."""

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_GRAPHEME = regex.compile(r"\X")
_BLANKS = re.compile(r"\s+")


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


def one_line(text: str, limit: int) -> str:
    """A preview: `text` with every run of white space as one blank, at most `limit` graphemes, "…" when cut."""
    line = _BLANKS.sub(" ", clean(text)).strip()
    if length(line, "graphemes") <= limit:
        return line
    return truncate(line, max(limit - 1, 0), "graphemes").rstrip() + "…"
