"""What a customer sees on the phone: the conversations of everybody, one conversation, the files in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from sandbox.http import Response, json_response
from sandbox.media import Media
from sandbox.state import Account, Thread
from sandbox.world import World

Json = dict[str, Any]
IS_SHOWN_IN_PLACE = re.compile(r"(image/(png|jpeg|gif|webp)|audio/|video/)")
NUMBERS = re.compile(r"\d{5,}")


def conversations(world: World) -> list[Json]:
    """Everybody who has a conversation with an account, the newest first."""
    found = [
        _summary(account, thread)
        for account in world.state.accounts.values()
        for thread in account.threads.values()
        if thread.messages
    ]
    return sorted(found, key=lambda one: -int(one["at"]))


def _summary(account: Account, thread: Thread) -> Json:
    last = thread.messages[-1]
    person = account.customers.get(thread.peer)
    return {
        "platform": account.platform,
        "account": account.external_id,
        "account_name": account.name,
        "conversation": thread.peer,
        "kind": thread.kind,
        "name": person.name if person else thread.title or thread.peer,
        "at": last.at_ms,
        "type": last.type,
        "text": last.body.get("text", "") if last.type == "text" else "",
        "direction": last.direction,
    }


def conversation(world: World, account: Account, peer: str) -> Json:
    """The newest messages; `media` of each are the files that the sandbox holds, to be had at /_sandbox/media/{id}."""
    thread = account.threads.get(peer)
    messages = [message.as_json() for message in thread.messages] if thread else []
    for message in messages:
        if media := [_file(one) for one in _media_of(world, message)]:
            message["media"] = media
    return {"conversation": peer, "messages": messages}


def _media_of(world: World, message: Json) -> Iterator[Media]:
    """A file's number stands in the body, as an id or within a link; LINE's is the message's own id."""
    seen: set[str] = set()
    for number in NUMBERS.findall(f"{message['id']} {_strings(message['body'])}"):
        media = world.media.files.get(number)
        if media is not None and number not in seen:
            seen.add(number)
            yield media


def _strings(value: Any) -> str:
    if isinstance(value, dict):
        return " ".join(_strings(one) for one in value.values())
    if isinstance(value, list):
        return " ".join(_strings(one) for one in value)
    return str(value) if isinstance(value, (str, int)) else ""


def _file(media: Media) -> Json:
    return {"id": media.id, "mime_type": media.mime, "filename": media.filename, "size": media.size}


def file(world: World, media_id: str) -> Response:
    """A file as the phone shows it. What a browser could run is only handed out for saving."""
    media = world.media.files.get(media_id)
    if media is None or media.is_gone:
        return json_response({"error": "There is no such file."}, 404)
    how = b"inline" if IS_SHOWN_IN_PLACE.match(media.mime) else b"attachment"
    return Response(
        200,
        media.read(),
        [
            (b"content-type", media.mime.encode()),
            (b"content-disposition", how),
            (b"x-content-type-options", b"nosniff"),
            (b"content-security-policy", b"default-src 'none'; sandbox"),
        ],
    )
