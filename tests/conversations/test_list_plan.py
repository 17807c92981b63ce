"""How the database finds a page: by an index, without looking at more rows than it shows."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from hubbub.channels.models import Channel
from hubbub.conversations.listing import PRIORITIES, SORTS, Wanted, conversation_list_sql, looked_up, priority_sql
from hubbub.kit.ids import new_id
from hubbub.organizations.scope import organization_scope
from tests.support.factories import Tenant, make_channel, make_tenant
from tests.support.people import make_member
from tests.support.roles import acting_as

pytestmark = pytest.mark.usefixtures("database")
MANY = 20_000
FILL = """
INSERT INTO contact (id, organization_id, name, is_name_given, avatar_url, avatar_key, language, timezone, email_index,
       is_email_verified, phone_index, is_phone_verified, attributes, is_blocked, last_seen_at, updated_at)
SELECT md5(%(salt)s || n)::uuid, %(organization)s, 'Customer ' || n, false, '', '', '', '', '', false, '', false, '{}',
       false, now() - n * interval '1 second', now()
  FROM generate_series(1, %(many)s) n;
INSERT INTO conversation (id, organization_id, project_id, channel_id, contact_id, type, thread_key, status, priority,
       title, summary, tags, metadata, is_ai_enabled, is_auto_reply_enabled, handover, is_standby, assignment_type,
       resolution, message_count, inbound_count, outbound_count, unread_count, last_message_text, response_count,
       response_seconds_total, last_message_at, updated_at)
SELECT md5(%(salt)s || 'c' || n)::uuid, %(organization)s, %(project)s, %(channel)s, md5(%(salt)s || n)::uuid, 'private',
       '', 'active', 'normal', '', '', '[]', '{}', true, true, 'flow', false, 'ai', '', 1, 1, 0, 1, 'hello', 0, 0,
       now() - n * interval '1 second', now()
  FROM generate_series(1, %(many)s) n;
"""


def filled_with_many(channel: Channel) -> None:
    """MANY people, each with a conversation."""
    values: dict[str, Any] = {
        "salt": new_id().hex,
        "organization": channel.organization_id,
        "project": channel.project_id,
        "channel": channel.id,
        "many": MANY,
    }
    with organization_scope(channel.organization_id), connection.cursor() as cursor:
        for statement in FILL.split(";\n")[:2]:
            cursor.execute(statement, values)


@pytest.fixture(scope="module")
def crowd(database: None) -> tuple[Tenant, Channel]:
    tenant = make_tenant()
    channel = make_channel(tenant, "line")
    filled_with_many(channel)
    with acting_as("migrator"), connection.cursor() as cursor:
        cursor.execute("ANALYZE conversation; ANALYZE contact")
    return tenant, channel


def _plan(tenant: Tenant, **wanted: Any) -> dict[str, Any]:
    return _plan_of(tenant, conversation_list_sql(Wanted(organization_id=tenant.id, limit=50, **wanted)))


def _plan_of(tenant: Tenant, prepared: tuple[str, dict[str, Any]]) -> dict[str, Any]:
    statement, parameters = prepared
    with organization_scope(tenant.id), connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", parameters)
        found = cursor.fetchone()
    assert found is not None
    plan = json.loads(found[0]) if isinstance(found[0], str) else found[0]
    top: dict[str, Any] = plan[0]["Plan"]
    return top


def _nodes(plan: dict[str, Any]) -> list[dict[str, Any]]:
    return [plan, *(node for child in plan.get("Plans", []) for node in _nodes(child))]


@pytest.mark.parametrize("name", ["nothing", "status", "channel_id"])
def test_a_page_reads_about_as_many_rows_as_it_shows(crowd: tuple[Tenant, Channel], name: str) -> None:
    tenant, channel = crowd
    values = {"nothing": None, "status": "active", "channel_id": channel.id}
    filters: dict[str, Any] = {} if name == "nothing" else {name: values[name]}
    for node in _nodes(_plan(tenant, filters=filters)):
        assert node["Actual Rows"] * node["Actual Loops"] <= 160, node
        if node.get("Relation Name") == "conversation":
            assert "Index" in node["Node Type"], node
            assert node.get("Rows Removed by Filter", 0) == 0, node


def test_the_page_after_a_cursor_is_found_by_the_index_too(crowd: tuple[Tenant, Channel]) -> None:
    from hubbub.conversations.listing import list_conversations

    tenant, _ = crowd
    with organization_scope(tenant.id):
        page = list_conversations(Wanted(organization_id=tenant.id, limit=50))
    assert page.next_cursor
    for node in _nodes(_plan(tenant, cursor=page.next_cursor)):
        if node.get("Relation Name") == "conversation":
            assert node["Actual Rows"] * node["Actual Loops"] <= 60, node
            assert node.get("Rows Removed by Filter", 0) == 0, node
    assert isinstance(page.rows[0]["id"], UUID)


AGENTS = 5
NUMBER = "extract(epoch FROM now() - last_message_at)::int"
DEAL_OUT = f"""
UPDATE conversation SET
       assigned_to_id = CASE WHEN {NUMBER} %% 3 > 0 THEN (%(agents)s::uuid[])[1 + {NUMBER} %% 5] END,
       awaiting_reply_since = CASE WHEN {NUMBER} %% 2 = 0 THEN last_message_at END,
       priority = (ARRAY['urgent', 'high', 'low', 'normal', 'normal', 'normal', 'normal'])[1 + {NUMBER} %% 7],
       status = (ARRAY['active', 'active', 'closed', 'archived'])[1 + {NUMBER} / 8 %% 4]
"""
SNOOZE = """
INSERT INTO snooze (conversation_id, organization_id, inbound_count, snoozed_at)
SELECT id, organization_id, inbound_count, now() FROM conversation WHERE status = 'active'
 ORDER BY last_message_at DESC LIMIT 20
"""


@pytest.fixture(scope="module")
def desk(database: None) -> tuple[Tenant, Channel, UUID]:
    """As in `crowd`, and dealt out to five people, waiting and answered, urgent and not, open and done."""
    tenant = make_tenant()
    channel = make_channel(tenant, "line")
    agents = [make_member(tenant).id for _ in range(AGENTS)]
    filled_with_many(channel)
    with organization_scope(tenant.id), connection.cursor() as cursor:
        cursor.execute(DEAL_OUT, {"agents": agents})
        cursor.execute(SNOOZE)
    with acting_as("migrator"), connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE conversation")
        cursor.execute("ANALYZE contact")
    return tenant, channel, agents[0]


TABS = ("mine", "unassigned", "all", "archived", "channel", "everything", "snoozed")


def _filters(tab: str, channel: Channel, me: UUID) -> dict[str, Any]:
    filters: dict[str, dict[str, Any]] = {
        "mine": {"status": "active", "assigned_to": me},
        "unassigned": {"status": "active", "is_assigned": False},
        "all": {"status": "active"},
        "archived": {"status": "archived"},
        "channel": {"status": "active", "channel_id": channel.id},
        "everything": {},
        "snoozed": {"is_snoozed": True},
    }
    return filters[tab]


@pytest.mark.parametrize("sort", [*SORTS[:2], *PRIORITIES])
@pytest.mark.parametrize("tab", TABS)
def test_every_list_of_the_inbox_is_found_in_every_order(
    desk: tuple[Tenant, Channel, UUID], tab: str, sort: str
) -> None:
    tenant, channel, me = desk
    filters = _filters(tab, channel, me)
    if sort in PRIORITIES:
        plan = _plan_of(tenant, priority_sql(Wanted(organization_id=tenant.id, limit=50, filters=filters), sort))
    else:
        plan = _plan(tenant, filters=filters, sort=sort)
    looked_at = 0.0
    for node in _nodes(plan):
        if node.get("Relation Name") == "conversation":
            assert "Seq Scan" not in node["Node Type"], node
            looked_at += (node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"]
    assert looked_at <= 51 * (AGENTS + 1) * 2 + 51 + 20


SCATTER = f"""
UPDATE conversation SET
       unread_count = CASE WHEN {NUMBER} %% 500 = 0 THEN 1 ELSE 0 END,
       channel_id = (%(channels)s::uuid[])[1 + {NUMBER} %% 2],
       last_message_at = now() - {NUMBER} * interval '10 minutes',
       last_inbound_at = now() - {NUMBER} * interval '10 minutes' - interval '30 hours'
"""
OPEN_WINDOWS = """
INSERT INTO contact_identity (id, organization_id, contact_id, home_contact_id, channel_id, external_id, username,
       display_name, is_reachable, unreachable_reason, is_standby, window_opened_at, opt_ins, referral, profile,
       profile_state)
SELECT c.contact_id, c.organization_id, c.contact_id, c.contact_id, c.channel_id, c.id, '', '', true, '', false,
       c.last_inbound_at, '{}', '{}', '{}', 'fetched' FROM conversation c
"""


@pytest.fixture(scope="module")
def street(database: None) -> tuple[Tenant, Channel, Channel]:
    """One LINE channel and one WhatsApp number; its windows are closed; one in 500 is unread, or called Tanaka."""
    tenant = make_tenant()
    line, whatsapp = make_channel(tenant, "line"), make_channel(tenant, "whatsapp")
    filled_with_many(line)
    with organization_scope(tenant.id), connection.cursor() as cursor:
        cursor.execute(SCATTER, {"channels": [line.id, whatsapp.id]})
        cursor.execute(OPEN_WINDOWS)
        cursor.execute("UPDATE conversation SET identity_id = contact_id")
        cursor.execute("UPDATE contact SET name = '田中 ' || name WHERE name LIKE '%%500'")
    with acting_as("migrator"), connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE conversation")
        cursor.execute("VACUUM ANALYZE contact")
        cursor.execute("VACUUM ANALYZE contact_name")
    return tenant, line, whatsapp


def _passed_over(tenant: Tenant, **filters: Any) -> float:
    """How many conversations a page's plan looked at."""
    wanted = Wanted(organization_id=tenant.id, limit=50, filters=filters)
    with organization_scope(tenant.id):
        prepared = conversation_list_sql(looked_up(wanted))
    looked_at = 0.0
    for node in _nodes(_plan_of(tenant, prepared)):
        if node.get("Relation Name") == "conversation":
            assert "Seq Scan" not in node["Node Type"], node
            looked_at += (node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"]
    return looked_at


@pytest.mark.parametrize(
    "filters",
    [
        {"is_unread": True},
        {"is_unread": False},
        {"is_unread": True, "status": "active"},
        {"window": "closed"},
        {"window": "open"},
        {"window": "closing"},
        {"window": "closed", "status": "active", "is_unread": False},
        {"name_contains": "田中"},
        {"name_contains": "中 CUS", "status": "active"},
        {"name_contains": "nobody is called that"},
        {"platform": "whatsapp"},
    ],
)
def test_what_is_rare_is_found_without_passing_over_the_rest(
    street: tuple[Tenant, Channel, Channel], filters: dict[str, Any]
) -> None:
    assert _passed_over(street[0], **filters) <= 51 * 4 + 51


@pytest.mark.parametrize("side", [0, 1])
def test_what_is_unread_in_a_channel_is_found_among_what_is_unread(
    street: tuple[Tenant, Channel, Channel], side: int
) -> None:
    tenant, *channels = street
    assert _passed_over(tenant, is_unread=True, channel_id=channels[side].id) <= 51 * 4 + 51
