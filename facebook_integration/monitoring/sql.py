"""What the monitor asks: one statement for each area, for all Pages at once.

The time shown runs from `since` to `now`; as much time before it begins at `previous`.
"""

SAID = """conversation c JOIN message m ON m.organization_id = c.organization_id AND m.conversation_id = c.id
 WHERE c.organization_id = %(organization)s AND c.channel_id = ANY(%(pages)s::uuid[])
   AND c.status IN ('active', 'closed', 'archived')"""
"""The statuses are named because the index has them before the time."""
MESSAGES = f"""
SELECT m.channel_id, m.direction, m.status, m.occurred_at >= %(since)s AS is_now,
       CASE WHEN m.occurred_at >= %(since)s
            THEN least(width_bucket(extract(epoch FROM m.occurred_at), extract(epoch FROM %(since)s::timestamptz),
                                    extract(epoch FROM %(now)s::timestamptz), %(parts)s), %(parts)s)
       END AS part, count(*) AS messages
  FROM {SAID} AND c.last_message_at >= %(previous)s AND m.occurred_at >= %(previous)s
 GROUP BY 1, 2, 3, 4, 5
"""  # noqa: S608 - our own words, as everywhere here
WEBHOOKS = """
SELECT channel_id, sum(total_requests) AS requests, sum(failed_requests) AS failed,
       sum(total_milliseconds) AS milliseconds, sum(events) AS events, sum(messages) AS messages,
       sum(unknown_events) AS unknown_events, sum(malformed_events) AS malformed_events,
       max(last_request_at) AS last_request_at, max(last_failure_at) AS last_failure_at,
       coalesce((array_agg(last_failure_reason ORDER BY hour DESC) FILTER (WHERE last_failure_reason <> ''))[1], '')
           AS last_failure,
       (array_agg(consecutive_failures ORDER BY hour DESC))[1] AS consecutive_failures
  FROM webhook_counter
 WHERE organization_id = %(organization)s AND channel_id = ANY(%(pages)s::uuid[])
   AND hour >= date_trunc('hour', %(since)s::timestamptz)
 GROUP BY channel_id
"""
CALLS = """
SELECT channel_id, count(*) AS calls, count(*) FILTER (WHERE outcome <> 'accepted') AS errors,
       avg(milliseconds) AS average_ms, max(usage_percent) AS quota_percent
  FROM platform_call
 WHERE organization_id = %(organization)s AND channel_id = ANY(%(pages)s::uuid[]) AND at >= %(since)s
 GROUP BY channel_id
"""
PEOPLE = f"""
SELECT c.channel_id, count(DISTINCT m.contact_id) FILTER (WHERE m.direction = 'inbound') AS people,
       count(DISTINCT c.id) FILTER (WHERE m.direction = 'inbound') AS asked,
       count(DISTINCT c.id) FILTER (WHERE m.direction = 'inbound' AND c.last_outbound_at >= %(since)s) AS answered
  FROM {SAID} AND c.last_message_at >= %(since)s AND m.occurred_at >= %(since)s
 GROUP BY c.channel_id
"""  # noqa: S608
NEW_PEOPLE = """
SELECT channel_id, count(*) AS new_people FROM contact_identity
 WHERE organization_id = %(organization)s AND channel_id = ANY(%(pages)s::uuid[]) AND first_seen_at >= %(since)s
 GROUP BY channel_id
"""
OPEN = """
SELECT channel_id, count(*) AS open, count(*) FILTER (WHERE awaiting_reply_since IS NOT NULL) AS awaiting
  FROM conversation
 WHERE organization_id = %(organization)s AND channel_id = ANY(%(pages)s::uuid[]) AND status = 'active'
 GROUP BY channel_id
"""
FACTS = """
SELECT channel_id, kind, count(*) AS times, avg(value) AS average FROM fact
 WHERE organization_id = %(organization)s AND channel_id = ANY(%(pages)s::uuid[]) AND at >= %(since)s
   AND kind IN ('conversation_opened', 'first_response', 'satisfaction')
 GROUP BY channel_id, kind
"""
RUNS = """
SELECT c.channel_id, count(*) AS runs, count(*) FILTER (WHERE r.status = 'completed') AS completed,
       count(*) FILTER (WHERE r.status = 'failed') AS failed,
       count(*) FILTER (WHERE r.status NOT IN ('completed', 'failed', 'ended')) AS live
  FROM flow_run r JOIN conversation c ON c.organization_id = r.organization_id AND c.id = r.conversation_id
 WHERE r.organization_id = %(organization)s AND c.channel_id = ANY(%(pages)s::uuid[]) AND r.started_at >= %(since)s
 GROUP BY c.channel_id
"""
ERRORS = f"""
SELECT channel_id, 'api' AS source, code, platform_code, purpose AS sentence, count(*) AS times, max(at) AS last_at
  FROM platform_call
 WHERE organization_id = %(organization)s AND channel_id = ANY(%(pages)s::uuid[]) AND at >= %(since)s
   AND outcome <> 'accepted'
 GROUP BY 1, 3, 4, 5
 UNION ALL
SELECT m.channel_id, 'send', coalesce(m.error->>'code', ''), coalesce(m.error->>'platform_code', ''),
       coalesce(m.error->>'sentence', ''), count(*), max(m.occurred_at)
  FROM {SAID} AND c.last_message_at >= %(since)s AND m.occurred_at >= %(since)s AND m.status IN ('failed', 'unknown')
 GROUP BY 1, 3, 4, 5
 UNION ALL
SELECT channel_id, 'webhook', state, '', kind, count(*), max(received_at) FROM event
 WHERE organization_id = %(organization)s AND channel_id = ANY(%(pages)s::uuid[]) AND received_at >= %(since)s
   AND state IN ('dead', 'malformed', 'unknown')
 GROUP BY 1, 3, 5
 UNION ALL
SELECT c.channel_id, 'flow', r.step, '', r.error, count(*), max(r.updated_at)
  FROM flow_run r JOIN conversation c ON c.organization_id = r.organization_id AND c.id = r.conversation_id
 WHERE r.organization_id = %(organization)s AND c.channel_id = ANY(%(pages)s::uuid[]) AND r.updated_at >= %(since)s
   AND r.status = 'failed'
 GROUP BY 1, 3, 5
 ORDER BY times DESC, last_at DESC
"""  # noqa: S608
USERS = f"""
SELECT n.channel_id, i.external_id AS psid, coalesce(nullif(i.display_name, ''), k.name, '') AS name, n.messages,
       n.last_at, i.is_reachable AS is_subscribed
  FROM (SELECT c.channel_id, c.identity_id, max(c.contact_id::text)::uuid AS contact_id, count(*) AS messages,
               max(m.occurred_at) AS last_at,
               row_number() OVER (PARTITION BY c.channel_id ORDER BY count(*) DESC, max(m.occurred_at) DESC) AS place
          FROM {SAID} AND c.last_message_at >= %(since)s AND m.occurred_at >= %(since)s AND m.direction = 'inbound'
           AND c.identity_id IS NOT NULL
         GROUP BY c.channel_id, c.identity_id) n
  JOIN contact_identity i ON i.organization_id = %(organization)s AND i.id = n.identity_id
  LEFT JOIN contact k ON k.organization_id = %(organization)s AND k.id = n.contact_id
 WHERE n.place <= %(most)s ORDER BY n.channel_id, n.place
"""  # noqa: S608
