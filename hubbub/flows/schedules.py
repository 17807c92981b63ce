"""Flows that start at a time of the day, in many conversations at once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from hubbub.flows.catalogue import FlowVersionRef, flows_of
from hubbub.flows.hours import DAYS, time_of, zone_of
from hubbub.flows.models import RunStatus
from hubbub.flows.runs import LIVE_SQL, RunWrite, save_runs
from hubbub.kit.json import JsonValue, as_list, as_text
from hubbub.organizations.database import Row, run
from hubbub.organizations.scope import organization_scope

LATEST = timedelta(hours=1)
"""A schedule whose time passed longer ago, while nobody worked, is left out that day."""
MOST_AT_ONCE = 5000
WRITTEN_WITHIN_HOURS = 24
"""The shortest reply window of the platforms."""
ORGANIZATIONS = "SELECT DISTINCT organization_id FROM flow_trigger WHERE type = 'schedule' ORDER BY organization_id"
TRIGGERS = """
SELECT t.id, t.settings, t.fired_at, f.key, hubbub_now() AS now
  FROM flow_trigger t JOIN flow f ON f.organization_id = t.organization_id AND f.id = t.flow_id
 WHERE t.organization_id = %(organization)s AND t.type = 'schedule' AND f.is_active
 ORDER BY f.priority DESC, t.id
"""
CLAIM = """
UPDATE flow_trigger SET fired_at = hubbub_now()
 WHERE organization_id = %(organization)s AND id = %(id)s AND fired_at IS NOT DISTINCT FROM %(fired_at)s::timestamptz
RETURNING id
"""
"""Of several workers one has it."""
CONVERSATIONS = f"""
SELECT c.id, c.contact_id
  FROM conversation c
  JOIN contact_identity i ON i.organization_id = c.organization_id AND i.id = c.identity_id AND i.is_reachable
  JOIN channel h ON h.organization_id = c.organization_id AND h.id = c.channel_id
   AND h.is_active AND h.status = 'connected' AND h.is_send_auto_reply
 WHERE c.organization_id = %(organization)s AND c.status = 'active' AND c.type = 'private' AND c.handover = 'flow'
   AND c.is_auto_reply_enabled AND NOT c.is_standby
   AND c.last_inbound_at > hubbub_now() - make_interval(hours => %(hours)s)
   AND (%(tag)s = '' OR c.tags ? %(tag)s)
   AND (NOT EXISTS (SELECT FROM flow_channel x WHERE x.organization_id = c.organization_id AND x.flow_id = %(flow)s)
        OR EXISTS (SELECT FROM flow_channel x WHERE x.organization_id = c.organization_id AND x.flow_id = %(flow)s
                      AND x.channel_id = c.channel_id))
   AND NOT EXISTS (SELECT FROM flow_run r WHERE r.conversation_id = c.id AND r.status IN ({LIVE_SQL}))
 ORDER BY c.last_inbound_at DESC LIMIT %(most)s
"""  # noqa: S608 - our own words
WAKE = """
INSERT INTO automation_lane AS l (conversation_id, organization_id, due_at, attempts, last_error)
SELECT id, %(organization)s, hubbub_now(), 0, '' FROM unnest(%(ids)s::uuid[]) AS id ORDER BY id
    ON CONFLICT (conversation_id) DO UPDATE SET due_at = least(coalesce(l.due_at, excluded.due_at), excluded.due_at)
"""


def start_due() -> int:
    """Begin the runs of every schedule whose time has come, and wake their conversations; returns how many.

    For the automation process. The runs have an empty state: whoever wakes begins them.
    """
    with transaction.atomic():
        organizations = [row["organization_id"] for row in run(ORGANIZATIONS)]
    return sum(_start_of(organization_id) for organization_id in organizations)


def _start_of(organization_id: UUID) -> int:
    with organization_scope(organization_id):
        due = [row for row in run(TRIGGERS, organization=organization_id) if is_due(**_moments(row))]
        refs = flows_of(organization_id).refs if due else {}
        return sum(_fire(organization_id, row, refs[row["key"]]) for row in due if row["key"] in refs)


def _moments(row: Row) -> dict[str, Any]:
    return {"settings": row["settings"], "fired_at": row["fired_at"], "now": row["now"]}


def is_due(*, settings: Mapping[str, JsonValue], fired_at: datetime | None, now: datetime) -> bool:
    """Whether the newest time of a schedule up to `now` has not been served, and is not long ago. Pure."""
    zone, at = zone_of(settings.get("time_zone", "UTC")), time_of(settings.get("at"))
    if zone is None or at is None:
        return False
    local = now.astimezone(zone)
    moment = local.replace(hour=at.hour, minute=at.minute, second=0, microsecond=0)
    if moment > local:
        moment -= timedelta(days=1)
    days = as_list(settings.get("days")) or DAYS
    return DAYS[moment.weekday()] in days and now - moment <= LATEST and (fired_at is None or fired_at < moment)


def _fire(organization_id: UUID, trigger: Row, ref: FlowVersionRef) -> int:
    if not run(CLAIM, organization=organization_id, id=trigger["id"], fired_at=trigger["fired_at"]):
        return 0
    found = run(
        CONVERSATIONS,
        organization=organization_id,
        flow=ref.flow_id,
        hours=WRITTEN_WITHIN_HOURS,
        tag=as_text(trigger["settings"].get("tag")) or "",
        most=MOST_AT_ONCE,
    )
    writes = {row["id"]: _write(organization_id, row, ref, trigger["now"]) for row in found}
    begun = save_runs(list(writes.values()))
    woken = sorted(conversation for conversation, write in writes.items() if write.id in begun)
    if woken:
        run(WAKE, organization=organization_id, ids=woken)
    return len(woken)


def _write(organization_id: UUID, conversation: Row, ref: FlowVersionRef, now: datetime) -> RunWrite:
    return RunWrite(
        organization_id=organization_id,
        conversation_id=conversation["id"],
        contact_id=conversation["contact_id"],
        flow_id=ref.flow_id,
        version_id=ref.version_id,
        subflow_versions=ref.subflow_versions,
        state={},
        status=RunStatus.DELAYED,
        step="",
        due_at=now,
        is_new=True,
    )
