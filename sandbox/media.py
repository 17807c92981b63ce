"""Files that the platforms hold: what customers send, what the hub uploads. Large ones lie in a temporary folder."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from sandbox.clock import Clock
from sandbox.ids import Ids

IN_MEMORY = 64 * 1024


@dataclass(slots=True, kw_only=True)
class Media:
    id: str
    owner: str
    """Key of the account."""
    mime: str
    size: int
    sha256: str
    """Base64, as WhatsApp writes it."""
    filename: str = ""
    content: bytes = b""
    path: Path | None = None
    expires_at: float = 0.0
    """0: never."""
    is_ready: bool = True
    """LINE: False while it is being transcoded."""
    is_gone: bool = False
    is_reusable: bool = True
    kind: str = ""
    extra: dict[str, str] = field(default_factory=dict)

    def read(self) -> bytes:
        return self.path.read_bytes() if self.path else self.content


class MediaStore:
    """By id; with signed links that expire."""

    def __init__(self, ids: Ids, clock: Clock) -> None:
        self._ids = ids
        self._clock = clock
        self._key = os.urandom(16)
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self.files: dict[str, Media] = {}

    def add(
        self,
        owner: str,
        mime: str,
        content: bytes,
        *,
        filename: str = "",
        kind: str = "",
        lifetime: float = 0.0,
        media_id: str = "",
    ) -> Media:
        """``lifetime`` in seconds, 0 for ever."""
        media = Media(
            id=media_id or self._ids.number(),
            owner=owner,
            mime=mime,
            size=len(content),
            sha256=base64.b64encode(hashlib.sha256(content).digest()).decode(),
            filename=filename,
            kind=kind,
            expires_at=self._clock.now() + lifetime if lifetime else 0.0,
        )
        if len(content) <= IN_MEMORY:
            media.content = content
        else:
            media.path = self._spill(media.id, content)
        self.files[media.id] = media
        return media

    def _spill(self, name: str, content: bytes) -> Path:
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="sandbox-media-")
        path = Path(self._folder.name) / name
        path.write_bytes(content)
        return path

    def get(self, media_id: str) -> Media | None:
        """None when unknown, expired or deleted."""
        media = self.files.get(media_id)
        if media is None or media.is_gone or (media.expires_at and media.expires_at <= self._clock.now()):
            return None
        return media

    def remove(self, media_id: str) -> None:
        media = self.files.pop(media_id, None)
        if media is not None and media.path is not None:
            media.path.unlink(missing_ok=True)

    def link(self, base: str, media: Media, seconds: float) -> str:
        """A signed URL below ``base`` that dies after that time."""
        expires = format(int(self._clock.now() + seconds), "x")
        name = quote(media.filename or "file")
        return f"{base}/{media.id}/{name}?oe={expires}&oh={self._sign(media.id, expires)}"

    def opens(self, media_id: str, expires: str, signature: str) -> bool:
        """Is this a link that we made, and is it still alive?"""
        if not hmac.compare_digest(self._sign(media_id, expires), signature):
            return False
        return int(expires, 16) > self._clock.now()

    def _sign(self, media_id: str, expires: str) -> str:
        return hmac.new(self._key, f"{media_id}|{expires}".encode(), hashlib.sha256).hexdigest()[:32]

    def clear(self) -> None:
        for media_id in list(self.files):
            self.remove(media_id)

    def close(self) -> None:
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None
