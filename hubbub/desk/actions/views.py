"""Saved views: the team's, and one's own. In the caller's transaction, shown and audited."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from hubbub.desk.actions.owning import lock_own, owner_for
from hubbub.desk.models import SavedView
from hubbub.kit.errors import InvalidInput
from hubbub.kit.json import JsonValue
from hubbub.organizations.access import Principal
from hubbub.organizations.actions import audit
from hubbub.organizations.screens import ScreenEvent, emit

MOST = 100
"""Of one person, and of the team."""


def create_view(principal: Principal, *, name: str, filters: Mapping[str, JsonValue], is_shared: bool) -> SavedView:
    """A new one; `filters` are what `GET /conversations` takes. Raises InvalidInput, NotAllowed for the team's."""
    owner_id = owner_for(principal, is_shared=is_shared)
    if SavedView.objects.filter(organization_id=principal.organization_id, owner_id=owner_id).count() >= MOST:
        raise InvalidInput(f"There are at most {MOST} saved views.")
    view = SavedView.objects.create(
        organization_id=principal.organization_id, owner_id=owner_id, name=_name(name), filters=dict(filters)
    )
    _changed(principal, view, "view_created")
    return view


def change_view(principal: Principal, view_id: UUID, values: Mapping[str, Any]) -> None:
    """Change name, filters, is_shared. Raises NotFound, NotAllowed, InvalidInput."""
    view = lock_own(SavedView, principal, view_id, "There is no such view.")
    given = dict(values)
    if "is_shared" in given:
        view.owner_id = owner_for(principal, is_shared=given.pop("is_shared"))
    view.name = _name(given.get("name", view.name))
    view.filters = dict(given.get("filters", view.filters))
    view.save()
    _changed(principal, view, "view_changed")


def delete_view(principal: Principal, view_id: UUID) -> None:
    """Remove it. Raises NotFound, NotAllowed."""
    view = lock_own(SavedView, principal, view_id, "There is no such view.")
    SavedView.objects.filter(id=view_id).delete()
    _changed(principal, view, "view_deleted")


def _name(name: str) -> str:
    cleaned = " ".join(name.split())
    if not cleaned:
        raise InvalidInput("A view needs a name.")
    return cleaned


def _changed(principal: Principal, view: SavedView, action: str) -> None:
    audit(principal, principal.organization_id, action, "saved_view", view.id)
    emit([ScreenEvent(organization_id=principal.organization_id, kind="view.changed", subject_id=view.id)])
