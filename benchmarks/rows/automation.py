"""The automation lane: claim a conversation, run a three-step flow for its new message, queue the answer."""

from __future__ import annotations

import asyncio
from statistics import median
from time import perf_counter, sleep
from typing import Any
from uuid import UUID

import psycopg
from procrastinate import App, PsycopgConnector

from benchmarks.filling import acting_as, apply_all, conversation_ids, deliver, empty
from benchmarks.programs import Program
from benchmarks.report import Result
from benchmarks.town import Town
from hubbub.kit.json import JsonValue

PEOPLE = 1500
JOBS = 200
CONCURRENCY = 8
ROUNDS = 3
POLL_SECONDS = 0.01
"""Whoever looks works on the same two cores: now and then is enough, and one row tells."""
PATIENCE_SECONDS = 60.0
AT_THE_DOOR = b"SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
WAITING = b"SELECT count(*) FROM (SELECT FROM automation_item LIMIT 1) one"
FLOW: dict[str, JsonValue] = {
    "start": {"actions": [{"type": "set_variable", "name": "asked", "value": "{{message_text}}"}], "next": "sort"},
    "sort": {"actions": [{"type": "set_variable", "name": "topic", "value": "{{asked}}"}], "next": "thank"},
    "thank": {"actions": [{"type": "send_text", "text": "Thank you, {{first_name}}. We look into it."}]},
}


def measure_automation(town: Town) -> list[Result]:
    ours, jobs = [], []
    for _ in range(ROUNDS):
        wake(town, "line", PEOPLE)
        ours.append(_answered_per_second(town))
        jobs.append(asyncio.run(_procrastinate(town, conversation_ids(town, JOBS))))
    return [
        Result(
            what="automation lane: claim a conversation, run a three-step flow, queue its answer",
            yardstick="a Procrastinate job per message with lock, which does nothing",
            value=median(ours) / median(jobs),
            bar=5,
            unit="×",
            is_floor=True,
            figures={"messages/s": median(ours), "jobs/s": median(jobs)},
        )
    ]


def wake(town: Town, platform: str, people: int) -> None:
    """Each of so many people has written once, and the shop's flow is to answer."""
    empty(town)
    have_a_flow(town, FLOW)
    deliver(town, [platform], people, people=people)
    apply_all()
    town.execute("ANALYZE")


def have_a_flow(town: Town, definition: dict[str, JsonValue]) -> None:
    """The shop's only flow; every message starts it."""
    from hubbub.flows.actions import NewFlow, create_flow, delete_flow
    from hubbub.flows.matching import Trigger
    from hubbub.flows.models import Flow
    from hubbub.organizations.scope import organization_scope

    with organization_scope(town.tenant.id):
        for flow in Flow.objects.all():
            delete_flow(None, town.tenant.id, flow.id)
        new = NewFlow(name="Flow", definition=definition, triggers=[Trigger(type="any_message")], is_active=True)
        create_flow(None, town.tenant.id, new)


def answer_all() -> float:
    """Let the lane work until nothing waits; conversations a second."""
    from hubbub.automation.worker import Automation

    automation = Automation()
    with acting_as("automation") as connection:
        connection.ensure_connection()
        begin, worked = perf_counter(), 0
        while handled := automation.turn():
            worked += handled
        return worked / (perf_counter() - begin)


def _answered_per_second(town: Town) -> float:
    """The lane as a process; it finds a locked door until it is ready, so that its start is not measured."""
    with town.admin() as door, town.admin() as admin, door.transaction():
        door.execute("LOCK TABLE automation_lane")
        lane = Program("automation_lane", ["manage.py", "worker", "--lanes", "automation"], town.logs)
        try:
            _until(admin, AT_THE_DOOR, 1)
            door.execute("COMMIT")
            begin = perf_counter()
            _until(admin, WAITING, 0)
            return PEOPLE / (perf_counter() - begin)
        finally:
            lane.stop()


def _until(admin: psycopg.Connection[Any], statement: bytes, wanted: int) -> None:
    deadline = perf_counter() + PATIENCE_SECONDS
    while (row := admin.execute(statement).fetchone()) is None or row[0] != wanted:
        if perf_counter() > deadline:
            raise RuntimeError("The automation lane did not keep up; its log tells why.")
        sleep(POLL_SECONDS)


async def _procrastinate(town: Town, conversations: list[UUID]) -> float:
    """One worker with its own app on the product's tables; the lock is the conversation."""
    app = App(connector=PsycopgConnector(conninfo=town.login("jobs")))

    @app.task(queue="bench")
    async def answer(conversation: str) -> None:
        del conversation

    async with app.open_async():
        for conversation in conversations:
            await answer.configure(lock=str(conversation)).defer_async(conversation=str(conversation))
        begin = perf_counter()
        await app.run_worker_async(
            queues=["bench"],
            wait=False,
            concurrency=CONCURRENCY,
            listen_notify=False,
            install_signal_handlers=False,
            delete_jobs="successful",
        )
        return len(conversations) / (perf_counter() - begin)
