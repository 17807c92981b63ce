"""What a documented name stands for. Each kind knows its SQL, and how an object reads and writes it."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from django.db.models import Case, CharField, Func, TextField, Value, When
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.db.models.functions import Coalesce, NullIf
from django.db.models.lookups import Exact

from facebook_integration.mapping.scope import acting_for

if TYPE_CHECKING:
    from collections.abc import Iterator

_hub_words: ContextVar[bool] = ContextVar("facebook_integration_hub_words", default=False)


@contextmanager
def hub_words() -> Iterator[None]:
    """Attributes that are called the same in both worlds speak the hub's words: while rows are read and written."""
    token = _hub_words.set(True)
    try:
        yield
    finally:
        _hub_words.reset(token)


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    """The same value under another name. `path` may hop over relations; `to` is the documented model at its end."""

    path: str
    to: str = ""

    is_told = False
    """Whether SQL needs an expression instead of the column itself."""
    is_sealed = False

    @property
    def hub_fields(self) -> tuple[str, ...]:
        """The fields of the row itself that hold it; none when it lies behind a relation."""
        return () if "__" in self.path else (self.path,)

    @property
    def is_plain(self) -> bool:
        """Whether `update()` can write it in one statement."""
        return "__" not in self.path

    def to_hub(self, value: Any) -> Any:
        """A documented value as the column holds it."""
        return value

    def expression(self, column: Any) -> Any:
        """The documented value, made of the column at the end of the path."""
        return column

    def read(self, row: Any) -> Any:
        """The documented value of an object."""
        value = _read(_owner(row, self.path), self.path.rpartition("__")[2])
        return as_model(value, self.to) if self.to and value is not None else value

    def write(self, row: Any, value: Any) -> None:
        """Assign the documented value."""
        owner = _owner(row, self.path)
        setattr(owner, self.path.rpartition("__")[2], value)
        if owner is not row:
            row.__dict__.setdefault("_behind", {})[self.path.rpartition("__")[0]] = owner


@dataclass(frozen=True, slots=True, kw_only=True)
class Words(Name):
    """The hub's words under documented ones. `reading`: hub → documented; `writing`: documented → hub."""

    reading: Mapping[str, Any]
    writing: Mapping[Any, str]
    otherwise: Any

    is_told = True

    def to_hub(self, value: Any) -> Any:
        """A word of the hub passes: rows are read through the same attribute."""
        if isinstance(value, str) and value in self.reading and value not in self.writing:
            return str(value)
        if value not in self.writing:
            known = ", ".join(str(word) for word in self.writing)
            raise ValueError(f"{value!r} is not one of {known}.")
        return self.writing[value]

    def expression(self, column: Any) -> Any:
        cases = [When(Exact(column, hub), then=Value(word)) for hub, word in self.reading.items()]
        return Case(*cases, default=Value(self.otherwise))

    def read(self, row: Any) -> Any:
        value = stored(row, self.path)
        return value if _hub_words.get() else self.reading.get(value, self.otherwise)

    def write(self, row: Any, value: Any) -> None:
        before = row.__dict__.get(self.path)
        if _hub_words.get() or value == "":
            row.__dict__[self.path] = value
        elif before in (None, "") or self.reading.get(before, self.otherwise) != value:
            row.__dict__[self.path] = self.to_hub(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Key(Name):
    """A key of a JSON object. `is_text`: compared and returned as text, empty where it is not told."""

    key: tuple[str, ...]
    is_text: bool = True

    is_told = True

    @property
    def is_plain(self) -> bool:
        return False

    def expression(self, column: Any) -> Any:
        for part in self.key[:-1]:
            column = KeyTransform(part, column)
        if not self.is_text:
            return KeyTransform(self.key[-1], column)
        return Coalesce(KeyTextTransform(self.key[-1], column), Value(""), output_field=TextField())

    def read(self, row: Any) -> Any:
        value: Any = _read(row, self.path)
        for part in self.key:
            value = value.get(part) if isinstance(value, dict) else None
        return ("" if value is None else str(value)) if self.is_text else value

    def write(self, row: Any, value: Any) -> None:
        setattr(row, self.path, _with(_read(row, self.path), self.key, value))


@dataclass(frozen=True, slots=True, kw_only=True)
class FileLink(Key):
    """Where the first file of a message lies: what was assigned, else the link that the platform or the sender gave.
    Platforms' links expire; the hub's own copy stands in `attachments`."""

    FIRST: ClassVar[str] = (
        "(SELECT x.source_url FROM attachment x WHERE x.message_id = %(expressions)s AND x.source_url <> ''"
        " ORDER BY x.position LIMIT 1)"
    )

    def expression(self, column: Any) -> Any:
        message = column.target.model._meta.get_field("id").get_col(column.alias)  # noqa: SLF001
        first = Func(message, template=self.FIRST, output_field=TextField())
        assigned = NullIf(KeyTextTransform(self.key[-1], column), Value(""))
        return Coalesce(assigned, first, Value(""), output_field=TextField())

    def read(self, row: Any) -> Any:
        return Key.read(self, row) or next(iter(self._links(row)), "")

    @staticmethod
    def _links(row: Any) -> list[str]:
        """Without a question where there cannot be a file, or where somebody prefetched them."""
        if stored(row, "type") == "text" or row._state.adding:  # noqa: SLF001
            return []
        with acting_for(row.organization_id):
            files = sorted(row.attachments.all(), key=lambda one: one.position)
        return [one.source_url for one in files if one.source_url]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part(Key):
    """A person's first or last name: as the platform told it, else a part of the name that is shown."""

    whole: str
    is_first: bool

    @property
    def hub_fields(self) -> tuple[str, ...]:
        return (self.path, self.whole)

    def expression(self, column: Any) -> Any:
        shown = column.target.model._meta.get_field(self.whole).get_col(column.alias)  # noqa: SLF001
        told = NullIf(KeyTextTransform(self.key[-1], column), Value(""))
        first = Func(shown, Value(" "), Value(1), function="split_part", output_field=CharField())
        rest = Func(shown, Value(r"^\S+\s*"), Value(""), function="regexp_replace", output_field=CharField())
        return Coalesce(told, first if self.is_first else rest, output_field=TextField())

    def read(self, row: Any) -> Any:
        told = Key.read(self, row)
        first, _, rest = _read(row, self.whole).partition(" ")
        return told or (first if self.is_first else rest.strip())

    def write(self, row: Any, value: Any) -> None:
        before = {name: row.__class__.documented[name].read(row) for name in ("first_name", "last_name")}
        before[self.key[-1]] = value
        setattr(row, self.path, {**_read(row, self.path), **before})
        setattr(row, self.whole, " ".join(filter(None, before.values()))[:255])


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret(Name):
    """A part of a sealed object, or the sealed value itself. It can be read, assigned and saved, and never searched."""

    key: str = ""
    also: str = field(default="")
    """Another sealed list that takes the value first: what may sign webhooks."""

    is_sealed = True

    @property
    def is_plain(self) -> bool:
        return False

    @property
    def hub_fields(self) -> tuple[str, ...]:
        return (self.path, *filter(None, (self.also,)), "secrets_changed_at")

    def read(self, row: Any) -> Any:
        value = stored(row, self.path)
        return (value or {}).get(self.key, "") if self.key else value or ""

    def write(self, row: Any, value: Any) -> None:
        if _hub_words.get():
            row.__dict__[self.path] = value
            return
        row.__dict__["_secrets_changed"] = True
        if self.key:
            value = {**(stored(row, self.path) or {}), self.key: value}
            value = {name: one for name, one in value.items() if one}
        put_sealed(row, self.path, value or None)
        if self.also and (given := (value or {}).get(self.key)):
            put_sealed(row, self.also, list(dict.fromkeys([given, *(stored(row, self.also) or [])]))[:2])


@dataclass(frozen=True, slots=True, kw_only=True)
class AppId(Key):
    """No secret, so it can be searched; it stands among the credentials too, where calls read it."""

    @property
    def hub_fields(self) -> tuple[str, ...]:
        return (self.path, "credentials", "secrets_changed_at")

    def read(self, row: Any) -> Any:
        return Key.read(self, row) or (stored(row, "credentials") or {}).get("app_id", "")

    def write(self, row: Any, value: Any) -> None:
        Key.write(self, row, value)
        Secret(path="credentials", key="app_id").write(row, value)


def stored(row: Any, name: str) -> Any:
    """The hub's own value of a field, whatever attribute covers its name."""
    if name not in row.__dict__:
        row.refresh_from_db(fields=[name])
    value = row.__dict__[name]
    hub_field = row._meta.get_field(name)  # noqa: SLF001
    return value.reveal(hub_field.context(row)) if hasattr(value, "reveal") else value


def put_sealed(row: Any, name: str, value: Any) -> None:
    """Assign a sealed field, whatever attribute covers its name."""
    row.__dict__[name] = value


def as_model(row: Any, name: str) -> Any:
    """The same row under its documented model."""
    from django.apps import apps

    row.__class__ = apps.get_model("facebook_integration", name)
    return row


def _owner(row: Any, path: str) -> Any:
    for name in path.split("__")[:-1]:
        row = _read(row, name)
    return row


def _read(row: Any, name: str) -> Any:
    """An attribute; what must be fetched is fetched in the scope of the row's organisation."""
    organization = getattr(row, "organization_id", None)
    if organization is None or name in row.__dict__ or row._state.fields_cache.get(name) is not None:  # noqa: SLF001
        return getattr(row, name)
    with acting_for(organization):
        return getattr(row, name)


def _with(whole: Any, key: tuple[str, ...], value: Any) -> Any:
    known = whole if isinstance(whole, dict) else {}
    return {**known, key[0]: value if len(key) == 1 else _with(known.get(key[0]), key[1:], value)}
