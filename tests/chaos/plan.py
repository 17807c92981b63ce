"""How long, how fast and how cruel a run is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """`kills` is for each of edge, inbound, automation and outbound; times are in seconds."""

    name: str
    seconds: int
    rate: int
    customers: int
    kills: int
    postgres_kills: int
    away_seconds: int
    """The database cannot be reached for so long, once."""
    lost_commits: int
    """Answers to COMMIT that are dropped on their way."""
    lost_answers: float = 0.02
    """Share of sends that the platform accepts and whose answer is cut."""
    drain_seconds: int = 240


PLANS = {
    "smoke": Plan(
        name="smoke",
        seconds=10,
        rate=20,
        customers=40,
        kills=1,
        postgres_kills=0,
        away_seconds=1,
        lost_commits=2,
        drain_seconds=150,
    ),
    "short": Plan(
        name="short",
        seconds=60,
        rate=30,
        customers=120,
        kills=4,
        postgres_kills=1,
        away_seconds=10,
        lost_commits=20,
        drain_seconds=420,
    ),
    "normal": Plan(
        name="normal",
        seconds=300,
        rate=100,
        customers=600,
        kills=20,
        postgres_kills=3,
        away_seconds=60,
        lost_commits=100,
        drain_seconds=900,
    ),
    "long": Plan(
        name="long",
        seconds=1500,
        rate=100,
        customers=2400,
        kills=100,
        postgres_kills=10,
        away_seconds=60,
        lost_commits=1000,
        drain_seconds=2700,
    ),
}


def too_gentle(plan: Plan, happened: Mapping[str, float]) -> list[str]:
    """What of the plan did not really happen, in words."""
    least = {
        "postgres kills": plan.postgres_kills,
        "seconds without the database": plan.away_seconds,
        "commits whose answer was lost": plan.lost_commits,
    }
    return [
        f"{name}: {count}, not {least.get(name, plan.kills)}"
        for name, count in happened.items()
        if count < least.get(name, plan.kills)
    ]
