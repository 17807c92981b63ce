"""Fetches the files that a send names by URL, as the platform would, as far as loopback reaches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from sandbox.origins import real_url
from sandbox.samples import sample
from sandbox.webhooks.client import LOOPBACK, Unreachable
from sandbox.world import World


@dataclass(frozen=True, slots=True)
class Fetched:
    """``status`` 0: no answer."""

    status: int
    mime: str
    size: int
    content: bytes


async def fetch(world: World, url: str, timeout: float) -> Fetched | None:
    """None when the URL cannot be reached from here (a public host): then nothing is judged.

    ``PUT /_sandbox/urls`` tells what a public URL would answer.
    """
    if not world.settings.resolve_media:
        return None
    if (told := world.urls.get(url)) is not None:
        return _told(told)
    real = real_url(world.settings, url)
    if urlsplit(real).hostname not in LOOPBACK:
        return None
    try:
        answer = await world.client.request("GET", real, {"accept": "*/*"}, timeout=timeout)
    except Unreachable:
        return Fetched(0, "", 0, b"")
    mime = answer.headers.get("content-type", "").split(";")[0].strip()
    return Fetched(answer.status, mime, len(answer.body), answer.body)


def _told(told: dict[str, Any]) -> Fetched:
    mime = str(told.get("content_type", "image/jpeg"))
    content = sample(mime)
    return Fetched(int(told.get("status", 200)), mime, int(told.get("size", len(content))), content)
