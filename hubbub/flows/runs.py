"""Who is in the middle of a flow: read and written for many conversations at once."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from hubbub.flows.models import LIVE
from hubbub.kit.ids import new_id
from hubbub.kit.json import JsonValue
from hubbub.organizations.database import run

WHOLE = ""
"""The step of the counts that are about the flow as a whole."""
LIVE_SQL = ", ".join(f"'{status}'" for status in LIVE)
LIVE_RUNS = f"""
SELECT id, organization_id, conversation_id, contact_id, flow_id, version_id, subflow_versions, state, status, step,
       due_at, started_at
  FROM flow_run WHERE conversation_id = ANY(%(ids)s::uuid[]) AND status IN ({LIVE_SQL})
"""  # noqa: S608 - our own words
COLUMNS = """id uuid, organization_id uuid, conversation_id uuid, contact_id uuid, flow_id uuid, version_id uuid,
       subflow_versions jsonb, state jsonb, status text, step text, due_at timestamptz, error text"""
UPDATE = f"""
UPDATE flow_run o
   SET state = r.state, status = r.status, step = r.step, due_at = r.due_at, error = r.error, updated_at = hubbub_now(),
       ended_at = CASE WHEN r.status IN ({LIVE_SQL}) THEN NULL ELSE hubbub_now() END
  FROM json_to_recordset(%(rows)s::json) AS r ({COLUMNS})
 WHERE o.id = r.id AND o.organization_id = r.organization_id AND o.status IN ({LIVE_SQL})
RETURNING o.id
"""  # noqa: S608 - our own words
INSERT = f"""
INSERT INTO flow_run (id, organization_id, conversation_id, contact_id, flow_id, version_id, subflow_versions, state,
       status, step, due_at, error, started_at, updated_at, ended_at)
SELECT r.id, r.organization_id, r.conversation_id, r.contact_id, r.flow_id, r.version_id, r.subflow_versions, r.state,
       r.status, r.step, r.due_at, r.error, hubbub_now(), hubbub_now(),
       CASE WHEN r.status IN ({LIVE_SQL}) THEN NULL ELSE hubbub_now() END
  FROM json_to_recordset(%(rows)s::json) AS r ({COLUMNS})
  JOIN flow f ON f.organization_id = r.organization_id AND f.id = r.flow_id
 ORDER BY r.conversation_id, r.id
    ON CONFLICT DO NOTHING
RETURNING id
"""  # noqa: S608 - our own words
COUNT = """
INSERT INTO flow_step_count AS c (id, organization_id, flow_id, version_id, step, variant, entered, "left", completed)
SELECT r.id, r.organization_id, r.flow_id, r.version_id, r.step, r.variant, r.entered, r."left", r.completed
  FROM json_to_recordset(%(rows)s::json) AS r (id uuid, organization_id uuid, flow_id uuid, version_id uuid,
       step text, variant text, entered bigint, "left" bigint, completed bigint)
  JOIN flow_version v ON v.organization_id = r.organization_id AND v.id = r.version_id
 ORDER BY r.version_id, r.step, r.variant
    ON CONFLICT (version_id, step, variant) DO UPDATE
   SET entered = c.entered + excluded.entered, "left" = c."left" + excluded."left",
       completed = c.completed + excluded.completed
"""
"""Sorted: whoever counts the same steps takes their rows in the same order."""
PAUSE = f"""
UPDATE flow_run SET status = 'handed_over', due_at = NULL, updated_at = hubbub_now()
 WHERE conversation_id = ANY(%(ids)s::uuid[]) AND status IN ({LIVE_SQL}) AND status <> 'handed_over'
RETURNING conversation_id
"""  # noqa: S608 - our own words
END = f"""
UPDATE flow_run SET status = 'ended', due_at = NULL, error = %(reason)s, updated_at = hubbub_now(),
       ended_at = hubbub_now()
 WHERE conversation_id = ANY(%(ids)s::uuid[]) AND status IN ({LIVE_SQL})
RETURNING conversation_id
"""  # noqa: S608 - our own words


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveRun:
    """A run as it stands. An empty `state` has still to begin: a schedule made the run."""

    id: UUID
    organization_id: UUID
    conversation_id: UUID
    contact_id: UUID | None
    flow_id: UUID
    version_id: UUID
    subflow_versions: Mapping[str, UUID]
    state: Mapping[str, JsonValue]
    status: str
    step: str
    due_at: datetime | None
    started_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RunWrite:
    """A run as it shall stand. `is_new`: it begins with this; else it is changed while it is still live."""

    id: UUID = field(default_factory=new_id)
    organization_id: UUID
    conversation_id: UUID
    contact_id: UUID | None = None
    flow_id: UUID
    version_id: UUID
    subflow_versions: Mapping[str, UUID] = field(default_factory=dict)
    state: Mapping[str, JsonValue]
    status: str
    step: str
    due_at: datetime | None = None
    error: str = ""
    is_new: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StepCount:
    """What happened at one step, once or a number of times: `what` is entered, left or completed."""

    organization_id: UUID
    flow_id: UUID
    version_id: UUID
    step: str
    what: str
    variant: str = ""
    number: int = 1


def live_runs(conversation_ids: Collection[UUID]) -> dict[UUID, LiveRun]:
    """The run that each conversation is in the middle of, by conversation."""
    rows = run(LIVE_RUNS, ids=sorted(conversation_ids)) if conversation_ids else []
    return {row["conversation_id"]: LiveRun(**{**row, "subflow_versions": _ids(row)}) for row in rows}


def _ids(row: Mapping[str, Any]) -> dict[str, UUID]:
    return {key: UUID(version) for key, version in row["subflow_versions"].items()}


def save_runs(writes: Sequence[RunWrite]) -> set[UUID]:
    """Change runs that are still live, then begin new ones where none is; returns the ids of those that were written.

    Of several writes of one run the last counts. Runs begun and come to their end are counted for the flow as a whole.
    """
    chosen = list({write.id: write for write in writes}.values())
    saved: set[UUID] = set()
    for statement, group in ((UPDATE, _rows(chosen, is_new=False)), (INSERT, _rows(chosen, is_new=True))):
        saved |= {row["id"] for row in run(statement, group)} if group else set()
    count_steps([count for write in chosen if write.id in saved for count in _whole(write)])
    return saved


def _rows(writes: Sequence[RunWrite], *, is_new: bool) -> list[dict[str, Any]]:
    return [
        {
            "id": write.id,
            "organization_id": write.organization_id,
            "conversation_id": write.conversation_id,
            "contact_id": write.contact_id,
            "flow_id": write.flow_id,
            "version_id": write.version_id,
            "subflow_versions": dict(write.subflow_versions),
            "state": dict(write.state),
            "status": write.status,
            "step": write.step,
            "due_at": write.due_at,
            "error": write.error,
        }
        for write in writes
        if write.is_new is is_new
    ]


def _whole(write: RunWrite) -> list[StepCount]:
    happened = {"entered": write.is_new, "left": write.status not in LIVE, "completed": write.status == "completed"}
    return [
        StepCount(
            organization_id=write.organization_id,
            flow_id=write.flow_id,
            version_id=write.version_id,
            step=WHOLE,
            what=what,
        )
        for what, has_happened in happened.items()
        if has_happened
    ]


def count_steps(counts: Sequence[StepCount]) -> None:
    """Add to the counts, one row a step and variant, whatever the number of conversations."""
    rows: dict[tuple[int, str, str], dict[str, Any]] = {}
    for one in counts:
        place = (one.version_id.int, one.step, one.variant)  # a number, which is looked up faster than a UUID
        row = rows.get(place) or rows.setdefault(place, _zero(one))
        row[one.what] += one.number
    if rows:
        run(COUNT, list(rows.values()))


def _zero(one: StepCount) -> dict[str, Any]:
    return {
        "id": new_id(),
        "organization_id": one.organization_id,
        "flow_id": one.flow_id,
        "version_id": one.version_id,
        "step": one.step,
        "variant": one.variant,
        "entered": 0,
        "left": 0,
        "completed": 0,
    }


def pause_run(*conversation_ids: UUID) -> set[UUID]:
    """A person answers: runs wait until they give the conversation back. Returns the conversations that had one."""
    return {row["conversation_id"] for row in run(PAUSE, ids=sorted(conversation_ids))} if conversation_ids else set()


def end_run(*conversation_ids: UUID, reason: str = "") -> set[UUID]:
    """Stop runs for good. Returns the conversations that had one."""
    rows = run(END, ids=sorted(conversation_ids), reason=reason) if conversation_ids else []
    return {row["conversation_id"] for row in rows}
