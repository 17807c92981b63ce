"""Ids in the form that each platform uses, never the same twice, also not after a restart.

A person's id follows from (platform, account, name), so that "Mali" is the same customer in every run.
"""

from __future__ import annotations

import base64
import hashlib
import itertools
import os
import re
import time

_ULID_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

CUSTOMER_ID = {
    "facebook": re.compile(r"^\d{10,20}$"),
    "instagram": re.compile(r"^\d{10,20}$"),
    "whatsapp": re.compile(r"^\+?\d{8,15}$"),
    "line": re.compile(r"^U[0-9a-f]{32}$"),
}


class Ids:
    """One generator per running sandbox. Uniqueness comes from a random start value and a counter."""

    def __init__(self) -> None:
        self._run = os.urandom(9)
        self._count = itertools.count(1)
        self._number = itertools.count(int(time.time() * 1_000_000))

    def _opaque(self, size: int) -> bytes:
        """Bytes that start with this run and count: unique, and as long as the platform's."""
        seed = self._run + next(self._count).to_bytes(6, "big")
        return seed + hashlib.blake2b(seed, digest_size=size - len(seed)).digest()

    def number(self) -> str:
        """A number of 16 digits, for objects of Graph (media, templates, personas) ."""
        return str(next(self._number))

    def messenger_message(self) -> str:
        return "m_" + base64.urlsafe_b64encode(self._opaque(60)).decode()

    def instagram_message(self) -> str:
        return "aWdfZAG1faXRlbToxOk" + base64.b64encode(self._opaque(63), altchars=b"AB").decode()

    def whatsapp_message(self) -> str:
        return "wamid.HBgL" + base64.b64encode(self._opaque(30)).decode()

    def line_message(self) -> str:
        return "5" + str(next(self._number)) + "7"

    def ulid(self, at_ms: int) -> str:
        """26 characters of Crockford base 32: the form of LINE's webhookEventId."""
        value = (at_ms << 80) | int.from_bytes(self._opaque(25)[-10:], "big")
        return "".join(_ULID_ALPHABET[(value >> shift) & 31] for shift in range(125, -1, -5))

    def hex(self, size: int = 16) -> str:
        return self._opaque(max(size, 16) + 9)[-size:].hex()

    def token(self) -> str:
        return base64.urlsafe_b64encode(self._opaque(30)).decode().rstrip("=")

    def trace(self) -> str:
        """The form of fbtrace_id."""
        return "A" + base64.urlsafe_b64encode(self._opaque(25)[-16:]).decode().rstrip("=")


def customer_id(platform: str, scope: str, name: str) -> str:
    """The id of a person at one account; a name that already is an id of that platform stands for itself."""
    if CUSTOMER_ID[platform].match(name):
        return name.lstrip("+")
    digest = hashlib.sha256(f"{platform}|{scope}|{name}".encode()).digest()
    number = int.from_bytes(digest[:8], "big")
    if platform == "line":
        return "U" + digest[:16].hex()
    if platform == "whatsapp":
        return f"668{number % 10**8:08d}"
    return str(10**15 + number % (9 * 10**15))


def stable_hex(*parts: str) -> str:
    """32 hex digits that follow from the parts."""
    return hashlib.sha256("|".join(parts).encode()).hexdigest()[:32]


def stable_number(*parts: str, digits: int = 16) -> str:
    """A number of that many digits that follows from the parts."""
    value = int.from_bytes(hashlib.sha256("|".join(parts).encode()).digest()[:8], "big")
    return str(10 ** (digits - 1) + value % (9 * 10 ** (digits - 1)))
