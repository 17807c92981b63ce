"""What the database holds of flows, and who may touch it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from django.db import Error, IntegrityError, transaction

from hubbub.flows.models import Flow, FlowRun, FlowStamp, FlowTrigger, FlowVersion
from hubbub.kit.ids import new_id
from hubbub.organizations.database import run
from hubbub.organizations.scope import organization_scope
from tests.support.factories import Tenant, make_tenant
from tests.support.roles import acting_as
from tests.support.talk import make_talk

pytestmark = pytest.mark.usefixtures("database")


def make_flow(tenant: Tenant, **fields: Any) -> Flow:
    with organization_scope(tenant.id):
        flow = Flow.objects.create(organization=tenant.organization, key=f"flow-{new_id().hex}", name="Flow", **fields)
        version = FlowVersion.objects.create(
            organization=tenant.organization, flow=flow, number=1, definition={"start": {"actions": []}}
        )
        flow.current_version = version
        flow.save()
    return flow


def stamp_of(tenant: Tenant) -> int:
    with organization_scope(tenant.id):
        return FlowStamp.objects.get(organization_id=tenant.id).stamp


def make_run(flow: Flow, conversation_id: UUID, status: str = "waiting") -> FlowRun:
    return FlowRun.objects.create(
        organization_id=flow.organization_id,
        conversation_id=conversation_id,
        flow=flow,
        version=flow.current_version,
        status=status,
    )


def test_every_change_of_a_flow_moves_the_stamp_of_its_organisation() -> None:
    tenant, other = make_tenant(), make_tenant()
    make_flow(other)
    flow = make_flow(tenant)
    seen = [stamp_of(tenant)]
    with organization_scope(tenant.id):
        trigger = FlowTrigger.objects.create(organization=tenant.organization, flow=flow, type="keyword", value="hi")
    seen.append(stamp_of(tenant))
    with organization_scope(tenant.id):
        FlowTrigger.objects.filter(id=trigger.id).update(value="hello")
    seen.append(stamp_of(tenant))
    before = stamp_of(other)
    with organization_scope(tenant.id):
        flow.delete()
    seen.append(stamp_of(tenant))
    assert sorted(set(seen)) == seen
    assert stamp_of(other) == before


def test_a_version_can_be_changed_by_nobody() -> None:
    tenant = make_tenant()
    flow = make_flow(tenant)
    for process in ("web", "automation"):
        with acting_as(process), pytest.raises(Error, match="permission denied"), organization_scope(tenant.id):
            FlowVersion.objects.filter(flow=flow).update(number=2)


def test_a_conversation_is_in_the_middle_of_one_run_at_most() -> None:
    talk = make_talk("hello")
    flow = make_flow(talk.tenant)
    conversation = talk.conversation().id
    with organization_scope(talk.tenant.id):
        make_run(flow, conversation, "completed")
        make_run(flow, conversation)
        with pytest.raises(IntegrityError), transaction.atomic():
            make_run(flow, conversation, "handed_over")


def test_a_conversation_that_goes_takes_its_runs_along() -> None:
    talk = make_talk("hello")
    flow = make_flow(talk.tenant)
    conversation = talk.conversation().id
    with organization_scope(talk.tenant.id):
        make_run(flow, conversation)
    with acting_as("inbound"), organization_scope(talk.tenant.id):
        run("DELETE FROM message WHERE conversation_id = %(id)s", id=conversation)
        for table in ("automation_item", "automation_lane", "participant", "outbox_lane", "reply_token"):
            run(f"DELETE FROM {table} WHERE conversation_id = %(id)s", id=conversation)
        run("DELETE FROM conversation WHERE id = %(id)s", id=conversation)
    with organization_scope(talk.tenant.id):
        assert not FlowRun.objects.filter(conversation_id=conversation).exists()


def test_another_organisation_sees_no_flow() -> None:
    make_flow(make_tenant())
    with organization_scope(make_tenant().id):
        assert not Flow.objects.exists()
        assert not FlowVersion.objects.exists()
