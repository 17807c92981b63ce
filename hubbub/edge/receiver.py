"""The way of one webhook POST: bounded → verified → durable → 200. The hot path: no parsing, no task, no timer."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import parse_qsl

from starlette.types import Receive, Scope

from hubbub.connectors.base import RawRequest
from hubbub.edge import answers
from hubbub.edge.answers import Answer
from hubbub.edge.counters import Counters
from hubbub.edge.delivery import Delivery, kept_headers
from hubbub.edge.doors import Door
from hubbub.edge.refusals import Refusals
from hubbub.edge.signatures import Signatures
from hubbub.edge.store import Keeps
from hubbub.kit import clock
from hubbub.kit.errors import BadSignature, Unavailable
from hubbub.kit.ids import new_id

LARGEST_BODY: Final = 4 * 1024 * 1024
LARGEST_DISCARDED: Final = 2 * LARGEST_BODY
MOST_HELD: Final = 128 * 1024 * 1024
"""Bytes of bodies in memory over all connections; past it, calls are sent away."""


class ClientGone(Exception):
    """The caller hung up: there is nobody to answer."""


class Receiver:
    """Turns one POST at a door into an answer."""

    def __init__(
        self, signatures: Signatures, store: Keeps, counters: Counters, refusals: Refusals, edge_name: str
    ) -> None:
        self._signatures = signatures
        self._store = store
        self._counters = counters
        self._refusals = refusals
        self._edge_name = edge_name
        self._held = 0

    async def answer(self, door: Door, scope: Scope, receive: Receive) -> Answer:
        """Raises ClientGone."""
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        body, refusal = b"", self._refusal(headers)
        if refusal is None:
            body, refusal = await self._read(receive)
        else:
            await _discard(receive)
        if refusal is None:
            return await self._keep(door, scope, headers, body)
        self._counters.count(door.connector.platform, f"answered_{refusal.status}")
        return refusal

    def _refusal(self, headers: dict[str, str]) -> Answer | None:
        """What can be said before the body is read."""
        if headers.get("content-encoding", "identity").lower() != "identity":
            return answers.ENCODED
        if int(headers.get("content-length", 0)) > LARGEST_BODY:
            return answers.TOO_LARGE
        return answers.TOO_BUSY if self._held > MOST_HELD else None

    async def _read(self, receive: Receive) -> tuple[bytes, Answer | None]:
        """The whole body, or why not."""
        message = await receive()
        if not message.get("more_body"):
            if message["type"] == "http.disconnect":
                raise ClientGone
            return _within_limit(message["body"])
        return await self._read_on(receive, message)

    async def _read_on(self, receive: Receive, message: Any) -> tuple[bytes, Answer | None]:
        parts, size = [message["body"]], len(message["body"])
        self._held += size
        try:
            while message.get("more_body"):
                message = await _next_message(receive)
                parts.append(message["body"])
                size += len(message["body"])
                self._held += len(message["body"])
                if size > LARGEST_BODY or self._held > MOST_HELD:
                    parts.clear()
                    await _discard(receive, message)
                    return b"", answers.TOO_LARGE if size > LARGEST_BODY else answers.TOO_BUSY
        finally:
            self._held -= size
        return _within_limit(b"".join(parts))

    async def _keep(self, door: Door, scope: Scope, headers: dict[str, str], body: bytes) -> Answer:
        platform = door.connector.platform
        request = _request(scope, headers, body)
        try:
            signers = self._signatures.signers(door, request)
        except BadSignature:
            self._counters.count(platform, "bad_signature")
            self._refusals.note(platform, self._signatures.named(door, request))
            return answers.BAD_SIGNATURE
        except Unavailable:
            self._counters.count(platform, "not_ready")
            return answers.NOT_READY
        delivery = Delivery(
            id=new_id(),
            received_at=clock.now(),
            platform=platform,
            path_channel=door.path_channel,
            headers=kept_headers(headers, signers),
            body=body,
            edge=self._edge_name,
        )
        return await self._durable(delivery)

    async def _durable(self, delivery: Delivery) -> Answer:
        kept = self._store.keep(delivery)
        if kept is None:
            self._counters.count(delivery.platform, "shed")
            return answers.TOO_BUSY
        if await kept:
            self._counters.count(delivery.platform, "accepted")
            return answers.STORED
        self._counters.count(delivery.platform, "not_stored")
        return answers.NOT_STORED


def _within_limit(body: bytes) -> tuple[bytes, Answer | None]:
    return (body, None) if len(body) <= LARGEST_BODY else (b"", answers.TOO_LARGE)


def _request(scope: Scope, headers: dict[str, str], body: bytes) -> RawRequest:
    return RawRequest(
        method=scope["method"],
        path=scope["path"],
        query=dict(parse_qsl(scope["query_string"].decode("latin-1"))) if scope["query_string"] else {},
        headers=headers,
        body=body,
    )


async def _next_message(receive: Receive) -> Any:
    message = await receive()
    if message["type"] == "http.disconnect":
        raise ClientGone
    return message


async def _discard(receive: Receive, message: Any = None) -> None:
    """Read on, so that the answer is not lost in a reset connection; but not for ever."""
    size = 0
    while size < LARGEST_DISCARDED and (message is None or message.get("more_body")):
        message = await _next_message(receive)
        size += len(message["body"])
