"""Graph takes parameters from the query, from JSON, from forms and from multipart, all in one bag."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

import orjson
import python_multipart

from sandbox.graph.errors import BadParameter
from sandbox.http import Request


@dataclass(slots=True)
class UploadedFile:
    filename: str
    mime: str
    content: bytes


@dataclass(slots=True)
class Params:
    """``query`` and ``body`` apart, because the ledger notes where the token stood."""

    query: dict[str, str] = field(default_factory=dict)
    body: dict[str, Any] = field(default_factory=dict)
    files: dict[str, UploadedFile] = field(default_factory=dict)

    def get(self, name: str, default: Any = None) -> Any:
        if name in self.body:
            return self.body[name]
        return self.query.get(name, default)

    def has(self, name: str) -> bool:
        return name in self.body or name in self.query

    def text(self, name: str, default: str = "") -> str:
        """A scalar as text; numbers are accepted as Graph accepts them."""
        value = self.get(name)
        if value is None:
            return default
        if isinstance(value, bool) or not isinstance(value, (str, int, float)):
            raise BadParameter(f"Param {name} must be a string")
        return str(value)

    def need(self, name: str) -> str:
        value = self.text(name)
        if not value:
            raise BadParameter(f"The parameter {name} is required")
        return value

    def structure(self, name: str) -> Any:
        """An object or array; a form carries it as JSON text."""
        value = self.get(name)
        if isinstance(value, str) and value[:1] in ("{", "["):
            try:
                return orjson.loads(value)
            except orjson.JSONDecodeError:
                raise BadParameter(f"Param {name} must be valid JSON") from None
        return value

    def names(self, name: str) -> list[str]:
        """A list of names: an array, or text with commas."""
        value = self.structure(name)
        if value is None:
            return []
        if isinstance(value, str):
            return [part.strip() for part in value.split(",") if part.strip()]
        if isinstance(value, list) and all(isinstance(part, str) for part in value):
            return value
        raise BadParameter(f"Param {name} must be an array of strings")

    def flag(self, name: str) -> bool | None:
        value = self.get(name)
        if value is None or isinstance(value, bool):
            return value
        return str(value).lower() in ("true", "1")


def read_params(request: Request) -> Params:
    """Raises BadParameter for a body that is not what its content type says."""
    params = Params()
    if request.query:
        params.query = dict(parse_qsl(request.query, keep_blank_values=True))
    if request.body:
        _read_body(request, params)
    return params


def _read_body(request: Request, params: Params) -> None:
    content_type = request.content_type
    if content_type == "application/json":
        params.body = _json_object(request.body)
    elif content_type == "multipart/form-data":
        _read_multipart(request, params)
    elif content_type in ("application/x-www-form-urlencoded", ""):
        params.body = dict(parse_qsl(request.body.decode("utf-8", "replace"), keep_blank_values=True))


def _json_object(body: bytes) -> dict[str, Any]:
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise BadParameter("The request body is not valid JSON") from None
    if not isinstance(value, dict):
        raise BadParameter("The request body must be a JSON object")
    return value


def _read_multipart(request: Request, params: Params) -> None:
    def on_field(item: Any) -> None:
        params.body[(item.field_name or b"").decode()] = (item.value or b"").decode("utf-8", "replace")

    def on_file(item: Any) -> None:
        item.file_object.seek(0)
        content = item.file_object.read()
        name = (item.file_name or b"").decode("utf-8", "replace")
        params.files[(item.field_name or b"").decode()] = UploadedFile(name, _part_type(item), content)

    headers = {"Content-Type": request.header(b"content-type").encode("latin-1")}
    parser = python_multipart.create_form_parser(headers, on_field, on_file, config={"MAX_MEMORY_FILE_SIZE": 128 << 20})
    try:
        parser.write(request.body)
        parser.finalize()
    except python_multipart.exceptions.FormParserError:
        raise BadParameter("The multipart body cannot be read") from None
    finally:
        parser.close()


def _part_type(item: Any) -> str:
    return (getattr(item, "content_type", None) or "").split(";")[0].strip()
