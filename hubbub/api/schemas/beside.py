"""What stands beside a thread: answers for later, files, the run of a flow."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from ninja import Schema
from pydantic import Field

from hubbub.api.router import StrictSchema
from hubbub.api.schemas.common import AwareMoment, Cursor, Extra, Limit, Long
from hubbub.api.schemas.flows import FlowRun
from hubbub.api.schemas.messages import Attachment, SendMessage
from hubbub.api.schemas.notes import Author
from hubbub.conversations.models import ScheduledStatus

ScheduledStatusName = Literal["waiting", "sent", "failed", "cancelled"]

assert set(ScheduledStatus.values) == set(ScheduledStatusName.__args__)  # type: ignore[attr-defined]


class NewScheduled(StrictSchema):
    draft: SendMessage = Field(description="What is to be said, as for POST …/messages.")
    due_at: AwareMoment


class ScheduledChange(StrictSchema):
    """Only what is given is changed."""

    text: Annotated[Long, Field(min_length=1)] | None = None
    due_at: AwareMoment | None = None


class Scheduled(Schema):
    id: UUID
    conversation_id: UUID
    author: Author
    draft: Extra = Field(description="What is to be said.")
    reply_to_id: UUID | None
    due_at: datetime
    status: ScheduledStatusName
    message_id: UUID | None = Field(description="What it became.")
    error: Extra | None = Field(description='{"code", "sentence"}: why it could not be sent.')
    created_at: datetime


class ScheduledList(Schema):
    items: list[Scheduled]
    next_cursor: str | None


class FileFilters(Schema):
    """What the files of a conversation can be narrowed to."""

    limit: Limit = 50
    cursor: Cursor | None = None
    type: Annotated[str, Field(max_length=20)] | None = Field(default=None, description="image, video, audio, file, …")


class File(Attachment):
    message_id: UUID
    occurred_at: datetime
    direction: Literal["inbound", "outbound"]
    author_name: str


class Files(Schema):
    items: list[File]
    next_cursor: str | None


class LiveRun(Schema):
    run: FlowRun | None = Field(description="The flow in the middle of which the conversation is; null: none.")
