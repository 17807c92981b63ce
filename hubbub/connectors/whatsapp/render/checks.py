"""The building blocks of WhatsApp's limits: each refuses a value with a sentence for whoever wrote the message.

Lengths count code points; the documentation says "characters" and no more.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NoReturn

from hubbub.connectors.outcomes import ErrorCode
from hubbub.kit.errors import Unsendable
from hubbub.kit.json import JsonValue

JsonObject = dict[str, JsonValue]

LINK = re.compile(r"https://[^\s/?#]\S*", re.IGNORECASE)
LONGEST_LINK = 2000
LONGEST_FILE_NAME = 240


def refuse(sentence: str, code: ErrorCode = ErrorCode.CONTENT_REFUSED) -> NoReturn:
    raise Unsendable(sentence, code=code.value)


def capital(noun: str) -> str:
    return noun[:1].upper() + noun[1:]


def text(value: JsonValue, noun: str, most: int) -> str:
    """A text of 1 to `most` characters."""
    if not isinstance(value, str) or not value.strip():
        refuse(f"{capital(noun)} is empty. Write something there.")
    if len(value) > most:
        refuse(f"{capital(noun)} has {len(value):,} characters; WhatsApp takes {most:,} at most. Shorten it.")
    return value


def optional_text(value: JsonValue, noun: str, most: int) -> str | None:
    return None if value is None or value == "" else text(value, noun, most)


def identifier(value: JsonValue, noun: str) -> str:
    """An id of the platform's: text or a whole number."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return text(value, noun, 512)


def part(value: JsonValue, noun: str) -> JsonObject:
    if not isinstance(value, dict):
        refuse(f"{capital(noun)} is missing. Add it.")
    return value


def items(value: JsonValue, noun: str, most: int, least: int = 1) -> list[JsonObject]:
    """A list of `least` to `most` objects. `noun` is plural."""
    found = value if isinstance(value, list) else []
    objects = [one for one in found if isinstance(one, dict)]
    if len(objects) != len(found) or len(found) < least:
        refuse(f"{capital(noun)} are missing; WhatsApp wants {least} to {most} of them. Add some.")
    if len(objects) > most:
        refuse(f"These are {len(objects)} {noun}; WhatsApp takes {most} at most. Leave some out.")
    return objects


def unique(values: Iterable[str], noun: str) -> None:
    """`noun` is plural."""
    found = list(values)
    if len(set(found)) < len(found):
        refuse(f"Two {noun} are the same. Make each of them different.")


def link(value: JsonValue, noun: str) -> str:
    found = text(value, noun, LONGEST_LINK)
    if not LINK.fullmatch(found):
        refuse(f"{capital(noun)} must be a public address that begins with https://.")
    return found


def file(value: JsonValue, noun: str) -> JsonObject:
    """`{"id": …}` of an uploaded file, or `{"link": …}`."""
    found = part(value, noun)
    if ("id" in found) == ("link" in found):
        refuse(f"{capital(noun)} needs either an uploaded file or a link, just one of them.", ErrorCode.MEDIA_REFUSED)
    if "link" in found:
        link(found["link"], f"the link of {noun}")
    else:
        identifier(found["id"], f"the id of {noun}")
    optional_text(found.get("filename"), f"the file name of {noun}", LONGEST_FILE_NAME)
    return found


def only_keys(value: JsonObject, allowed: Iterable[str], noun: str) -> None:
    unknown = sorted(value.keys() - set(allowed))
    if unknown:
        refuse(f"{capital(noun)} has a part called {unknown[0][:50]!r}, which WhatsApp does not know. Remove it.")
