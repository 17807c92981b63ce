"""A query that understands documented names, hop by hop, wherever Django resolves a name."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import FieldError
from django.db import models
from django.db.models.sql import Query
from django.db.models.sql.subqueries import UpdateQuery

from facebook_integration.mapping.names import Name


class DocumentedColumn(models.Field):  # type: ignore[type-arg]
    """Stands where a column would: its SQL is the documented value made of the real one."""

    def __init__(self, name: Name, real: Any) -> None:
        super().__init__(null=True)
        self.documented = name
        self.real = real
        self.name = self.attname = real.attname
        self.column = real.column
        self.model = real.model

    def get_col(self, alias: Any, output_field: Any = None) -> Any:  # noqa: ARG002
        return self.documented.expression(self.real.get_col(alias))


def translated(model: Any, names: list[str]) -> tuple[list[str], Name | None]:
    """Hub names for documented ones, and what the last field name stands for."""
    hub: list[str] = []
    last: Name | None = None
    for position, name in enumerate(names):
        last = getattr(model, "documented", {}).get(name)
        if last is None:
            return [*hub, *names[position:]], None
        if last.is_sealed:
            raise FieldError(f"{name} is sealed: it can be read from the object, assigned and saved, never searched.")
        hub += last.path.split("__")
        if not last.to:
            return [*hub, *names[position + 1 :]], last
        model = models_by_name(last.to)
    return hub, last


def models_by_name(name: str) -> Any:
    """A documented model."""
    from django.apps import apps

    return apps.get_model("facebook_integration", name)


class _Documented:
    """Resolves documented names."""

    def names_to_path(self, names: Any, opts: Any, allow_many: bool = True, fail_on_missing: bool = False) -> Any:
        if opts is None or not hasattr(opts.model, "documented") or names[0] in self.annotations:  # type: ignore[attr-defined]
            return super().names_to_path(names, opts, allow_many, fail_on_missing)  # type: ignore[misc]
        hub, last = translated(opts.model, list(names))
        path, final, targets, rest = super().names_to_path(hub, opts, allow_many, fail_on_missing)  # type: ignore[misc]
        if last is not None and last.is_told:
            final = DocumentedColumn(last, targets[0])
            targets = (final,)
        return path, final, targets, rest

    def chain(self, klass: Any = None) -> Any:
        return super().chain(DocumentedUpdate if klass is UpdateQuery else klass)  # type: ignore[misc]


class DocumentedQuery(_Documented, Query):
    """SELECT."""


class DocumentedUpdate(_Documented, UpdateQuery):
    """UPDATE, whose values and conditions may name documented fields too."""
