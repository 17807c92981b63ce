"""Links to stored files, for whoever asks: a person at a screen, or a program with a key."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from uuid import UUID

from hubbub.conversations.media import signed_media_url, steady_media_url
from hubbub.organizations.access import Principal

URL_SECONDS = 900
SCREEN_SECONDS = 12 * 3600
"""A page stays open for a working day, and who is signed in is asked at each opening."""
_screen: ContextVar[UUID | None] = ContextVar("screen", default=None)


@contextmanager
def links_for(principal: Principal | None) -> Iterator[None]:
    """Within the block links are made for this one: a person's open only for people of their organisation."""
    is_person = principal is not None and principal.actor_type == "user"
    token = _screen.set(principal.organization_id if principal and is_person else None)
    try:
        yield
    finally:
        _screen.reset(token)


def media_url(storage_key: str, *, file_name: str = "", mime_type: str = "") -> str:
    """Works for 15 minutes; a screen's for 12 hours."""
    screen = _screen.get()
    seconds = SCREEN_SECONDS if screen else URL_SECONDS
    return signed_media_url(storage_key, seconds, file_name=file_name, mime_type=mime_type, screen=screen)


def picture_url(storage_key: str) -> str:
    """The same one all day."""
    return steady_media_url(storage_key, screen=_screen.get())
