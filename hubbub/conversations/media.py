"""Links to files in our own store, signed and short-lived: for programs and platforms that fetch, and for screens.

A screen's link also says whose file it is, and opens for nobody else who signed in, nor without signing in. Platforms
cannot sign in: what is sent to them opens for whoever has the link, while it works.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from hubbub.kit import clock
from hubbub.kit.errors import HubbubError, NotFound
from hubbub.kit.json import as_list, as_text, dumps, loads
from hubbub.kit.signing import hmac_sha256, same
from hubbub.settings.environment import environment

SIGNATURE_BYTES = 16
DAY = 86_400
_DIGEST = re.compile(r"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])")


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaLink:
    """What a link opens."""

    storage_key: str
    file_name: str
    mime_type: str
    """Empty: whoever serves the file looks at its content."""
    organization: UUID | None
    """Only its people may open it. None: whoever has the link."""


def signed_media_url(
    storage_key: str, ttl_seconds: int, *, file_name: str = "", mime_type: str = "", screen: UUID | None = None
) -> str:
    """A URL that works for `ttl_seconds`: absolute, under BASE_URL; a path on a screen of the organisation `screen`."""
    expires = int((clock.now() + timedelta(seconds=ttl_seconds)).timestamp())
    return _link([storage_key, expires, file_name, mime_type], screen)


def steady_media_url(storage_key: str, *, screen: UUID | None = None) -> str:
    """The same URL all day, so that a list that is fetched again shows the picture that it has. Works for one to two
    days."""
    return _link([storage_key, (int(clock.now().timestamp()) // DAY + 2) * DAY, "", ""], screen)


def _link(what: list[str | int], screen: UUID | None) -> str:
    """A screen's is without a host: with another one than the page's, the browser would not show who signed in."""
    payload = dumps([*what, str(screen or "")])
    token = base64.urlsafe_b64encode(_signature(payload) + payload).decode().rstrip("=")
    return f"{'' if screen else environment().base_url.rstrip('/')}/media/{token}"


def open_media_link(token: str) -> MediaLink:
    """What the token names. Raises NotFound when it was changed or is too old: nobody learns which."""
    try:
        raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
        signature, payload = raw[:SIGNATURE_BYTES], raw[SIGNATURE_BYTES:]
        is_ours = same(signature, _signature(payload))
        key, expires, file_name, mime_type, screen = as_list(loads(payload)) if is_ours else ["", 0, "", "", ""]
    except (binascii.Error, ValueError, HubbubError):
        raise NotFound("This link is not valid any more.") from None
    if not key or int(str(expires)) < clock.now().timestamp():
        raise NotFound("This link is not valid any more.")
    return MediaLink(
        storage_key=as_text(key) or "",
        file_name=as_text(file_name) or "",
        mime_type=as_text(mime_type) or "",
        organization=UUID(as_text(screen)) if screen else None,
    )


def digest_in(storage_key: str) -> str:
    """The SHA-256 that a content-addressed key is named by (64 hex digits), or an empty string."""
    found = _DIGEST.search(storage_key)
    return found[0] if found else ""


def _signature(payload: bytes) -> bytes:
    secret = environment().secret_key.get_secret_value().encode()
    return hmac_sha256(secret, b"media:" + payload)[:SIGNATURE_BYTES]
