"""The channels that a sender works for: which may send now, with their credentials opened once."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from hubbub.channels.access import access_to
from hubbub.channels.models import Channel
from hubbub.connectors.registry import connector_for
from hubbub.kit.envelope import Unopenable
from hubbub.organizations.database import Row, run
from hubbub.organizations.screens import ScreenEvent, emit
from hubbub.outbound.jobs import ChannelCard
from hubbub.outbound.rates import Limit, limit_of
from hubbub.settings.environment import environment

READ = """
SELECT c.id, c.organization_id, c.status, c.is_active, c.paused_until, c.updated_at,
       encode(sha256(convert_to(coalesce(c.credentials, ''), 'UTF8')), 'hex') AS credentials_mark,
       b.failures, b.opened_at
  FROM channel c LEFT JOIN breaker b ON b.channel_id = c.id
 WHERE c.id = ANY(%(ids)s::uuid[])
"""
END_PAUSES = """
UPDATE channel SET status = 'connected', status_reason = '', paused_until = NULL, updated_at = hubbub_now()
 WHERE id = ANY(%(ids)s::uuid[]) AND status = 'paused' AND paused_until <= hubbub_now()
RETURNING id, organization_id
"""
SENDING = frozenset({"connected", "error"})
"""An `error` is of a sync or a webhook; sending has its own word for a dead token."""
HOUR = 3600.0


@dataclass(slots=True)
class ChannelBook:
    """Cards by id, renewed when the row changed. `failing` and `shut`: of the channels asked for last, those whose
    calls failed lately, and those whose breaker is open."""

    failing: set[UUID] = field(default_factory=set)
    shut: set[UUID] = field(default_factory=set)
    _cards: dict[UUID, tuple[tuple[datetime, str], ChannelCard]] = field(default_factory=dict)

    def sendable(self, ids: Collection[UUID]) -> dict[UUID, ChannelCard]:
        """Of these channels, the ones that may send now. A pause that is over is ended."""
        rows = run(READ, ids=sorted(ids))
        ended = _end_pauses([row for row in rows if row["status"] == "paused" and row["paused_until"] is not None])
        open_rows = [row for row in rows if row["is_active"] and (row["status"] in SENDING or row["id"] in ended)]
        self._renew(open_rows)
        self.failing = {row["id"] for row in rows if row["failures"]}
        self.shut = {row["id"] for row in rows if row["opened_at"] is not None}
        return {row["id"]: self._cards[row["id"]][1] for row in open_rows if row["id"] in self._cards}

    def _renew(self, rows: Collection[Row]) -> None:
        versions = {row["id"]: (row["updated_at"], row["credentials_mark"]) for row in rows}
        stale = [key for key, version in versions.items() if key not in self._cards or self._cards[key][0] != version]
        for channel in Channel.objects.filter(id__in=stale) if stale else ():
            self._cards.pop(channel.id, None)
            if (card := _card(channel, versions[channel.id][1])) is not None:
                self._cards[channel.id] = (versions[channel.id], card)


def card_of(channel_id: UUID) -> ChannelCard | None:
    """The channel as a sender sees it, whatever its status; None when it is gone, or its secrets cannot be opened."""
    channel = Channel.objects.filter(id=channel_id).first()
    rows = run(READ, ids=[channel_id]) if channel is not None else []
    return _card(channel, rows[0]["credentials_mark"]) if channel is not None and rows else None


def _card(channel: Channel, credentials_mark: str) -> ChannelCard | None:
    try:
        access = access_to(channel)
    except Unopenable:
        return None  # its secrets were sealed with a key that we no longer have: it waits for a reconnection
    app = access.credentials.get("app_id") or environment().facebook_app_id or str(channel.id)
    return ChannelCard(
        id=channel.id,
        organization_id=channel.organization_id,
        platform=channel.platform,
        credentials_mark=credentials_mark,
        app_key=f"app:{channel.platform}:{app}",
        connector=connector_for(channel.platform),
        access=access,
    )


def _end_pauses(rows: Collection[Row]) -> set[UUID]:
    if not rows:
        return set()
    ended = run(END_PAUSES, ids=sorted(row["id"] for row in rows))
    emit(
        [
            ScreenEvent(organization_id=row["organization_id"], kind="channel.changed", subject_id=row["id"])
            for row in ended
        ]
    )
    return {row["id"] for row in ended}


def call_limits(card: ChannelCard) -> list[Limit]:
    """What every call for the channel counts against."""
    allowed = card.connector.capabilities.sends_per_second
    return [
        limit_of(f"channel:{card.id}", card.organization_id, allowed, 1.0),
        Limit(key=card.app_key, organization_id=None),
    ]


def channel_limits(card: ChannelCard) -> list[Limit]:
    """What every send of the channel counts against."""
    limits = call_limits(card)
    hourly = environment().facebook_rate_limit_per_hour
    if hourly is not None and card.platform == "facebook":  # the setting is the seed's, for Pages
        limits.append(limit_of(f"hour:{card.id}", card.organization_id, hourly, HOUR))
    return limits


def media_limit(card: ChannelCard) -> Limit:
    """What its files count against besides."""
    allowed = card.connector.capabilities.media_sends_per_second
    return limit_of(f"media:{card.id}", card.organization_id, allowed, 1.0)


def recipient_limit(card: ChannelCard, recipient: str) -> Limit:
    """What one person may get."""
    capabilities = card.connector.capabilities
    seconds = capabilities.recipient_seconds_per_send
    return Limit(
        key=f"recipient:{card.id}:{recipient}"[:400],
        organization_id=card.organization_id,
        capacity=float(max(capabilities.recipient_burst, 1)) if seconds else 0.0,
        per_second=1.0 / seconds if seconds else 0.0,
    )
