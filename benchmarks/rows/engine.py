"""The flow engine: steps a second on one core, over the documented lead-generation flow. Nothing is stored or sent."""

from __future__ import annotations

from datetime import UTC, datetime
from statistics import median
from time import perf_counter
from typing import Any

from benchmarks.report import Result
from benchmarks.town import Town

RUNS = 5_000
ROUNDS = 3
STEPS = 4
BAR = 20_000
NOON = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
FLOW: dict[str, Any] = {
    "start": {
        "actions": [
            {"type": "send_text", "text": "Great! I'd love to learn more about your needs."},
            {"type": "send_text", "text": "What's your name?"},
        ],
        "next": "collect_name",
    },
    "collect_name": {
        "actions": [
            {"type": "set_variable", "name": "lead_name", "value": "{{message_text}}"},
            {"type": "send_text", "text": "Nice to meet you, {{lead_name}}!"},
            {"type": "send_text", "text": "What's your email address?"},
        ],
        "next": "collect_email",
    },
    "collect_email": {
        "actions": [
            {"type": "set_variable", "name": "lead_email", "value": "{{message_text}}"},
            {"type": "send_text", "text": "Perfect! Our sales team will contact you at {{lead_email}}."},
        ],
        "next": "end",
    },
    "end": {"actions": [{"type": "send_text", "text": "Thank you for your interest! 🚀"}]},
}


def measure_engine(town: Town) -> list[Result]:  # noqa: ARG001 - every row is given the town
    steps = median(_steps_per_second() for _ in range(ROUNDS))
    return [
        Result(
            what="flow engine: steps a second, one core, six messages a run",
            yardstick="no yardstick",
            value=steps,
            bar=BAR,
            unit="/s",
            is_floor=True,
            figures={"steps/s": steps, "runs/s": steps / STEPS},
        )
    ]


def _steps_per_second() -> float:
    from hubbub.connectors.registry import connector_for
    from hubbub.flows.engine import Person, Said, advance, begin, read_definition

    definition = read_definition(FLOW)
    person = Person(id="p", first_name="Mali", platform="facebook", capabilities=connector_for("facebook").capabilities)
    said = [Said(now=NOON, text=text) for text in ("demo", "Mali", "mali@example.com")]
    began = perf_counter()
    for _ in range(RUNS):
        came = begin(definition, person, said[0])
        for given in said[1:]:
            came = advance(definition, person, came.state, given)
    return RUNS * STEPS / (perf_counter() - began)
