"""Flows as a file."""

from __future__ import annotations

from typing import Any

import pytest

from hubbub.flows.actions import FaultyFlow
from hubbub.flows.exchange import Change, export_flows, import_flows
from hubbub.flows.matching import Trigger
from hubbub.flows.models import Flow
from hubbub.kit.errors import InvalidInput
from hubbub.kit.json import loads
from hubbub.organizations.scope import organization_scope
from tests.flows.documents import FAULTY, LEADS, calls, hello
from tests.flows.test_actions import make, shown
from tests.support.factories import Tenant, make_channel, make_tenant

pytestmark = pytest.mark.usefixtures("database")


def exported(tenant: Tenant, keys: list[str] | None = None) -> str:
    with organization_scope(tenant.id):
        return export_flows(tenant.id, keys)


def imported(tenant: Tenant, text: str, *, is_dry_run: bool = False) -> list[Change]:
    with organization_scope(tenant.id):
        return import_flows(None, tenant.id, loads(text.encode()), is_dry_run=is_dry_run)


def keys_of(tenant: Tenant) -> list[str]:
    with organization_scope(tenant.id):
        return sorted(Flow.objects.values_list("key", flat=True))


def test_what_was_exported_comes_back_the_same_elsewhere() -> None:
    ours, theirs = make_tenant(), make_tenant()
    make(ours, key="b-leads", triggers=[Trigger(type="keyword", value="ราคา")], is_active=True, priority=8)
    make(ours, key="z-inner", definition=hello())
    make(ours, key="a-outer", definition=calls("z-inner"))
    text = exported(ours)
    assert [change.what for change in imported(theirs, text)] == ["created"] * 3
    assert exported(theirs) == text
    assert "ราคา" in text
    assert text.index('"key": "a-outer"') < text.index('"key": "b-leads"') < text.index('"key": "z-inner"')
    assert text.index('"collect_name": {') < text.index('"end": {')


def test_importing_again_changes_nothing_and_a_change_is_named() -> None:
    tenant = make_tenant()
    flow = make(tenant, key="leads")
    text = exported(tenant)
    assert [change.what for change in imported(tenant, text)] == ["unchanged"]
    [change] = imported(
        tenant, text.replace("What's your name?", "Who are you?").replace('"priority": 5', '"priority": 6')
    )
    assert (change.what, change.fields) == ("changed", ("definition", "priority"))
    assert (shown(tenant, flow)["version"], shown(tenant, flow)["priority"]) == (2, 6)


def test_a_dry_run_tells_the_same_and_writes_nothing() -> None:
    ours, theirs = make_tenant(), make_tenant()
    make(ours, key="leads")
    text = exported(ours)
    assert [change.what for change in imported(theirs, text, is_dry_run=True)] == ["created"]
    assert keys_of(theirs) == []


def test_one_faulty_flow_refuses_the_file() -> None:
    tenant = make_tenant()
    document: Any = {
        "format": "hubbub.flows/1",
        "flows": [
            {"key": "right", "name": "Right", "definition": LEADS},
            {"key": "wrong", "name": "Wrong", "definition": FAULTY},
        ],
    }
    with pytest.raises(FaultyFlow), organization_scope(tenant.id):
        import_flows(None, tenant.id, document)
    assert keys_of(tenant) == []


def test_channels_are_named_by_platform_and_account() -> None:
    ours, theirs = make_tenant(), make_tenant()
    channel = make_channel(ours)
    make(ours, key="leads", channel_ids=[channel.id])
    text = exported(ours)
    assert f'"facebook:{channel.external_id}"' in text
    with pytest.raises(InvalidInput, match="not connected here"):
        imported(theirs, text)


def test_one_flow_alone_is_a_file_too() -> None:
    tenant = make_tenant()
    with organization_scope(tenant.id):
        import_flows(None, tenant.id, {"key": "alone", "name": "Alone", "definition": LEADS})
    assert keys_of(tenant) == ["alone"]


def test_some_flows_can_be_exported_alone() -> None:
    tenant = make_tenant()
    make(tenant, key="first")
    make(tenant, key="second")
    assert "second" not in exported(tenant, ["first"])
    with pytest.raises(InvalidInput, match="'third'"):
        exported(tenant, ["third"])


@pytest.mark.parametrize(
    "document",
    [
        None,
        [],
        {},
        {"flows": []} | {"format": "other"},
        {"format": "hubbub.flows/1", "flows": [1]},
        {"key": "x", "definition": LEADS},
        {"name": "x", "definition": LEADS},
        {"key": "x", "name": "x"},
        {"key": "x", "name": "x", "definition": []},
        {"key": "x", "name": "x", "definition": LEADS, "color": "red"},
        {"key": "x", "name": "x", "definition": LEADS, "priority": True},
        {"key": "x", "name": "x", "definition": LEADS, "triggers": ["keyword"]},
        {"key": "x", "name": "x", "definition": LEADS, "triggers": [{"type": "keyword", "word": "x"}]},
        {"key": "x", "name": "x", "definition": LEADS, "channels": [1]},
        {"format": "hubbub.flows/1", "flows": [{"key": "x", "name": "x", "definition": LEADS}] * 2},
    ],
)
def test_a_file_of_another_shape_is_refused_with_a_sentence(document: Any) -> None:
    tenant = make_tenant()
    with pytest.raises(InvalidInput), organization_scope(tenant.id):
        import_flows(None, tenant.id, document)
    assert keys_of(tenant) == []
