"""For which organisation a documented call acts. It always runs inside that organisation's scope, like any other."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from hubbub.kit.errors import InvalidInput, NotFound
from hubbub.organizations.models import Membership, Organization
from hubbub.organizations.queries import find_organization
from hubbub.organizations.scope import current_organization, enter, organization_scope
from hubbub.settings.environment import environment

_chosen: ContextVar[UUID | None] = ContextVar("facebook_integration_organization", default=None)


@contextmanager
def for_organization(slug: str | None) -> Iterator[UUID]:
    """Documented calls inside act for this organisation: of the slug, else HUBBUB_ORGANIZATION, else the only one.

    Holds no transaction. Raises NotFound or InvalidInput, whose sentence names the choices.
    """
    token = _chosen.set(organization := find_organization(slug).id)
    try:
        yield organization
    finally:
        _chosen.reset(token)


@contextmanager
def acting_for(organization: UUID | None = None, *, user: Any = None) -> Iterator[UUID]:
    """A transaction in the scope of the organisation: the given one, else of the scope around it, else what
    `for_organization` chose, else of `user` by membership, else the setting, else the only one."""
    around = current_organization() if connection.in_atomic_block else None
    found = organization or around or _chosen.get() or (_of(user) if user is not None else find_organization().id)
    if found == around:
        yield found
        return
    with organization_scope(found):
        yield found


def _of(user: Any) -> UUID:
    """The organisation of a person. Raises NotFound, or InvalidInput that names the choices."""
    user_id = getattr(user, "pk", user)
    with transaction.atomic():
        enter(user=user_id)
        ids = list(Membership.objects.filter(user_id=user_id, is_active=True).values_list("organization_id", flat=True))
    if not ids:
        raise NotFound("This person belongs to no organisation.")
    if len(ids) == 1:
        return ids[0]
    slugs = {_slug(one): one for one in ids}
    wanted = environment().organization
    if wanted in slugs:
        return slugs[wanted]
    raise InvalidInput(
        f"This person belongs to several organisations ({', '.join(sorted(slugs))}): name one with HUBBUB_ORGANIZATION."
    )


def _slug(organization: UUID) -> str:
    with organization_scope(organization):
        return Organization.objects.get(id=organization).slug
