"""Signatures: HMAC-SHA256, comparison in constant time, Meta's appsecret_proof."""

import hashlib
import hmac


def hmac_sha256(secret: bytes, body: bytes) -> bytes:
    """The 32-byte HMAC-SHA256 of `body` under `secret`."""
    return hmac.digest(secret, body, hashlib.sha256)


def same(a: bytes, b: bytes) -> bool:
    """Whether two digests are equal, in constant time. Bytes only: text with non-ASCII characters would raise."""
    return hmac.compare_digest(a, b)


def appsecret_proof(token: str, secret: str) -> str:
    """Meta's proof that a call comes from the app's server: hex HMAC-SHA256 of the access token under the app secret.

    https://developers.facebook.com/docs/graph-api/guides/secure-requests
    """
    return hmac_sha256(secret.encode(), token.encode()).hex()
