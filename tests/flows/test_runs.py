"""Runs and counts, as automation writes them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from hubbub.conversations.upkeep import keep_partitions
from hubbub.flows.models import Flow, FlowRun, FlowStepCount
from hubbub.flows.queries import flow_counts, list_runs, summarize_flows
from hubbub.flows.runs import (
    RunWrite,
    StepCount,
    count_steps,
    end_run,
    live_runs,
    pause_run,
    save_runs,
)
from hubbub.kit import clock
from hubbub.kit.ids import new_id
from hubbub.organizations.database import run
from hubbub.organizations.scope import organization_scope
from hubbub.settings.environment import environment
from tests.flows.test_models import make_flow
from tests.support.roles import acting_as
from tests.support.talk import Talk, make_talk

pytestmark = pytest.mark.usefixtures("database")


def a_write(talk: Talk, flow: Flow, **fields: Any) -> RunWrite:
    given: dict[str, Any] = {"state": {"step": "ask"}, "status": "waiting", "step": "ask", "is_new": True, **fields}
    return RunWrite(
        organization_id=talk.tenant.id,
        conversation_id=talk.conversation().id,
        contact_id=talk.contact_id,
        flow_id=flow.id,
        version_id=flow.current_version.id,
        **given,
    )


def a_count(flow: Flow, step: str, what: str = "entered", variant: str = "") -> StepCount:
    return StepCount(
        organization_id=flow.organization_id,
        flow_id=flow.id,
        version_id=flow.current_version.id,
        step=step,
        what=what,
        variant=variant,
    )


def save(talk: Talk, *writes: RunWrite) -> set[UUID]:
    with acting_as("automation"), organization_scope(talk.tenant.id):
        return save_runs(writes)


def live(talk: Talk) -> Any:
    with acting_as("automation"), organization_scope(talk.tenant.id):
        return live_runs([talk.conversation().id]).get(talk.conversation().id)


def world() -> tuple[Talk, Flow]:
    talk = make_talk("hello")
    return talk, make_flow(talk.tenant)


def test_a_run_is_written_and_read_back_as_it_was() -> None:
    talk, flow = world()
    called = {"faq": new_id()}
    write = a_write(talk, flow, state={"variables": {"name": "มะลิ"}}, subflow_versions=called)
    assert save(talk, write) == {write.id}
    found = live(talk)
    assert (found.id, found.state, found.status, found.step) == (write.id, write.state, "waiting", "ask")
    assert (found.version_id, found.subflow_versions) == (flow.current_version.id, called)


def test_a_run_that_has_ended_is_written_no_more() -> None:
    talk, flow = world()
    write = a_write(talk, flow)
    save(talk, write)
    assert save(talk, replace(write, is_new=False, status="completed", step="end")) == {write.id}
    assert live(talk) is None
    assert save(talk, replace(write, is_new=False, status="waiting")) == set()
    with organization_scope(talk.tenant.id):
        row = FlowRun.objects.get(id=write.id)
    assert (row.status, row.ended_at is not None) == ("completed", True)


def test_a_second_run_of_a_conversation_does_not_begin() -> None:
    talk, flow = world()
    first = a_write(talk, flow)
    save(talk, first)
    assert save(talk, a_write(talk, flow)) == set()
    assert live(talk).id == first.id


def test_one_run_gives_way_to_another_in_one_go() -> None:
    talk, flow = world()
    first, second = a_write(talk, flow), a_write(talk, flow)
    save(talk, first)
    ended = replace(first, is_new=False, status="ended", error="Another flow began.")
    assert save(talk, second, ended) == {first.id, second.id}
    assert live(talk).id == second.id


def test_a_run_of_a_flow_that_was_deleted_meanwhile_is_not_written() -> None:
    talk, flow = world()
    write = a_write(talk, flow)
    with organization_scope(talk.tenant.id):
        flow.delete()
    assert save(talk, write) == set()


def test_a_person_pauses_a_run_and_somebody_ends_it() -> None:
    talk, flow = world()
    save(talk, a_write(talk, flow, due_at=clock.now()))
    conversation = talk.conversation().id
    with organization_scope(talk.tenant.id):
        assert pause_run(conversation) == {conversation}
        assert pause_run(conversation) == set()
    assert (live(talk).status, live(talk).due_at) == ("handed_over", None)
    with organization_scope(talk.tenant.id):
        assert end_run(conversation, reason="The conversation was closed.") == {conversation}
        assert FlowRun.objects.get(conversation_id=conversation).error == "The conversation was closed."
    assert live(talk) is None


def test_counts_add_up_whoever_counts() -> None:
    talk, flow = world()
    counts = [a_count(flow, "b"), a_count(flow, "a"), a_count(flow, "a"), a_count(flow, "a", "left", "blue")]
    for _ in range(2):
        with acting_as("automation"), organization_scope(talk.tenant.id):
            count_steps(counts)
    with organization_scope(talk.tenant.id):
        rows = {(row.step, row.variant): row for row in FlowStepCount.objects.filter(flow=flow)}
    assert rows["a", ""].entered == 4
    assert rows["b", ""].entered == 2
    assert (rows["a", "blue"].entered, rows["a", "blue"].left) == (0, 2)


def test_the_flow_as_a_whole_is_counted_with_its_runs() -> None:
    talk, flow = world()
    done, failed = a_write(talk, flow, status="completed"), a_write(talk, flow, status="failed", error="At ask: no.")
    save(talk, done, failed)
    going = a_write(talk, flow)
    save(talk, going)
    save(talk, replace(going, is_new=False, step="more"))
    with organization_scope(talk.tenant.id):
        [version] = flow_counts(talk.tenant.id, flow.id)["versions"]
        [summary] = summarize_flows(talk.tenant.id, talk.channel.id)
        runs = list_runs(talk.tenant.id, limit=10, cursor=None, filters={"flow_id": flow.id, "status": "failed"})
    assert (version["entered"], version["left"], version["completed"]) == (3, 2, 1)
    assert version["completion_rate"] == pytest.approx(1 / 3)
    assert (summary["live_runs"], summary["failed_runs"], summary["entered"]) == (1, 1, 3)
    assert [row["error"] for row in runs.rows] == ["At ask: no."]


def test_the_same_saved_twice_is_counted_once() -> None:
    talk, flow = world()
    write = a_write(talk, flow, status="completed")
    save(talk, write)
    save(talk, write)
    with organization_scope(talk.tenant.id):
        [version] = flow_counts(talk.tenant.id, flow.id)["versions"]
    assert version["completed"] == 1


def test_nobody_of_another_organisation_writes_a_run() -> None:
    talk, flow = world()
    other = make_talk("hello")
    write = a_write(talk, flow)
    with acting_as("web"), organization_scope(other.tenant.id):
        assert save_runs([write]) == set()
        assert run("SELECT id FROM flow_run WHERE flow_id = %(flow)s", flow=flow.id) == []


def test_runs_that_ended_long_ago_go_and_their_counts_stay() -> None:
    days = environment().flow_run_retention_days
    talk = make_talk("hello")
    flow = make_flow(talk.tenant)
    ids = [new_id() for _ in range(3)]
    for run_id in ids[:2]:
        save(talk, a_write(talk, flow, id=run_id, status="completed"))
    save(talk, a_write(talk, flow, id=ids[2]))
    with organization_scope(talk.tenant.id):
        FlowRun.objects.filter(id=ids[0]).update(ended_at=clock.now() - timedelta(days=days, minutes=1))
        FlowRun.objects.filter(id=ids[2]).update(started_at=clock.now() - timedelta(days=days * 2))
    with acting_as("jobs"):
        keep_partitions()
    with organization_scope(talk.tenant.id):
        assert {one.id for one in FlowRun.objects.filter(flow=flow)} == {ids[1], ids[2]}
        (whole,) = FlowStepCount.objects.filter(flow=flow, step="")
    assert (whole.entered, whole.completed) == (3, 2)
