"""Running a definition: one input in, the next state and the effects out. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from hubbub.flows.engine import limits
from hubbub.flows.engine.answers import plain
from hubbub.flows.engine.conditions import folded
from hubbub.flows.engine.definition import END, Definition, Step
from hubbub.flows.engine.faults import RunFailure
from hubbub.flows.engine.texts import locale_key
from hubbub.flows.engine.turn import SPLIT, Call, GoTo, Halt, Result, Stay, Turn
from hubbub.flows.engine.values import (
    COMPLETED,
    ENDED,
    FAILED,
    LIVE,
    WAITING,
    Advance,
    Awaiting,
    Count,
    Frame,
    Input,
    Offer,
    Person,
    Returned,
    RunState,
    Said,
    Woke,
)
from hubbub.kit.text import clean

NO_SUBFLOWS: Mapping[str, Definition] = {}


@dataclass(slots=True, kw_only=True)
class Course(Turn):
    """A turn with the definitions that it goes through; its actions see the turn only."""

    root: Definition
    definition: Definition
    subflows: Mapping[str, Definition]

    def be_in(self, flow: str, definition: Definition) -> None:
        """In the sub-flow of this name; the outermost flow has none."""
        self.flow, self.definition, self.key = flow, definition, definition.key

    def definition_of(self, flow: str) -> Definition | None:
        """The outermost one for no name; None: it is gone."""
        return self.subflows.get(flow) if flow else self.root


def begin(
    definition: Definition, person: Person, given: Input, subflows: Mapping[str, Definition] = NO_SUBFLOWS
) -> Advance:
    """A new run, at its first step. Never raises: what cannot run ends as failed, with a sentence."""
    turn = _turn(definition, person, given, subflows)
    turn.is_unread = isinstance(given, Said)
    return _guarded(turn, lambda: _go_to(turn, definition.first, is_entered_at_once=True))


def advance(
    definition: Definition,
    person: Person,
    state: RunState,
    given: Input,
    subflows: Mapping[str, Definition] = NO_SUBFLOWS,
) -> Advance:
    """A run goes on. An input that it does not wait for changes nothing. Never raises."""
    if state.status not in LIVE:
        return Advance(state=state)
    turn = _turn(definition, person, given, subflows, state)
    return _guarded(turn, lambda: _resumed(turn, state))


def _turn(
    definition: Definition,
    person: Person,
    given: Input,
    subflows: Mapping[str, Definition],
    state: RunState | None = None,
) -> Course:
    turn = Course(
        root=definition,
        definition=definition,
        subflows=subflows,
        key=definition.key,
        person=person,
        given=given,
        variables=dict(state.variables) if state else {},
        variants=dict(state.variants) if state else {},
        stack=[*state.stack] if state else [],
        locales=_locales(person),
        tags=set(person.tags),
    )
    if state:
        turn.text, turn.payload = state.text, state.payload
        turn.flow, turn.step, turn.awaiting = state.flow, state.step, state.awaiting
        turn.steps_taken, turn.offered, turn.is_numbered = state.steps_taken, state.offered, state.is_numbered
    if isinstance(given, Said):
        _hear(turn, given)
    return turn


def _locales(person: Person) -> tuple[str, ...]:
    """How the person's language may be written in a definition, the nearest first."""
    wanted = [locale_key(one) for one in (person.language, person.locale) if one]
    return tuple(dict.fromkeys([one for full in wanted for one in (full, full.partition("_")[0])]))


def _hear(turn: Course, said: Said) -> None:
    """What the customer said; a title or number that was offered and is typed back is the tap it stands for."""
    turn.text = clean(said.text)[: limits.LONGEST_TEXT]
    turn.payload = clean(said.payload)[: limits.LONGEST_TEXT]
    if turn.payload or not turn.offered:
        return
    if offer := _typed_back(turn):
        turn.text, turn.payload = offer.title, offer.payload


def _typed_back(turn: Course) -> Offer | None:
    text = folded(turn.text)
    for offer in turn.offered:
        if folded(offer.title) == text or offer.payload == turn.text:
            return offer
    digits = plain(turn.text).rstrip(".)")
    if turn.is_numbered and digits.isascii() and digits.isdigit() and len(digits) < 4:
        number = int(digits)
        return turn.offered[number - 1] if 1 <= number <= len(turn.offered) else None
    return None


def _forget_offers(turn: Course) -> None:
    """They were for this answer; a number that is typed later means a number."""
    turn.offered, turn.is_numbered = (), False


def _guarded(turn: Course, go: Callable[[], RunState]) -> Advance:
    """What cannot go on fails visibly, at its step; what was done until then was done."""
    try:
        return Advance(state=go(), effects=tuple(turn.effects))
    except RunFailure as failure:
        where = f"{turn.scoped_step}{turn.place[len(turn.step) :]}" if turn.place.startswith(turn.step) else turn.step
        error = f"{where}: {failure.sentence}"
        _count(turn, "left")
        return Advance(state=_state(turn, FAILED, "", None, error=error), effects=tuple(turn.effects))


# --- Going on ---------------------------------------------------------------------------------------------------------


def _resumed(turn: Course, state: RunState) -> RunState:
    """From where the run waits."""
    definition = turn.definition_of(state.flow)
    step = definition.steps.get(state.step) if definition else None
    if definition is None or step is None:
        raise RunFailure("It is not there any more.")
    turn.be_in(state.flow, definition)
    if isinstance(turn.given, Returned) and (state.awaiting is None or state.awaiting.what != "person"):
        return _given_back(turn, state)
    if not state.place:
        return _message_at(turn, step, state)
    at = step.places.get(state.place)
    resume = step.code[at].resume if at is not None else None
    if at is None or resume is None:
        raise RunFailure(f"The action at {state.place} is not there any more.")
    turn.is_unread = isinstance(turn.given, Said)
    turn.place = state.place
    result = resume(turn)
    if isinstance(result, Stay):
        return state
    if turn.is_unread and not isinstance(result, Halt):
        _forget_offers(turn)
    return _run(turn, step, at + 1, result, state.place)


def _given_back(turn: Course, state: RunState) -> RunState:
    """A person had the conversation in the middle of something: it goes on as it was; a delay that is over ends now."""
    due_at = state.awaiting.until if state.awaiting else None
    return replace(state, due_at=max(due_at, turn.now) if due_at else None)


def _message_at(turn: Course, step: Step, state: RunState) -> RunState:
    if isinstance(turn.given, Said):
        _forget_offers(turn)
        return _run(turn, step, 0)
    until = state.awaiting.until if state.awaiting else None
    if not isinstance(turn.given, Woke) or until is None or turn.now < until:
        return state
    if step.timeout_next is None:
        return _over(turn, ENDED)
    _count(turn, "left")
    return _go_to(turn, step.timeout_next)


def _run(turn: Course, step: Step, at: int, result: Result = None, place: str = "") -> RunState:
    """The step's actions from `at` on, then whatever follows. `result`: of the action before."""
    code = step.code
    while True:
        if type(result) is int:
            at = result
        elif result is not None:
            return _follow(turn, result, place)
        if at >= len(code):
            return _finish_step(turn, step)
        instruction = code[at]
        turn.place = place = instruction.place
        result = instruction.act(turn)
        at += 1


def _follow(turn: Course, result: Result, place: str) -> RunState:
    match result:
        case Halt() as halt:
            return _halted(turn, halt, place)
        case GoTo(step=name):
            _count(turn, "left")
            return _go_to(turn, name)
        case Call(flow=key):
            return _call(turn, key, place)
        case _:
            return _end_flow(turn)


def _finish_step(turn: Course, step: Step) -> RunState:
    _count(turn, "completed")
    if step.next is None:
        return _end_flow(turn)
    _count(turn, "left")
    return _go_to(turn, step.next)


def _go_to(turn: Course, name: str, *, is_entered_at_once: bool = False) -> RunState:
    """Into a step; a run that has nothing to read there waits."""
    step = turn.definition.steps.get(name)
    if step is None:
        return _end_flow(turn, is_counted=name != END)
    turn.step = name
    turn.steps_taken += 1
    turn.steps_in_turn += 1
    if turn.steps_in_turn > limits.STEPS_PER_TURN:
        raise RunFailure(f"It goes through more than {limits.STEPS_PER_TURN} steps without waiting: is it a loop?")
    if turn.steps_taken > limits.STEPS_PER_RUN:
        raise RunFailure(f"It went through more than {limits.STEPS_PER_RUN} steps.")
    _count(turn, "entered")
    if step.waits and not is_entered_at_once and not turn.is_unread:
        return _state(turn, WAITING, "", Awaiting(what="message", until=turn.now + step.patience))
    turn.is_unread = False
    return _run(turn, step, 0)


def _call(turn: Course, key: str, place: str) -> RunState:
    definition = turn.subflows.get(key)
    if definition is None:
        raise RunFailure(f"The flow {key!r}, which it calls, is not there.")
    if len(turn.stack) >= limits.SUB_FLOW_DEPTH:
        raise RunFailure(f"Flows call one another more than {limits.SUB_FLOW_DEPTH} levels deep.")
    turn.stack.append(Frame(flow=turn.flow, step=turn.step, place=place))
    turn.be_in(key, definition)
    return _go_to(turn, definition.first)


def _end_flow(turn: Course, *, is_counted: bool = True) -> RunState:
    """The end of the run; of a sub-flow, back to behind the action that called it."""
    if not turn.stack:
        return _over(turn, COMPLETED, is_counted=is_counted)
    if is_counted:
        _count(turn, "left")
    frame = turn.stack.pop()
    definition = turn.definition_of(frame.flow)
    step = definition.steps.get(frame.step) if definition else None
    at = step.places.get(frame.place) if step else None
    if definition is None or step is None or at is None:
        raise RunFailure("The flow that called it is not there any more.")
    turn.be_in(frame.flow, definition)
    turn.step = frame.step
    turn.steps_in_turn += 1
    if turn.steps_in_turn > limits.STEPS_PER_TURN:
        raise RunFailure(f"It goes through more than {limits.STEPS_PER_TURN} steps without waiting: is it a loop?")
    return _run(turn, step, at + 1)


# --- The state afterwards ---------------------------------------------------------------------------------------------


def _halted(turn: Course, halt: Halt, place: str) -> RunState:
    if halt.is_closed:
        return _over(turn, halt.status)
    awaiting = Awaiting(what=halt.what, attempts=halt.attempts, until=halt.due_at)
    return _state(turn, halt.status, place, awaiting)


def _over(turn: Course, status: str, *, is_counted: bool = True) -> RunState:
    """The run has ended; of every variant it came through it is counted."""
    if is_counted:
        _count(turn, "left")
    for key, variant in turn.variants.items():
        step = key.partition(SPLIT)[0]
        turn.effects.append(Count(step=step, what="left", variant=variant))
        if status == COMPLETED:
            turn.effects.append(Count(step=step, what="completed", variant=variant))
    return _state(turn, status, "", None)


def _state(turn: Course, status: str, place: str, awaiting: Awaiting | None, error: str = "") -> RunState:
    is_live = status in LIVE
    return RunState(
        status=status,
        step=turn.step,
        place=place,
        flow=turn.flow,
        text=turn.text if is_live else "",
        payload=turn.payload if is_live else "",
        variables=turn.variables,
        awaiting=awaiting,
        due_at=awaiting.until if awaiting else None,
        stack=tuple(turn.stack) if is_live else (),
        steps_taken=turn.steps_taken,
        variants=turn.variants,
        offered=turn.offered if is_live else (),
        is_numbered=turn.is_numbered and is_live,
        error=error,
    )


def _count(turn: Course, what: str) -> None:
    turn.effects.append(_counted(turn.scoped_step, what))


@lru_cache(maxsize=4096)
def _counted(step: str, what: str) -> Count:
    """One object for all that pass: a run has three of them a step."""
    return Count(step=step, what=what)
