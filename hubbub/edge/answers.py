"""Everything that a webhook call can be answered with, made once. The same table stands in `docs/webhooks.md`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

RETRY_SECONDS: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The two ASGI messages of a response."""

    start: dict[str, Any]
    body: dict[str, Any]

    @property
    def status(self) -> int:
        return int(self.start["status"])


def answer(status: int, text: str, *headers: tuple[bytes, bytes]) -> Answer:
    """A response in plain text. Nothing of the request ever goes into it."""
    body = text.encode()
    kind = [(b"content-type", b"text/plain; charset=utf-8")] if text else []
    all_headers = [(b"content-length", str(len(body)).encode()), *kind, *headers]
    return Answer(
        start={"type": "http.response.start", "status": status, "headers": all_headers},
        body={"type": "http.response.body", "body": body},
    )


_CLOSE: Final = (b"connection", b"close")
RETRY_HEADERS: Final = {"retry-after": str(RETRY_SECONDS)}
_RETRY_AFTER: Final = (b"retry-after", str(RETRY_SECONDS).encode())

STORED: Final = answer(200, "")  # empty: the response is one write
BAD_SIGNATURE: Final = answer(403, "The signature is missing or wrong.")
WRONG_METHOD: Final = answer(405, "Use POST, or GET for the handshake.", (b"allow", b"GET, POST"))
TOO_LARGE: Final = answer(413, "The body is larger than 4 MiB.", _CLOSE)
ENCODED: Final = answer(415, "Send the body without Content-Encoding.")
NOT_STORED: Final = answer(503, "The delivery cannot be stored now; send it again.", _RETRY_AFTER)
TOO_BUSY: Final = answer(503, "Too many deliveries are waiting; send it again.", _RETRY_AFTER)
NOT_READY: Final = answer(503, "The signature cannot be checked yet; send it again.", _RETRY_AFTER)
