"""The working memory of one batch: what arrived, for whom, and what the database knows of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from hubbub.connectors.events import InboundEvent, Party
from hubbub.organizations.screens import ScreenEvent

EVENT_KEY_LIMIT = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryRow:
    """A raw delivery as leased."""

    id: UUID
    seq: int
    received_at: datetime
    platform: str
    path_channel: str | None
    body: bytes
    attempts: int
    signed_for: str | None = None
    """The organizations whose own secret signed it, separated by commas; None: the environment's secret did."""

    def speaks_for(self, organization_id: UUID) -> bool:
        """Whether the signature may bring events to channels of this organization (see `hubbub.edge.delivery`)."""
        return self.signed_for is None or str(organization_id) in self.signed_for.split(",")


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelRow:
    """The channel that an event belongs to, as far as applying it needs to know."""

    id: UUID
    organization_id: UUID
    project_id: UUID
    platform: str
    external_id: str
    is_active: bool
    is_send_auto_reply: bool
    webhook_events: list[str]
    webhook_filters: dict[str, object]
    webhook_transformation_rules: list[dict[str, object]]


@dataclass(slots=True, kw_only=True, eq=False)
class Arrival:
    """One event on its way through the batch. It collects what became of it."""

    id: UUID
    delivery_id: UUID
    received_at: datetime
    position: int
    event: InboundEvent
    channel: ChannelRow
    at: datetime
    """Platform time; time of arrival where the platform gives none."""
    state: str = "applied"
    error: str = ""
    party: Party | None = None
    """The person that it is about, once people are resolved."""
    contact_id: UUID | None = None
    home_contact_id: UUID | None = None
    """Whose identity it is, whoever that contact is merged into: what is said stays theirs."""
    identity_id: UUID | None = None
    conversation_id: UUID | None = None
    message_id: UUID | None = None
    tags: tuple[str, ...] = ()
    priority: str | None = None
    replayed_event_id: UUID | None = None

    @property
    def is_live(self) -> bool:
        """Still to be applied."""
        return self.state == "applied"

    @property
    def event_key(self) -> str:
        """The dedupe key, shortened to a digest where the platform's ids are very long."""
        key = self.event.event_key
        return key if len(key) <= EVENT_KEY_LIMIT else "sha256:" + sha256(key.encode()).hexdigest()


@dataclass(slots=True, kw_only=True)
class ConversationRow:
    """A conversation under its row lock."""

    id: UUID
    channel_id: UUID
    contact_id: UUID | None
    thread_key: str
    type: str
    status: str
    closed_at: datetime | None
    last_outbound_at: datetime | None
    read_through: datetime | None
    is_standby: bool
    is_new: bool = False


@dataclass(slots=True, kw_only=True)
class Batch:
    """Everything of one transaction."""

    arrivals: list[Arrival] = field(default_factory=list)
    screen_events: dict[tuple[str, UUID], ScreenEvent] = field(default_factory=dict)
    known_names: dict[UUID, str] = field(default_factory=dict)
    """identity id → the name that stands in the database."""
    new_message_ids: dict[tuple[UUID, str], UUID] = field(default_factory=dict)
    """(channel, external id) → our id, of messages that this batch stored."""
    _of_kind: dict[type[InboundEvent], list[Arrival]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for arrival in self.arrivals:
            self._of_kind.setdefault(type(arrival.event), []).append(arrival)

    def live(self, kind: type[InboundEvent]) -> list[Arrival]:
        """The arrivals of this kind that are still to be applied. A batch holds few kinds, and is asked for all."""
        return [arrival for arrival in self._of_kind.get(kind, ()) if arrival.is_live]

    def show(self, event: ScreenEvent) -> None:
        """Tell screens; the same change of the same thing is told once a batch."""
        self.screen_events.setdefault((event.kind, event.subject_id), event)
