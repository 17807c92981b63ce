"""Stored templates with `{{variables}}`, filled in for one person.

A variable is replaced by what the caller gives, else by what we know of the person and the Page, else by the word
after a bar (`{{user_name|there}}`), else, for the built-in ones, by a neutral word. Any other missing one is an error.
A text may be a map of locale → text; the person's language chooses.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from hubbub.kit.errors import InvalidInput
from hubbub.kit.json import JsonValue

VARIABLE = re.compile(r"\{\{\s*([A-Za-z_][A-Za-z0-9_.]*)\s*(?:\|([^{}]*))?\}\}")
NEUTRAL = {"first_name": "there", "last_name": "", "user_name": "there", "page_name": "us", "message_text": ""}
"""The built-in variables, and the word for each where nothing is known."""
LOCALE = re.compile(r"default|[a-z]{2,3}(?:[_-][A-Za-z]{2,4})?")
DEFAULTS = ("default", "en", "en_US")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """For whom a template is filled in. `known`: built-in variables of which we know something."""

    language: str = ""
    known: Mapping[str, str] = field(default_factory=dict)


def fill_in(template: Any, variables: Mapping[str, Any], reader: Reader) -> JsonValue:
    """The template with texts chosen and variables replaced. Raises InvalidInput that names every missing variable."""
    chosen = _localised(template, reader.language)
    values = {**{name: word for name, word in reader.known.items() if word}, **_given(variables)}
    missing = sorted(_missing(chosen, values))
    if missing:
        raise InvalidInput(
            f"The template needs the variable{'s' if len(missing) > 1 else ''} {', '.join(missing)}. Give "
            f"{'them' if len(missing) > 1 else 'it'} a value, or a fallback in the template: {{{{{missing[0]}|word}}}}."
        )
    return _replaced(chosen, values)


def _given(variables: Mapping[str, Any]) -> dict[str, str]:
    return {name: str(value) for name, value in variables.items() if value is not None}


def _localised(value: JsonValue, language: str) -> JsonValue:
    if isinstance(value, list):
        return [_localised(one, language) for one in value]
    if not isinstance(value, dict):
        return value
    if is_localised(value):
        return choose(value, language)
    return {name: _localised(one, language) for name, one in value.items()}


def is_localised(value: Mapping[str, Any]) -> bool:
    """Whether an object is a text in several languages; one key alone might be a field that is called like one."""
    names_locales = all(LOCALE.fullmatch(name) for name in value) and all(
        isinstance(one, str) for one in value.values()
    )
    return names_locales and (len(value) > 1 or "default" in value)


def choose(texts: Mapping[str, Any], language: str) -> str:
    """The text in this language (th_TH, then th), else the default, else the first one."""
    wanted = language.replace("-", "_")
    names = {name.replace("-", "_"): name for name in texts}
    candidates = [wanted, wanted.partition("_")[0], *DEFAULTS]
    same = [name for name in names if wanted and name.partition("_")[0] == wanted.partition("_")[0]]
    found = next((one for one in [*candidates[:2], *same, *DEFAULTS] if one in names), next(iter(names)))
    return str(texts[names[found]])


def _missing(value: JsonValue, values: Mapping[str, str]) -> set[str]:
    if isinstance(value, list):
        return {name for one in value for name in _missing(one, values)}
    if isinstance(value, dict):
        return {name for one in value.values() for name in _missing(one, values)}
    if not isinstance(value, str):
        return set()
    return {
        name
        for name, fallback in VARIABLE.findall(value)
        if name not in values and name not in NEUTRAL and not fallback
    }


def _replaced(value: JsonValue, values: Mapping[str, str]) -> JsonValue:
    if isinstance(value, list):
        return [_replaced(one, values) for one in value]
    if isinstance(value, dict):
        return {name: _replaced(one, values) for name, one in value.items()}
    if not isinstance(value, str):
        return value
    return VARIABLE.sub(lambda found: _word(found, values), value)


def _word(found: re.Match[str], values: Mapping[str, str]) -> str:
    name, fallback = found[1], found[2]
    if name in values:
        return values[name]
    return fallback.strip() if fallback is not None else NEUTRAL[name]
