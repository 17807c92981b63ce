"""Logging: events named `noun_verb` with fields, one line each, as text or JSON, redacted before they are written."""

import logging
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

from hubbub.kit import json
from hubbub.kit.redaction import redact

_bound: ContextVar[Mapping[str, object]] = ContextVar("hubbub_log_fields")
_NOTHING: Mapping[str, object] = {}


def log_event(
    logger: logging.Logger, level: int, event: str, *, error: BaseException | None = None, **fields: object
) -> None:
    """Logs `event` (`noun_verb`, past tense: "delivery_stored") with `fields`. Never pass message text or secrets."""
    if logger.isEnabledFor(level):
        logger.log(level, event, extra={"fields": fields}, exc_info=error)


@contextmanager
def bound(**fields: object) -> Iterator[None]:
    """Adds `fields` to every event logged inside, in this thread or task."""
    token = _bound.set({**_bound.get(_NOTHING), **fields})
    try:
        yield
    finally:
        _bound.reset(token)


class BindContext(logging.Filter):
    """Puts the bound fields on the record, in the thread or task that logs it."""

    def filter(self, record: logging.LogRecord) -> bool:
        own = getattr(record, "fields", _NOTHING)
        record.fields = {**_bound.get(_NOTHING), **own}
        return True


class Redact(logging.Filter):
    """Masks secrets in the message and the fields. Exceptions are redacted by the formatter."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = redact(record.getMessage()), None
        record.fields = {name: _redacted(value) for name, value in getattr(record, "fields", _NOTHING).items()}
        return True


def _redacted(value: object) -> object:
    return value if isinstance(value, int | float | None) else redact(str(value))


class JsonLines(logging.Formatter):
    """One JSON object a line: time, level, logger, process, event, the fields, and `error` with the traceback."""

    def __init__(self, process: str) -> None:
        super().__init__()
        self._process = process

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            **getattr(record, "fields", _NOTHING),
            "time": _time_of(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "process": self._process,
            "event": record.getMessage(),
        }
        if record.exc_info:
            line["error"] = redact(self.formatException(record.exc_info))
        return json.dumps(line).decode()


class TextLines(logging.Formatter):
    """For people: time, level, process, event, fields as name=value."""

    def __init__(self, process: str) -> None:
        super().__init__()
        self._process = process

    def format(self, record: logging.LogRecord) -> str:
        fields = "".join(f" {name}={value}" for name, value in getattr(record, "fields", _NOTHING).items())
        head = f"{_time_of(record)} {record.levelname:<7} {self._process} {record.name}"
        line = f"{head} {_one_line(record.getMessage())}{_one_line(fields)}"
        return f"{line}\n{redact(self.formatException(record.exc_info))}" if record.exc_info else line


def _one_line(text: str) -> str:
    # A line break in a logged value must not be able to forge a second log line.
    return text.replace("\r", "\\r").replace("\n", "\\n")


def _time_of(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")


def configure(level: str, *, json: bool, process: str) -> None:
    """Sends all logging of this process to stderr. `process` is its role ("web", "edge", …)."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines(process) if json else TextLines(process))
    handler.addFilter(BindContext())
    handler.addFilter(Redact())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name in ("httpx", "httpcore"):  # they log every URL and header
        logging.getLogger(name).setLevel(logging.WARNING)
