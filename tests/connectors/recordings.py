"""Recordings: payloads as the platforms document them, each with the events that must come out.

`hubbub/connectors/<folder>/recordings/<name>.json` holds `origin` (where the payload is from), `covers` (what it shows,
each "<section> <item>"), one of `body` (JSON), `body_text`, `body_base64` (exact bytes), and `expected`: the events as
`described` writes them. `coverage.json` beside them is the written list of what can arrive: `section`, `item` and the
name of the `recording` that shows it; a gap in either direction fails.

`UPDATE_RECORDINGS=1 pytest …` rewrites `expected`; read the difference before you commit it.
"""

from __future__ import annotations

import base64
import json
import os
from collections import Counter
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import Any

import hubbub.connectors
from hubbub.connectors.base import Connector
from hubbub.connectors.events import InboundEvent
from hubbub.kit.json import dumps

CONNECTORS = Path(hubbub.connectors.__file__).parent


@dataclass(frozen=True, kw_only=True)
class Recording:
    path: Path
    data: dict[str, Any]

    @property
    def name(self) -> str:
        return self.path.stem

    @property
    def body(self) -> bytes:
        """The exact bytes of the webhook call."""
        if "body_base64" in self.data:
            return base64.b64decode(self.data["body_base64"])
        if "body_text" in self.data:
            return str(self.data["body_text"]).encode()
        return dumps(self.data["body"])

    @property
    def covers(self) -> list[str]:
        return list(self.data["covers"])


def load(folder: str) -> list[Recording]:
    """All recordings of a connector's folder ("messenger"), by name."""
    paths = sorted((CONNECTORS / folder / "recordings").glob("*.json"))
    return [
        Recording(path=path, data=json.loads(path.read_text("utf-8"))) for path in paths if path.name != "coverage.json"
    ]


def coverage(folder: str) -> list[dict[str, str]]:
    """The written list of everything that can arrive."""
    listed: list[dict[str, str]] = json.loads((CONNECTORS / folder / "recordings" / "coverage.json").read_text("utf-8"))
    return listed


def gaps(folder: str) -> list[str]:
    """What the list names and no recording shows, what a recording shows and the list does not name, and doubles."""
    recorded = {(cover, recording.path.name) for recording in load(folder) for cover in recording.covers}
    rows = [(f"{row['section']} {row['item']}", row["recording"]) for row in coverage(folder)]
    listed = set(rows)
    return (
        [f"{item} is listed for {name}, which does not cover it" for item, name in sorted(listed - recorded)]
        + [f"{name} covers {item}, which is not listed" for item, name in sorted(recorded - listed)]
        + [f"{recording.path.name} covers nothing" for recording in load(folder) if not recording.covers]
        + [f"{item} is listed twice for {name}" for (item, name), count in Counter(rows).items() if count > 1]
    )


def check(connector: Connector, recording: Recording) -> None:
    """The body parses to just the expected events; with UPDATE_RECORDINGS=1 the file is rewritten instead."""
    found = [described(event) for event in connector.parse(recording.body)]
    if os.environ.get("UPDATE_RECORDINGS") == "1" and found != recording.data.get("expected"):
        text = json.dumps({**recording.data, "expected": found}, ensure_ascii=False, indent=1)
        recording.path.write_text(text + "\n", "utf-8")
        return
    assert found == recording.data.get("expected"), f"{recording.path.name} parses to other events"


def check_replay(connector: Connector, recording: Recording) -> None:
    """Every event's `raw` is a body of its own, from which the equal event comes out again."""
    for event in connector.parse(recording.body):
        if event.raw:
            assert event in connector.parse(dumps(event.raw)), f"{event.event_key} is lost when its raw is parsed"


def described(event: InboundEvent) -> dict[str, Any]:
    """An event as plain JSON: its kind and every field but `raw` that is not at its default."""
    return {"kind": event.kind, **_fields(event)}


def _fields(value: Any) -> dict[str, Any]:
    shown: dict[str, Any] = {}
    for field in fields(value):
        content = getattr(value, field.name)
        if field.name != "raw" and not _is_default(field, content):
            shown[field.name] = _plain(content)
    return shown


def _is_default(field: Any, content: Any) -> bool:
    if field.default is not MISSING:
        return bool(content == field.default)
    return bool(field.default_factory is not MISSING and content == field.default_factory())


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return _fields(value)
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    return value
