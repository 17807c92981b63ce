"""One round for the conversations of one organisation: read together, decided in memory, written under the leases."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from hubbub.automation import lane
from hubbub.automation.decisions import Decision, after
from hubbub.automation.effects import apply_effects, lock_for_effects
from hubbub.automation.flow_turns import answered, runs_of, wake
from hubbub.automation.lane import Finished, Lease
from hubbub.automation.responders import decide, reason_for_silence
from hubbub.automation.scenes import Heard, Scene, read_scenes
from hubbub.connectors.messages import OutboundMessage
from hubbub.conversations.actions.send import Wanted, queue_messages
from hubbub.flows.engine import Count, Effect, HttpAnswered, RequestHttp, Send
from hubbub.flows.engine.values import HANDED_OVER
from hubbub.flows.runs import StepCount, count_steps, save_runs
from hubbub.kit.errors import HubbubError
from hubbub.kit.ids import new_id

Asked = tuple[Lease, RequestHttp]


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One decision in one conversation. Without a message it is about a run whose time came."""

    lease: Lease
    heard: Heard | None
    decision: Decision
    problems: list[str] = field(default_factory=list)
    """What could not be done or sent, in sentences."""

    @property
    def request(self) -> RequestHttp | None:
        """What another server must be asked before anything else happens here."""
        return next((one for one in self.decision.effects if isinstance(one, RequestHttp)), None)


def answer(
    organization_id: UUID, leases: Sequence[Lease], answers: Mapping[UUID, HttpAnswered] | None = None
) -> list[Asked]:
    """Decide, then write what was decided where the lease still stands, and give the conversations back; inside a
    transaction of this organisation. Deciding asks nobody outside and locks nothing.

    Returns the leases that are kept, because another server must be asked first; `answers` are what such servers said.
    """
    scenes = read_scenes(organization_id, {lease.conversation_id for lease in leases})
    known = [lease for lease in leases if lease.conversation_id in scenes]
    turns = [turn for lease in known for turn in _decide(lease, scenes[lease.conversation_id], answers or {})]
    lock_for_effects(organization_id, _effects(turns))
    held = lane.hold(leases)
    ours = [turn for turn in turns if turn.lease.conversation_id in held]
    _carry_out(organization_id, ours)
    asked = [(turn.lease, turn.request) for turn in ours if turn.request is not None]
    _give_back(leases, ours, asked)
    return asked


def _decide(lease: Lease, scene: Scene, answers: Mapping[UUID, HttpAnswered]) -> list[Turn]:
    """The run's own business first, then message after message, each in the light of the answers before it."""
    turns: list[Turn] = []
    if alone := _alone(scene, answers.get(scene.id)):
        turns.append(Turn(lease=lease, heard=None, decision=alone))
    for heard in scene.heard:
        if turns:
            if turns[-1].request:
                break  # what was said meanwhile waits for the other server
            scene = after(scene, turns[-1].decision)
        turns.append(Turn(lease=lease, heard=heard, decision=decide(scene, heard)))
    return turns


def _alone(scene: Scene, given: HttpAnswered | None) -> Decision | None:
    """What a run does without a message. Where machines are silent it waits for what ends the silence."""
    if reason_for_silence(scene):
        return None
    return answered(scene, given) if given else wake(scene)


def _effects(turns: Iterable[Turn]) -> dict[UUID, list[Effect]]:
    found: dict[UUID, list[Effect]] = {}
    for turn in turns:
        found.setdefault(turn.lease.conversation_id, []).extend(turn.decision.effects)
    return found


def _carry_out(organization_id: UUID, turns: Sequence[Turn]) -> None:
    """What may not be sent or done leaves its sentence as the turn's reason."""
    for turn in turns:
        turn.problems.extend(_apply(organization_id, turn))
    _send(organization_id, turns)
    save_runs(runs_of([turn.decision for turn in turns]))
    count_steps(_counts(organization_id, turns))
    lane.finish([_finished(turn, turn.heard) for turn in turns if turn.heard is not None])


def _apply(organization_id: UUID, turn: Turn) -> Sequence[str]:
    decision = turn.decision
    if decision.flow_id is None:
        return ()
    return apply_effects(
        organization_id,
        turn.lease.conversation_id,
        decision.effects,
        flow_id=decision.flow_id,
        flow_name=decision.flow_name,
    )


def _send(organization_id: UUID, turns: Sequence[Turn]) -> None:
    sends = [(turn, number, one.content) for turn in turns for number, one in enumerate(_sends(turn.decision))]
    if not sends:
        return
    results = queue_messages(organization_id, [_wanted(*one) for one in sends])
    for (turn, _, _), result in zip(sends, results, strict=True):
        if isinstance(result, HubbubError):
            turn.problems.append(result.sentence)


def _sends(decision: Decision) -> list[Send]:
    return [one for one in decision.effects if isinstance(one, Send)]


def _wanted(turn: Turn, number: int, content: OutboundMessage) -> Wanted:
    cause = turn.heard.id if turn.heard else new_id()
    return Wanted(
        conversation_id=turn.lease.conversation_id,
        content=content,
        author_type="flow",
        client_id=f"automation:{cause}:{number}" if number else f"automation:{cause}",
    )


def _counts(organization_id: UUID, turns: Iterable[Turn]) -> list[StepCount]:
    """How often each thing happened in all of them: most conversations go the same few ways."""
    flows: dict[int, Decision] = {}
    numbers: Counter[tuple[int, str, str, str]] = Counter()
    for decision in (turn.decision for turn in turns):
        if decision.flow_id is None or decision.version_id is None:
            continue
        version = decision.version_id.int
        flows[version] = decision
        numbers.update((version, one.step, one.what, one.variant) for one in decision.effects if isinstance(one, Count))
    return [
        StepCount(
            organization_id=organization_id,
            flow_id=flows[version].flow_id,  # type: ignore[arg-type]
            version_id=flows[version].version_id,  # type: ignore[arg-type]
            step=step,
            what=what,
            variant=variant,
            number=number,
        )
        for (version, step, what, variant), number in numbers.items()
    ]


def _finished(turn: Turn, heard: Heard) -> Finished:
    return Finished(
        lease=turn.lease,
        message_id=heard.id,
        decision=turn.decision.name,
        reason=" ".join(turn.problems) or turn.decision.reason,
    )


def _give_back(leases: Sequence[Lease], turns: Sequence[Turn], asked: Sequence[Asked]) -> None:
    kept = {lease.conversation_id for lease, _ in asked}
    if asked:
        lane.extend([lease for lease, _ in asked], lane.LEASE_SECONDS + max(one.timeout_seconds for _, one in asked))
    wake_at = {turn.lease.conversation_id: _wake_at(turn.decision) for turn in turns}
    lane.release((lease, wake_at.get(lease.conversation_id)) for lease in leases if lease.conversation_id not in kept)


def _wake_at(decision: Decision) -> datetime | None:
    """When the run goes on by itself. A person's conversation is given back by the person."""
    return decision.live.due_at if decision.live is not None and decision.live.status != HANDED_OVER else None
