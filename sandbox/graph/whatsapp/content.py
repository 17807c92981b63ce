"""What a WhatsApp message may contain, by type.

https://developers.facebook.com/documentation/business-messaging/whatsapp/messages
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from sandbox.graph.call import GraphCall
from sandbox.graph.whatsapp.interactive import INTERACTIVE
from sandbox.graph.whatsapp.parts import complaint, media_shape
from sandbox.graph.whatsapp_errors import WhatsAppError
from sandbox.media import Media
from sandbox.origins import as_public
from sandbox.shapes import Anything, Choice, Fields, Flag, Items, Number, Path, Problem, Shape, Text, check
from sandbox.state import WhatsAppNumber

Json = dict[str, Any]
MEDIA_KINDS = ("image", "video", "audio", "document", "sticker")
_WHERE: Mapping[str, Shape] = {"latitude": Number(-90, 90, texts=True), "longitude": Number(-180, 180, texts=True)}
_TYPE = Text()
_NAME = Fields(
    {name: Text() for name in ("formatted_name", "first_name", "last_name", "middle_name", "suffix", "prefix")},
    ("formatted_name",),
)


def _a_second_name(value: Any, path: Path, problems: list[Problem]) -> None:
    if len(value["name"]) < 2:
        problems.append(Problem((*path, "name", "first_name"), "missing"))


_CONTACT = Fields(
    {
        "name": _NAME,
        "phones": Items(Fields({"phone": Text(), "type": _TYPE, "wa_id": Text()})),
        "emails": Items(Fields({"email": Text(), "type": _TYPE})),
        "addresses": Items(
            Fields(dict.fromkeys(("street", "city", "state", "zip", "country", "country_code", "type"), Text()))
        ),
        "org": Fields(dict.fromkeys(("company", "department", "title"), Text())),
        "urls": Items(Fields({"url": Text(), "type": _TYPE})),
        "birthday": Text(pattern=re.compile(r"\d{4}-\d{2}-\d{2}")),
        "vcard": Text(),
    },
    ("name",),
    rules=(_a_second_name,),
)


def _emoji_or_nothing(value: Any, path: Path, problems: list[Problem]) -> None:
    emoji = value.get("emoji")
    if emoji is None:
        problems.append(Problem((*path, "emoji"), "missing"))
    elif emoji and (emoji.isascii() or len(emoji) > 15):
        problems.append(Problem((*path, "emoji"), "value", "an emoji"))


CONTENT: dict[str, Shape] = {
    "text": Fields({"body": Text(4096, 1), "preview_url": Flag()}, ("body",)),
    "image": media_shape({"caption": Text(1024)}),
    "video": media_shape({"caption": Text(1024)}),
    "audio": media_shape({"voice": Flag()}),
    "document": media_shape({"caption": Text(1024), "filename": Text(240)}),
    "sticker": media_shape({}),
    "location": Fields({**_WHERE, "name": Text(), "address": Text()}, ("latitude", "longitude")),
    "contacts": Items(_CONTACT, 1, 257),
    "reaction": Fields({"message_id": Text(), "emoji": Text()}, ("message_id",), rules=(_emoji_or_nothing,)),
    "interactive": INTERACTIVE,
    "pin": Fields(
        {"type": Choice(("pin", "unpin")), "message_id": Text(), "expiration_days": Anything()}, ("message_id",)
    ),
}


def check_content(call: GraphCall, number: WhatsAppNumber, kind: str, body: Json) -> None:
    """Raises WhatsAppError."""
    shape = CONTENT.get(kind)
    if shape is None:
        raise WhatsAppError(131051, f"The message type {kind} is not supported")
    if kind not in body:
        raise WhatsAppError(131008, f"The parameter {kind} is required.")
    problems = check(shape, as_public(call.world.settings, body[kind]), kind)
    if problems:
        raise complaint(problems[0])
    if kind == "reaction" and not str(body[kind]["message_id"]).startswith("wamid."):
        raise WhatsAppError(131009, "reaction.message_id is not a message id")
    for _, file in files_in(kind, body):
        if "id" in file:
            own_media(call, number, str(file["id"]))


def files_in(kind: str, body: Json) -> list[tuple[str, Json]]:
    """Every (kind, {id or link}) that a message names."""
    part = body.get(kind)
    if kind in MEDIA_KINDS and isinstance(part, dict):
        return [(kind, part)]
    if kind != "interactive" or not isinstance(part, dict):
        return []
    headers = [part.get("header"), *(card.get("header") for card in (part.get("action") or {}).get("cards", []))]
    return [
        (header["type"], header[header["type"]])
        for header in headers
        if isinstance(header, dict) and header.get("type") in MEDIA_KINDS
    ]


def own_media(call: GraphCall, number: WhatsAppNumber, media_id: str) -> Media:
    """A file of this number. Raises WhatsAppError."""
    media = call.world.media.get(media_id)
    if media is None or media.owner != number.key:
        raise WhatsAppError(100, f"Param id {media_id} is not a valid whatsapp business account media attachment ID")
    return media
