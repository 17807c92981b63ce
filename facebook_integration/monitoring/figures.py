"""The figures of `facebook_monitor`. These classes are its JSON: docs/facebook-monitor.schema.json is made from them.

Rates run from 0 to 1 and are null while there is nothing to divide by; times are in the unit that their name ends in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from uuid import UUID

Status = Literal["active", "inactive", "error", "pending"]
"""As `FacebookPage.status`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """Whether the Page is heard and can be answered."""

    status: Status
    is_connected: bool
    is_active: bool
    """False: nothing is sent; what comes in is kept."""
    is_subscribed: bool
    reason: str
    """Why it is not connected, in a sentence."""
    connected_at: datetime | None
    last_sync_at: datetime | None
    token_expires_at: datetime | None
    last_error_at: datetime | None
    last_error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What became of the messages that we sent, each counted once, where it stands now."""

    waiting: int
    sent: int
    delivered: int
    read: int
    failed: int
    unknown: int
    """Nobody knows whether they arrived."""
    delivery_rate: float | None
    """Left us (sent, delivered or read) out of all that are settled."""
    confirmed_rate: float | None
    """Confirmed by the platform as delivered or read, out of all that are settled."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhooks:
    """The calls that Facebook made to us for this Page, by whole hours."""

    requests: int
    failed: int
    success_rate: float | None
    average_ms: float | None
    """From arrival to applied."""
    events: int
    messages: int
    unknown_events: int
    malformed_events: int
    consecutive_failures: int
    last_request_at: datetime | None
    last_failure_at: datetime | None
    last_failure: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Api:
    """Our calls to Facebook for this Page."""

    calls: int
    errors: int
    error_rate: float | None
    average_ms: float | None
    quota_percent: int | None
    """The most that Facebook's usage header has shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """One part of the time."""

    at: datetime
    """Its beginning."""
    inbound: int
    outbound: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Volume:
    """Messages, and how that compares with as much time before."""

    inbound: int
    outbound: int
    previous_inbound: int
    previous_outbound: int
    change: float | None
    """0.5: half as many again as before; -0.5: half as many."""
    trend: Sequence[Bucket]
    """Twelve equal parts, oldest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Engagement:
    """People."""

    people: int
    """Who wrote."""
    new_people: int
    messages_per_person: float | None
    conversations_opened: int
    conversations_open: int
    """Now."""
    awaiting_reply: int
    """Now: the customer had the last word."""
    first_response_seconds: float | None
    reply_rate: float | None
    """Conversations with a word from the customer that got one from us."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flows:
    """Runs that began in this time on this Page."""

    runs: int
    completed: int
    failed: int
    live: int
    completion_rate: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Satisfaction:
    """What people answered when asked how it was, 1–5."""

    answers: int
    average: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """Something to look at."""

    code: Literal[
        "not_connected", "not_subscribed", "webhooks_failing", "api_errors", "sends_failing", "quota", "traffic"
    ]
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorLine:
    """One kind of error (`--show-errors`)."""

    source: Literal["api", "send", "webhook", "flow"]
    code: str
    platform_code: str
    sentence: str
    times: int
    last_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StepLine:
    """One step of a flow's newest counted version, all variants together."""

    step: str
    entered: int
    left: int
    completed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowLine:
    """One flow of the Page, since it was made and wherever it runs (`--show-flows`)."""

    key: str
    name: str
    flow_type: str
    is_active: bool
    entered: int
    completed: int
    completion_rate: float | None
    live_runs: int
    failed_runs: int
    version: int | None
    """The version that `steps` are of."""
    steps: Sequence[StepLine]


@dataclass(frozen=True, slots=True, kw_only=True)
class UserLine:
    """Somebody who wrote in this time (`--show-users`), the busiest first."""

    psid: str
    name: str
    messages: int
    last_at: datetime
    is_subscribed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PageFigures:
    """One Page."""

    id: UUID
    page_id: str
    name: str
    connection: Connection
    delivery: Delivery
    webhooks: Webhooks
    api: Api
    volume: Volume
    engagement: Engagement
    flows: Flows
    satisfaction: Satisfaction
    alerts: Sequence[Alert] = field(default_factory=list)
    errors: Sequence[ErrorLine] | None = None
    """Null unless `--show-errors`."""
    flow_list: Sequence[FlowLine] | None = None
    """Null unless `--show-flows`."""
    users: Sequence[UserLine] | None = None
    """Null unless `--show-users`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Everything that the command shows."""

    schema: Literal["hubbub.facebook_monitor/1"] = "hubbub.facebook_monitor/1"
    organization: str
    generated_at: datetime
    since: datetime
    hours: int
    pages: Sequence[PageFigures]


def json_schema() -> Mapping[str, object]:
    """The schema of a report, draft 2020-12."""
    from pydantic import TypeAdapter

    made = TypeAdapter(Report).json_schema(mode="serialization")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **made}
