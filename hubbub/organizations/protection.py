"""Row-level security, composite references and grants, as migration operations.

One call of `protect()` a table, in the migration after the one that creates it. The database roles are those of
`hubbub.processes.roles`; their prefix is a setting, so the SQL is made when the migration runs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from hubbub.settings.environment import environment

CURRENT_ORGANIZATION = "nullif(current_setting('hubbub.organization', true), '')::uuid"
CURRENT_USER_ID = "nullif(current_setting('hubbub.user', true), '')::uuid"
CURRENT_KEY_HASH = "nullif(current_setting('hubbub.api_key_hash', true), '')"

Grants = Mapping[str, str]
"""Process name → privileges, as in SQL: {"web": "SELECT, INSERT"}."""


def role(process: str) -> str:
    """The database role of a process, quoted."""
    prefix = environment().database_role_prefix
    return f'"{prefix}_{process}"'


def run(statements: Sequence[str]) -> Any:
    """A migration step that runs SQL in which `{web}`, `{inbound}`, … stand for the roles."""

    def forwards(apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:  # noqa: ARG001
        for statement in statements:
            schema_editor.execute(_with_roles(statement), params=None)

    return migrations.RunPython(forwards, migrations.RunPython.noop, elidable=False)


def protect(
    table: str,
    *,
    grants: Grants,
    spanning: Sequence[str] = (),
    references: Mapping[str, str] | None = None,
    tenant_column: str = "organization_id",
    extra_using: str = "",
) -> Any:
    """Hide a tenant table's rows from other organisations.

    `spanning`: processes whose job crosses organisations (they see every row, within their grants).
    `references`: column → table, each becoming FOREIGN KEY (organization_id, column) → (organization_id, id).
    `extra_using`: another way to see a row, for membership, organisation and key tables (by user or key hash).
    """
    return run(
        [
            *_row_security(table, tenant_column, extra_using),
            *(_spanning_policy(table, process) for process in ("migrator", *spanning)),
            *grant_statements(table, grants),
            *_references(table, references or {}),
        ]
    )


def grant(table: str, grants: Grants) -> Any:
    """Grants only, for tables that have no tenant."""
    return run(grant_statements(table, grants))


def grant_statements(table: str, grants: Grants) -> list[str]:
    """One GRANT a process."""
    return [f"GRANT {privileges} ON {table} TO {{{process}}}" for process, privileges in grants.items()]


def identity_key(table: str) -> Any:
    """Make (id, organization_id) the primary key: composite references need it, and one index serves both them and
    looking up by id. Two organisations could not share an id anyhow: ids are made at random."""
    return run([f"ALTER TABLE {table} DROP CONSTRAINT {table}_pkey, ADD PRIMARY KEY (id, organization_id)"])


def _row_security(table: str, tenant_column: str, extra_using: str) -> list[str]:
    own = f"{tenant_column} = {CURRENT_ORGANIZATION}"
    using = f"{own} OR {extra_using}" if extra_using else own
    return [
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
        f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
        f"CREATE POLICY tenant ON {table} USING ({using}) WITH CHECK ({own})",
    ]


def _spanning_policy(table: str, process: str) -> str:
    return f"CREATE POLICY spanning_{process} ON {table} TO {{{process}}} USING (true) WITH CHECK (true)"


def _references(table: str, references: Mapping[str, str]) -> list[str]:
    return [
        f"ALTER TABLE {table} ADD CONSTRAINT {table}_{column}_tenant FOREIGN KEY (organization_id, {column})"
        f" REFERENCES {target} (organization_id, id) DEFERRABLE INITIALLY DEFERRED"
        for column, target in references.items()
    ]


def _with_roles(statement: str) -> str:
    from hubbub.processes.roles import PROCESSES

    for process in PROCESSES:
        statement = statement.replace("{" + process + "}", role(process))
    return statement
