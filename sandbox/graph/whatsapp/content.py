"""What a WhatsApp message may contain, by type.

https://developers.facebook.com/documentation/business-messaging/whatsapp/messages
"""

from __future__ import annotations

from typing import Any

from sandbox.graph.call import GraphCall
from sandbox.graph.whatsapp_errors import WhatsAppError
from sandbox.shapes import Fields, Flag, Problem, Shape, Text, check
from sandbox.state import WhatsAppNumber

Json = dict[str, Any]
CONTENT: dict[str, Shape] = {
    "text": Fields({"body": Text(4096, 1), "preview_url": Flag()}, ("body",)),
}


def check_content(call: GraphCall, number: WhatsAppNumber, kind: str, body: Json) -> None:
    """Raises WhatsAppError."""
    shape = CONTENT.get(kind)
    if shape is None:
        raise WhatsAppError(131051, f"The message type {kind} is not supported")
    if kind not in body:
        raise WhatsAppError(131008, f"The parameter {kind} is required")
    problems = check(shape, body[kind], kind)
    if problems:
        raise complaint(problems[0])


def complaint(problem: Problem) -> WhatsAppError:
    """A shape's problem in WhatsApp's words."""
    place = problem.bracketed()
    if problem.kind == "missing":
        return WhatsAppError(131008, f"The parameter {place} is required.")
    if problem.kind == "unknown":
        return WhatsAppError(
            100, f'Unexpected key "{problem.path[-1]}" on param "{Problem(problem.path[:-1], "").bracketed()}".'
        )
    if problem.kind == "length":
        return WhatsAppError(
            131009, f"Param {place} must have between {problem.low:g} and {problem.high:g} characters."
        )
    if problem.kind == "size":
        return WhatsAppError(131009, f"Param {place} must have between {problem.low:g} and {problem.high:g} elements.")
    return WhatsAppError(131009, f"Param {place} must be {problem.expected}.")


def media_of(kind: str, body: Json) -> tuple[str, str] | None:
    """(kind, link) when the platform has to fetch a file."""
    part = body.get(kind)
    link = part.get("link") if isinstance(part, dict) else None
    return (kind, link) if isinstance(link, str) else None
