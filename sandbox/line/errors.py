"""LINE's errors. https://developers.line.biz/en/reference/messaging-api/#error-responses"""

from __future__ import annotations

from typing import Any

from sandbox.shapes import Problem

Json = dict[str, Any]
RATE_LIMITED = "The API rate limit has been exceeded. Try again later."
QUOTA_USED_UP = "You have reached your monthly limit."
BAD_REPLY_TOKEN = "Invalid reply token"  # noqa: S105 - LINE's words
NOT_SENT = "Failed to send messages"
NOT_FOUND = "Not found"
NO_ACCESS = "Access to this API is not available for your account"
KEY_ACCEPTED = "The retry key is already accepted"


class LineError(Exception):
    """A refusal in LINE's form."""

    def __init__(self, status: int, message: str, details: list[Json] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.details = details
        self.extra: Json = {}
        self.headers: list[tuple[bytes, bytes]] = []

    def body(self) -> Json:
        value: Json = {"message": self.message}
        if self.details:
            value["details"] = self.details
        return {**value, **self.extra}


class BadBody(LineError):
    """400 with every problem of the body."""

    def __init__(self, problems: list[Problem]) -> None:
        details = [{"message": _sentence(problem), "property": problem.dotted()} for problem in problems]
        super().__init__(400, f"The request body has {len(details)} error(s)", details)


def _sentence(problem: Problem) -> str:
    if problem.kind == "missing":
        return "May not be empty"
    if problem.kind == "length":
        return f"Length must be between {problem.low or 0:g} and {problem.high:g}"
    if problem.kind == "size":
        return f"Size must be between {problem.low or 0:g} and {problem.high:g}"
    if problem.kind == "type":
        return f"The value must be {problem.expected}"
    if problem.kind == "unknown":
        return "unknown field"
    if problem.expected == "range":
        return f"Must be between {problem.low} and {problem.high}"
    if problem.expected.startswith("one of "):
        return f"Must be one of the following values: [{problem.expected[7:]}]"
    return f"Must be {problem.expected}"
