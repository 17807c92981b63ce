"""What waits to be done for one organisation, and for how long."""

from __future__ import annotations

from uuid import UUID

from hubbub.organizations.database import Row, run

MOST = 10_000
AUTOMATION = """
SELECT count(*)::int AS count, extract(epoch FROM hubbub_now() - min(x.due_at))::float8 AS oldest_seconds
  FROM (SELECT l.due_at FROM automation_lane l
         WHERE l.organization_id = %(organization)s AND l.due_at <= hubbub_now() LIMIT %(most)s) x
"""
OUTBOX = """
SELECT x.platform AS lane, x.state, count(*)::int AS count,
       extract(epoch FROM hubbub_now() - min(x.queued_at))::float8 AS oldest_seconds
  FROM (SELECT h.platform, o.state, o.queued_at FROM outbox o JOIN channel h ON h.id = o.channel_id
         WHERE o.organization_id = %(organization)s LIMIT %(most)s) x
 GROUP BY x.platform, x.state ORDER BY x.platform, x.state
"""
JOBS = """
SELECT x.queue_name AS lane, x.state, count(*)::int AS count,
       extract(epoch FROM hubbub_now() - min(x.at))::float8 AS oldest_seconds
  FROM (SELECT j.queue_name, j.status::text AS state,
               (SELECT min(e.at) FROM procrastinate_events e WHERE e.job_id = j.id) AS at
          FROM procrastinate_jobs j
         WHERE j.status IN ('todo', 'doing', 'failed') AND j.args ->> 'organization_id' = %(organization)s::text
           AND coalesce(j.scheduled_at, hubbub_now()) <= hubbub_now()
           AND coalesce(j.scheduled_at, hubbub_now()) > hubbub_now() - interval '7 days'
         LIMIT %(most)s) x
 GROUP BY x.queue_name, x.state ORDER BY x.queue_name, x.state
"""
DEAD = """
SELECT count(*)::int AS count, extract(epoch FROM hubbub_now() - min(x.received_at))::float8 AS oldest_seconds,
       (count(*) FILTER (WHERE x.state = 'dead'))::int AS dead,
       (count(*) FILTER (WHERE x.state = 'malformed'))::int AS malformed,
       (count(*) FILTER (WHERE x.state = 'unknown'))::int AS unknown
  FROM (SELECT e.received_at, e.state FROM event e
         WHERE e.organization_id = %(organization)s AND e.state IN ('dead', 'malformed', 'unknown')
         LIMIT %(most)s) x
"""
SCHEDULED = """
SELECT count(*)::int AS count, extract(epoch FROM hubbub_now() - min(x.created_at))::float8 AS oldest_seconds
  FROM (SELECT s.created_at FROM scheduled_message s
         WHERE s.organization_id = %(organization)s AND s.status = 'waiting' LIMIT %(most)s) x
"""


def work_of(organization_id: UUID) -> Row:
    """{"automation", "outbox": […], "jobs": […], "dead_events", "scheduled"}, each counted to 10,000 at most."""
    statements = {"automation": AUTOMATION, "outbox": OUTBOX, "jobs": JOBS, "dead_events": DEAD, "scheduled": SCHEDULED}
    found = {name: run(statement, organization=organization_id, most=MOST) for name, statement in statements.items()}
    return {name: rows if name in ("outbox", "jobs") else rows[0] for name, rows in found.items()}
