"""`objects` of the documented models. Every call acts for one organisation (mapping/scope.py)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from typing import Any, cast

from django.db import models

from facebook_integration.mapping.names import Name, hub_words
from facebook_integration.mapping.query import DocumentedQuery, translated
from facebook_integration.mapping.scope import acting_for


class DocumentedQuerySet(models.QuerySet[Any, Any]):
    """Takes documented names, and the hub's own, in every method."""

    def __init__(self, model: Any = None, query: Any = None, using: Any = None, hints: Any = None) -> None:
        super().__init__(model, query or (DocumentedQuery(model) if model else None), using, hints)

    # --- The scope ----------------------------------------------------------------------------------------------------

    def _acting(self, values: Any = None) -> AbstractContextManager[Any]:
        """The scope of this call: of the organisation that its objects name, else of its `user`."""
        given = values or {}
        organization = next(
            (one.organization_id for one in given.values() if getattr(one, "organization_id", None)), None
        )
        hints = cast("Any", self)._hints  # noqa: SLF001
        return acting_for(organization, user=given.get("user", hints.get("documented_user")))

    def _filter_or_exclude(self, negate: bool, args: Any, kwargs: Any) -> Any:
        clone = super()._filter_or_exclude(negate, args, kwargs)  # type: ignore[misc]
        if not negate and kwargs.get("user") is not None:
            clone._add_hints(documented_user=kwargs["user"])  # noqa: SLF001
        return clone

    def _fetch_all(self) -> None:
        if self._result_cache is None:
            with self._acting(), hub_words():
                super()._fetch_all()
        else:
            super()._fetch_all()

    def iterator(self, chunk_size: int | None = None) -> Iterator[Any]:
        """Inside a scope of its own until it is read to the end."""
        with self._acting():
            yield from super().iterator(chunk_size or 2000)

    def count(self) -> int:
        with self._acting():
            return super().count()

    def exists(self) -> bool:
        with self._acting():
            return super().exists()

    def aggregate(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        with self._acting():
            return super().aggregate(*args, **kwargs)

    def explain(self, **options: Any) -> str:
        with self._acting():
            return super().explain(**options)

    def in_bulk(self, id_list: Any = None, *, field_name: str = "pk") -> dict[Any, Any]:
        """By any documented name whose values are told apart. Raises ValueError where two rows have the same one."""
        if field_name not in self.model.documented:
            return super().in_bulk(id_list, field_name=field_name)
        rows = list(self if id_list is None else self.filter(**{f"{field_name}__in": list(id_list)}))
        found = {getattr(row, field_name): row for row in rows}
        if len(found) < len(rows):
            raise ValueError(f"{field_name} is not unique here: two rows have the same one.")
        return found

    # --- Names that do not go through the query -----------------------------------------------------------------------

    def values(self, *fields: Any, **expressions: Any) -> Any:
        return super().values(*(fields or (() if expressions else self._readable())), **expressions)

    def values_list(self, *fields: Any, flat: bool = False, named: bool = False) -> Any:
        return super().values_list(*(fields or self._readable()), flat=flat, named=named)

    def _readable(self) -> tuple[str, ...]:
        return ("id", *(name for name, entry in self.model.documented.items() if not entry.is_sealed))

    def only(self, *fields: str) -> Any:
        return super().only("organization", *self._hub_paths(fields))  # its scope

    def defer(self, *fields: Any) -> Any:
        return super().defer(*(fields if fields == (None,) else self._hub_paths(fields)))

    def select_related(self, *fields: Any) -> Any:
        return super().select_related(*(fields if not fields or fields == (None,) else self._hub_paths(fields)))

    def prefetch_related(self, *lookups: Any) -> Any:
        return super().prefetch_related(*(self._hub_paths(lookups) if all(map(_is_text, lookups)) else lookups))

    def _hub_paths(self, names: Iterable[str]) -> list[str]:
        return [path for name in names for path in self._hub_path(name)]

    def _hub_path(self, name: str) -> list[str]:
        entry: Name | None = self.model.documented.get(name)
        if entry is not None and entry.hub_fields:
            return list(entry.hub_fields)
        return ["__".join(translated(self.model, name.split("__"))[0])]

    # --- Writing ------------------------------------------------------------------------------------------------------

    def create(self, **values: Any) -> Any:
        with self._acting(values):
            return self.model.make(values)

    def get_or_create(self, defaults: Any = None, **kwargs: Any) -> tuple[Any, bool]:
        with self._acting({**(defaults or {}), **kwargs}):
            return super().get_or_create(defaults, **kwargs)

    def update_or_create(self, defaults: Any = None, create_defaults: Any = None, **kwargs: Any) -> tuple[Any, bool]:
        with self._acting({**(defaults or {}), **kwargs}):
            return super().update_or_create(defaults, create_defaults, **kwargs)

    def bulk_create(self, objs: Iterable[Any], *args: Any, **kwargs: Any) -> list[Any]:
        rows = list(objs)
        with self._acting():
            for row in rows:
                row.complete()
            with hub_words():
                return super().bulk_create(rows, *args, **kwargs)

    def bulk_update(self, objs: Iterable[Any], fields: Iterable[str], batch_size: int | None = None) -> int:
        rows = list(objs)
        with self._acting(), hub_words():
            if all(self._is_plain(name) for name in fields):
                plain: Any = models.QuerySet(self.model, using=self.db)
                return int(plain.bulk_update(rows, self._hub_paths(fields), batch_size))
            for row in rows:
                row.save(update_fields=list(fields))
            return len(rows)

    def update(self, **values: Any) -> int:
        with self._acting():
            if not all(self._is_plain(name) for name in values):
                return self._update_one_by_one(values)
            return super().update(**dict(self._hub_values(values)))

    def _is_plain(self, name: str) -> bool:
        entry: Name | None = self.model.documented.get(name)
        return self.model.writes_plainly and (entry is None or entry.is_plain)

    def _hub_values(self, values: dict[str, Any]) -> Iterator[tuple[str, Any]]:
        for name, value in values.items():
            entry: Name | None = self.model.documented.get(name)
            if entry is None:
                yield name, value
            else:
                is_sql = hasattr(value, "resolve_expression")
                yield entry.path, value if is_sql else entry.to_hub(value)

    def _update_one_by_one(self, values: dict[str, Any]) -> int:
        """What is sealed, part of a JSON object or behind a relation is written by the objects."""
        rows = list(self.select_for_update(of=("self",)))
        for row in rows:
            for name, value in values.items():
                setattr(row, name, value)
            row.save(update_fields=list(values))
        return len(rows)

    def delete(self) -> tuple[int, dict[str, int]]:
        with self._acting():
            if self.model.deletes_plainly:
                return super().delete()
            rows = list(self)
            for row in rows:
                row.delete()
            return len(rows), {str(self.model.__name__): len(rows)} if rows else {}


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


class DocumentedManager(models.Manager.from_queryset(DocumentedQuerySet)):  # type: ignore[misc]
    """Shows the rows that this model is about (`shown`)."""

    def get_queryset(self) -> Any:
        return super().get_queryset().filter(**self.model.shown)
