"""Changes to a JSON body: a wrong value, a missing one, one from another place or recording, or any bytes at all."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Sequence
from typing import Any

from hubbub.kit.errors import InvalidJson
from hubbub.kit.json import dumps, loads
from tests.connectors.damage import SPECIAL_TEXTS, WRONG_TYPES, Path, found, places, replaced, without

OF_BYTES = 0.3
"""Share of changes that do not care for JSON."""
TEXT_LIMIT = 4096
WRONG = (*WRONG_TYPES, *(text[:TEXT_LIMIT] for text in SPECIAL_TEXTS))


def mutated(
    data: bytes, seed: int, most: int, others: Sequence[bytes], of_bytes: Callable[[bytes, int], bytes]
) -> bytes:
    """Another body of at most `most` bytes. `others`: where parts are taken from; `of_bytes`: the fuzzer's own way."""
    chance = random.Random(seed)
    if chance.random() < OF_BYTES:
        return of_bytes(data, most)
    try:
        value: Any = loads(data)
    except InvalidJson:
        return of_bytes(data, most)
    for _ in range(chance.randint(1, 3)):
        value = _changed(value, chance, others)
    new = dumps(value) if chance.random() < 0.9 else json.dumps(value, indent=1).encode()
    return new if len(new) <= most else of_bytes(data, most)


def _changed(value: Any, chance: random.Random, others: Sequence[bytes]) -> Any:
    there = [*places(value)]
    if not there:
        return chance.choice(WRONG)
    path = chance.choice(there)
    way = chance.randrange(5)
    if way == 0:
        return without(value, path)
    if way == 1:
        return replaced(value, path, found(value, chance.choice(there)))
    if way == 2:
        return replaced(value, path, _part(chance, others))
    if way == 3 and isinstance(found(value, path), list):
        return replaced(value, path, found(value, path) * 2)
    return replaced(value, path, chance.choice(WRONG))


def _part(chance: random.Random, others: Sequence[bytes]) -> Any:
    """A value out of some other recording."""
    body = loads(chance.choice(others))
    there: list[Path] = [*places(body)]
    return found(body, chance.choice(there)) if there else body
