"""The values that pass between the stages of sending: leased → ready → called → judged."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from hubbub.connectors.base import Connector
from hubbub.connectors.messages import ApiRequest, ChannelAccess, OutboundMessage, SendContext
from hubbub.connectors.outcomes import Outcome, Usage


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelCard:
    """A channel as the sender sees it. Holds secrets: never logged."""

    id: UUID
    organization_id: UUID
    platform: str
    app_key: str
    """Channels of one app share the platform's limits for it."""
    credentials_mark: str
    """A digest of the sealed credentials: a refusal of an old token says nothing about a new one."""
    connector: Connector = field(repr=False)
    access: ChannelAccess = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Leased:
    """A head of a lane that is ours for a while, with what rendering it needs."""

    message_id: UUID
    organization_id: UUID
    channel_id: UUID
    conversation_id: UUID
    lease_token: UUID | None
    priority: int
    attempts: int
    """Tries that count so far."""
    retry_key: UUID
    was_pushed: bool
    """An earlier call under this key may have arrived."""
    queued_at: datetime
    last_code: str
    author_type: str
    outbound: dict[str, Any]
    thread_type: str
    thread_key: str
    recipient: str
    recipient_aliases: tuple[str, ...] = ()
    identity_id: UUID | None = None
    window_opened_at: datetime | None = None
    commented_at: datetime | None = None
    reply_token_id: UUID | None = None
    reply_token: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """A message as the one call that sends it."""

    leased: Leased
    channel: ChannelCard
    message: OutboundMessage = field(repr=False)
    context: SendContext = field(repr=False)
    request: ApiRequest = field(repr=False)
    handles: tuple[UsedHandle, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class UsedHandle:
    """A file that the platform knows by a handle of ours."""

    content_sha256: str
    media_type: str
    external_id: str
    is_cached: bool = False
    """It was uploaded for an earlier message: the platform may have forgotten it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRecord:
    """One call for the call log: no body, no token, no ids in the endpoint."""

    organization_id: UUID
    channel_id: UUID
    platform: str
    purpose: str
    method: str
    endpoint: str
    status: int | None
    outcome: str
    message_id: UUID | None = None
    code: str = ""
    platform_code: str = ""
    trace_id: str = ""
    milliseconds: float | None = None
    usage_percent: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Called:
    """What came of one call."""

    ready: Ready
    outcome: Outcome
    record: CallRecord
    usage: Usage | None = None
