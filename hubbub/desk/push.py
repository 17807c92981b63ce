"""One notification to one browser: encrypted for it alone (RFC 8291), carried by its push service (RFC 8030)."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec

from hubbub.desk.vapid import private_key
from hubbub.kit import clock
from hubbub.kit.errors import InvalidInput, Unavailable
from hubbub.kit.http import HttpClient, HttpRequest
from hubbub.kit.json import JsonValue, dumps
from hubbub.settings.environment import environment

CALL_SECONDS = 10.0
KEPT_SECONDS = 12 * 3600
"""How long a push service keeps what a browser that is off has missed."""
TOKEN_SECONDS = 12 * 3600
LONGEST_ENDPOINT = 2000
SECRET_BYTES = 16
GONE = frozenset({404, 410})
TAKEN = range(200, 300)
REFUSED = range(400, 500)
TOO_MANY = 429


def check_subscription(endpoint: str, p256dh: str, auth: str) -> None:
    """Raises InvalidInput for what no browser hands out, and for an address that is not encrypted."""
    parts = urlsplit(endpoint)
    is_private = parts.hostname in environment().private_hosts
    if len(endpoint) > LONGEST_ENDPOINT or not parts.hostname or (parts.scheme != "https" and not is_private):
        raise InvalidInput("The endpoint of a push subscription is an https address.")
    if not _are_keys(p256dh, auth):
        raise InvalidInput("The keys of a push subscription are those that the browser gave, in base64url.")


def _are_keys(p256dh: str, auth: str) -> bool:
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), _bytes(p256dh))
        return len(_bytes(auth)) == SECRET_BYTES
    except (ValueError, binascii.Error):
        return False


def send(subscription: Mapping[str, Any], notification: Mapping[str, JsonValue], *, topic: str = "") -> bool:
    """False: the browser has unsubscribed, forget it. A newer one of the same `topic` takes the place of an older one.

    Raises Unavailable when trying again later may help, NotSent and AnswerLost of the client likewise. What the
    service refuses otherwise is dropped: asking again would change nothing.
    """
    answer = client().send(_request(subscription, notification, topic))
    if answer.status in GONE:
        return False
    if answer.status == TOO_MANY or answer.status not in (*TAKEN, *REFUSED):
        raise Unavailable("The push service cannot take it now.", code="push_service_busy")
    return True


@lru_cache(maxsize=1)
def client() -> HttpClient:
    """Public addresses only, but for the hosts that the operator has named: endpoints come from browsers."""
    return HttpClient(timeout=CALL_SECONDS, private_hosts=environment().private_hosts)


def _request(subscription: Mapping[str, Any], notification: Mapping[str, JsonValue], topic: str) -> HttpRequest:
    endpoint = str(subscription["endpoint"])
    headers = {
        "Authorization": _authorization(endpoint),
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
        "TTL": str(KEPT_SECONDS),
        "Urgency": "high",
    }
    if topic:
        headers["Topic"] = topic[:32]
    body = _encrypted(subscription["keys"], dumps(notification))
    return HttpRequest(method="POST", url=endpoint, headers=headers, body=body, timeout=CALL_SECONDS)


def _authorization(endpoint: str) -> str:
    from py_vapid import Vapid02  # only who sends loads it

    parts = urlsplit(endpoint)
    claims = {
        "aud": f"{parts.scheme}://{parts.netloc}",
        "exp": int(clock.now().timestamp()) + TOKEN_SECONDS,
        "sub": _contact(),
    }
    return str(Vapid02(private_key()).sign(claims)["Authorization"])


def _contact() -> str:
    """Whom a push service may write to; it has to be an https address or a mailbox."""
    url = environment().base_url
    return url if url.startswith("https://") else "mailto:postmaster@localhost"


def _encrypted(keys: Mapping[str, str], plain: bytes) -> bytes:
    import http_ece

    sealed: bytes = http_ece.encrypt(
        plain,
        private_key=ec.generate_private_key(ec.SECP256R1()),
        dh=_bytes(keys["p256dh"]),
        auth_secret=_bytes(keys["auth"]),
        version="aes128gcm",
    )
    return sealed


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
