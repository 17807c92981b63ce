"""Flows as a responder: begin one, go on with one, leave one. Pure; what it leads to is carried out by the worker."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from hubbub.automation.comments import COMMENT, privately
from hubbub.automation.decisions import Decision
from hubbub.automation.scenes import Heard, Scene
from hubbub.flows.catalogue import FlowVersionRef
from hubbub.flows.engine import (
    Advance,
    FaultyDefinition,
    HandOver,
    HttpAnswered,
    Input,
    Returned,
    RunState,
    Said,
    Woke,
    advance,
    begin,
    escape,
)
from hubbub.flows.engine.values import ASKING_HTTP, ENDED, FAILED, HANDED_OVER, LIVE
from hubbub.flows.matching import TriggerFacts, facts_of_message
from hubbub.flows.runs import LiveRun, RunWrite
from hubbub.kit.errors import HubbubError
from hubbub.kit.ids import new_id
from hubbub.kit.json import as_text

NOBODY_KNOWS = "The worker stopped while it asked another server, so the answer is not known."


def flow(scene: Scene, heard: Heard) -> Decision | None:
    """What the flows say to a message; None when there is none for it."""
    facts = _facts(scene, heard)
    if heard.type == COMMENT:
        ref = scene.book.match(scene.channel.id, facts)
        begun = _begin(scene, ref, _said(scene, heard)) if ref else None
        return privately(begun, heard, scene.person.capabilities) if begun else None
    if scene.run is None:
        ref = scene.book.match(scene.channel.id, facts)
        return _begin(scene, ref, _said(scene, heard)) if ref else None
    if heard.is_event:
        other = scene.book.match(scene.channel.id, facts, is_in_run=True)
        return _instead(scene, other, heard) if other else None
    if word := escape(heard.text, scene.person.language):
        return ESCAPES[word.value](scene, facts, heard)
    if other := scene.book.match(scene.channel.id, facts, is_in_run=True):
        return _instead(scene, other, heard)
    return _go_on(scene, scene.run, _said(scene, heard))


def wake(scene: Scene) -> Decision | None:
    """What a run does without a message: its time has come, or a person gave the conversation back."""
    run = scene.run
    if run is None:
        return None
    if run.status == HANDED_OVER:
        return _go_on(scene, run, Returned(now=scene.now))
    if run.status == ASKING_HTTP:
        return _go_on(scene, run, HttpAnswered(now=scene.now, error=NOBODY_KNOWS))
    if run.due_at is not None and run.due_at <= scene.now:
        return _go_on(scene, run, Woke(now=scene.now))
    return None


def answered(scene: Scene, answer: HttpAnswered) -> Decision | None:
    """What a run makes of the answer of another server."""
    return _go_on(scene, scene.run, answer) if scene.run and scene.run.status == ASKING_HTTP else None


def _facts(scene: Scene, heard: Heard) -> TriggerFacts:
    return facts_of_message(
        now=scene.now,
        type=heard.type,
        text=heard.text,
        content=heard.content,
        language=scene.person.language,
        is_first=_is_first(scene, heard),
    )


def _is_first(scene: Scene, heard: Heard) -> bool:
    messages = [one for one in scene.heard if not one.is_event]
    return heard in messages[:1] and scene.inbound_count <= len(messages)


def _said(scene: Scene, heard: Heard) -> Said:
    return Said(
        now=scene.now,
        text=heard.text,
        payload=as_text(heard.content.get("payload")) or "",
        type=heard.type,
        attachments=heard.attachments,
        at=heard.occurred_at,
    )


# --- Leaving ----------------------------------------------------------------------------------------------------------


def _to_a_person(scene: Scene, facts: TriggerFacts, heard: Heard) -> Decision:  # noqa: ARG001 - one signature
    left = _ended(scene, "The customer asked for a person.")
    return replace(left, effects=(HandOver(note="The customer asked for a person."),))


def _stopped(scene: Scene, facts: TriggerFacts, heard: Heard) -> Decision:  # noqa: ARG001 - one signature
    return _ended(scene, "The customer stopped the flow.")


def _to_the_menu(scene: Scene, facts: TriggerFacts, heard: Heard) -> Decision:
    """Out of this flow, into the one that these words begin; else into the one that welcomes people."""
    welcome = replace(facts, kind="tap", payload="GET_STARTED", text="")
    ref = scene.book.match(scene.channel.id, facts) or scene.book.match(scene.channel.id, welcome)
    return _instead(scene, ref, heard) if ref else _ended(scene, "The customer left the flow.")


ESCAPES: Mapping[str, Callable[[Scene, TriggerFacts, Heard], Decision]] = {
    "human": _to_a_person,
    "stop": _stopped,
    "menu": _to_the_menu,
    "help": _to_the_menu,
}


def _ended(scene: Scene, reason: str) -> Decision:
    assert scene.run is not None
    write = _write(scene.run, scene.run.state, status=ENDED, error="")
    return Decision(name="flow", reason=reason, runs=(write,), flow_id=scene.run.flow_id)


def _instead(scene: Scene, ref: FlowVersionRef, heard: Heard) -> Decision:
    left = _ended(scene, "")
    begun = _begin(replace(scene, run=None), ref, _said(scene, heard))
    return replace(begun, runs=(*left.runs, *begun.runs))


# --- Going through ----------------------------------------------------------------------------------------------------


def _begin(scene: Scene, ref: FlowVersionRef, given: Input) -> Decision:
    run = LiveRun(
        id=new_id(),
        organization_id=scene.organization_id,
        conversation_id=scene.id,
        contact_id=scene.contact_id,
        flow_id=ref.flow_id,
        version_id=ref.version_id,
        subflow_versions=ref.subflow_versions,
        state={},
        status="",
        step="",
        due_at=None,
        started_at=scene.now,
    )
    return _go_on(scene, run, given, name=ref.name, is_new=True)


def _go_on(scene: Scene, run: LiveRun, given: Input, *, name: str = "", is_new: bool = False) -> Decision:
    """One turn of the run. What cannot be run fails visibly; the message stays in the inbox for people."""
    try:
        turn = _advance(scene, run, given)
    except (FaultyDefinition, HubbubError, KeyError, TypeError, ValueError) as failure:
        sentence = failure.sentence if isinstance(failure, HubbubError) else "Its stored state cannot be read."
        return _decided(run, Advance(state=_failed(run, sentence)), name, is_new=is_new)
    return _decided(run, turn, name, is_new=is_new)


def _advance(scene: Scene, run: LiveRun, given: Input) -> Advance:
    definition = scene.definitions.of(run.version_id)
    subflows = scene.definitions.subflows(run.subflow_versions)
    if not run.state:
        return begin(definition, scene.person, given, subflows)
    return advance(definition, scene.person, RunState.from_json(run.state), given, subflows)


def _failed(run: LiveRun, sentence: str) -> RunState:
    return RunState(status=FAILED, step=run.step, error=f"{run.step or 'The flow'}: {sentence}")


def _decided(run: LiveRun, turn: Advance, name: str, *, is_new: bool) -> Decision:
    state = turn.state
    write = _write(
        run,
        state.to_json(),
        status=state.status,
        error=state.error,
        step=state.step,
        due_at=state.due_at,
        is_new=is_new,
    )
    live = None
    if state.status in LIVE:
        live = replace(run, state=write.state, status=state.status, step=state.step, due_at=state.due_at)
    return Decision(
        name="flow",
        reason=state.error or f"{state.status} at {state.step}"[:200],
        effects=turn.effects,
        runs=(write,),
        live=live,
        flow_id=run.flow_id,
        flow_name=name,
        version_id=run.version_id,
    )


def _write(
    run: LiveRun,
    state: Mapping[str, object],
    *,
    status: str,
    error: str,
    step: str | None = None,
    due_at: datetime | None = None,
    is_new: bool = False,
) -> RunWrite:
    return RunWrite(
        id=run.id,
        organization_id=run.organization_id,
        conversation_id=run.conversation_id,
        contact_id=run.contact_id,
        flow_id=run.flow_id,
        version_id=run.version_id,
        subflow_versions=run.subflow_versions,
        state=state,  # type: ignore[arg-type]
        status=status,
        step=run.step if step is None else step,
        due_at=due_at,
        error=error,
        is_new=is_new,
    )


def runs_of(decisions: list[Decision]) -> list[RunWrite]:
    """What becomes of runs, in order. A run that began and went on in one round is written once, as new."""
    new: set[UUID] = set()
    merged: dict[UUID, RunWrite] = {}
    for write in (write for decision in decisions for write in decision.runs):
        new |= {write.id} if write.is_new else set()
        is_new = write.id in new
        merged[write.id] = write if write.is_new is is_new else replace(write, is_new=is_new)
    return list(merged.values())
