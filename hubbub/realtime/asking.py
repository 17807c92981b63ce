"""What a screen may say: three events, each with an answer for whoever asks for one."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final
from uuid import UUID

from hubbub.kit.errors import HubbubError, InvalidInput
from hubbub.kit.json import JsonValue, as_object
from hubbub.realtime.screen import Screen
from hubbub.realtime.wire import Frame

LARGEST_SEQ: Final = 2**63 - 1
KINDS: Final = ("reply", "note")
Thread = Callable[..., Awaitable[Any]]
Asked = Callable[[Screen, dict[str, JsonValue], Thread], Awaitable[dict[str, Any]]]


async def answer(screen: Screen, frame: Frame, in_thread: Thread) -> dict[str, Any]:
    """The acknowledgement's content: what was asked for, or {"error": {"code", "sentence"}}."""
    now = asyncio.get_running_loop().time()
    asked, cost = ASKED.get(frame.name, (_unknown, 1.0))
    if not screen.may_ask(cost, now):
        return _refused("too_many", "You ask too fast: wait a moment.")
    arguments = as_object(frame.argument)
    if arguments is None:
        return _refused("invalid_input", "Send one object with the event.")
    try:
        return await asked(screen, arguments, in_thread)
    except HubbubError as refused:
        return _refused(refused.code, refused.sentence)


async def _since(screen: Screen, arguments: dict[str, JsonValue], in_thread: Thread) -> dict[str, Any]:
    from hubbub.realtime.queries import catch_up

    _only(arguments, "seq")
    seq = seq_of(arguments.get("seq"))
    found = await in_thread(catch_up, screen.person.organization_id, seq)
    result: dict[str, Any] = found.as_json()
    return result


async def _viewing(screen: Screen, arguments: dict[str, JsonValue], in_thread: Thread) -> dict[str, Any]:  # noqa: ARG001
    _only(arguments, "conversation_id")
    given = arguments.get("conversation_id")
    screen.audience.presence.view(screen, None if given is None else _id(given))
    return {}


async def _typing(screen: Screen, arguments: dict[str, JsonValue], in_thread: Thread) -> dict[str, Any]:  # noqa: ARG001
    _only(arguments, "conversation_id", "is_typing", "kind")
    kind, is_typing = arguments.get("kind", "reply"), arguments.get("is_typing")
    if kind not in KINDS or not isinstance(is_typing, bool):
        raise InvalidInput("Send is_typing (true or false) and kind (reply or note).")
    screen.audience.presence.type(screen, _id(arguments.get("conversation_id")), str(kind) if is_typing else None)
    return {}


async def _unknown(screen: Screen, arguments: dict[str, JsonValue], in_thread: Thread) -> dict[str, Any]:  # noqa: ARG001
    raise InvalidInput(f"There is no such event; there are: {', '.join(ASKED)}.")


ASKED: Final[dict[str, tuple[Asked, float]]] = {
    "since": (_since, 5.0),
    "viewing": (_viewing, 1.0),
    "typing": (_typing, 1.0),
}
"""Each with what it costs of a screen's allowance."""


def seq_of(value: JsonValue) -> int:
    """An event's number. Raises InvalidInput."""
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= LARGEST_SEQ:
        raise InvalidInput("An event's number is a whole number from 0 on.")
    return value


def _only(arguments: dict[str, JsonValue], *names: str) -> None:
    if not arguments.keys() <= set(names):
        raise InvalidInput(f"This event has only: {', '.join(names)}.")


def _id(value: JsonValue) -> UUID:
    try:
        return UUID(value) if isinstance(value, str) and len(value) <= 36 else _no_id()
    except ValueError:
        return _no_id()


def _no_id() -> UUID:
    raise InvalidInput("A conversation's id is a UUID.")


def _refused(code: str, sentence: str) -> dict[str, Any]:
    return {"error": {"code": code, "sentence": sentence}}
