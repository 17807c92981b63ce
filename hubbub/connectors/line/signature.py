"""Whether LINE made a request: `x-line-signature` is the Base64 of the body's HMAC-SHA256 under the channel secret.

https://developers.line.biz/en/docs/messaging-api/verify-webhook-signature/
"""

from __future__ import annotations

from base64 import b64encode

from hubbub.connectors.base import RawRequest, Secrets
from hubbub.kit.errors import BadSignature
from hubbub.kit.signing import hmac_sha256, same

HEADER = "x-line-signature"


def verify(request: RawRequest, secrets: Secrets) -> None:
    """Raises `BadSignature`. The text is compared, not the decoded bytes: Base64 has several spellings of one value."""
    signature = request.headers.get(HEADER, "").encode("utf-8", "surrogatepass")
    if not signature:
        raise BadSignature(f"The request has no {HEADER} header.")
    if not any(secret and same(_signature(secret, request.body), signature) for secret in secrets.signing):
        raise BadSignature("The signature does not fit the body; check the channel secret of this LINE channel.")


def _signature(secret: bytes, body: bytes) -> bytes:
    return b64encode(hmac_sha256(secret, body))
