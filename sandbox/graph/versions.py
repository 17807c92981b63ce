"""Which Graph versions exist and how long. https://developers.facebook.com/docs/graph-api/changelog"""

from __future__ import annotations

import re
from datetime import UTC, datetime

from sandbox.graph.errors import GraphError

EXPIRES: dict[str, str | None] = {
    "v26.0": None,
    "v25.0": "2028-07-29",
    "v24.0": "2028-02-18",
    "v23.0": "2027-10-08",
    "v22.0": "2027-05-20",
    "v21.0": "2027-01-21",
    "v20.0": "2026-09-24",
}
_FORM = re.compile(r"^v(\d{1,2})\.0$")


def served_version(segment: str, path: str, now: float, newest: str) -> str:
    """The version that answers; for an expired one the oldest that lives. Raises GraphError for none at all."""
    match = _FORM.match(segment)
    if match is None or _number(segment) > _number(newest):
        raise GraphError(2500, None, f"Unknown path components: {path}")
    if _is_live(segment, now):
        return segment
    return min((version for version in EXPIRES if _is_live(version, now)), key=_number)


def _number(version: str) -> int:
    return int(version[1:].split(".")[0])


def _is_live(version: str, now: float) -> bool:
    if version not in EXPIRES:
        return _number(version) > max(map(_number, EXPIRES))
    until = EXPIRES[version]
    return until is None or datetime.fromisoformat(until).replace(tzinfo=UTC).timestamp() > now
