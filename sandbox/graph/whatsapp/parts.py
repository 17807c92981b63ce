"""Pieces that several kinds of WhatsApp messages share."""

from __future__ import annotations

import re
from collections.abc import Mapping

from sandbox.graph.whatsapp_errors import WhatsAppError
from sandbox.shapes import Fields, Problem, Shape, Text, exactly_one

HTTPS = Text(2000, 1, pattern=re.compile(r"https://[^\s/$.?#][^\s]*", re.IGNORECASE))


def media_shape(more: Mapping[str, Shape]) -> Shape:
    """Exactly one of ``id`` and ``link``, and what else the kind takes."""
    return Fields({"id": Text(numbers=True), "link": HTTPS, **more}, rules=(exactly_one("id", "link"),))


def complaint(problem: Problem) -> WhatsAppError:
    """A shape's problem in WhatsApp's words."""
    place = problem.bracketed()
    if problem.kind == "missing":
        return WhatsAppError(131008, f"The parameter {place} is required.")
    if problem.kind == "unknown":
        parent = Problem(problem.path[:-1], "").bracketed()
        return WhatsAppError(100, f'Unexpected key "{problem.path[-1]}" on param "{parent}".')
    if problem.kind in ("length", "size"):
        unit = "characters" if problem.kind == "length" else "elements"
        return WhatsAppError(131009, f"Param {place} must have between {problem.low:g} and {problem.high:g} {unit}.")
    return WhatsAppError(131009, f"Param {place} must be {problem.expected}.")
