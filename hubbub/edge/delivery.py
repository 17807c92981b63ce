"""One webhook call as received: what the edge hands from stage to stage and finally stores."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Final
from uuid import UUID

from hubbub.kit import json

SIGNED_FOR: Final = "hubbub-signed-for"
"""Key in a delivery's headers: the ids of the organizations, separated by commas, whose own secret made the signature.

Absent when the environment's app secret made it, which speaks for every channel. An organization knows its own secret
and can sign any body with it; so whoever applies such a delivery must pass over accounts of other organizations.
"""

KEPT_HEADERS: Final = ("content-type", "user-agent", "facebook-api-version")
"""Of use when a delivery is looked into. Signatures are not among them."""

LONGEST_HEADER: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """Its id and time are fixed at arrival, so that storing it can be repeated. `headers` is a JSON object."""

    id: UUID
    received_at: datetime
    platform: str
    path_channel: str | None
    headers: bytes
    body: bytes
    edge: str


def kept_headers(headers: Mapping[str, str], signed_for: Iterable[UUID]) -> bytes:
    """The JSON object stored beside a body: the useful headers, cut, and for whom the signature speaks."""
    values = tuple([value[:LONGEST_HEADER] if (value := headers.get(name)) else value for name in KEPT_HEADERS])
    return _as_json(values, tuple(signed_for))


@lru_cache(maxsize=512)
def _as_json(values: tuple[str | None, ...], signed_for: tuple[UUID, ...]) -> bytes:
    """Platforms send the same few headers again and again."""
    kept = {name: value for name, value in zip(KEPT_HEADERS, values, strict=True) if value is not None}
    if owners := ",".join(map(str, signed_for)):
        kept[SIGNED_FOR] = owners
    return json.dumps(kept)
