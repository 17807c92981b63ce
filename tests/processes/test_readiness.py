"""Asking until everybody answers."""

import asyncio

import pytest

from hubbub.processes import readiness
from hubbub.processes.listening import free_port
from hubbub.processes.readiness import status_of, wait_until_ready


def test_it_returns_when_the_last_one_answers_and_says_who_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readiness, "SECONDS_UNTIL_A_WORD", 0.0)
    answers = [b"HTTP/1.1 503 No\r\n\r\n", b"", b"HTTP/1.1 200 OK\r\n\r\n"]
    asked: list[bytes] = []
    said: list[str] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(answers[len(asked) - 1])
        writer.close()

    async def scenario() -> None:
        server = await asyncio.start_server(answer, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        async with server:
            await wait_until_ready({"web": f"http://127.0.0.1:{port}/health/ready"}, said.append)

    asyncio.run(scenario())
    assert len(asked) == 3
    assert asked[0].startswith(b"GET /health/ready HTTP/1.1\r\nHost: 127.0.0.1:")
    assert said == ["Not ready yet: web. Their logs say why."] * 2


def test_nobody_there_is_status_0() -> None:
    assert asyncio.run(status_of(f"http://127.0.0.1:{free_port()}/")) == 0
