"""Whose rows a transaction may see. Row-level security reads these settings; they end with the transaction."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from django.db import connection, transaction

SETTINGS = {"organization": "hubbub.organization", "user": "hubbub.user", "key_hash": "hubbub.api_key_hash"}


def enter(*, organization: UUID | None = None, user: UUID | None = None, key_hash: str | None = None) -> None:
    """Set the scope of the current transaction; call inside `transaction.atomic()` only."""
    if not connection.in_atomic_block:
        raise RuntimeError("A scope ends with its transaction: enter it inside transaction.atomic().")
    values = {"organization": organization, "user": user, "key_hash": key_hash}
    given = {SETTINGS[name]: str(value) for name, value in values.items() if value is not None}
    if not given:
        return
    with connection.cursor() as cursor:
        calls = ", ".join("set_config(%s, %s, true)" for _ in given)
        cursor.execute(f"SELECT {calls}", [part for pair in given.items() for part in pair])


@contextmanager
def organization_scope(organization: UUID, *, user: UUID | None = None) -> Iterator[None]:
    """A transaction that sees one organisation's rows; nested in another's scope it restores that one."""
    is_nested = connection.in_atomic_block
    with transaction.atomic():
        before = current_organization() if is_nested else None
        enter(organization=organization, user=user)
        yield
        if before is not None and before != organization:
            enter(organization=before)


def current_organization() -> UUID | None:
    """The organisation of this transaction, or None."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nullif(current_setting('hubbub.organization', true), '')")
        row = cursor.fetchone()
    return UUID(row[0]) if row and row[0] else None
