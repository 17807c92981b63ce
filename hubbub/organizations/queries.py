"""Finding an organisation before any scope is set, as commands must."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from hubbub.kit.errors import InvalidInput, NotFound
from hubbub.organizations.database import run
from hubbub.settings.environment import environment


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """An organisation's id and slug."""

    id: UUID
    slug: str


def find_organization(slug: str | None = None) -> Found:
    """By slug, else by the HUBBUB_ORGANIZATION setting, else the only one. Raises NotFound or InvalidInput."""
    wanted = slug or environment().organization
    rows = [Found(**row) for row in run("SELECT id, slug FROM find_organization(%(slug)s)", slug=wanted)]
    if len(rows) == 1:
        return rows[0]
    if rows:
        names = ", ".join(row.slug for row in rows)
        raise InvalidInput(f"There are several organisations ({names}): name one with --organization.")
    if wanted:
        raise NotFound(f"There is no organisation called {wanted!r}.")
    raise NotFound("There is no organisation yet: `manage.py demo` makes one.")
