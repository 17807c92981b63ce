"""The last words of a conversation, as lists show them."""

from __future__ import annotations

from hubbub.kit.text import one_line, truncate

PREVIEW_LENGTH = 200


def preview(text: str) -> str:
    """One line that fits its column, which counts code points: a letter of Thai or an emoji may be several."""
    return truncate(one_line(text, PREVIEW_LENGTH), PREVIEW_LENGTH, "characters")
