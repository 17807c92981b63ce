"""Whatever arrives has a clear answer: right signatures 200, all others 403, never an error of ours."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.connectors.base import Secrets
from hubbub.connectors.registry import CONNECTORS
from hubbub.edge.counters import Counters
from hubbub.edge.database import Database
from hubbub.edge.delivery import Delivery
from hubbub.edge.doors import Door
from hubbub.edge.receiver import Receiver
from hubbub.edge.refusals import Refusals
from hubbub.edge.secret_book import SecretBook
from hubbub.edge.signatures import Signatures
from tests.edge.harness import APP_SECRET, ENVELOPE, line_signature, meta_signature

SECRETS = {platform: Secrets(signing=(APP_SECRET.encode(),)) for platform in CONNECTORS}
PLATFORMS = st.sampled_from(sorted(CONNECTORS))
BODIES = st.binary(max_size=300) | st.text(max_size=100).map(
    lambda text: f'{{"object":"{text}"}}'.encode(errors="replace")
)
HEADER_NAMES = st.sampled_from([b"x-hub-signature-256", b"x-hub-signature", b"x-line-signature", b"user-agent", b"x"])


class Memory:
    """Keeps deliveries in a list."""

    is_ready = True

    def __init__(self) -> None:
        self.deliveries: list[Delivery] = []

    def keep(self, delivery: Delivery) -> asyncio.Future[bool]:
        self.deliveries.append(delivery)
        kept: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        kept.set_result(True)
        return kept

    def state(self) -> dict[str, object]:
        return {}

    async def start(self) -> None: ...
    async def stop(self) -> None: ...


def post(platform: str, chunks: list[bytes], headers: list[tuple[bytes, bytes]]) -> tuple[int, list[Delivery]]:
    """The status, and what was kept."""
    memory, book = Memory(), SecretBook(ENVELOPE)
    book.replace([])
    receiver = Receiver(Signatures(SECRETS, book), memory, Counters(), Refusals(Database("")), "edge")
    messages = [{"type": "http.request", "body": chunk, "more_body": True} for chunk in chunks]
    messages.append({"type": "http.request", "body": b"", "more_body": False})
    scope = {"method": "POST", "path": f"/webhooks/{platform}", "query_string": b"", "headers": headers}

    async def receive() -> Any:
        return messages.pop(0)

    answer = asyncio.run(receiver.answer(Door(connector=CONNECTORS[platform]), scope, receive))
    return answer.status, memory.deliveries


def signed(platform: str, body: bytes) -> list[tuple[bytes, bytes]]:
    headers = line_signature(body, APP_SECRET) if platform == "line" else meta_signature(body)
    return [(name.lower().encode(), value.encode()) for name, value in headers.items()]


@given(PLATFORMS, BODIES, st.integers(1, 50))
def test_any_signed_body_is_kept_byte_for_byte(platform: str, body: bytes, step: int) -> None:
    chunks = [body[start : start + step] for start in range(0, len(body), step)]
    status, kept = post(platform, chunks, signed(platform, body))
    assert status == 200
    assert [(delivery.body, delivery.platform) for delivery in kept] == [(body, platform)]


@given(PLATFORMS, BODIES, st.lists(st.tuples(HEADER_NAMES, st.binary(max_size=80)), max_size=5))
def test_any_other_signature_is_403(platform: str, body: bytes, headers: list[tuple[bytes, bytes]]) -> None:
    status, kept = post(platform, [body], headers)
    assert (status, kept) == (403, [])


@pytest.mark.parametrize("platform", sorted(CONNECTORS))
def test_one_changed_bit_is_enough_to_be_refused(platform: str) -> None:
    body = b'{"object":"page","entry":[{"id":"1"}]}'
    for position in range(len(body) * 8):
        changed = bytearray(body)
        changed[position // 8] ^= 1 << position % 8
        status, kept = post(platform, [bytes(changed)], signed(platform, body))
        assert (status, kept) == (403, [])
