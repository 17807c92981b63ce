"""Secrets at rest: AES-256-GCM under a rotating key, bound to the organization, row and field that they belong to."""

import base64
import binascii
import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from hubbub.kit.errors import ConfigurationError, HubbubError
from hubbub.kit.signing import hmac_sha256

VERSION = "v1"
KEY_BYTES = 32
_NONCE_BYTES = 12


class Unopenable(HubbubError):
    """A sealed secret cannot be opened: it was changed, moved to another row or field, or its key is gone."""

    code = "unopenable_secret"
    status = 500


@dataclass(frozen=True, slots=True)
class KeyRing:
    """The encryption keys, as pairs of id and 32 bytes. The first seals, all open."""

    keys: tuple[tuple[str, bytes], ...]

    def __post_init__(self) -> None:
        if not self.keys:
            raise ConfigurationError("HUBBUB_ENCRYPTION_KEYS holds no key; give at least one as ID:BASE64.")
        if len(dict(self.keys)) != len(self.keys):
            raise ConfigurationError("HUBBUB_ENCRYPTION_KEYS names the same key id twice.")
        for key_id, key in self.keys:
            _check_key(key_id, key)

    @classmethod
    def parse(cls, text: str) -> Self:
        """From `"k2:BASE64,k1:BASE64"`, the active key first. Raises `ConfigurationError` and never shows a key."""
        return cls(tuple(_parse_key(part.strip()) for part in text.split(",") if part.strip()))

    @property
    def active_id(self) -> str:
        return self.keys[0][0]

    def __repr__(self) -> str:
        return f"KeyRing({', '.join(key_id for key_id, _ in self.keys)})"


def new_key() -> str:
    """A random key as base64, for `HUBBUB_ENCRYPTION_KEYS`."""
    return base64.b64encode(os.urandom(KEY_BYTES)).decode()


def _parse_key(part: str) -> tuple[str, bytes]:
    key_id, _, encoded = part.partition(":")
    try:
        return key_id, base64.b64decode(encoded, altchars=None, validate=True)
    except binascii.Error:
        raise ConfigurationError(f"The key {key_id!r} in HUBBUB_ENCRYPTION_KEYS is not base64.") from None


def _check_key(key_id: str, key: bytes) -> None:
    if not key_id.isalnum() or not key_id.isascii():
        raise ConfigurationError("A key id in HUBBUB_ENCRYPTION_KEYS must be letters and digits, as in k1:BASE64.")
    if len(key) != KEY_BYTES:
        raise ConfigurationError(f"The key {key_id!r} in HUBBUB_ENCRYPTION_KEYS must be {KEY_BYTES} bytes in base64.")


class Envelope:
    """Seals and opens secrets, and makes blind indexes of values that must be found again.

    `index_key` is the stable secret behind `blind_index` (HUBBUB_INDEX_KEY): it does not rotate with the key ring, or
    stored indexes would no longer be found. Thread-safe.
    """

    def __init__(self, keyring: KeyRing, *, index_key: bytes) -> None:
        self._active_id = keyring.active_id
        self._ciphers = {key_id: AESGCM(key) for key_id, key in keyring.keys}
        self._index_key = index_key
        self._purpose_keys: dict[str, bytes] = {}

    def seal(self, plaintext: bytes, *, context: Sequence[str]) -> str:
        """A token `v1.KEYID.BASE64URL` that opens only with the same `context` (organization, row, field)."""
        nonce = os.urandom(_NONCE_BYTES)
        sealed = self._ciphers[self._active_id].encrypt(nonce, plaintext, _bound_to(self._active_id, context))
        return f"{VERSION}.{self._active_id}.{base64.urlsafe_b64encode(nonce + sealed).decode().rstrip('=')}"

    def open(self, token: str, *, context: Sequence[str]) -> bytes:
        """The plaintext of `token`. Raises `Unopenable`, which never contains the token."""
        key_id, sealed = _split(token)
        cipher = self._ciphers.get(key_id)
        if cipher is None:
            raise Unopenable(f"The key {key_id!r} of a stored secret is not in HUBBUB_ENCRYPTION_KEYS; add it back.")
        try:
            return cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], _bound_to(key_id, context))
        except (InvalidTag, ValueError):
            raise Unopenable("A stored secret cannot be opened; enter it again.") from None

    def blind_index(self, value: str, *, purpose: str) -> str:
        """A hex HMAC-SHA256 of `value`, to find it by equality. Different purposes give unrelated indexes."""
        key = self._purpose_keys.get(purpose)
        if key is None:
            key = self._purpose_keys[purpose] = _derived(self._index_key, purpose)
        return hmac_sha256(key, value.encode("utf-8", "surrogatepass")).hex()


def key_id_of(token: str) -> str:
    """The id of the key that `token` was sealed with. Raises `Unopenable` when it is no token."""
    return _split(token)[0]


def _split(token: str) -> tuple[str, bytes]:
    version, key_id, encoded = (*token.split(".", 2), "", "")[:3]
    if version != VERSION or not key_id:
        raise Unopenable("A stored secret does not have the expected form; enter it again.")
    try:
        padded = encoded.encode("ascii") + b"=" * (-len(encoded) % 4)
        return key_id, base64.b64decode(padded, altchars=b"-_", validate=True)
    except (UnicodeEncodeError, binascii.Error):
        raise Unopenable("A stored secret is damaged; enter it again.") from None


def _bound_to(key_id: str, context: Sequence[str]) -> bytes:
    """The associated data: every part with its length in front, so that no two contexts read alike."""
    parts = [part.encode() for part in (VERSION, key_id, *context)]
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)


def _derived(secret: bytes, purpose: str) -> bytes:
    return HKDF(SHA256(), KEY_BYTES, salt=None, info=b"hubbub blind index: " + purpose.encode()).derive(secret)
