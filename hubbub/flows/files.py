"""Reading flows that lie in files."""

from __future__ import annotations

from pathlib import Path

from hubbub.flows.exchange import FORMAT, read_file
from hubbub.kit.errors import InvalidInput, NotFound
from hubbub.kit.json import JsonValue, as_object, loads

LARGEST_FILE = 20_000_000
"""Bytes."""


def read_json(path: Path) -> JsonValue:
    """The JSON in a file. Raises NotFound, InvalidInput."""
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise InvalidInput(f"{path.name} is larger than {LARGEST_FILE:,} bytes.")
        return loads(path.read_bytes())
    except OSError as failure:
        raise NotFound(f"{path} cannot be read: {failure.strerror}.") from None


def definitions_in(document: JsonValue) -> dict[str, JsonValue]:
    """Every definition by its key: of an exported file, of one flow, or a definition alone (its key is "flow")."""
    parts = as_object(document) or {}
    if parts.get("format") == FORMAT or "definition" in parts:
        return {flow.key: flow.values["definition"] for flow in read_file(document)}
    return {"flow": document}
