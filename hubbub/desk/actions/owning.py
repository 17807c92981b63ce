"""Whose a canned reply or a saved view is: one person's, or the team's."""

from __future__ import annotations

from typing import TypeVar
from uuid import UUID

from hubbub.desk.models import CannedReply, SavedView
from hubbub.kit.errors import InvalidInput, NotFound
from hubbub.organizations.access import Principal, require

Owned = TypeVar("Owned", CannedReply, SavedView)


def owner_for(principal: Principal, *, is_shared: bool) -> UUID | None:
    """The owner of what somebody makes; None: the team. Raises NotAllowed for what is the team's when their role may
    not change that, InvalidInput (`needs_person`) for a key that wants something of its own."""
    if is_shared:
        require(principal, "manage_desk")
        return None
    if principal.user_id is None:
        raise InvalidInput("This would belong to a person: sign in, or share it with the team.", code="needs_person")
    return principal.user_id


def require_owner(principal: Principal, owner_id: UUID | None) -> None:
    """Raises NotAllowed for the team's things when the role may not change them."""
    if owner_id is None:
        require(principal, "manage_desk")


def lock_own(kind: type[Owned], principal: Principal, row_id: UUID, missing: str) -> Owned:
    """The row under its lock, to be changed. Raises NotFound with `missing`, also for somebody else's; NotAllowed."""
    rows = kind.objects.select_for_update(of=("self",), no_key=True)
    found = rows.filter(organization_id=principal.organization_id, id=row_id).first()
    if found is None or (found.owner_id and found.owner_id != principal.user_id):
        raise NotFound(missing)
    require_owner(principal, found.owner_id)
    return found
