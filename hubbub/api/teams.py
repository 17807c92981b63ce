"""/teams: people who share conversations."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Router

from hubbub.api.router import Key, item, organization_of, page, who
from hubbub.api.schemas.common import Accepted, Cursor, Error, Limit
from hubbub.api.schemas.desk import ConversationOfTeam, Given, MemberIn, NewTeam, TeamChange, TeamDetail, Teams
from hubbub.desk.actions import assigning, teams
from hubbub.desk.queries import teams as queries

router = Router(tags=["teams"])
FAULTS = {401: Error, 403: Error, 404: Error, 422: Error}


@router.get("", auth=Key("read"), response={200: Teams, 401: Error, 403: Error, 422: Error})
def list_teams(request: HttpRequest, limit: Limit = 50, cursor: Cursor | None = None) -> HttpResponse:
    """Newest first."""
    found = queries.list_teams(organization_of(request), limit=limit, cursor=cursor)
    return page(found.rows, found.next_cursor)


@router.post("", auth=Key("manage_teams"), response={201: TeamDetail, 401: Error, 403: Error, 409: Error, 422: Error})
def create_team(request: HttpRequest, body: NewTeam) -> HttpResponse:
    """A new team without members. 409 (`team_exists`) when the name is taken, in any case."""
    team = teams.create_team(who(request), name=body.name, description=body.description)
    return _shown(request, team.id, 201)


@router.get("/{team_id}", auth=Key("read"), response={200: TeamDetail, **FAULTS})
def get_team(request: HttpRequest, team_id: UUID) -> HttpResponse:
    """One team with its members."""
    return _shown(request, team_id)


@router.patch("/{team_id}", auth=Key("manage_teams"), response={200: TeamDetail, 409: Error, **FAULTS})
def change_team(request: HttpRequest, team_id: UUID, body: TeamChange) -> HttpResponse:
    """Change name, description, whether it takes new conversations. What is not given stays as it is."""
    teams.change_team(who(request), team_id, body.model_dump(exclude_none=True))
    return _shown(request, team_id)


@router.delete("/{team_id}", auth=Key("manage_teams"), response={200: Accepted, **FAULTS})
def delete_team(request: HttpRequest, team_id: UUID) -> HttpResponse:
    """Remove a team. Its conversations stay with whoever has them."""
    teams.delete_team(who(request), team_id)
    return item({"status": "accepted"})


@router.put("/{team_id}/members/{user_id}", auth=Key("manage_teams"), response={200: TeamDetail, **FAULTS})
def set_member(request: HttpRequest, team_id: UUID, user_id: UUID, body: MemberIn | None = None) -> HttpResponse:
    """Take a person of the organisation into the team, or say whether they are away."""
    teams.set_member(who(request), team_id, user_id, is_away=body is not None and body.is_away)
    return _shown(request, team_id)


@router.delete("/{team_id}/members/{user_id}", auth=Key("manage_teams"), response={200: TeamDetail, **FAULTS})
def remove_member(request: HttpRequest, team_id: UUID, user_id: UUID) -> HttpResponse:
    """Take somebody out of the team; their conversations stay with them."""
    teams.remove_member(who(request), team_id, user_id)
    return _shown(request, team_id)


@router.post("/{team_id}/conversations", auth=Key("answer"), response={200: Given, **FAULTS})
def give_conversation(request: HttpRequest, team_id: UUID, body: ConversationOfTeam) -> HttpResponse:
    """Give a conversation to the team: to the present member with the fewest open ones, unless one of them has it."""
    chosen = assigning.give_to_team(who(request), team_id, body.conversation_id, note=body.note)
    return item({"assigned_to_id": chosen})


@router.delete("/{team_id}/conversations/{conversation_id}", auth=Key("answer"), response={200: Accepted, **FAULTS})
def take_conversation_back(request: HttpRequest, team_id: UUID, conversation_id: UUID) -> HttpResponse:
    """The conversation belongs to the team no more; whoever has it keeps it."""
    assigning.leave_team(who(request), team_id, conversation_id)
    return item({"status": "accepted"})


def _shown(request: HttpRequest, team_id: UUID, status: int = 200) -> HttpResponse:
    return item(queries.get_team(organization_of(request), team_id), status)
