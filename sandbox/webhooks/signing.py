"""How the platforms write and sign the bodies of their webhooks."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any


def meta_bytes(value: Any) -> bytes:
    r"""JSON as Meta writes it: non-ASCII as \uXXXX (lowercase hex), slashes as \/."""
    return json.dumps(value, ensure_ascii=True, separators=(",", ":")).replace("/", "\\/").encode("ascii")


def line_bytes(value: Any) -> bytes:
    """JSON as LINE writes it: UTF-8, compact."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def meta_signature(secret: str, body: bytes) -> str:
    """The value of X-Hub-Signature-256."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def meta_legacy_signature(secret: str, body: bytes) -> str:
    """The value of X-Hub-Signature."""
    return "sha1=" + hmac.new(secret.encode(), body, hashlib.sha1).hexdigest()


def line_signature(secret: str, body: bytes) -> str:
    """The value of x-line-signature."""
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()
