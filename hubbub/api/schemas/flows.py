"""Flows, as the OpenAPI document shows them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from ninja import Schema
from pydantic import Field

from hubbub.api.router import StrictSchema
from hubbub.api.schemas.common import Cursor, Extra, Id, Limit, PlatformName
from hubbub.flows.models import RunStatus, TriggerType

TriggerTypeName = Literal[
    "get_started",
    "keyword",
    "postback",
    "referral",
    "ad",
    "opt_in",
    "ice_breaker",
    "story_mention",
    "comment",
    "first_message",
    "any_message",
    "schedule",
]
RunStatusName = Literal["waiting", "delayed", "asking_http", "handed_over", "completed", "failed", "ended"]
Name = Annotated[str, Field(min_length=1, max_length=200)]
FlowType = Annotated[str, Field(max_length=40)]
Text = Annotated[str, Field(max_length=2000)]
Priority = Annotated[int, Field(ge=-100, le=100)]
MOST_INPUTS = 50

assert set(TriggerType.values) == set(TriggerTypeName.__args__)  # type: ignore[attr-defined]
assert set(RunStatus.values) == set(RunStatusName.__args__)  # type: ignore[attr-defined]


class TriggerIn(StrictSchema):
    type: TriggerTypeName
    value: Annotated[str, Field(max_length=20_000)] = Field(
        default="", description="Keywords or payloads with commas between them, a ref, an ad's id, a topic."
    )
    settings: Extra = Field(default={})


class NewFlow(StrictSchema):
    name: Name
    definition: Extra = Field(description="The steps, as docs/flows.md describes them.")
    key: Annotated[str, Field(max_length=100)] = Field(default="", description="Made from the name when left out.")
    flow_type: FlowType = "custom"
    description: Text = ""
    triggers: list[TriggerIn] = Field(default=[], max_length=50)
    channel_ids: list[Id] = Field(default=[], max_length=500, description="Empty: all channels.")
    is_active: bool = False
    priority: Priority = 5
    working_hours: Extra = Field(default={})


class FlowChange(StrictSchema):
    """Only what is given is changed. Another definition becomes a new version."""

    name: Name | None = None
    definition: Extra | None = None
    flow_type: FlowType | None = None
    description: Text | None = None
    triggers: list[TriggerIn] | None = Field(default=None, max_length=50)
    channel_ids: list[Id] | None = Field(default=None, max_length=500)
    is_active: bool | None = None
    priority: Priority | None = None
    working_hours: Extra | None = None
    version: int | None = Field(default=None, ge=1, le=2**31 - 1, description="Go back to this version.")


class FlowFilters(Schema):
    """What a list of flows can be narrowed to."""

    limit: Limit = 50
    cursor: Cursor | None = None
    is_active: bool | None = None
    flow_type: FlowType | None = None
    channel_id: UUID | None = Field(default=None, description="Those that can start there.")


class RunFilters(Schema):
    """What a list of runs can be narrowed to."""

    limit: Limit = 50
    cursor: Cursor | None = None
    conversation_id: UUID | None = None
    status: RunStatusName | None = None


class Trigger(Schema):
    type: TriggerTypeName
    value: str
    settings: Extra


class Flow(Schema):
    id: UUID
    key: str
    name: str
    flow_type: str
    description: str
    is_active: bool
    priority: int
    working_hours: Extra
    version: int | None
    channel_ids: list[UUID]
    triggers: list[Trigger]
    created_at: datetime
    updated_at: datetime


class Flows(Schema):
    items: list[Flow]
    next_cursor: str | None


class FlowVersion(Schema):
    number: int
    created_at: datetime


class FlowDetail(Flow):
    definition: Any
    live_runs: int = Field(description="Conversations in the middle of it.")
    versions: list[FlowVersion]


class FlowRun(Schema):
    id: UUID
    flow_id: UUID
    flow_name: str
    version: int
    conversation_id: UUID
    contact_id: UUID | None
    status: RunStatusName
    step: str
    due_at: datetime | None
    error: str = Field(description="Why it failed, with the step.")
    started_at: datetime
    updated_at: datetime
    ended_at: datetime | None


class FlowRuns(Schema):
    items: list[FlowRun]
    next_cursor: str | None


class StepCount(Schema):
    step: str
    variant: str
    entered: int
    left: int
    completed: int


class VersionCounts(Schema):
    version: int
    entered: int
    left: int
    completed: int
    completion_rate: float | None = Field(description="0–1; null while nobody has begun.")
    steps: list[StepCount]


class FlowCounts(Schema):
    versions: list[VersionCounts]


class TestInput(StrictSchema):
    """One thing that the customer does, or that happens: exactly one of these."""

    text: Annotated[str, Field(max_length=20_000)] | None = None
    payload: Annotated[str, Field(max_length=1000)] | None = Field(
        default=None, description="A tap on a button or quick reply; `text` is then its title."
    )
    is_time_up: bool = Field(default=False, description="What the run waits for is due: a delay, a time-out.")
    http: Extra | None = Field(default=None, description='What an HTTP request got: {"status": 200, "body": …}.')


class FlowTest(StrictSchema):
    inputs: list[TestInput] = Field(min_length=1, max_length=MOST_INPUTS)
    definition: Extra | None = Field(default=None, description="Try this one in place of what is saved.")
    platform: PlatformName = "facebook"
    language: Annotated[str, Field(max_length=20)] = "en"
    name: Annotated[str, Field(max_length=255)] = "Mali Boonmee"


class TestTurn(Schema):
    input: Extra
    effects: list[Extra]
    status: str
    step: str
    variables: Extra
    due_at: datetime | None
    error: str


class FlowTested(Schema):
    turns: list[TestTurn]
