"""How long a text is, in the unit that a platform counts."""

from __future__ import annotations

import unicodedata

_JOINER = "\u200d"


def code_points(text: str) -> int:
    return len(text)


def utf8_bytes(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))


def utf16_units(text: str) -> int:
    """LINE counts most properties so: 🍎 is 2."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def graphemes(text: str) -> int:
    """What a person sees as one character: combining marks, joiners, flags and skin tones belong to their base."""
    if text.isascii():
        return len(text) - text.count("\r\n")
    count, previous, flags = 0, "", 0
    for char in text:
        is_flag = "\U0001f1e6" <= char <= "\U0001f1ff"
        extends = (
            previous == _JOINER or _extends(char) or (is_flag and flags % 2 == 1) or (previous == "\r" and char == "\n")
        )
        count += not (extends and previous)
        flags = flags + 1 if is_flag else 0
        previous = char
    return count


def _extends(char: str) -> bool:
    if char == _JOINER or "\ufe00" <= char <= "\ufe0f" or "\U0001f3fb" <= char <= "\U0001f3ff":
        return True
    if "\U000e0020" <= char <= "\U000e007f" or "\u1160" <= char <= "\u11ff":
        return True
    if char in "\u0e33\u0eb3":
        return True
    return unicodedata.category(char) in ("Mn", "Me", "Mc")
