"""One-time links into the web app: made by whoever has this installation's secret, that is by its own machine.

Nothing is stored when a link is made; whoever opens it stores that it was used. No Django here: `make run` makes one.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from hubbub.kit import clock
from hubbub.kit.errors import HubbubError, NotFound
from hubbub.kit.ids import new_token
from hubbub.kit.json import as_int, as_list, as_text, dumps, loads
from hubbub.kit.signing import hmac_sha256, same
from hubbub.settings.environment import Environment

DEMO_USER: Final = "demo@example.com"
LINK_LIFE: Final = timedelta(minutes=15)
SIGNATURE_BYTES: Final = 16
GONE: Final = "This link was used already, or is too old."


@dataclass(frozen=True, slots=True, kw_only=True)
class EnterLink:
    """What a link says: who enters, and what tells it from every other link."""

    username: str
    nonce: str
    expires: int
    """Seconds since 1970."""


def enter_url(environment: Environment, username: str, *, life: timedelta = LINK_LIFE) -> str:
    """An address that signs this person in, once."""
    expires = int((clock.now() + life).timestamp())
    payload = dumps([new_token(16), expires, username])
    token = base64.urlsafe_b64encode(_signature(environment, payload) + payload).decode().rstrip("=")
    return f"{environment.base_url}/enter/{token}"


def read_link(environment: Environment, token: str) -> EnterLink:
    """What the token says. Raises NotFound when it is not ours, changed, or too old."""
    try:
        raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
        signature, payload = raw[:SIGNATURE_BYTES], raw[SIGNATURE_BYTES:]
        if not same(signature, _signature(environment, payload)):
            raise NotFound(GONE)
        nonce, expires, username = as_list(loads(payload))
    except (binascii.Error, ValueError, HubbubError):
        raise NotFound(GONE) from None
    link = EnterLink(nonce=as_text(nonce) or "", expires=as_int(expires) or 0, username=as_text(username) or "")
    if link.expires < clock.now().timestamp():
        raise NotFound(GONE)
    return link


def _signature(environment: Environment, payload: bytes) -> bytes:
    secret = environment.secret_key.get_secret_value().encode()
    return hmac_sha256(secret, b"enter:" + payload)[:SIGNATURE_BYTES]
