"""A flow's question to somebody else's server, asked outside any transaction.

Whatever goes wrong is an answer with a sentence: the flow decides what to say then. Nothing of the address but its host
is logged, and nothing that is sent or answered: flows carry keys and customers' words there.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from functools import lru_cache

from django.db import connection

from hubbub.flows.engine import HttpAnswered, RequestHttp
from hubbub.kit import clock
from hubbub.kit.errors import InvalidInput, InvalidJson
from hubbub.kit.http import AnswerLost, HttpClient, HttpRequest, HttpResponse, NotSent
from hubbub.kit.json import JsonValue, dumps, loads
from hubbub.kit.logging import log_event
from hubbub.kit.text import clean
from hubbub.settings.environment import environment

logger = logging.getLogger(__name__)

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"})
SHORTEST_SECONDS, LONGEST_SECONDS = 0.1, 30.0
MOST_CONNECTIONS = 40
MAX_BODY_BYTES = 256 * 1024
MAX_ANSWER_BYTES = 256 * 1024
LONGEST_TEXT = 20_000
"""Characters of an answer that is not JSON."""
MOST_HEADERS = 50
LONGEST_HEADER = 8000
HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")
OURS = frozenset(
    {
        *("host", "content-length", "transfer-encoding", "connection", "keep-alive", "upgrade", "te", "trailer"),
        *("expect", "accept-encoding", "proxy-authorization", "proxy-connection"),
    }
)
"""Headers that frame the request; a flow may set any other."""
JSON_TYPE = re.compile(r"application/(?:[\w.+-]+\+)?json\b", re.IGNORECASE)
TEXT_TYPE = re.compile(r"text/|application/(?:[\w.+-]+\+)?xml\b", re.IGNORECASE)
REDIRECTS = range(300, 400)


def ask(request: RequestHttp) -> HttpAnswered:
    """Send one request and read its answer. Never raises for what the other side does; follows no redirect.

    `status` is None when there was no answer. `body` is the JSON value, else a text of up to 20,000 characters, else
    None (pictures, nothing). `error` is a sentence, or empty: a status of 400 or more is an answer like any other.
    """
    if connection.in_atomic_block:
        raise RuntimeError("Another server is asked outside transactions: the answer may take half a minute.")
    try:
        answer = flow_client().send(_prepared(request))
    except (InvalidInput, NotSent, AnswerLost) as failure:
        log_event(logger, logging.INFO, "flow_request_failed", place=request.place, code=failure.code)
        return _answered(error=failure.sentence)
    log_event(
        logger, logging.INFO, "flow_request_answered", place=request.place, status=answer.status, ms=answer.elapsed_ms
    )
    return _read(answer)


@lru_cache(maxsize=1)
def flow_client() -> HttpClient:
    """The client of flows: public addresses only, but for the hosts that the operator has named."""
    return HttpClient(
        timeout=LONGEST_SECONDS,
        private_hosts=environment().private_hosts,
        max_connections=MOST_CONNECTIONS,
        max_answer_bytes=MAX_ANSWER_BYTES,
    )


def _prepared(request: RequestHttp) -> HttpRequest:
    method = request.method.upper()
    if method not in METHODS:
        raise InvalidInput(f"A flow can send {', '.join(sorted(METHODS))}, nothing else.", code="bad_method")
    headers = _checked(request.headers)
    body = _encoded(request.body)
    if body is not None and "content-type" not in {name.lower() for name in headers}:
        headers["Content-Type"] = "text/plain; charset=utf-8" if isinstance(request.body, str) else "application/json"
    seconds = min(max(request.timeout_seconds, SHORTEST_SECONDS), LONGEST_SECONDS)
    return HttpRequest(method=method, url=request.url, headers=headers, body=body, timeout=seconds)


def _checked(headers: Mapping[str, str]) -> dict[str, str]:
    """Without those that frame a request. Raises InvalidInput for one that would not stay in its line."""
    if len(headers) > MOST_HEADERS:
        raise InvalidInput(f"A request may have at most {MOST_HEADERS} headers.", code="bad_header")
    kept = {name: value.strip() for name, value in headers.items() if name.lower() not in OURS}
    for name, value in kept.items():
        if not HEADER_NAME.fullmatch(name):
            raise InvalidInput("A header of the request has a name that is none.", code="bad_header")
        if len(value) > LONGEST_HEADER or not value.isprintable() or not value.isascii():
            raise InvalidInput(f"The header {name} may have printable ASCII characters only.", code="bad_header")
    return kept


def _encoded(body: JsonValue) -> bytes | None:
    if body is None:
        return None
    raw = clean(body).encode() if isinstance(body, str) else dumps(body)
    if len(raw) > MAX_BODY_BYTES:
        raise InvalidInput(f"The request's body has more than {MAX_BODY_BYTES:,} bytes.", code="body_too_large")
    return raw


def _read(answer: HttpResponse) -> HttpAnswered:
    if answer.status in REDIRECTS:
        error = "The server sends us to another address. Give the final address in the flow."
        return _answered(status=answer.status, error=error)
    if not answer.body.strip():
        return _answered(status=answer.status)
    is_json = JSON_TYPE.match(answer.headers.get("content-type", "")) is not None
    if not is_json and answer.body.lstrip()[:1] not in (b"{", b"["):
        return _answered(status=answer.status, body=_text(answer))
    try:
        return _answered(status=answer.status, body=loads(answer.body))
    except InvalidJson as fault:
        if not is_json:
            return _answered(status=answer.status, body=_text(answer))
        return _answered(status=answer.status, error=f"The server's answer cannot be read. {fault.sentence}")


def _text(answer: HttpResponse) -> str | None:
    if not TEXT_TYPE.match(answer.headers.get("content-type", "text/plain")):
        return None
    return clean(answer.body.decode("utf-8", "replace"))[:LONGEST_TEXT]


def _answered(*, status: int | None = None, body: JsonValue = None, error: str = "") -> HttpAnswered:
    return HttpAnswered(now=clock.now(), status=status, body=body, error=error)
