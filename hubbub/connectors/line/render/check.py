"""The building blocks of LINE's limits: each makes a rule that refuses an object with a sentence for its author.

Lengths count UTF-16 code units unless LINE says graphemes: https://developers.line.biz/en/docs/messaging-api/text-character-count/
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import NoReturn

from hubbub.connectors.outcomes import ErrorCode
from hubbub.kit.errors import Unsendable
from hubbub.kit.json import JsonValue, dumps
from hubbub.kit.text import Unit, length

JsonObject = dict[str, JsonValue]
Rule = Callable[[JsonObject], None]
URL = re.compile(r"https://[!-~]+", re.IGNORECASE)
LINK = re.compile(r"(https?://|line://|tel:)[!-~]+", re.IGNORECASE)


def refuse(sentence: str, code: ErrorCode = ErrorCode.CONTENT_REFUSED) -> NoReturn:
    raise Unsendable(sentence, code=code.value)


def refuse_long(noun: str, size: int, limit: int, what: str = "characters") -> NoReturn:
    refuse(f"{capital(noun)} has {size:,} {what}; LINE allows at most {limit:,}. Please shorten it.")


def capital(noun: str) -> str:
    return noun[:1].upper() + noun[1:]


def text(
    name: str, noun: str, limit: int, *, unit: Unit = "utf16", is_required: bool = True, pattern: str | None = None
) -> Rule:
    def check(value: JsonObject) -> None:
        found = value.get(name)
        if found is None or found == "":
            return _missing(noun) if is_required else None
        if not isinstance(found, str):
            refuse(f"{capital(noun)} must be text.")
        if (size := length(found, unit)) > limit:
            refuse_long(noun, size, limit)
        if pattern and not re.fullmatch(pattern, found):
            refuse(f"{capital(noun)} has characters that LINE does not allow there.")
        return None

    return check


def label(noun: str, limit: int = 20, *, is_required: bool = True) -> Rule:
    return text("label", noun, limit, unit="graphemes", is_required=is_required)


def url(name: str, noun: str, limit: int = 2000, *, is_required: bool = True) -> Rule:
    """A file that LINE fetches: https only."""
    return _address(name, noun, limit, URL, "a public https address", is_required=is_required)


def link(name: str, noun: str) -> Rule:
    """Where a tap leads."""
    return _address(name, noun, 1000, LINK, "an address that begins with https:, http:, line: or tel:")


def _address(
    name: str, noun: str, limit: int, pattern: re.Pattern[str], form: str, *, is_required: bool = True
) -> Rule:
    size = text(name, noun, limit, is_required=is_required)

    def check(value: JsonObject) -> None:
        size(value)
        found = value.get(name)
        if isinstance(found, str) and found and not pattern.fullmatch(found):
            refuse(f"{capital(noun)} must be {form}, with all but ASCII percent-encoded.")

    return check


def number(name: str, noun: str, low: float, high: float, *, is_whole: bool = False, is_required: bool = True) -> Rule:
    def check(value: JsonObject) -> None:
        found = value.get(name)
        if found is None:
            return _missing(noun) if is_required else None
        is_number = not isinstance(found, bool) and isinstance(found, int if is_whole else int | float)
        if not is_number or not low <= as_number(found) <= high:
            refuse(f"{capital(noun)} must be a number from {low:,g} to {high:,g}.")
        return None

    return check


def choice(name: str, noun: str, among: tuple[str, ...], *, is_required: bool = False) -> Rule:
    def check(value: JsonObject) -> None:
        found = value.get(name)
        if found is None:
            return _missing(noun) if is_required else None
        if found not in among:
            refuse(f"{capital(noun)} must be one of: {', '.join(among)}.")
        return None

    return check


def inner(name: str, noun: str, *rules: Rule, is_required: bool = False) -> Rule:
    """Rules for an object inside."""

    def check(value: JsonObject) -> None:
        found = value.get(name)
        if found is None:
            return _missing(noun) if is_required else None
        if not isinstance(found, dict):
            refuse(f"{capital(noun)} must be an object.")
        obey(found, rules)
        return None

    return check


def many(name: str, noun: str, least: int, most: int, *rules: Rule) -> Rule:
    """Rules for each object of a list, and how many there may be. `noun` is in the plural, without article."""

    def check(value: JsonObject) -> None:
        found = value.get(name)
        if found is None and least == 0:
            return
        if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
            refuse(f"LINE needs a list of {noun}.")
        if len(found) > most:
            refuse(f"There are {len(found)} {noun}; LINE allows at most {most}. Please take {len(found) - most} away.")
        if len(found) < least:
            refuse(f"There are {len(found)} {noun}; LINE needs at least {least}.")
        for each in found:
            obey(as_checked(each), rules)

    return check


def tagged(noun: str, tables: Mapping[str, tuple[Rule, ...]]) -> Rule:
    """The rules that belong to the object's `type`."""

    def check(value: JsonObject) -> None:
        kind = value.get("type")
        rules = tables.get(kind) if isinstance(kind, str) else None
        if rules is None:
            refuse(f"{capital(noun)} must have one of these types on LINE: {', '.join(tables)}.", ErrorCode.UNSUPPORTED)
        obey(value, rules)

    return check


def weight(name: str, noun: str, most: int) -> Rule:
    """How many bytes of JSON a part may have."""

    def check(value: JsonObject) -> None:
        if (size := len(dumps(value.get(name)))) > most:
            refuse_long(noun, size, most, "bytes of JSON")

    return check


def obey(value: JsonObject, rules: tuple[Rule, ...]) -> None:
    for rule in rules:
        rule(value)


def as_checked(value: JsonValue) -> JsonObject:
    assert isinstance(value, dict)
    return value


def as_number(value: JsonValue) -> float:
    """Not `float(value)`, which an integer of any size may overflow."""
    assert isinstance(value, int | float)
    return value


def _missing(noun: str) -> NoReturn:
    refuse(f"{capital(noun)} is missing; LINE needs it.")
