"""Asking, and understanding the answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from hubbub.connectors.messages import Button
from hubbub.flows.engine import limits
from hubbub.flows.engine.actions.knowing import variable_name
from hubbub.flows.engine.actions.saying import Filled, optional_text, read_choices
from hubbub.flows.engine.answers import AGAIN, KINDS, Wanted
from hubbub.flows.engine.code import Builder
from hubbub.flows.engine.offering import say, say_with_choices
from hubbub.flows.engine.texts import Text, read_text
from hubbub.flows.engine.turn import End, GoTo, Halt, Result, Stay, Turn
from hubbub.flows.engine.values import ENDED, WAITING, Said, Woke
from hubbub.kit.json import JsonValue

FIELDS = {
    *("variable", "answer", "choices", "min", "max", "country_code", "retries", "retry_text"),
    *("otherwise", "timeout", "timeout_next"),
}
SIZED = frozenset({"text", "number"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked, and where the run goes when there is no answer that fits."""

    text: Text | None
    variable: str | None
    wanted: Wanted
    choices: Sequence[Filled]
    retries: int
    retry_text: Text | None
    otherwise: str | None
    patience: timedelta
    timeout_next: str | None

    def ask(self, turn: Turn) -> Result:
        if self.text is not None:
            self._say(turn, self.text.fill(turn))
        return self._wait(turn, 0)

    def answered(self, turn: Turn) -> Result:
        """What the customer said fits; or is asked again; or the run goes another way."""
        if isinstance(turn.given, Woke):
            return self._timed_out(turn)
        if not isinstance(turn.given, Said):
            return Stay()
        value = KINDS[self.wanted.kind](turn, self.wanted)
        if value is not None:
            if self.variable:
                turn.set_variable(self.variable, value)
            # Without a variable the next step may read the answer as message_text.
            turn.is_unread = self.variable is None
            return None
        attempts = turn.awaiting.attempts + 1 if turn.awaiting else 1
        if attempts > self.retries:
            turn.is_unread = False
            return GoTo(self.otherwise) if self.otherwise else End()
        self._say(turn, self.retry_text.fill(turn) if self.retry_text else _again(turn, self.wanted.kind))
        return self._wait(turn, attempts)

    def _say(self, turn: Turn, text: str) -> None:
        if self.choices:
            buttons: list[Button] = [one(turn) for one in self.choices]
            say_with_choices(turn, text, buttons)
        else:
            say(turn, text)

    def _wait(self, turn: Turn, attempts: int) -> Halt:
        return Halt(WAITING, "answer", turn.now + self.patience, attempts)

    def _timed_out(self, turn: Turn) -> Result:
        until = turn.awaiting.until if turn.awaiting else None
        if until is None or turn.now < until:
            return Stay()
        return GoTo(self.timeout_next) if self.timeout_next else Halt(ENDED, "", is_closed=True)


def _again(turn: Turn, kind: str) -> str:
    words = AGAIN[kind]
    return next((words[locale] for locale in turn.locales if locale in words), words["en"])


def read_question(builder: Builder, part: Mapping[str, JsonValue], place: str, *, has_text: bool) -> Question:
    """The fields of `ask`, or of a step's `input`."""
    reader = builder.reader
    kind = reader.one_of(
        part.get("answer"), KINDS, f"{place}.answer", default="choice" if "choices" in part else "text"
    )
    choices, names = (
        read_choices(reader, part["choices"], f"{place}.choices") if "choices" in part else ([], frozenset[str]())
    )
    if kind == "choice" and not choices and "choices" not in part:
        reader.fault(f"{place}.choices", "An answer of the kind choice needs choices.")
    low, high = (reader.bound(part.get(name), f"{place}.{name}") for name in ("min", "max"))
    if (low is not None or high is not None) and kind not in SIZED:
        reader.fault(place, "min and max are for numbers, and for the length of texts.")
    if low is not None and high is not None and low > high:
        reader.fault(f"{place}.min", "min is larger than max: no answer would fit.")
    text = read_text(reader, part.get("text"), f"{place}.text") if has_text else None
    retry_text = optional_text(reader, part.get("retry_text"), f"{place}.retry_text")
    if "message_text" in names | (text.names if text else frozenset()) and not builder.is_answered:
        builder.reads_message = True
    return Question(
        text=text,
        variable=variable_name(reader, part["variable"], f"{place}.variable") if "variable" in part else None,
        wanted=Wanted(kind=kind, low=low, high=high, country_code=_country(builder, part, place)),
        choices=choices,
        retries=int(reader.number(part.get("retries"), f"{place}.retries", low=0, high=limits.RETRIES, default=2)),
        retry_text=retry_text,
        otherwise=reader.maybe_step(part.get("otherwise"), f"{place}.otherwise"),
        patience=reader.duration(part["timeout"], f"{place}.timeout") if "timeout" in part else limits.WAIT_FOR_ANSWER,
        timeout_next=reader.maybe_step(part.get("timeout_next"), f"{place}.timeout_next"),
    )


def _country(builder: Builder, part: Mapping[str, JsonValue], place: str) -> str:
    code = builder.reader.word(part.get("country_code"), f"{place}.country_code", default="")
    digits = code.removeprefix("+")
    if code and not (digits.isascii() and digits.isdigit() and len(digits) <= 4):
        builder.reader.fault(f"{place}.country_code", 'A country code is written like "+66".')
    return digits


def add_question(builder: Builder, question: Question, place: str) -> None:
    builder.add(place, question.ask, resume=question.answered)
    builder.is_answered = True


def _ask(builder: Builder, part: Mapping[str, JsonValue], place: str) -> None:
    add_question(builder, read_question(builder, part, place, has_text=True), place)


ACTIONS = {"ask": (_ask, FIELDS | {"text"})}
