"""What lanes and jobs are doing."""

from __future__ import annotations

from ninja import Schema
from pydantic import Field


class Waiting(Schema):
    count: int = Field(description="At most 10,000.")
    oldest_seconds: float | None


class Lane(Waiting):
    lane: str
    state: str


class DeadEvents(Waiting):
    dead: int = Field(description="Applying them failed.")
    malformed: int
    unknown: int = Field(description="Of a kind that is not known yet.")


class Work(Schema):
    automation: Waiting = Field(description="Conversations in which a machine has something to look at.")
    outbox: list[Lane] = Field(description="Messages on their way, by platform and state.")
    jobs: list[Lane] = Field(description="Slow work, by queue and state; what failed within the last week.")
    dead_events: DeadEvents = Field(description="Events that could not be applied: GET /events?is_dead=true.")
    scheduled: Waiting = Field(description="Answers that wait for their time; the age is of their making.")
