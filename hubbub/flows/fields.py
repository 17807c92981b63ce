"""JSON as it was written."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg.types.json import Json

from hubbub.kit.json import dumps


class OrderedJsonField(models.JSONField):
    """Keeps the order of keys, which jsonb does not: the first step of a flow is where it begins, and an export is
    read by people. It cannot be looked into by queries."""

    def db_type(self, connection: BaseDatabaseWrapper) -> str:  # noqa: ARG002
        return "json"

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:  # noqa: ARG002
        return value

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:  # noqa: ARG002
        return None if value is None else Json(value, dumps=dumps)
