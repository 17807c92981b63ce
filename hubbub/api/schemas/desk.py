"""Teams and leads, as the OpenAPI document shows them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from ninja import Schema
from pydantic import Field

from hubbub.api.router import StrictSchema
from hubbub.api.schemas.common import AwareMoment, Cursor, Extra, Id, Limit
from hubbub.desk.models import LeadStatus

LeadStatusName = Literal["new", "contacted", "qualified", "converted", "lost"]
TeamName = Annotated[str, Field(min_length=1, max_length=100)]
Text = Annotated[str, Field(max_length=1000)]
Source = Annotated[str, Field(max_length=100)]
Score = Annotated[int, Field(ge=0, le=100)]

assert set(LeadStatus.values) == set(LeadStatusName.__args__)  # type: ignore[attr-defined]


class Team(Schema):
    id: UUID
    name: str
    description: str
    is_active: bool = Field(description="Off: it takes no new conversations.")
    member_count: int
    open_conversations: int
    created_at: datetime
    updated_at: datetime


class TeamMember(Schema):
    user_id: UUID
    name: str
    is_away: bool = Field(description="Passed over when a conversation is given to the team.")
    is_active: bool = Field(description="Still a member of the organisation.")
    open_conversations: int = Field(description="Of all teams.")


class TeamDetail(Team):
    members: list[TeamMember]


class Teams(Schema):
    items: list[Team]
    next_cursor: str | None


class NewTeam(StrictSchema):
    name: TeamName
    description: Text = ""


class TeamChange(StrictSchema):
    """Only what is given is changed."""

    name: TeamName | None = None
    description: Text | None = None
    is_active: bool | None = None


class MemberIn(StrictSchema):
    is_away: bool = False


class ConversationOfTeam(StrictSchema):
    conversation_id: Id
    note: Text = Field(default="", description="Why it goes there, for the people of the team.")


class Given(Schema):
    assigned_to_id: UUID | None = Field(description="The member who has it now; null: it waits for the team.")


class Lead(Schema):
    id: UUID
    contact_id: UUID
    contact_name: str
    conversation_id: UUID | None
    flow_id: UUID | None = Field(description="The flow that made it; null: a person or a program did.")
    source: str
    status: LeadStatusName
    score: int = Field(description="0–100")
    fields: Extra = Field(description="What they told.")
    created_at: datetime
    updated_at: datetime


class Leads(Schema):
    items: list[Lead]
    next_cursor: str | None


class LeadFilters(Schema):
    """What a list of leads can be narrowed to."""

    limit: Limit = 50
    cursor: Cursor | None = None
    status: LeadStatusName | None = None
    contact_id: UUID | None = None
    conversation_id: UUID | None = None
    flow_id: UUID | None = None
    min_score: Score | None = None
    created_since: AwareMoment | None = None


class NewLead(StrictSchema):
    contact_id: Id
    conversation_id: Id | None = None
    source: Source = ""
    score: Score = 0
    fields: Extra = Field(default_factory=dict)


class LeadChange(StrictSchema):
    """Only what is given is changed; `fields` are replaced."""

    status: LeadStatusName | None = None
    score: Score | None = None
    source: Source | None = None
    fields: Extra | None = None
