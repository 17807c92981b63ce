"""Filling the town's tables: raw deliveries as the edge leaves them, and many conversations at once."""

from __future__ import annotations

import gc
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from benchmarks.bodies import body_of
from benchmarks.town import Town
from hubbub.edge.delivery import SIGNED_FOR
from hubbub.kit import clock
from hubbub.kit.ids import new_id

EMPTY = """
TRUNCATE delivery, event, event_seen, contact, realtime_event, fact, automation_lane, automation_item, automation_log,
         outbox_lane, procrastinate_jobs, webhook_counter CASCADE
"""
DELIVERY = """
INSERT INTO delivery (id, received_at, platform, body, headers, size_bytes) VALUES (%s, %s, %s, %s, %s, %s)
"""
SETTLE = ("VACUUM (ANALYZE) contact, contact_identity, conversation, message", "CHECKPOINT")
ID = """(lpad(to_hex(1790000000000 + n), 12, '0') || '7' || substr(md5(random()::text), 1, 3) || '8'
        || substr(md5(random()::text), 1, 15))::uuid"""
"""Ids grow with time, as the product's do."""
CONVERSATIONS = f"""
WITH made AS (
    SELECT n, {ID} AS contact, {ID} AS identity, {ID} AS conversation, {ID} AS message,
           now() - make_interval(secs => n) AS at
      FROM generate_series(%(first)s::int, %(last)s::int) n
), contacts AS (
    INSERT INTO contact (id, organization_id, name, is_name_given, avatar_url, avatar_key, language, timezone,
           email_index, is_email_verified, phone_index, is_phone_verified, attributes, is_blocked, first_seen_at,
           last_seen_at, updated_at)
    SELECT contact, %(organization)s, 'Person ' || n, false, '', '', '', '', '', false, '', false, '{{}}', false, at,
           at, at
      FROM made
), identities AS (
    INSERT INTO contact_identity (id, organization_id, contact_id, home_contact_id, channel_id, external_id, username,
           display_name, is_reachable, unreachable_reason, is_standby, opt_ins, referral, profile, profile_state,
           window_opened_at, first_seen_at, last_seen_at)
    SELECT identity, %(organization)s, contact, contact, %(channel)s, %(prefix)s || lpad(n::text, 6, '0'), '', '', true,
           '', false, '{{}}', '{{}}', '{{}}', 'fetched', at, at, at
      FROM made
), conversations AS (
    INSERT INTO conversation (id, organization_id, project_id, channel_id, contact_id, identity_id, type, thread_key,
           status, priority, title, summary, tags, metadata, is_ai_enabled, is_auto_reply_enabled, handover, is_standby,
           assignment_type, resolution, message_count, inbound_count, outbound_count, unread_count, last_message_text,
           last_message_id, first_message_at, last_message_at, last_inbound_at, awaiting_reply_since, response_count,
           response_seconds_total, updated_at, status_changed_at)
    SELECT conversation, %(organization)s, %(project)s, %(channel)s, contact, identity, 'private', '', 'active',
           'normal', '', '', '[]', '{{}}', true, true, 'flow', false, 'ai', '', 1, 1, 0, 1, 'Hello from ' || n, message,
           at, at, at, at, 0, 0, at, at
      FROM made
)
INSERT INTO message (id, organization_id, conversation_id, channel_id, contact_id, direction, author_type, author_name,
       author_avatar_url, type, text, content, raw, external_id, status, visibility, occurred_at, body_position,
       received_at, processed_at, reply_to_external_id, response_type, is_replied, is_edited, edit_number, is_unsent,
       mentions, hashtags, error_count, metadata)
SELECT message, %(organization)s, conversation, %(channel)s, contact, 'inbound', 'customer', '', '', 'text',
       'Hello from ' || n, '{{}}', '{{}}', 'm_preloaded' || n, 'received', 'visible', at, 0, at, at, '', '',
       false, false, 0, false, '[]', '[]', 0, '{{}}'
  FROM made
"""
AT_ONCE = 50_000
SILENT = ("UPDATE channel SET auto_reply_text = ''", "UPDATE flow SET is_active = false")


def empty(town: Town) -> None:
    """No conversations, no deliveries, nothing waiting, no automatic replies; the shop and its channels stay."""
    town.execute(EMPTY, *SILENT)


def deliver(town: Town, platforms: list[str], count: int, *, first_person: int = 0, people: int = 500) -> None:
    """Raw deliveries of one text each, in turn on these platforms and from this many people on each."""
    headers = json.dumps({SIGNED_FOR: str(town.tenant.id)})
    rows = []
    for number in range(count):
        account = town.accounts[platforms[number % len(platforms)]]
        body = body_of(account, first_person + number // len(platforms) % people)
        rows.append((new_id(), clock.now(), account.platform, body, headers, len(body)))
    with town.admin() as admin, admin.transaction(), admin.cursor() as cursor:
        cursor.executemany(DELIVERY, rows)


def apply_all() -> None:
    """Apply what was delivered, in this process; nothing is measured."""
    from hubbub.inbound.pipeline import apply_deliveries
    from hubbub.inbound.worker import BATCH

    with acting_as("inbound"):
        while apply_deliveries(BATCH).deliveries:
            pass


def preload(town: Town, platform: str, first: int, last: int) -> None:
    """Conversations of the persons numbered first to last, one message each; then as tables are after a while."""
    with town.admin() as admin:
        admin.execute("SET session_replication_role = replica")  # no reference is checked row by row
        for start in range(first, last + 1, AT_ONCE):
            admin.execute(CONVERSATIONS, _values(town, platform, start, min(start + AT_ONCE - 1, last)))
    town.execute(*SETTLE)


def _values(town: Town, platform: str, first: int, last: int) -> dict[str, Any]:
    return {
        "first": first,
        "last": last,
        "organization": town.tenant.id,
        "project": town.tenant.project.id,
        "channel": town.channels[platform],
        "prefix": "70000000000",
    }


@contextmanager
def acting_as(process: str) -> Iterator[Any]:
    """This process signs in as another process's role within the block, and spares the collector as lanes do."""
    from hubbub.automation.lanes import spare_the_collector
    from tests.support.roles import acting_as as as_role

    thresholds = gc.get_threshold()
    spare_the_collector()
    try:
        with as_role(process) as connection:
            yield connection
    finally:
        gc.unfreeze()
        gc.set_threshold(*thresholds)


def conversation_ids(town: Town, count: int) -> list[UUID]:
    """The ids of conversations, any order."""
    with town.admin() as admin:
        rows = admin.execute("SELECT id FROM conversation LIMIT %s", [count]).fetchall()
    return [row[0] for row in rows]
