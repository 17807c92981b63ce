"""Reading flows, their versions, runs and counts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from hubbub.flows.runs import LIVE_SQL, WHOLE
from hubbub.kit.errors import NotFound
from hubbub.organizations.database import Row, run
from hubbub.organizations.paging import Page, page_of, read_cursor

COLUMNS = """
       f.id, f.key, f.name, f.flow_type, f.description, f.is_active, f.priority, f.working_hours, v.number AS version,
       f.created_at, f.updated_at,
       (SELECT coalesce(jsonb_agg(c.channel_id ORDER BY c.channel_id), '[]') FROM flow_channel c
         WHERE c.organization_id = f.organization_id AND c.flow_id = f.id) AS channel_ids,
       (SELECT coalesce(jsonb_agg(jsonb_build_object('type', t.type, 'value', t.value, 'settings', t.settings)
                                  ORDER BY t.position, t.id), '[]') FROM flow_trigger t
         WHERE t.organization_id = f.organization_id AND t.flow_id = f.id) AS triggers
"""
SOURCE = """
  FROM flow f LEFT JOIN flow_version v ON v.organization_id = f.organization_id AND v.id = f.current_version_id
"""
ONE = f"""
SELECT {COLUMNS}, v.definition,
       (SELECT count(*) FROM flow_run r WHERE r.organization_id = f.organization_id AND r.flow_id = f.id
           AND r.status IN ({LIVE_SQL})) AS live_runs
{SOURCE} WHERE f.organization_id = %(organization)s AND f.id = %(id)s
"""  # noqa: S608 - our own words
VERSIONS = """
SELECT number, created_at FROM flow_version
 WHERE organization_id = %(organization)s AND flow_id = %(id)s ORDER BY number DESC LIMIT 100
"""
FILTERS: dict[str, str] = {
    "is_active": "f.is_active = %(is_active)s",
    "flow_type": "f.flow_type = %(flow_type)s",
    "channel_id": """(NOT EXISTS (SELECT FROM flow_channel c WHERE c.organization_id = f.organization_id
                                     AND c.flow_id = f.id)
                      OR EXISTS (SELECT FROM flow_channel c WHERE c.organization_id = f.organization_id
                                    AND c.flow_id = f.id AND c.channel_id = %(channel_id)s))""",
}
"""Filter → condition; values are bound."""
COUNTS = """
SELECT v.number AS version, c.step, c.variant, c.entered, c."left", c.completed
  FROM flow_step_count c JOIN flow_version v ON v.organization_id = c.organization_id AND v.id = c.version_id
 WHERE c.organization_id = %(organization)s AND c.flow_id = %(id)s
 ORDER BY v.number DESC, c.entered DESC, c.step, c.variant
"""
SUMMARY = f"""
SELECT f.id, f.key, f.name, f.flow_type, f.is_active, f.priority, coalesce(c.entered, 0) AS entered,
       coalesce(c."left", 0) AS "left", coalesce(c.completed, 0) AS completed,
       (SELECT count(*) FROM flow_run r WHERE r.organization_id = f.organization_id AND r.flow_id = f.id
           AND r.status IN ({LIVE_SQL})) AS live_runs,
       (SELECT count(*) FROM flow_run r WHERE r.organization_id = f.organization_id AND r.flow_id = f.id
           AND r.status = 'failed') AS failed_runs
  FROM flow f
  LEFT JOIN (SELECT flow_id, sum(entered)::bigint AS entered, sum("left")::bigint AS "left",
                    sum(completed)::bigint AS completed
               FROM flow_step_count WHERE organization_id = %(organization)s AND step = '' GROUP BY flow_id) c
    ON c.flow_id = f.id
 WHERE f.organization_id = %(organization)s
   AND (%(channel)s::uuid IS NULL
        OR NOT EXISTS (SELECT FROM flow_channel h WHERE h.organization_id = f.organization_id AND h.flow_id = f.id)
        OR EXISTS (SELECT FROM flow_channel h WHERE h.organization_id = f.organization_id AND h.flow_id = f.id
                      AND h.channel_id = %(channel)s))
 ORDER BY f.priority DESC, f.key
"""  # noqa: S608 - our own words
RUNS = """
SELECT r.id, r.flow_id, f.name AS flow_name, v.number AS version, r.conversation_id, r.contact_id, r.status, r.step,
       r.due_at, r.error, r.started_at, r.updated_at, r.ended_at
  FROM flow_run r
  JOIN flow f ON f.organization_id = r.organization_id AND f.id = r.flow_id
  JOIN flow_version v ON v.organization_id = r.organization_id AND v.id = r.version_id
"""
RUN_FILTERS: dict[str, str] = {
    "flow_id": "r.flow_id = %(flow_id)s",
    "conversation_id": "r.conversation_id = %(conversation_id)s",
    "status": "r.status = %(status)s",
}


def live_run(organization_id: UUID, conversation_id: UUID) -> Row | None:
    """The run that a conversation is in the middle of, as `list_runs` shows it."""
    statement = f"""{RUNS} WHERE r.organization_id = %(organization)s AND r.conversation_id = %(conversation)s
        AND r.status IN ({LIVE_SQL})"""
    rows = run(statement, organization=organization_id, conversation=conversation_id)
    return rows[0] if rows else None


def list_flows(organization_id: UUID, *, limit: int, cursor: str | None, filters: Mapping[str, Any]) -> Page:
    """Newest first, without definitions. `filters`: is_active, flow_type, channel_id; None values do not count."""
    statement, chosen = f"SELECT {COLUMNS} {SOURCE}", _chosen(filters)
    conditions = ["f.organization_id = %(organization)s", *(FILTERS[name] for name in chosen)]
    if cursor:
        chosen["at"], chosen["last"] = read_cursor(cursor, 2)
        conditions.append("(f.created_at, f.id) < (%(at)s::timestamptz, %(last)s::uuid)")
    statement += f" WHERE {' AND '.join(conditions)} ORDER BY f.created_at DESC, f.id DESC LIMIT %(limit)s"
    rows = run(statement, organization=organization_id, limit=limit + 1, **chosen)
    return page_of(rows, limit, ("created_at", "id"))


def get_flow(organization_id: UUID, flow_id: UUID) -> Row:
    """One flow with its current `definition`, its `versions`, newest first, and how many are in it. Raises NotFound."""
    rows = run(ONE, organization=organization_id, id=flow_id)
    if not rows:
        raise NotFound("There is no such flow.")
    return {**rows[0], "versions": run(VERSIONS, organization=organization_id, id=flow_id)}


def flow_counts(organization_id: UUID, flow_id: UUID) -> Row:
    """{"versions": [{"version", "entered", "left", "completed", "completion_rate", "steps": […]}]}, newest first.

    Steps come with their variants, the busiest first. `completion_rate` is None while nobody has begun. Raises
    NotFound.
    """
    rows = run(COUNTS, organization=organization_id, id=flow_id)
    if not rows and not run(ONE, organization=organization_id, id=flow_id):
        raise NotFound("There is no such flow.")
    versions: dict[int, Row] = {}
    for row in rows:
        version = versions.setdefault(row.pop("version"), {"entered": 0, "left": 0, "completed": 0, "steps": []})
        if row["step"] == WHOLE:
            version.update(entered=row["entered"], left=row["left"], completed=row["completed"])
        else:
            version["steps"].append(row)
    return {
        "versions": [{"version": number, "completion_rate": rate_of(one), **one} for number, one in versions.items()]
    }


def summarize_flows(organization_id: UUID, channel_id: UUID | None = None) -> list[Row]:
    """Every flow (of a channel) with entered, left, completed, completion_rate, live_runs and failed_runs."""
    rows = run(SUMMARY, organization=organization_id, channel=channel_id)
    return [{**row, "completion_rate": rate_of(row)} for row in rows]


def rate_of(counts: Mapping[str, Any]) -> float | None:
    """How many of those who began came to the end, 0–1; None while nobody has begun."""
    return counts["completed"] / counts["entered"] if counts["entered"] else None


def list_runs(organization_id: UUID, *, limit: int, cursor: str | None, filters: Mapping[str, Any]) -> Page:
    """Newest first, without what customers said. `filters`: flow_id, conversation_id, status."""
    statement, chosen = RUNS, _chosen(filters)
    conditions = ["r.organization_id = %(organization)s", *(RUN_FILTERS[name] for name in chosen)]
    if cursor:
        chosen["at"], chosen["last"] = read_cursor(cursor, 2)
        conditions.append("(r.started_at, r.id) < (%(at)s::timestamptz, %(last)s::uuid)")
    statement += f" WHERE {' AND '.join(conditions)} ORDER BY r.started_at DESC, r.id DESC LIMIT %(limit)s"
    rows = run(statement, organization=organization_id, limit=limit + 1, **chosen)
    return page_of(rows, limit, ("started_at", "id"))


def _chosen(filters: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in filters.items() if value is not None}
