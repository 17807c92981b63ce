"""What an answer says beyond its message: about the channel, the person, the allowance, the platform's health."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import transaction

from hubbub.connectors.outcomes import (
    ChannelEffect,
    ContactEffect,
    ErrorCode,
    Outcome,
    Rejected,
    RetryLater,
    Uncertain,
    Usage,
)
from hubbub.conversations.policy import RULES, Way
from hubbub.organizations.database import Row, run
from hubbub.organizations.screens import ScreenEvent, emit
from hubbub.organizations.security import note
from hubbub.outbound.breaker import note_failures, note_success
from hubbub.outbound.channels import recipient_limit
from hubbub.outbound.jobs import Called, ChannelCard
from hubbub.outbound.rates import Limit, block
from hubbub.outbound.settle import Judged
from hubbub.outbound.verdicts import OUTAGE

RECONNECT = """
UPDATE channel c SET status = 'needs_reconnect', status_reason = r.reason, last_error_at = hubbub_now(),
       last_error_message = r.reason, error_count = c.error_count + 1, updated_at = hubbub_now()
  FROM json_to_recordset(%(rows)s::json) AS r (channel_id uuid, reason text, mark text)
 WHERE c.id = r.channel_id AND c.status IN ('connected', 'error')
   AND encode(sha256(convert_to(coalesce(c.credentials, ''), 'UTF8')), 'hex') = r.mark
RETURNING c.id, c.organization_id, c.platform, c.external_id
"""
PAUSE = """
UPDATE channel c SET status = 'paused', status_reason = r.reason, last_error_at = hubbub_now(),
       last_error_message = r.reason, error_count = c.error_count + 1, updated_at = hubbub_now(),
       paused_until = greatest(c.paused_until, hubbub_now() + make_interval(secs => r.seconds))
  FROM json_to_recordset(%(rows)s::json) AS r (channel_id uuid, reason text, seconds float8)
 WHERE c.id = r.channel_id AND c.status IN ('connected', 'error')
RETURNING c.id, c.organization_id
"""
UNREACHABLE = """
UPDATE contact_identity i
   SET is_reachable = false, reachable_changed_at = hubbub_now(), unreachable_reason = r.reason
  FROM json_to_recordset(%(rows)s::json) AS r (id uuid, reason text)
 WHERE i.id = r.id AND i.is_reachable
"""
OPTED_OUT = """
UPDATE contact_identity i
   SET opt_ins = jsonb_set(i.opt_ins, '{marketing_messages}', jsonb_build_object(
           'is_opted_in', false, 'at', hubbub_now(), 'expires_at', NULL))
  FROM json_to_recordset(%(rows)s::json) AS r (id uuid)
 WHERE i.id = r.id
"""
"""They stay reachable: answers to what they ask are not marketing."""
CLOSE_WINDOW = """
UPDATE contact_identity i
   SET window_opened_at = least(i.window_opened_at, hubbub_now() - make_interval(secs => r.seconds))
  FROM json_to_recordset(%(rows)s::json) AS r (id uuid, seconds float8)
 WHERE i.id = r.id
"""
QUOTA = """
UPDATE channel c SET quota_usage = c.quota_usage || jsonb_build_object('percent', r.percent, 'at', hubbub_now())
  FROM json_to_recordset(%(rows)s::json) AS r (channel_id uuid, percent int) WHERE c.id = r.channel_id
"""
SLOW_AT, STOP_AT = 90, 100
SLOW_SECONDS, STOP_SECONDS = 2.0, 300.0
"""A pause between batches when an allowance is nearly used up; how long to stop when it is and no time is given."""


def note_health(called: Sequence[Called], failing: set[UUID]) -> set[UUID]:
    """Feed the breakers; returns the channels whose breaker is open now. `failing`: channels that failed before."""
    failures: dict[UUID, tuple[UUID, int]] = {}
    works: set[UUID] = set()
    for one in called:
        channel = one.ready.channel
        if is_outage(one.outcome):
            failures[channel.id] = (channel.organization_id, failures.get(channel.id, (channel.id, 0))[1] + 1)
        else:
            works.add(channel.id)
    opened = note_failures({key: value for key, value in failures.items() if key not in works})
    note_success(works & failing)
    failing -= works
    failing |= set(failures) - works
    return opened


def is_outage(outcome: Outcome) -> bool:
    """Whether the platform, and not the message, was the trouble."""
    return isinstance(outcome, RetryLater | Uncertain) and outcome.code in OUTAGE


def keep_allowances(called: Sequence[Called], judged: Sequence[Judged]) -> None:
    """Stop where the platform said so, slow down where an allowance is nearly used up."""
    delays = {one.leased.message_id: one.verdict.delay for one in judged}
    blocked: dict[Limit, float] = {}
    for one in called:
        leased = one.ready.leased
        delay = delays.get(leased.message_id, 0.0)
        limit, seconds = _stopped(one.ready.channel, leased.recipient, one.outcome, one.usage, delay)
        if seconds > 0:
            blocked[limit] = max(blocked.get(limit, 0.0), seconds)
    block(blocked)
    used = {
        one.ready.channel.id: one.usage.percent
        for one in called
        if one.usage is not None and one.usage.percent >= SLOW_AT
    }
    if used:
        run(QUOTA, [{"channel_id": key, "percent": percent} for key, percent in sorted(used.items())])


def keep_allowance(channel: ChannelCard, recipient: str, outcome: Outcome, usage: Usage | None) -> None:
    """The same, after a call that was no message."""
    asked = outcome.after_seconds if isinstance(outcome, RetryLater) else None
    limit, seconds = _stopped(channel, recipient, outcome, usage, asked or 0.0)
    if seconds > 0:
        block({limit: seconds})


def _stopped(
    channel: ChannelCard, recipient: str, outcome: Outcome, usage: Usage | None, delay: float
) -> tuple[Limit, float]:
    own = Limit(key=f"channel:{channel.id}", organization_id=channel.organization_id)
    if isinstance(outcome, RetryLater) and outcome.code is ErrorCode.THROTTLED:
        return _scope(channel, recipient, outcome.scope, own), max(delay, 1.0)
    percent = usage.percent if usage is not None else 0
    if percent >= STOP_AT:
        return own, (usage.regain_seconds if usage else 0.0) or STOP_SECONDS
    return own, SLOW_SECONDS if percent >= SLOW_AT else 0.0


def _scope(channel: ChannelCard, recipient: str, scope: str, own: Limit) -> Limit:
    if scope == "recipient":
        limit = recipient_limit(channel, recipient)
        return Limit(key=limit.key, organization_id=limit.organization_id)
    return Limit(key=channel.app_key, organization_id=None) if scope == "app" else own


def apply_effects(called: Sequence[Called]) -> set[UUID]:
    """What refusals say about channels and people. Returns the channels that may not send any more."""
    rejected = [(one, one.outcome) for one in called if isinstance(one.outcome, Rejected)]
    on_channels = [(one.ready.channel, why) for one, why in rejected if why.channel_effect is not ChannelEffect.NONE]
    on_contacts = [
        (one, why)
        for one, why in rejected
        if why.contact_effect is not ContactEffect.NONE and one.ready.leased.identity_id is not None
    ]
    if on_channels or on_contacts:
        with transaction.atomic():
            hold_channels(on_channels)
            _on_contacts(on_contacts)
    return {channel.id for channel, _ in on_channels}


def hold_channels(refusals: Sequence[tuple[ChannelCard, Rejected]]) -> None:
    """These refusals say that a channel's token is dead, or that the platform restricts it. In a transaction."""
    reconnect: dict[UUID, dict[str, Any]] = {}
    pause: dict[UUID, dict[str, Any]] = {}
    for channel, why in refusals:
        row = {"channel_id": channel.id, "reason": why.admin_sentence or why.sentence}
        if why.channel_effect is ChannelEffect.NEEDS_RECONNECT:
            reconnect[channel.id] = {**row, "mark": channel.credentials_mark}
        else:
            pause[channel.id] = {**row, "seconds": why.pause_seconds}
    dead: list[Row] = run(RECONNECT, [reconnect[key] for key in sorted(reconnect)]) if reconnect else []
    changed = dead + (run(PAUSE, [pause[key] for key in sorted(pause)]) if pause else [])
    for one in dead:
        owner, platform, account = one["organization_id"], one["platform"], one["external_id"]
        note("token_failed", organization_id=owner, platform=platform, subject=account)
    emit(
        [
            ScreenEvent(organization_id=row["organization_id"], kind="channel.changed", subject_id=row["id"])
            for row in changed
        ]
    )


def _on_contacts(refusals: Sequence[tuple[Called, Rejected]]) -> None:
    closed: dict[UUID, dict[str, Any]] = {}
    unreachable: dict[UUID, dict[str, Any]] = {}
    opted_out: dict[UUID, dict[str, Any]] = {}
    for one, why in refusals:
        identity_id = one.ready.leased.identity_id
        assert identity_id is not None
        if why.contact_effect is ContactEffect.WINDOW_CLOSED:
            closed[identity_id] = {"id": identity_id, "seconds": _window_seconds(one.ready.channel.platform)}
        elif why.contact_effect is ContactEffect.OPTED_OUT:
            opted_out[identity_id] = {"id": identity_id}
        else:
            unreachable[identity_id] = {"id": identity_id, "reason": why.sentence}
    for statement, rows in ((CLOSE_WINDOW, closed), (UNREACHABLE, unreachable), (OPTED_OUT, opted_out)):
        if rows:
            run(statement, [rows[key] for key in sorted(rows)])


def _window_seconds(platform: str) -> float:
    hours = next((rule.hours for rule in RULES[platform] if rule.way is Way.REPLY), None)
    return (hours or 0.0) * 3600
