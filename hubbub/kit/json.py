"""The JSON door: everything that comes from outside is read here.

Speed comes from orjson; where orjson would be wrong (integers beyond 64 bits become floats) or stricter than the
platforms (lone surrogates, a byte order mark), the text is repaired or read by the standard library instead.

Accepted: UTF-8 JSON with or without BOM; integers of up to 4,300 digits, exactly; lone surrogates, which become
U+FFFD; duplicate keys, of which the last wins (as in JavaScript and jsonb); NUL, which is stripped from strings and
keys because PostgreSQL stores it in no text.
Refused with `InvalidJson`: everything else, among it NaN and Infinity, numbers that overflow a float, nesting deeper
than 512, more than a million keys.
"""

import json
import re
from array import array
from collections.abc import Callable
from datetime import date, datetime
from itertools import accumulate
from math import isfinite
from typing import NoReturn, TypeAlias
from uuid import UUID

import orjson

from hubbub.kit.errors import InvalidJson
from hubbub.kit.text import clean

JsonValue: TypeAlias = "bool | int | float | str | list[JsonValue] | dict[str, JsonValue] | None"

MAX_DEPTH = 512
MAX_KEYS = 1_000_000
MAX_DIGITS = 4300
MAX_TEXT = 100_000
MAX_ID = 512

_BOM = b"\xef\xbb\xbf"
_DIGITS_AS_ZERO = bytes(ord("0") if ord("0") <= byte <= ord("9") else byte for byte in range(256))
_LONG_RUN = b"0" * 19  # the shortest integer that may not fit 64 bits; shorter ones are orjson's
_NOT_BRACKETS = bytes(byte for byte in range(256) if byte not in b"[]{}")
_STEPS = bytes.maketrans(b"[{]}", b"\x01\x01\xff\xff")  # as signed bytes: +1 and -1
_ESCAPE = re.compile(
    rb"\\(?:(?P<nul>u0000)"
    rb"|u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    rb"|(?P<lone>u[dD][89a-fA-F][0-9a-fA-F]{2})"
    rb"|.)",
    re.DOTALL,
)


def loads(data: bytes | bytearray | memoryview | str) -> JsonValue:
    """The value of one JSON document. Raises `InvalidJson` (see the module's docstring) and nothing else."""
    raw = data if type(data) is bytes else _as_utf8(data)
    raw = raw.removeprefix(_BOM)
    if len(raw) > MAX_DEPTH:
        _check_shape(raw)
    if _LONG_RUN in raw.translate(_DIGITS_AS_ZERO) and _has_long_number(raw):
        return _loads_exactly(_repaired(raw))
    try:
        return _orjson_loads(_repaired(raw) if b"\\u0000" in raw else raw)
    except orjson.JSONDecodeError:
        return _loads_repaired(raw)


_orjson_loads: Callable[[bytes], JsonValue] = orjson.loads


def _as_utf8(data: bytes | bytearray | memoryview | str) -> bytes:
    return clean(data, keep_nul=True).encode() if isinstance(data, str) else bytes(data)


def _check_shape(raw: bytes) -> None:
    may_be_deep = raw.count(b"[") + raw.count(b"{") > MAX_DEPTH
    may_be_wide = raw.count(b":") > MAX_KEYS
    if not (may_be_deep or may_be_wide):
        return
    structure = _without_strings(raw)
    if may_be_deep and _depth(structure) > MAX_DEPTH:
        raise InvalidJson(f"The JSON is nested more than {MAX_DEPTH} levels deep.", code="json_too_deep")
    if structure.count(b":") > MAX_KEYS:
        raise InvalidJson(f"The JSON has more than {MAX_KEYS:,} keys.", code="json_too_many_keys")


def _has_long_number(raw: bytes) -> bool:
    # Names of media files hold long runs of digits too; only what stands outside strings is a number.
    return _LONG_RUN in _without_strings(raw).translate(_DIGITS_AS_ZERO)


def _without_strings(raw: bytes) -> bytes:
    plain = raw.replace(b"\\\\", b"").replace(b'\\"', b"") if b'\\"' in raw else raw
    return b"".join(plain.split(b'"')[::2])


def _depth(structure: bytes) -> int:
    steps = array("b", structure.translate(_STEPS, _NOT_BRACKETS))
    return max(accumulate(steps), default=0)


def _repaired(raw: bytes) -> bytes:
    """`raw` with escaped NULs removed and lone surrogates, escaped, replaced. Unpaired escapes only; pairs stay."""
    return _ESCAPE.sub(_repaired_escape, raw)


def _repaired_escape(escape: re.Match[bytes]) -> bytes:
    if escape["nul"]:
        return b""
    return rb"\ufffd" if escape["lone"] else escape[0]


def _loads_repaired(raw: bytes) -> JsonValue:
    try:
        return _orjson_loads(_repaired(raw))
    except orjson.JSONDecodeError as error:
        raise InvalidJson(f"This is not valid JSON: {error.msg} at character {error.pos}.") from None


def _loads_exactly(raw: bytes) -> JsonValue:
    """Through the standard library, which keeps every digit of an integer."""
    try:
        value: JsonValue = json.loads(
            raw.decode(), parse_int=_integer, parse_float=_finite_float, parse_constant=_refuse_constant
        )
    except UnicodeDecodeError:
        raise InvalidJson("The JSON is not valid UTF-8.") from None
    except json.JSONDecodeError as error:
        raise InvalidJson(f"This is not valid JSON: {error.msg} at character {error.pos}.") from None
    except RecursionError:
        raise InvalidJson("The JSON is nested too deeply.", code="json_too_deep") from None
    return value


def _integer(digits: str) -> int:
    if len(digits.removeprefix("-")) > MAX_DIGITS:
        raise InvalidJson(f"The JSON has an integer of more than {MAX_DIGITS} digits.")
    return int(digits)


def _finite_float(text: str) -> float:
    number = float(text)
    if not isfinite(number):
        raise InvalidJson("The JSON has a number that is too large.")
    return number


def _refuse_constant(name: str) -> NoReturn:
    raise InvalidJson(f"{name} is not valid JSON.")


def dumps(value: object, *, is_sorted: bool = False) -> bytes:
    """Compact UTF-8 JSON of `value`: JSON values of any depth and integer size, UUIDs, dates and datetimes (ISO 8601).

    With `is_sorted`, keys are in order. Lone surrogates are written as U+FFFD. Raises `TypeError` for other types,
    among them keys that are not strings.
    """
    option = orjson.OPT_SORT_KEYS if is_sorted else None
    try:
        return orjson.dumps(value, option=option)
    except TypeError as error:
        if "key must be str" in str(error):
            raise
        return _dumps_slowly(value, is_sorted=is_sorted)


def _dumps_slowly(value: object, *, is_sorted: bool) -> bytes:
    """For what orjson refuses: integers beyond 64 bits, lone surrogates, nesting deeper than 254."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=is_sorted, default=_plain)
    return clean(text, keep_nul=True).encode()


def _plain(value: object) -> str:
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} cannot be written as JSON")


def as_object(value: object) -> dict[str, JsonValue] | None:
    """`value` if it is a JSON object, else None."""
    return value if isinstance(value, dict) else None


def as_list(value: object) -> list[JsonValue]:
    """`value` if it is a JSON array, else an empty list."""
    return value if isinstance(value, list) else []


def as_text(value: object, *, limit: int = MAX_TEXT) -> str | None:
    """A string (without NUL, cut to `limit` characters) or an integer's decimal digits; None for all else.

    Floats are refused: an id that went through one has lost digits.
    """
    if isinstance(value, str):
        return (clean(value) if "\x00" in value else value)[:limit]
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)[:limit]
    return None


def as_id(value: object, *, limit: int = MAX_ID) -> str | None:
    """An id: like `as_text`, but never cut (two ids must not become one): None when empty or over `limit`."""
    text = as_text(value, limit=limit + 1)
    return text if text and len(text) <= limit else None


def as_int(value: object, *, low: int = -(2**63), high: int = 2**63 - 1) -> int | None:
    """An integer, an integral float or a string of digits, if within [low, high] (by default PostgreSQL's bigint)."""
    number = _whole(value)
    return number if number is not None and low <= number <= high else None


def _whole(value: object) -> int | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, float):
        return int(value) if value.is_integer() else None
    if isinstance(value, str) and len(value) <= 40 and value.isascii() and value.removeprefix("-").isdigit():
        return int(value)
    return None


def dig(value: object, *path: str | int) -> JsonValue:
    """What stands at `path` (keys and indexes) inside `value`; None as soon as a step leads nowhere."""
    for step in path:
        if isinstance(step, str) and isinstance(value, dict):
            value = value.get(step)
        elif isinstance(step, int) and isinstance(value, list) and -len(value) <= step < len(value):
            value = value[step]
        else:
            return None
    return value  # type: ignore[return-value]
