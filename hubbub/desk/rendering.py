"""Variables in canned replies. Pure.

`{{contact.first_name}}`, `{{contact.first_name|there}}` with a word for where it is not known.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

VARIABLE = re.compile(r"\{\{\s*([a-z_]+(?:\.[\w-]+)+)\s*(?:\|([^{}]*))?\}\}")


def render(text: str, values: Mapping[str, str]) -> tuple[str, list[str]]:
    """The text with its variables filled in, and the names of those that have no value and no other word.

    They are left out of the text. What a value holds is not read again: a customer cannot name variables.
    """
    missing: list[str] = []

    def fill(found: re.Match[str]) -> str:
        name, otherwise = found[1], found[2]
        value = values.get(name, "")
        if not value and otherwise is None and name not in missing:
            missing.append(name)
        return value or (otherwise or "").strip()

    return VARIABLE.sub(fill, text), missing
