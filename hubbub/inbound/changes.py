"""Events that are not messages, nor about one: what they change, one small function a kind, chosen by a table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any
from uuid import UUID

from hubbub.connectors.events import (
    AccountAlert,
    ContactActed,
    ContactFollowed,
    ContactUnfollowed,
    FeedbackReceived,
    IdentityChanged,
    InboundEvent,
    MalformedEvent,
    OptInChanged,
    ReferralReceived,
    TemplateStatusChanged,
    ThreadControlChanged,
    UnknownEvent,
)
from hubbub.contacts.models import ContactIdentity
from hubbub.conversations.satisfaction import on_five
from hubbub.inbound.batch import Arrival, Batch
from hubbub.kit.ids import new_id
from hubbub.kit.json import JsonValue
from hubbub.organizations.database import run
from hubbub.organizations.screens import ScreenEvent

REACHABLE = """
UPDATE contact_identity i
   SET is_reachable = r.is_reachable, reachable_changed_at = r.at,
       unreachable_reason = CASE WHEN r.is_reachable THEN '' ELSE r.reason END
  FROM json_to_recordset(%(rows)s::json) AS r (id uuid, is_reachable bool, at timestamptz, reason text)
 WHERE i.id = r.id AND r.at >= coalesce(i.reachable_changed_at, r.at)
"""
REFERRED = """
UPDATE contact_identity i SET referral = r.referral
  FROM json_to_recordset(%(rows)s::json) AS r (id uuid, referral jsonb, at timestamptz)
 WHERE i.id = r.id AND r.at >= coalesce((i.referral ->> 'at')::timestamptz, r.at)
"""
STANDBY = """
WITH told AS (
    SELECT * FROM json_to_recordset(%(rows)s::json)
        AS r (id uuid, conversation_id uuid, is_standby bool, at timestamptz)),
identities AS (
    UPDATE contact_identity i SET is_standby = r.is_standby, standby_changed_at = r.at
      FROM told r WHERE i.id = r.id AND r.at >= coalesce(i.standby_changed_at, r.at))
UPDATE conversation c SET is_standby = r.is_standby, standby_changed_at = r.at, updated_at = hubbub_now()
  FROM told r WHERE c.id = r.conversation_id AND r.at >= coalesce(c.standby_changed_at, r.at)
"""
OPTED = """
UPDATE contact_identity i
   SET opt_ins = jsonb_set(i.opt_ins, ARRAY[r.topic], r.choice)
  FROM json_to_recordset(%(rows)s::json) AS r (id uuid, topic text, choice jsonb, at timestamptz)
 WHERE i.id = r.id AND r.at >= coalesce((i.opt_ins -> r.topic ->> 'at')::timestamptz, r.at)
"""
TEMPLATE = """
INSERT INTO template AS t (id, organization_id, channel_id, external_id, name, language, category, status, quality,
    rejected_reason, parameter_format, components, changed_at, updated_at)
SELECT r.id, r.organization_id, r.channel_id, r.external_id, r.name, r.language, r.category, r.status, r.quality,
       r.reason, '', '[]', r.at, hubbub_now()
  FROM json_to_recordset(%(rows)s::json) AS r (id uuid, organization_id uuid, channel_id uuid, external_id text,
       name text, language text, category text, status text, quality text, reason text, at timestamptz)
    ON CONFLICT (channel_id, external_id) DO UPDATE
   SET status = CASE WHEN excluded.status <> '' AND excluded.changed_at >= coalesce(t.changed_at, excluded.changed_at)
                     THEN excluded.status ELSE t.status END,
       quality = coalesce(nullif(excluded.quality, ''), t.quality),
       category = coalesce(nullif(excluded.category, ''), t.category),
       rejected_reason = CASE WHEN excluded.status <> '' THEN excluded.rejected_reason ELSE t.rejected_reason END,
       changed_at = greatest(t.changed_at, excluded.changed_at), updated_at = hubbub_now()
"""
ALERT = """
UPDATE channel c SET status_reason = r.sentence, last_error_at = r.at, last_error_message = r.sentence,
       error_count = c.error_count + 1, updated_at = hubbub_now()
  FROM json_to_recordset(%(rows)s::json) AS r (channel_id uuid, sentence text, at timestamptz)
 WHERE c.id = r.channel_id AND r.at >= coalesce(c.last_error_at, r.at)
"""
SATISFACTION = """
INSERT INTO fact (id, organization_id, kind, at, channel_id, conversation_id, contact_id, value, data)
SELECT r.id, r.organization_id, 'satisfaction', r.at, r.channel_id, r.conversation_id, r.contact_id, r.score, r.data
  FROM json_to_recordset(%(rows)s::json) AS r (id uuid, organization_id uuid, at timestamptz, channel_id uuid,
       conversation_id uuid, contact_id uuid, score float8, data jsonb)
"""
NEWEST_SATISFACTION = """
UPDATE conversation c SET satisfaction = n.value, updated_at = hubbub_now()
  FROM (SELECT DISTINCT ON (f.conversation_id) f.conversation_id, f.value
          FROM json_to_recordset(%(rows)s::json) AS r (organization_id uuid, conversation_id uuid)
          JOIN fact f ON f.organization_id = r.organization_id AND f.kind = 'satisfaction'
                AND f.conversation_id = r.conversation_id AND f.value IS NOT NULL
         ORDER BY f.conversation_id, f.at DESC, f.id DESC) n
 WHERE c.id = n.conversation_id
"""
NEWEST_CSAT = """
UPDATE contact k SET attributes = k.attributes || jsonb_build_object('csat', n.score), updated_at = hubbub_now()
  FROM (SELECT DISTINCT ON (f.contact_id) f.contact_id, f.data->>'score' AS score
          FROM json_to_recordset(%(rows)s::json) AS r (organization_id uuid, contact_id uuid)
          JOIN fact f ON f.organization_id = r.organization_id AND f.kind = 'satisfaction'
                AND f.contact_id = r.contact_id AND f.value IS NOT NULL AND f.data->>'scale' = 'csat'
         ORDER BY f.contact_id, f.at DESC, f.id DESC) n
 WHERE k.id = n.contact_id AND NOT k.attributes ? 'erased'
"""
"""Where a flow keeps its marks, too."""
MEMBERS = """
INSERT INTO participant AS p (id, organization_id, conversation_id, contact_id, joined_at, left_at)
SELECT r.id, r.organization_id, r.conversation_id, i.contact_id, r.joined_at, r.left_at
  FROM json_to_recordset(%(rows)s::json) AS r (id uuid, organization_id uuid, conversation_id uuid, channel_id uuid,
       external_id text, joined_at timestamptz, left_at timestamptz)
  JOIN contact_identity i ON i.channel_id = r.channel_id AND i.external_id = r.external_id
 ORDER BY r.conversation_id, i.contact_id
    ON CONFLICT (conversation_id, contact_id) DO UPDATE
   SET joined_at = greatest(p.joined_at, excluded.joined_at), left_at = greatest(p.left_at, excluded.left_at)
"""


def apply_changes(batch: Batch) -> None:
    """Everything else that the events say, kind by kind."""
    for kind, apply in CHANGES.items():
        arrivals = sorted(batch.live(kind), key=lambda arrival: (arrival.at, arrival.event_key))
        if arrivals:
            apply(batch, arrivals)


def _reachable(batch: Batch, arrivals: Sequence[Arrival], *, is_reachable: bool) -> None:
    newest = {one.identity_id: one for one in arrivals if one.identity_id}
    run(
        REACHABLE,
        [
            {"id": key, "is_reachable": is_reachable, "at": one.at, "reason": "Left or blocked us."}
            for key, one in newest.items()
        ],
    )
    _members(arrivals, "joined_at" if is_reachable else "left_at")
    for one in arrivals:
        _show_contact(batch, one)


def _members(arrivals: Sequence[Arrival], moment: str) -> None:
    rows = [
        {
            "id": new_id(),
            "organization_id": one.channel.organization_id,
            "conversation_id": one.conversation_id,
            "channel_id": one.channel.id,
            "external_id": member.external_id,
            moment: one.at,
        }
        for one in arrivals
        if one.conversation_id
        for member in getattr(one.event, "members", ())
    ]
    if rows:
        run(MEMBERS, rows)


def _followed(batch: Batch, arrivals: Sequence[Arrival]) -> None:
    _reachable(batch, arrivals, is_reachable=True)


def _unfollowed(batch: Batch, arrivals: Sequence[Arrival]) -> None:
    _reachable(batch, arrivals, is_reachable=False)


def _referred(batch: Batch, arrivals: Sequence[Arrival]) -> None:
    newest = {one.identity_id: one for one in arrivals if one.identity_id}
    run(
        REFERRED,
        [{"id": key, "referral": _referral(one), "at": one.at} for key, one in newest.items()],
    )
    for one in arrivals:
        _show_contact(batch, one)


def _referral(arrival: Arrival) -> dict[str, JsonValue]:
    event = arrival.event
    assert isinstance(event, ReferralReceived)
    facts = {"ref": event.ref, "source": event.source, "ad_id": event.ad_id, "at": arrival.at.isoformat()}
    return {**event.extra, **{name: value for name, value in facts.items() if value}}


def _opted(batch: Batch, arrivals: Sequence[Arrival]) -> None:
    """One statement an event: they are rare, and several topics of one person may come together."""
    for one in arrivals:
        event = one.event
        if not isinstance(event, OptInChanged) or one.identity_id is None:
            continue
        choice = {
            "is_opted_in": event.is_opted_in,
            "at": one.at.isoformat(),
            "expires_at": event.expires_at or None,
        }
        run(OPTED, [{"id": one.identity_id, "topic": event.topic, "choice": choice, "at": one.at}])
        if event.token:
            _keep_token(one.identity_id, event.topic, event.token)
        _show_contact(batch, one)


def _keep_token(identity_id: UUID, topic: str, token: str) -> None:
    """Tokens are credentials: through the sealed field, under the row's lock."""
    identity = ContactIdentity.objects.select_for_update(of=("self",), no_key=True).get(id=identity_id)
    identity.opt_in_tokens = {**(identity.opt_in_tokens or {}), topic: token}
    identity.save(update_fields=["opt_in_tokens"])


def _thread_control(batch: Batch, arrivals: Sequence[Arrival]) -> None:
    """Somebody else owns the thread after "taken"; "passed" to us and "released" end that."""
    rows = [
        {
            "id": one.identity_id,
            "conversation_id": one.conversation_id,
            "is_standby": one.event.action == "taken",
            "at": one.at,
        }
        for one in _newest_a_person(arrivals)
        if isinstance(one.event, ThreadControlChanged)
    ]
    if rows:
        run(STANDBY, rows)
    for one in arrivals:
        _show_conversation(batch, one)


def _newest_a_person(arrivals: Sequence[Arrival]) -> Iterable[Arrival]:
    telling = [one for one in arrivals if getattr(one.event, "action", "") in _OWNERSHIP and one.identity_id]
    return {one.identity_id: one for one in sorted(telling, key=lambda one: one.at)}.values()


_OWNERSHIP = frozenset({"passed", "taken", "released"})


def _feedback(batch: Batch, arrivals: Sequence[Arrival]) -> None:
    rows = [
        {
            "id": new_id(),
            "organization_id": one.channel.organization_id,
            "at": one.at,
            "channel_id": one.channel.id,
            "conversation_id": one.conversation_id,
            "contact_id": one.contact_id,
            "score": on_five(one.event.score, one.event.scale),
            "data": {"scale": one.event.scale, "score": one.event.score, "has_text": bool(one.event.text)},
        }
        for one in arrivals
        if isinstance(one.event, FeedbackReceived)
    ]
    run(SATISFACTION, rows)
    run(NEWEST_SATISFACTION, rows)
    run(NEWEST_CSAT, rows)
    for one in arrivals:
        _show_conversation(batch, one)
        _show_contact(batch, one)


def _templates(batch: Batch, arrivals: Sequence[Arrival]) -> None:
    for one in arrivals:
        event = one.event
        assert isinstance(event, TemplateStatusChanged)
        row: dict[str, Any] = {
            "id": new_id(),
            "organization_id": one.channel.organization_id,
            "channel_id": one.channel.id,
            "external_id": event.template_external_id[:255],
            "name": event.name[:512],
            "language": event.language[:20],
            "category": event.value[:60] if event.change == "category" else "",
            "status": event.value[:40] if event.change == "status" else "",
            "quality": event.value[:40] if event.change == "quality" else "",
            "reason": event.reason or "",
            "at": one.at,
        }
        run(TEMPLATE, [row])
        batch.show(
            ScreenEvent(organization_id=one.channel.organization_id, kind="template.changed", subject_id=one.channel.id)
        )


def _alerts(batch: Batch, arrivals: Sequence[Arrival]) -> None:
    """Warnings stand on the channel; what is only information is kept as an event."""
    for one in arrivals:
        event = one.event
        assert isinstance(event, AccountAlert)
        if event.severity != "info":
            sentence = event.sentence or event.topic
            run(ALERT, [{"channel_id": one.channel.id, "sentence": sentence, "at": one.at}])
        batch.show(
            ScreenEvent(organization_id=one.channel.organization_id, kind="channel.changed", subject_id=one.channel.id)
        )


def _acted(batch: Batch, arrivals: Sequence[Arrival]) -> None:
    for one in arrivals:
        _show_conversation(batch, one)


def _unknown(batch: Batch, arrivals: Sequence[Arrival]) -> None:  # noqa: ARG001 - one signature for the table
    for one in arrivals:
        one.state = "unknown"
        one.error = f"Hubbub does not know this event yet: {getattr(one.event, 'name', '')}"[:500]


def _malformed(batch: Batch, arrivals: Sequence[Arrival]) -> None:  # noqa: ARG001 - one signature for the table
    for one in arrivals:
        one.state = "malformed"
        one.error = getattr(one.event, "problem", "")[:500]


def _identity(batch: Batch, arrivals: Sequence[Arrival]) -> None:
    for one in arrivals:
        _show_contact(batch, one)


CHANGES: dict[type[InboundEvent], Callable[[Batch, Sequence[Arrival]], None]] = {
    ContactFollowed: _followed,
    ContactUnfollowed: _unfollowed,
    ReferralReceived: _referred,
    OptInChanged: _opted,
    ThreadControlChanged: _thread_control,
    FeedbackReceived: _feedback,
    TemplateStatusChanged: _templates,
    AccountAlert: _alerts,
    IdentityChanged: _identity,
    ContactActed: _acted,
    UnknownEvent: _unknown,
    MalformedEvent: _malformed,
}


def _show_contact(batch: Batch, arrival: Arrival) -> None:
    if arrival.contact_id:
        batch.show(
            ScreenEvent(
                organization_id=arrival.channel.organization_id,
                kind="contact.changed",
                subject_id=arrival.contact_id,
            )
        )


def _show_conversation(batch: Batch, arrival: Arrival) -> None:
    if arrival.conversation_id:
        batch.show(
            ScreenEvent(
                organization_id=arrival.channel.organization_id,
                kind="conversation.changed",
                subject_id=arrival.conversation_id,
                conversation_id=arrival.conversation_id,
            )
        )
