"""Connectors that can do no more than sign, until the real ones are there."""

from __future__ import annotations

import hashlib
import hmac
import re
from base64 import b64encode

from hubbub.connectors.base import RawResponse
from hubbub.kit.errors import BadSignature


class Minimal:
    def __init__(self, platform: str) -> None:
        self.platform = platform

    def handshake(self, request, secrets):
        if self.platform == "line":
            return None
        q = request.query
        if q.get("hub.mode") == "subscribe" and any(
            hmac.compare_digest(t, q.get("hub.verify_token", "").encode()) for t in secrets.verify_tokens
        ):
            return RawResponse(status=200, body=q.get("hub.challenge", "").encode())
        return RawResponse(status=403, body=b"no")

    def addresses(self, body):
        return tuple(m.decode() for m in re.findall(rb'"(?:id|destination)"\s*:\s*"([^"]{1,64})"', body[:100000])[:50])

    def verify(self, request, secrets):
        for s in secrets.signing:
            d = hmac.digest(s, request.body, hashlib.sha256)
            if self.platform == "line":
                w = b64encode(d)
                g = request.headers.get("x-line-signature", "").encode()
            else:
                w = b"sha256=" + d.hex().encode()
                g = request.headers.get("x-hub-signature-256", "").encode()
            if hmac.compare_digest(w, g):
                return
        raise BadSignature("no")


CONNECTORS = {p: Minimal(p) for p in ("facebook", "instagram", "whatsapp", "line")}
