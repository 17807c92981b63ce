"""The flows of an organisation, ready for use."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from hubbub.flows.actions import change_flow, deactivate, delete_flow, new_version
from hubbub.flows.catalogue import FlowBook, definitions_of, flows_of, subflows_for, versions_of
from hubbub.flows.engine import FaultyDefinition
from hubbub.flows.matching import Trigger, TriggerFacts
from hubbub.flows.models import Flow, FlowVersion
from hubbub.kit.errors import NotFound
from hubbub.kit.ids import new_id
from hubbub.organizations.scope import organization_scope
from tests.flows.documents import FAULTY, LEADS, calls, hello
from tests.flows.test_actions import make
from tests.support.factories import Tenant, make_channel, make_tenant
from tests.support.roles import acting_as

pytestmark = pytest.mark.usefixtures("database")

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
SOMEWHERE = new_id()


def book_of(tenant: Tenant) -> FlowBook:
    with acting_as("automation"), organization_scope(tenant.id):
        return flows_of(tenant.id)


def started(tenant: Tenant, channel_id: UUID = SOMEWHERE, *, is_in_run: bool = False, **facts: Any) -> str | None:
    found = book_of(tenant).match(channel_id, TriggerFacts(**{"now": NOON, "text": "hi", **facts}), is_in_run=is_in_run)
    return found.name if found else None


def a_flow(tenant: Tenant, name: str, type: str = "any_message", value: str = "", **fields: Any) -> Flow:  # noqa: A002
    trigger = Trigger(type=type, value=value)
    return make(tenant, name, triggers=[trigger], **{"is_active": True, "definition": hello(), **fields})


def test_an_organisation_without_flows_starts_none() -> None:
    assert started(make_tenant()) is None


def test_the_highest_priority_has_it_then_what_says_more_then_what_is_older() -> None:
    tenant = make_tenant()
    a_flow(tenant, "any")
    a_flow(tenant, "word", "keyword", "hi")
    a_flow(tenant, "second word", "keyword", "hi")
    assert started(tenant) == "word"
    assert started(tenant, text="other") == "any"
    a_flow(tenant, "important", priority=9)
    assert started(tenant) == "important"


def test_a_flow_starts_on_its_channels_only() -> None:
    tenant = make_tenant()
    here, there = make_channel(tenant), make_channel(tenant)
    a_flow(tenant, "here", channel_ids=[here.id])
    assert started(tenant, here.id) == "here"
    assert started(tenant, there.id) is None


def test_a_flow_starts_in_its_hours_only() -> None:
    tenant = make_tenant()
    a_flow(tenant, "office", working_hours={"time_zone": "UTC", "days": {"mon": [["09:00", "12:30"]]}})
    assert started(tenant) == "office"
    assert started(tenant, now=NOON.replace(hour=13)) is None


def test_in_the_middle_of_a_run_only_taps_start_another_flow() -> None:
    tenant = make_tenant()
    a_flow(tenant, "any", priority=9)
    a_flow(tenant, "menu", "postback", "MENU")
    assert started(tenant, is_in_run=True) is None
    assert started(tenant, is_in_run=True, kind="tap", payload="MENU") == "menu"


def test_every_change_is_seen_by_the_next_look() -> None:
    tenant = make_tenant()
    flow = a_flow(tenant, "first")
    assert started(tenant) == "first"
    with organization_scope(tenant.id):
        change_flow(None, tenant.id, flow.id, {"name": "renamed"})
    assert started(tenant) == "renamed"
    with organization_scope(tenant.id):
        change_flow(None, tenant.id, flow.id, {"triggers": (Trigger(type="keyword", value="bye"),)})
    assert (started(tenant), started(tenant, text="bye")) == (None, "renamed")
    with organization_scope(tenant.id):
        deactivate(None, tenant.id, flow.id)
    assert started(tenant, text="bye") is None
    with organization_scope(tenant.id):
        delete_flow(None, tenant.id, flow.id)
    assert book_of(tenant).refs == {}


def test_nothing_changed_costs_one_statement() -> None:
    tenant = make_tenant()
    a_flow(tenant, "first")
    with organization_scope(tenant.id):
        book = flows_of(tenant.id)
        definitions_of(versions_of(book.refs.values()))
        with CaptureQueriesContext(connection) as queries:
            assert flows_of(tenant.id) is book
            definitions_of(versions_of(book.refs.values()))
    assert len(queries) == 1


def test_organisations_have_their_own_flows() -> None:
    tenant, other = make_tenant(), make_tenant()
    a_flow(other, "theirs")
    assert started(tenant) is None


def test_a_run_keeps_its_version_and_those_of_its_sub_flows() -> None:
    tenant = make_tenant()
    inner = make(tenant, key="inner", definition=hello("old"))
    make(tenant, key="middle", definition=calls("inner"))
    make(tenant, key="outer", definition=calls("middle"))
    before = book_of(tenant).refs["outer"]
    with organization_scope(tenant.id):
        new_version(None, tenant.id, inner.id, hello("new"))
    after = book_of(tenant).refs["outer"]
    assert set(before.subflow_versions) == {"middle", "inner"}
    assert before.subflow_versions["inner"] != after.subflow_versions["inner"]
    with organization_scope(tenant.id):
        definitions = definitions_of([*versions_of([before]), *versions_of([after])])
        assert set(subflows_for(tenant.id, calls("middle"))) == {"middle", "inner"}
    assert definitions.of(before.version_id) == definitions.of(after.version_id)
    assert (
        definitions.subflows(before.subflow_versions)["inner"] != definitions.subflows(after.subflow_versions)["inner"]
    )


def test_flows_that_call_one_another_are_read_all_the_same() -> None:
    tenant = make_tenant()
    first = make(tenant, key="first", definition=hello())
    make(tenant, key="second", definition=calls("first"))
    with organization_scope(tenant.id):
        new_version(None, tenant.id, first.id, calls("second"))
    assert set(book_of(tenant).refs["first"].subflow_versions) == {"first", "second"}


def test_a_definition_that_cannot_be_read_any_more_says_so_and_harms_no_other() -> None:
    tenant = make_tenant()
    flow = a_flow(tenant, "broken")
    right = a_flow(tenant, "right", definition=LEADS)
    with organization_scope(tenant.id):
        broken = FlowVersion.objects.create(organization=tenant.organization, flow=flow, number=2, definition=FAULTY)
        flow.current_version = broken
        flow.save()
        definitions = definitions_of([broken.id, right.current_version.id, SOMEWHERE])
    assert definitions.of(right.current_version.id)
    with pytest.raises(FaultyDefinition):
        definitions.of(broken.id)
    with pytest.raises(NotFound):
        definitions.of(SOMEWHERE)
    assert definitions.subflows({"broken": broken.id, "right": right.current_version.id}).keys() == {"right"}
    assert started(tenant) == "broken"
