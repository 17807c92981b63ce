"""When each channel of an organisation last had something to do."""

from __future__ import annotations

from uuid import UUID

from hubbub.organizations.database import Row, run

NEWEST = 50
"""Conversations of each channel and status that are looked at: the last message in or out is in one of them."""
ACTIVITY = """
SELECT channel.id AS channel_id, talk.last_in_at, talk.last_out_at,
       coalesce(day.requests, 0)::int AS requests, coalesce(day.messages, 0)::int AS messages,
       coalesce(day.failures, 0)::int AS failures
FROM channel
LEFT JOIN LATERAL (
    SELECT max(newest.last_inbound_at) AS last_in_at, max(newest.last_outbound_at) AS last_out_at
    FROM unnest(%(statuses)s::text[]) AS wanted (status)
    CROSS JOIN LATERAL (
        SELECT last_inbound_at, last_outbound_at FROM conversation
        WHERE conversation.organization_id = channel.organization_id AND conversation.channel_id = channel.id
          AND conversation.status = wanted.status
        ORDER BY last_message_at DESC, id DESC LIMIT %(newest)s
    ) AS newest
) AS talk ON true
LEFT JOIN LATERAL (
    SELECT sum(total_requests) AS requests, sum(messages) AS messages, sum(failed_requests) AS failures
    FROM webhook_counter
    WHERE webhook_counter.channel_id = channel.id AND hour > hubbub_now() - interval '24 hours'
) AS day ON true
WHERE channel.organization_id = %(organization)s
ORDER BY channel.id
"""


def list_channel_activity(organization_id: UUID) -> list[Row]:
    """Per channel: last message in and out, and the webhook calls, messages and failures of the last 24 hours."""
    return run(ACTIVITY, organization=organization_id, statuses=["active", "closed"], newest=NEWEST)
