"""Socket.IO over a WebSocket, as text frames: Engine.IO protocol 4 around Socket.IO protocol 5.

Only what a browser's client needs of it: one namespace, JSON, no attachments, no long polling. Pages: "The Engine.IO
protocol", "The Socket.IO protocol" (socket.io/docs/v4).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from hubbub.kit.errors import InvalidInput
from hubbub.kit.json import JsonValue, dumps, loads

PING_SECONDS, PONG_SECONDS = 25.0, 20.0
LARGEST_FRAME = 16 * 1024
"""Characters of one frame from a client; what clients say is small."""

PING = "2"
DISCONNECT = "41"
MOST_DIGITS = 9
DEEPEST = 8
LONGEST_NAME = 40


class Kind(Enum):
    CONNECT = "connect"
    EVENT = "event"
    PONG = "pong"
    GONE = "gone"
    NOTHING = "nothing"
    """Something that the protocol knows and that asks for nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One frame of a client. `name`, `argument`: an event's; `argument` also what came with a connect."""

    kind: Kind
    name: str = ""
    argument: JsonValue = None
    ack: int | None = None


def read(text: str) -> Frame:
    """What a client says. Raises InvalidInput for whatever is not the protocol or too large."""
    if len(text) > LARGEST_FRAME:
        raise InvalidInput("The frame is too large.")
    match text[:1], text[1:2]:
        case "3", _:
            return Frame(kind=Kind.PONG)
        case ("1", "") | ("4", "1"):
            return Frame(kind=Kind.GONE)
        case "4", "0":
            return Frame(kind=Kind.CONNECT, argument=_connect_data(text[2:]))
        case "4", "2":
            return _event(text[2:])
        case ("6", "") | ("4", "3"):
            return Frame(kind=Kind.NOTHING)
    raise InvalidInput("The frame is not one of Socket.IO's.")


def _connect_data(text: str) -> JsonValue:
    if text[:1] == "/":
        raise InvalidInput("There is one namespace: the main one.")
    return _json(text) if text else None


def _event(text: str) -> Frame:
    digits = text[: len(text) - len(text.lstrip("0123456789"))]
    if len(digits) > MOST_DIGITS:
        raise InvalidInput("The acknowledgement's number is too long.")
    content = _json(text[len(digits) :])
    if not isinstance(content, list) or not 1 <= len(content) <= 2:
        raise InvalidInput("An event is a name and one argument.")
    name = content[0]
    if not isinstance(name, str) or len(name) > LONGEST_NAME:
        raise InvalidInput("An event's name is a short text.")
    argument = content[1] if len(content) > 1 else None
    return Frame(kind=Kind.EVENT, name=name, argument=argument, ack=int(digits) if digits else None)


def _json(text: str) -> JsonValue:
    if text.count("[") + text.count("{") > DEEPEST:
        raise InvalidInput("The frame holds too much.")
    return loads(text)


def opened(sid: str) -> str:
    """The first frame that a client gets."""
    handshake = {
        "sid": sid,
        "upgrades": [],
        "pingInterval": int(PING_SECONDS * 1000),
        "pingTimeout": int(PONG_SECONDS * 1000),
        "maxPayload": LARGEST_FRAME,
    }
    return "0" + dumps(handshake).decode()


def connected(sid: str) -> str:
    """The namespace is open."""
    return "40" + dumps({"sid": sid}).decode()


def refused(code: str, sentence: str) -> str:
    """The namespace stays closed; the client's `connect_error` gets the sentence."""
    return "44" + dumps({"message": sentence, "data": {"code": code}}).decode()


def event(name: str, argument: object) -> str:
    """An event for a client."""
    return "42" + dumps([name, argument]).decode()


def acknowledged(number: int, argument: object) -> str:
    """The answer to an event that asked for one."""
    return f"43{number}" + dumps([argument]).decode()
