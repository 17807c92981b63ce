"""Misbehaviour on demand: rules with a match, an effect, a probability and a count, over seeded chance."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

CALL_FAULTS = ("429", "500", "503", "slow", "answer_lost", "refuse_before", "token_revoked", "quota", "usage", "error")
WEBHOOK_FAULTS = (
    "echo_late",
    "echo_before",
    "echo_twice",
    "echo_never",
    "status_out_of_order",
    "duplicate_webhook",
    "drop_receipt",
    "late_webhook",
)
MATCHES = {"platform", "account", "path_contains", "method", "sends", "recipient", "probability", "times"}


@dataclass(slots=True)
class Rule:
    """One fault with what it matches. ``times`` counts down; None is unlimited."""

    fault: str
    argument: str
    platform: str
    account: str
    path_contains: str
    method: str
    sends: bool | None
    recipient: str
    probability: float
    times: int | None
    hits: int = 0

    def as_json(self) -> dict[str, Any]:
        name = f"{self.fault}:{self.argument}" if self.argument else self.fault
        return {"match": self._match(), "fault": name, "hits": self.hits, "times_left": self.times}

    def _match(self) -> dict[str, Any]:
        """As it can be given again."""
        names = ("platform", "account", "path_contains", "method", "sends", "recipient", "times")
        given = {name: value for name in names if (value := getattr(self, name)) not in ("", None)}
        return given if self.probability == 1.0 else {**given, "probability": self.probability}

    def number(self, default: float) -> float:
        return float(self.argument) if self.argument else default


def parse_rule(value: Any) -> Rule:
    """Raises ValueError with a sentence."""
    if not isinstance(value, dict) or not isinstance(value.get("fault"), str):
        raise ValueError("A rule is {match: {...}, fault: '...'}.")  # noqa: TRY004 - the caller tells it as a sentence
    fault, _, argument = value["fault"].partition(":")
    if fault not in CALL_FAULTS + WEBHOOK_FAULTS:
        raise ValueError(f"There is no fault {fault!r}. Choose from: {', '.join(CALL_FAULTS + WEBHOOK_FAULTS)}.")
    match = value.get("match") or {}
    if unknown := set(match) - MATCHES:
        raise ValueError(f"A match has no {sorted(unknown)}. Choose from: {', '.join(sorted(MATCHES))}.")
    return Rule(
        fault,
        argument,
        match.get("platform", ""),
        match.get("account", ""),
        match.get("path_contains", ""),
        match.get("method", ""),
        match.get("sends"),
        match.get("recipient", ""),
        float(match.get("probability", 1.0)),
        match.get("times"),
    )


class Faults:
    """The rules in force, first match wins."""

    def __init__(self) -> None:
        self.random = random.Random(1)  # noqa: S311 - chance for tests, not for secrets
        self._calls: list[Rule] = []
        self._webhooks: list[Rule] = []

    def replace(self, rules: list[Any]) -> None:
        """Raises ValueError; then the old rules stay."""
        parsed = [parse_rule(rule) for rule in rules]
        self._calls = [rule for rule in parsed if rule.fault in CALL_FAULTS]
        self._webhooks = [rule for rule in parsed if rule.fault in WEBHOOK_FAULTS]

    def seed(self, value: int) -> None:
        self.random.seed(value)

    @property
    def rules(self) -> list[Rule]:
        return self._calls + self._webhooks

    @property
    def has_call_rules(self) -> bool:
        return bool(self._calls)

    def for_call(self, *, platform: str, accounts: list[str], path: str, method: str, is_send: bool) -> Rule | None:
        for rule in self._calls:
            if rule.times == 0 or (rule.platform and rule.platform != platform):
                continue
            if (rule.account and rule.account not in accounts) or rule.path_contains not in path:
                continue
            if (rule.method and rule.method != method) or rule.sends not in (None, is_send):
                continue
            if self._strikes(rule):
                return rule
        return None

    def for_webhook(self, fault: str, platform: str, account: str, recipient: str = "") -> Rule | None:
        for rule in self._webhooks:
            if rule.fault != fault or rule.times == 0 or (rule.platform and rule.platform != platform):
                continue
            if (rule.account and rule.account != account) or (rule.recipient and rule.recipient != recipient):
                continue
            if self._strikes(rule):
                return rule
        return None

    def _strikes(self, rule: Rule) -> bool:
        if rule.probability < 1.0 and self.random.random() >= rule.probability:
            return False
        rule.hits += 1
        if rule.times is not None:
            rule.times -= 1
        return True

    def give_back(self, rule: Rule) -> None:
        """The rule struck a call that it does not concern (the platform refused that call anyway)."""
        rule.hits -= 1
        if rule.times is not None:
            rule.times += 1
