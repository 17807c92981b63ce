"""Which trigger fits what a customer did. Pure: compiled once, asked for every message."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from unicodedata import normalize

import regex

from hubbub.flows.hours import DAYS, time_of, zone_of
from hubbub.flows.models import TriggerType
from hubbub.kit.json import JsonValue, as_list, as_object, as_text

MOST_VALUES = 200
LONGEST_VALUE = 200
GET_STARTED = "GET_STARTED"
UNSPACED = r"\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}"
"""Scripts that do not put blanks between words, or hang endings on them: a keyword is found wherever it stands."""
UNSPACED_LETTER = regex.compile(rf"[{UNSPACED}]")
NOT_AFTER_LETTER = rf"(?<![[\p{{L}}\p{{M}}\p{{N}}]--[{UNSPACED}]])"
NOT_BEFORE_LETTER = rf"(?![[\p{{L}}\p{{M}}\p{{N}}]--[{UNSPACED}]])"
FORMS: Mapping[str, str] = {
    "word": "{before}{word}{after}",
    "exact": r"^\W*{word}\W*$",
    "starts": "^{word}{after}",
    "contains": "{word}",
}
"""settings.match of a keyword trigger → what is looked for."""
TAPS = frozenset({"interactive"})
SAID = frozenset({"message", "tap", "story_mention"})
DONE = frozenset({"referral", "opt_in", "followed"})
"""What is no message: it starts a flow that waits for it, and is nothing to any other."""
KINDS = frozenset({"story_mention", "comment", *DONE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """What starts a flow, as people write it."""

    type: str
    value: str = ""
    settings: Mapping[str, JsonValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class TriggerFacts:
    """What a customer did, as triggers look at it."""

    now: datetime
    """Aware."""
    kind: str = "message"
    """message, tap (with `payload`), story_mention, comment, referral, opt_in, followed."""
    text: str = ""
    payload: str = ""
    ref: str = ""
    """Of an m.me link or the like; it may come along with a message."""
    ad_id: str = ""
    topic: str = ""
    """Of an opt-in."""
    language: str = ""
    is_first: bool = False
    """Nobody has heard of this contact in this conversation before."""


Fits = Callable[[TriggerFacts], bool]


def facts_of_message(
    *,
    now: datetime,
    type: str,  # noqa: A002 - as the message's column is called
    text: str,
    content: Mapping[str, JsonValue],
    language: str = "",
    is_first: bool = False,
) -> TriggerFacts:
    """The facts of an inbound message, from its columns (docs/messages.md), or of an event in the same shape."""
    payload = as_text(content.get("payload")) or ""
    extra = as_object(content.get("extra")) or {}
    params = as_object(extra.get("params")) or {}
    referral = as_object(extra.get("referral")) or as_object(params.get("referral")) or {}
    kind = "tap" if payload or type in TAPS else type if type in KINDS else "message"
    return TriggerFacts(
        now=now,
        kind=kind,
        text=text,
        payload=payload,
        ref=as_text(referral.get("ref")) or "",
        ad_id=as_text(referral.get("ad_id")) or "",
        topic=as_text(content.get("topic")) or "",
        language=language,
        is_first=is_first,
    )


def compile_trigger(trigger: Trigger) -> Fits:
    """A test for what customers do. A schedule fits nothing: its time starts it."""
    fits = COMPILERS[trigger.type](trigger)
    languages = tuple(as_text(one) or "" for one in as_list(trigger.settings.get("languages")))
    if not languages:
        return fits
    return lambda facts: facts.language.partition("-")[0].partition("_")[0].lower() in languages and fits(facts)


def faults_of_trigger(trigger: Trigger) -> list[str]:
    """What is wrong with a trigger, in sentences."""
    if trigger.type not in COMPILERS:
        return [f"There is no trigger {trigger.type!r}: choose among {', '.join(COMPILERS)}."]
    faults = [f"A {trigger.type} trigger has no setting {name!r}." for name in _strange_settings(trigger)]
    values = _values(trigger)
    if trigger.type in NEED_A_VALUE and not values:
        faults.append(f"A {trigger.type} trigger needs a value: {NEED_A_VALUE[trigger.type]}.")
    if len(values) > MOST_VALUES or any(len(value) > LONGEST_VALUE for value in values):
        faults.append(f"A trigger has at most {MOST_VALUES} values of {LONGEST_VALUE} characters.")
    return faults + _faults_of_settings(trigger)


NEED_A_VALUE: Mapping[str, str] = {
    TriggerType.KEYWORD: "words with commas between them",
    TriggerType.POSTBACK: "payloads with commas between them; a last * stands for anything",
    TriggerType.ICE_BREAKER: "the payload of the question",
}
SETTINGS: Mapping[str, frozenset[str]] = {
    TriggerType.KEYWORD: frozenset({"match"}),
    TriggerType.SCHEDULE: frozenset({"at", "days", "time_zone", "tag"}),
}
EVERY_SETTING = frozenset({"languages", "interrupts"})


def _strange_settings(trigger: Trigger) -> list[str]:
    return sorted(set(trigger.settings) - SETTINGS.get(trigger.type, frozenset()) - EVERY_SETTING)


def _faults_of_settings(trigger: Trigger) -> list[str]:
    settings, faults = trigger.settings, []
    if settings.get("match", "word") not in FORMS:
        faults.append(f"settings.match is one of {', '.join(FORMS)}.")
    if not all(isinstance(one, str) for one in as_list(settings.get("languages"))):
        faults.append('settings.languages lists languages: ["th", "en"].')
    if not isinstance(settings.get("interrupts", False), bool):
        faults.append("settings.interrupts is true or false.")
    return faults + (_faults_of_schedule(settings) if trigger.type == TriggerType.SCHEDULE else [])


def _faults_of_schedule(settings: Mapping[str, JsonValue]) -> list[str]:
    faults = []
    if time_of(settings.get("at")) is None:
        faults.append('A schedule needs settings.at, like "09:00".')
    if zone_of(settings.get("time_zone", "UTC")) is None:
        faults.append("settings.time_zone names a zone, like Asia/Bangkok.")
    if any(day not in DAYS for day in as_list(settings.get("days"))):
        faults.append(f"settings.days lists days: {', '.join(DAYS)}.")
    return faults


def _values(trigger: Trigger) -> tuple[str, ...]:
    return tuple(part for value in trigger.value.split(",") if (part := value.strip()))


def _folded(text: str) -> str:
    return normalize("NFKC", text).casefold()


def _keyword(trigger: Trigger) -> Fits:
    form = FORMS[as_text(trigger.settings.get("match")) or "word"]
    pattern = regex.compile("|".join(_pattern(form, _folded(word)) for word in _values(trigger)), regex.V1)
    return lambda facts: facts.kind in SAID and pattern.search(_folded(facts.text)) is not None


def _pattern(form: str, word: str) -> str:
    before = "" if UNSPACED_LETTER.match(word[0]) else NOT_AFTER_LETTER
    after = r"(?!\p{M})" if UNSPACED_LETTER.match(word[-1]) else NOT_BEFORE_LETTER
    return form.format(before=before, word=regex.escape(word, special_only=True), after=after)


def _postback(trigger: Trigger) -> Fits:
    values = _values(trigger)
    whole = frozenset(value for value in values if not value.endswith("*"))
    starts = tuple(value[:-1] for value in values if value.endswith("*"))
    return lambda facts: bool(facts.payload) and (facts.payload in whole or facts.payload.startswith(starts))


def _get_started(trigger: Trigger) -> Fits:
    values = frozenset(_values(trigger)) or {GET_STARTED}
    return lambda facts: facts.kind == "followed" or facts.payload in values


def _one_of(trigger: Trigger, read: Callable[[TriggerFacts], str]) -> Fits:
    """The fact is one of the values, or there at all when there are none."""
    values = frozenset(_values(trigger))
    return lambda facts: bool(found := read(facts)) and (not values or found in values)


def _comment(trigger: Trigger) -> Fits:
    if not _values(trigger):
        return lambda facts: facts.kind == "comment"
    pattern = regex.compile("|".join(_pattern(FORMS["word"], _folded(word)) for word in _values(trigger)), regex.V1)
    return lambda facts: facts.kind == "comment" and pattern.search(_folded(facts.text)) is not None


COMPILERS: Mapping[str, Callable[[Trigger], Fits]] = {
    TriggerType.GET_STARTED: _get_started,
    TriggerType.POSTBACK: _postback,
    TriggerType.ICE_BREAKER: _postback,
    TriggerType.AD: lambda trigger: _one_of(trigger, lambda facts: facts.ad_id),
    TriggerType.REFERRAL: lambda trigger: _one_of(trigger, lambda facts: facts.ref),
    TriggerType.OPT_IN: lambda trigger: _one_of(trigger, lambda facts: facts.topic),
    TriggerType.STORY_MENTION: lambda _: lambda facts: facts.kind == "story_mention",
    TriggerType.COMMENT: _comment,
    TriggerType.KEYWORD: _keyword,
    TriggerType.FIRST_MESSAGE: lambda _: lambda facts: facts.is_first and facts.kind in SAID,
    TriggerType.ANY_MESSAGE: lambda _: lambda facts: facts.kind in SAID,
    TriggerType.SCHEDULE: lambda _: lambda _facts: False,
}
"""In the order in which flows of one priority are asked: what says more about the customer's wish comes first."""
ORDER: Mapping[str, int] = {name: place for place, name in enumerate(COMPILERS)}
INTERRUPTING = frozenset({TriggerType.GET_STARTED, TriggerType.POSTBACK, TriggerType.ICE_BREAKER})
"""Taps on what stands outside a flow: they start another flow although one is under way."""


def interrupts(trigger: Trigger) -> bool:
    """Whether it starts its flow also in the middle of another; `settings.interrupts` decides where it is given."""
    given = trigger.settings.get("interrupts")
    return given if isinstance(given, bool) else trigger.type in INTERRUPTING
