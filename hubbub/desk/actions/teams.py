"""Making and changing teams. In the caller's transaction, shown and audited."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from hubbub.desk.models import Team, TeamMembership
from hubbub.kit.errors import Conflict, InvalidInput, NotFound
from hubbub.kit.json import JsonValue
from hubbub.organizations.access import Principal
from hubbub.organizations.actions import audit
from hubbub.organizations.models import Membership
from hubbub.organizations.screens import ScreenEvent, emit

MOST_MEMBERS = 200


def create_team(principal: Principal, *, name: str, description: str = "") -> Team:
    """A new team without members. Raises Conflict (`team_exists`) when the name is taken, in any case."""
    team = Team(organization_id=principal.organization_id, name=_name(name), description=description)
    _save(team)
    _changed(principal, team.id, "team_created")
    return team


def change_team(principal: Principal, team_id: UUID, values: Mapping[str, Any]) -> None:
    """Change name, description, is_active. Raises NotFound, InvalidInput, Conflict (`team_exists`)."""
    team = lock_team(principal.organization_id, team_id)
    for name, value in values.items():
        setattr(team, name, _name(value) if name == "name" else value)
    _save(team)
    _changed(principal, team_id, "team_changed", fields=[*sorted(values)])


def delete_team(principal: Principal, team_id: UUID) -> None:
    """Remove a team. Its conversations stay with whoever has them. Raises NotFound."""
    lock_team(principal.organization_id, team_id).delete()
    _changed(principal, team_id, "team_deleted")


def set_member(principal: Principal, team_id: UUID, user_id: UUID, *, is_away: bool = False) -> None:
    """Take a person of the organisation into the team, or change whether they are away.

    Raises NotFound for the team, InvalidInput for somebody outside the organisation or beyond 200 members.
    """
    team = lock_team(principal.organization_id, team_id)
    if not Membership.objects.filter(organization_id=team.organization_id, user_id=user_id, is_active=True).exists():
        raise InvalidInput("This person is not a member of the organisation.")
    _, is_new = TeamMembership.objects.update_or_create(
        organization_id=team.organization_id, team_id=team_id, user_id=user_id, defaults={"is_away": is_away}
    )
    if is_new and team.memberships.count() > MOST_MEMBERS:
        raise InvalidInput(f"A team has at most {MOST_MEMBERS} members.")
    action = "team_member_added" if is_new else "team_member_changed"
    _changed(principal, team_id, action, user_id=str(user_id), is_away=is_away)


def remove_member(principal: Principal, team_id: UUID, user_id: UUID) -> None:
    """Take somebody out of the team; their conversations stay with them. Raises NotFound."""
    team = lock_team(principal.organization_id, team_id)
    removed, _ = TeamMembership.objects.filter(team_id=team.id, user_id=user_id).delete()
    if not removed:
        raise NotFound("This person is not in the team.")
    _changed(principal, team_id, "team_member_removed", user_id=str(user_id))


def lock_team(organization_id: UUID, team_id: UUID) -> Team:
    """The team under its row lock. Raises NotFound."""
    rows = Team.objects.select_for_update(no_key=True).filter(organization_id=organization_id, id=team_id)
    found = rows.first()
    if found is None:
        raise NotFound("There is no such team.")
    return found


def _name(name: str) -> str:
    cleaned = " ".join(name.split())
    if not cleaned:
        raise InvalidInput("A team needs a name.")
    return cleaned


def _save(team: Team) -> None:
    try:
        with transaction.atomic():
            team.save()
    except IntegrityError:
        raise Conflict(f"There is a team called {team.name!r} already.", code="team_exists") from None


def _changed(principal: Principal, team_id: UUID, action: str, **data: JsonValue) -> None:
    audit(principal, principal.organization_id, action, "team", team_id, **data)
    emit([ScreenEvent(organization_id=principal.organization_id, kind="team.changed", subject_id=team_id)])
