"""Making and changing flows."""

from __future__ import annotations

from typing import Any

import pytest

from hubbub.flows.actions import (
    FaultyFlow,
    NewFlow,
    activate,
    change_flow,
    create_flow,
    deactivate,
    delete_flow,
    new_version,
    use_version,
)
from hubbub.flows.matching import Trigger
from hubbub.flows.models import Flow, FlowRun
from hubbub.flows.queries import get_flow, list_flows
from hubbub.kit.errors import Conflict, InvalidInput, NotFound
from hubbub.kit.ids import new_id
from hubbub.organizations.models import AuditEntry
from hubbub.organizations.scope import organization_scope
from tests.flows.documents import FAULTY, LEADS, calls, hello
from tests.flows.test_models import make_run
from tests.support.factories import Tenant, make_channel, make_tenant
from tests.support.talk import make_talk

pytestmark = pytest.mark.usefixtures("database")


def make(tenant: Tenant, name: str = "Leads", **fields: Any) -> Flow:
    with organization_scope(tenant.id):
        return create_flow(None, tenant.id, NewFlow(name=name, **{"definition": LEADS, **fields}))


def shown(tenant: Tenant, flow: Flow) -> dict[str, Any]:
    with organization_scope(tenant.id):
        return get_flow(tenant.id, flow.id)


def faults_of_new(tenant: Tenant, **fields: Any) -> list[dict[str, str]]:
    with pytest.raises(FaultyFlow) as refused:
        make(tenant, **fields)
    found: list[dict[str, str]] = refused.value.details["faults"]  # type: ignore[assignment]
    return found


def test_a_flow_is_kept_as_it_was_asked_for() -> None:
    tenant = make_tenant()
    channel = make_channel(tenant)
    hours = {"time_zone": "Asia/Bangkok", "days": {"mon": [["09:00", "18:00"]]}}
    flow = make(
        tenant,
        flow_type="lead_generation",
        triggers=[Trigger(type="keyword", value="demo,pricing"), Trigger(type="get_started")],
        channel_ids=[channel.id],
        is_active=True,
        priority=8,
        working_hours=hours,
    )
    row = shown(tenant, flow)
    assert (row["key"], row["version"], row["priority"], row["is_active"]) == ("leads", 1, 8, True)
    assert row["triggers"][0] == {"type": "keyword", "value": "demo,pricing", "settings": {}}
    assert (row["channel_ids"], row["working_hours"]) == ([str(channel.id)], hours)
    assert row["definition"] == LEADS
    assert [*row["definition"]] == ["start", "collect_name", "end"]


def test_every_fault_is_named_at_once() -> None:
    faults = faults_of_new(
        make_tenant(),
        definition=FAULTY,
        triggers=[Trigger(type="keyword"), Trigger(type="moon")],
        working_hours={"time_zone": "Nowhere", "days": {}},
        priority=1000,
    )
    places = [fault["place"] for fault in faults]
    assert {"priority", "working_hours", "triggers[0]", "triggers[1]"} <= set(places)
    assert len([place for place in places if place.startswith("definition.")]) >= 2


def test_a_flow_without_a_name_or_of_the_wrong_shape_is_refused() -> None:
    tenant = make_tenant()
    assert [fault["place"] for fault in faults_of_new(tenant, name="  ")] == ["name"]
    definitions: tuple[Any, ...] = ([], "x", None, {})
    for definition in definitions:
        assert faults_of_new(tenant, definition=definition)


def test_a_flow_that_calls_one_that_is_not_there_is_refused() -> None:
    [fault] = faults_of_new(make_tenant(), definition=calls("nothing"))
    assert "'nothing'" in fault["sentence"]


def test_keys_are_made_from_names_and_are_never_taken_twice() -> None:
    tenant = make_tenant()
    assert [make(tenant).key, make(tenant).key, make(tenant, "ต้อนรับ").key] == ["leads", "leads-2", "flow"]
    with pytest.raises(Conflict):
        make(tenant, key="leads")
    with pytest.raises(InvalidInput, match="small letters"):
        make(tenant, key="Not A Key")


def test_another_definition_is_a_new_version_and_the_same_one_is_not() -> None:
    tenant = make_tenant()
    flow = make(tenant)
    with organization_scope(tenant.id):
        assert new_version(None, tenant.id, flow.id, LEADS).number == 1
        assert new_version(None, tenant.id, flow.id, hello()).number == 2
        with pytest.raises(FaultyFlow):
            new_version(None, tenant.id, flow.id, FAULTY)
        use_version(None, tenant.id, flow.id, 1)
        with pytest.raises(NotFound):
            use_version(None, tenant.id, flow.id, 3)
    row = shown(tenant, flow)
    assert (row["version"], row["definition"]) == (1, LEADS)
    assert [version["number"] for version in row["versions"]] == [2, 1]


def test_what_is_not_given_stays() -> None:
    tenant = make_tenant()
    flow = make(tenant, triggers=[Trigger(type="any_message")], priority=3)
    with organization_scope(tenant.id):
        change_flow(None, tenant.id, flow.id, {"name": "New"})
        activate(None, tenant.id, flow.id)
    row = shown(tenant, flow)
    assert (row["name"], row["priority"], row["version"], row["is_active"]) == ("New", 3, 1, True)
    assert len(row["triggers"]) == 1
    with organization_scope(tenant.id):
        deactivate(None, tenant.id, flow.id)
    assert not shown(tenant, flow)["is_active"]


def test_a_deleted_flow_takes_versions_and_runs_along_unless_another_calls_it() -> None:
    talk = make_talk("hello")
    tenant = talk.tenant
    flow = make(tenant, key="called", triggers=[Trigger(type="any_message")], channel_ids=[talk.channel.id])
    caller = make(tenant, "Caller", definition=calls("called"))
    with organization_scope(tenant.id):
        make_run(flow, talk.conversation().id)
        with pytest.raises(Conflict, match="caller"):
            delete_flow(None, tenant.id, flow.id)
        delete_flow(None, tenant.id, caller.id)
        delete_flow(None, tenant.id, flow.id)
        assert not Flow.objects.exists()
        assert not FlowRun.objects.exists()


def test_changes_are_audited() -> None:
    tenant = make_tenant()
    flow = make(tenant)
    with organization_scope(tenant.id):
        delete_flow(None, tenant.id, flow.id)
        actions = {entry.action for entry in AuditEntry.objects.filter(target_id=flow.id)}
    assert actions == {"flow_created", "flow_deleted"}


def test_foreign_channels_and_flows_do_not_exist() -> None:
    tenant, other = make_tenant(), make_tenant()
    foreign = make_channel(other)
    with pytest.raises(NotFound):
        make(tenant, channel_ids=[foreign.id])
    flow = make(other)
    with organization_scope(tenant.id), pytest.raises(NotFound):
        activate(None, tenant.id, flow.id)
    with organization_scope(tenant.id), pytest.raises(NotFound):
        get_flow(tenant.id, new_id())


def test_flows_are_listed_in_pages_and_narrowed() -> None:
    tenant = make_tenant()
    here, there = make_channel(tenant), make_channel(tenant)
    make(tenant, "Everywhere")
    make(tenant, "Here", channel_ids=[here.id], is_active=True)
    with organization_scope(tenant.id):
        first = list_flows(tenant.id, limit=1, cursor=None, filters={})
        second = list_flows(tenant.id, limit=1, cursor=first.next_cursor, filters={})
        names = {
            channel.id: {
                row["name"]
                for row in list_flows(tenant.id, limit=9, cursor=None, filters={"channel_id": channel.id}).rows
            }
            for channel in (here, there)
        }
        active = list_flows(tenant.id, limit=9, cursor=None, filters={"is_active": True})
    assert [row["name"] for row in (*first.rows, *second.rows)] == ["Here", "Everywhere"]
    assert names == {here.id: {"Here", "Everywhere"}, there.id: {"Everywhere"}}
    assert [row["name"] for row in active.rows] == ["Here"]
