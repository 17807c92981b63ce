"""What a responder wants done about one thing that happened in a conversation."""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID

from hubbub.automation.scenes import Scene
from hubbub.flows.engine import AddTag, Effect, HandOver, RemoveTag, Send, SetAttribute
from hubbub.flows.runs import LiveRun, RunWrite


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """`effects` are carried out in this order; `runs` are what becomes of flows."""

    name: str
    """auto_reply, flow, none; later: ai."""
    reason: str = ""
    effects: tuple[Effect, ...] = ()
    runs: tuple[RunWrite, ...] = ()
    live: LiveRun | None = None
    """The run that the conversation is in the middle of afterwards."""
    flow_id: UUID | None = None
    flow_name: str = ""
    version_id: UUID | None = None
    """Of the run whose steps are counted."""

    @property
    def said(self) -> tuple[str, ...]:
        """The texts of what is sent."""
        return tuple(effect.content.text or "" for effect in self.effects if isinstance(effect, Send))


def nothing(reason: str, scene: Scene) -> Decision:
    """Nobody answers; the reason is logged."""
    return Decision(name="none", reason=reason, live=scene.run)


def after(scene: Scene, decision: Decision) -> Scene:
    """The scene that the next message finds."""
    person = scene.person
    values = {one.name: one.value for one in decision.effects if isinstance(one, SetAttribute)}
    added = {one.tag for one in decision.effects if isinstance(one, AddTag)}
    removed = {one.tag for one in decision.effects if isinstance(one, RemoveTag)}
    if values or added or removed:
        tags = (person.tags | added) - removed
        person = replace(person, attributes={**person.attributes, **values}, tags=tags)
    is_handed_over = any(isinstance(one, HandOver) for one in decision.effects)
    return replace(
        scene,
        run=decision.live,
        person=person,
        handover="human" if is_handed_over else scene.handover,
        recent_answers=(*scene.recent_answers, *decision.said),
    )
