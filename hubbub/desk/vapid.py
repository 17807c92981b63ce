"""Who we are to browsers' push services (RFC 8292): one key pair for the installation.

It is made from the secret that never changes (`HUBBUB_INDEX_KEY`): browsers bind their subscriptions to it, and every
process of every machine has the same one without anybody keeping another file.
"""

from __future__ import annotations

import base64
from functools import lru_cache

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from hubbub.settings.environment import environment

ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""Of P-256."""
SEED_BYTES = 48


@lru_cache(maxsize=1)
def private_key() -> ec.EllipticCurvePrivateKey:
    """The installation's key."""
    secret = environment().index_key.get_secret_value().encode()
    seed = HKDF(algorithm=SHA256(), length=SEED_BYTES, salt=None, info=b"hubbub web push").derive(secret)
    return ec.derive_private_key(int.from_bytes(seed) % (ORDER - 1) + 1, ec.SECP256R1())


@lru_cache(maxsize=1)
def public_key() -> str:
    """What a browser subscribes with: base64url without padding."""
    point = private_key().public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return base64.urlsafe_b64encode(point).decode().rstrip("=")
