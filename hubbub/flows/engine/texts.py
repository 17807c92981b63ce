"""Texts of a definition: in one language or many, with `{{variables}}`. Parsed once, filled in often."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from hubbub.flows.engine import limits
from hubbub.flows.engine.faults import RunFailure
from hubbub.flows.engine.reading import Reader
from hubbub.flows.engine.turn import Turn
from hubbub.kit.json import JsonValue, dumps
from hubbub.kit.text import clean

PLACEHOLDER = re.compile(r"\{\{\s*([\w.-]{1,100})\s*(?:\|([^{}]*))?\}\}")
BRACES = re.compile(r"\{\{|\}\}")
LOCALE = re.compile(r"default|[a-z]{2,3}(?:[_-][A-Za-z]{2,4})*")
MESSAGE_TEXT = "message_text"
CONTACT = "contact."
NEUTRAL: Mapping[str, Mapping[str, str]] = {
    "first_name": {"en": "there", "th": "คุณลูกค้า", "ja": "お客様", "zh": "您好", "ko": "고객님"},
    "last_name": {"en": ""},
    "user_name": {"en": "there", "th": "คุณลูกค้า", "ja": "お客様", "zh": "您好", "ko": "고객님"},
    "page_name": {"en": "us", "th": "เรา", "de": "uns", "es": "nosotros", "fr": "nous"},
    "message_text": {"en": ""},
}
"""The built-in variables, and the word for each, by language, where nothing is known."""
BUILT_IN = frozenset(NEUTRAL)
PERSON: Mapping[str, Callable[[Turn], JsonValue]] = {
    "first_name": lambda turn: turn.person.first_name,
    "last_name": lambda turn: turn.person.last_name,
    "user_name": lambda turn: turn.person.user_name,
    "page_name": lambda turn: turn.person.channel_name,
    "message_text": lambda turn: turn.text,
}
Part = tuple[str, str | None]
"""A variable and its fallback."""


@dataclass(frozen=True, slots=True)
class Template:
    """A text in one language, cut at its variables."""

    pieces: tuple[str | Part, ...]

    def fill(self, turn: Turn) -> str:
        """Raises RunFailure when a variable of the author's own has no value and no fallback."""
        found = [one if isinstance(one, str) else as_words(value_of(turn, *one)) for one in self.pieces]
        text = found[0] if len(found) == 1 else "".join(found)
        return text if len(text) <= limits.LONGEST_TEXT else text[: limits.LONGEST_TEXT]


@dataclass(frozen=True, slots=True)
class Text:
    """A text in one or more languages."""

    only: Template
    """The only one, or that for everybody else."""
    by_locale: Mapping[str, Template] = field(default_factory=dict)
    names: frozenset[str] = frozenset()
    """The variables in it."""

    def fill(self, turn: Turn) -> str:
        """In the person's language. Raises RunFailure."""
        template = self._chosen(turn) if self.by_locale else self.only
        return template.fill(turn)

    def _chosen(self, turn: Turn) -> Template:
        for wanted in turn.locales:
            if wanted in self.by_locale:
                return self.by_locale[wanted]
        return self.only


def value_of(turn: Turn, name: str, fallback: str | None) -> JsonValue:
    """A variable's value: the run's own, then the built-in ones, `contact.…`, the fallback, a neutral word."""
    if name in turn.variables:
        value = turn.variables[name]
    elif name in PERSON:
        value = PERSON[name](turn)
    elif name.startswith(CONTACT):
        value = turn.contact(name.removeprefix(CONTACT))
    else:
        value = None
    if value not in (None, ""):
        return value
    if fallback is not None:
        return fallback.strip()
    if name in BUILT_IN:
        return neutral_word(name, turn.locales)
    if value == "":
        return ""
    raise RunFailure(
        f"The variable {name} has no value. Set it before, or give a word for this case: {{{{{name}|word}}}}."
    )


def neutral_word(name: str, locales: tuple[str, ...]) -> str:
    words = NEUTRAL[name]
    return next((words[locale] for locale in locales if locale in words), words["en"])


def as_words(value: JsonValue) -> str:
    """A value as people read it."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: ""}[value]
    if isinstance(value, float) and value.is_integer() and abs(value) < 10**15:
        return str(int(value))
    if isinstance(value, (int, float)):
        return str(value) if abs(value) < 10**300 else ""
    return dumps(value).decode()


def read_text(reader: Reader, value: JsonValue, place: str, *, may_be_empty: bool = False) -> Text:
    """A text, or a map of locale → text. Faults go to the reader."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        value = str(value)
    if isinstance(value, str):
        template = _template(reader, value, place, may_be_empty=may_be_empty)
        return Text(template, {}, _names(template))
    if not isinstance(value, dict) or not value:
        reader.fault(place, 'This must be a text, or texts by language: {"en": "…", "th": "…"}.')
        return Text(Template(("",)))
    return _localised(reader, value, place, may_be_empty=may_be_empty)


def _localised(reader: Reader, value: Mapping[str, JsonValue], place: str, *, may_be_empty: bool) -> Text:
    by_locale: dict[str, Template] = {}
    for locale, text in value.items():
        where = f"{place}.{locale[:40]}"
        if not LOCALE.fullmatch(locale):
            reader.fault(where, 'A language is written like "en", "th" or "pt_BR"; "default" is for all others.')
        elif not isinstance(text, str):
            reader.fault(where, "This must be a text.")
        else:
            template = _template(reader, text, where, may_be_empty=may_be_empty)
            by_locale[locale_key(locale)] = template
    if not by_locale:
        return Text(Template(("",)))
    for locale in list(by_locale):
        by_locale.setdefault(locale.partition("_")[0], by_locale[locale])
    everybody = by_locale.get("default") or by_locale.get("en") or next(iter(by_locale.values()))
    return Text(everybody, by_locale, frozenset().union(*(_names(one) for one in by_locale.values())))


def locale_key(locale: str) -> str:
    return locale.replace("-", "_").lower()


def _template(reader: Reader, text: str, place: str, *, may_be_empty: bool) -> Template:
    if len(text) > limits.LONGEST_TEXT:
        reader.fault(place, f"This text is longer than {limits.LONGEST_TEXT} characters.")
    if not text.strip() and not may_be_empty:
        reader.fault(place, "This text is empty.")
    return parsed(reader, clean(text)[: limits.LONGEST_TEXT], place)


def parsed(reader: Reader, text: str, place: str) -> Template:
    """Cut at the variables; braces that belong to none are a fault."""
    pieces: list[str | Part] = []
    at = 0
    for match in PLACEHOLDER.finditer(text):
        pieces += [text[at : match.start()], (match[1], match[2])]
        at = match.end()
    pieces.append(text[at:])
    if any(isinstance(one, str) and BRACES.search(one) for one in pieces):
        reader.fault(place, "A variable is written {{name}} or {{name|what to say without it}}.")
    return Template(tuple(one for one in pieces if one != "") or ("",))


def _names(template: Template) -> frozenset[str]:
    return frozenset(one[0] for one in template.pieces if not isinstance(one, str))


# --- Values: JSON with variables in its texts -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Value:
    """A JSON value in whose texts variables are filled in. A text that is one variable alone keeps its type."""

    fill: Callable[[Turn], JsonValue]
    names: frozenset[str] = frozenset()


def read_value(reader: Reader, value: JsonValue, place: str, depth: int = 0) -> Value:
    """Any JSON; no languages here. Faults go to the reader."""
    if depth > limits.DEPTH:
        reader.fault(place, f"This is nested more than {limits.DEPTH} levels deep.")
        return Value(lambda _: None)
    if isinstance(value, str):
        return _text_value(_template(reader, value, place, may_be_empty=True))
    if isinstance(value, list):
        ordered = [read_value(reader, one, f"{place}[{number}]", depth + 1) for number, one in enumerate(value)]
        return Value(lambda turn: [one.fill(turn) for one in ordered], _all_names(ordered))
    if isinstance(value, dict):
        named = {name: read_value(reader, one, f"{place}.{name[:40]}", depth + 1) for name, one in value.items()}
        return Value(lambda turn: {name: one.fill(turn) for name, one in named.items()}, _all_names([*named.values()]))
    return Value(lambda _: value)


def _text_value(template: Template) -> Value:
    if len(template.pieces) == 1 and not isinstance(template.pieces[0], str):
        name, fallback = template.pieces[0]
        return Value(lambda turn: value_of(turn, name, fallback), _names(template))
    return Value(template.fill, _names(template))


def _all_names(values: list[Value]) -> frozenset[str]:
    return frozenset().union(*(one.names for one in values))
