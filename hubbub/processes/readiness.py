"""Asking the processes whether they are ready, over HTTP, without a client library: it takes 50 ms to import one."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Final
from urllib.parse import urlsplit

FIRST_PAUSE: Final = 0.05
LONGEST_PAUSE: Final = 1.0
SECONDS_UNTIL_A_WORD: Final = 30.0
ANSWER_SECONDS: Final = 10.0


async def wait_until_ready(checks: Mapping[str, str], say: Callable[[str], None]) -> None:
    """Return when every URL (by process name) answers 2xx; meanwhile `say` now and then who does not."""
    loop = asyncio.get_running_loop()
    waiting, pause, next_word = dict(checks), FIRST_PAUSE, loop.time() + SECONDS_UNTIL_A_WORD
    while waiting:
        answers = await asyncio.gather(*(status_of(url) for url in waiting.values()))
        waiting = {
            name: url for (name, url), status in zip(waiting.items(), answers, strict=True) if not 200 <= status < 300
        }
        if waiting and loop.time() > next_word:
            say(f"Not ready yet: {', '.join(waiting)}. Their logs say why.")
            next_word = loop.time() + SECONDS_UNTIL_A_WORD
        if waiting:
            await asyncio.sleep(pause)
            pause = min(pause * 1.05, LONGEST_PAUSE)


async def status_of(url: str) -> int:
    """The HTTP status of a GET; 0 when nobody answers."""
    parts = urlsplit(url)
    request = f"GET {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\nConnection: close\r\n\r\n".encode()
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
            try:
                writer.write(request)
                line = await reader.readline()
            finally:
                writer.close()
    except (OSError, TimeoutError):
        return 0
    words = line.split()
    return int(words[1]) if len(words) > 1 and words[1].isdigit() else 0
