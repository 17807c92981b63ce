"""Meta's two proofs: the challenge when a callback is configured, and the signature of each delivery.

`handshake(request, secrets)` answers `GET ?hub.mode=subscribe&hub.verify_token=…&hub.challenge=…`.
`verify(request, secrets)` raises `BadSignature` unless one of the app secrets signed exactly the bytes of the body.
Both compare in constant time and never say what was expected.
https://developers.facebook.com/documentation/business-messaging/messenger-platform/webhooks
"""

from __future__ import annotations

import hmac
import re

from hubbub.connectors.base import RawRequest, RawResponse, Secrets
from hubbub.kit.errors import BadSignature
from hubbub.kit.signing import same

_SHA256 = re.compile(r"sha256=([0-9a-f]{64})")
_SHA1 = re.compile(r"sha1=([0-9a-f]{40})")

MAX_CHALLENGE = 1_000

_REFUSED = RawResponse(status=403, body=b"The verify token or the mode is wrong.")


def handshake(request: RawRequest, secrets: Secrets) -> RawResponse:
    """200 with nothing but the challenge when the verify token is one of ours, else 403."""
    token = _as_bytes(request.query.get("hub.verify_token", ""))
    challenge = _as_bytes(request.query.get("hub.challenge", ""))
    is_asked = request.query.get("hub.mode") == "subscribe" and 0 < len(challenge) <= MAX_CHALLENGE
    if _is_any(token, secrets.verify_tokens) and is_asked:
        return RawResponse(status=200, body=challenge)
    return _REFUSED


def verify(request: RawRequest, secrets: Secrets) -> None:
    """Raises `BadSignature` unless `X-Hub-Signature-256` fits the body under one of `secrets.signing`.

    The header is "sha256=" and 64 lower-case hexadecimal digits, nothing else. The older `X-Hub-Signature` (SHA-1)
    counts only when `secrets.accept_sha1` is set and the newer header is absent.
    """
    header = request.headers.get("x-hub-signature-256")
    if header is not None:
        _check(header, _SHA256, "sha256", request.body, secrets.signing)
        return
    header = request.headers.get("x-hub-signature") if secrets.accept_sha1 else None
    if header is None:
        raise BadSignature("The request has no X-Hub-Signature-256 header.")
    _check(header, _SHA1, "sha1", request.body, secrets.signing)


def _check(header: str, pattern: re.Pattern[str], digest: str, body: bytes, keys: tuple[bytes, ...]) -> None:
    match = pattern.fullmatch(header)
    if match is None:
        raise BadSignature("The signature header does not have the documented form.")
    given = bytes.fromhex(match[1])
    if not _is_any(given, tuple(hmac.digest(key, body, digest) for key in keys if key)):
        raise BadSignature("The signature does not fit the body.")


def _is_any(given: bytes, candidates: tuple[bytes, ...]) -> bool:
    """Whether `given` is one of `candidates`; each is compared, so the time tells nothing. Empty ones never fit."""
    matches = [same(given, candidate) for candidate in candidates if candidate]
    return any(matches)


def _as_bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
