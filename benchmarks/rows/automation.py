"""The automation lane: claim a conversation, decide about its new message, queue the answer.

The decision here is the channel's automatic reply; flows of several steps are not part of the product yet.
"""

from __future__ import annotations

import asyncio
from statistics import median
from time import perf_counter
from uuid import UUID

from procrastinate import App, PsycopgConnector

from benchmarks.filling import acting_as, conversation_ids, deliver, empty
from benchmarks.report import Result
from benchmarks.rows.apply import ours_per_second
from benchmarks.town import Town

PEOPLE = 300
JOBS = 200
CONCURRENCY = 8
ROUNDS = 3
ANSWER = "Thank you, {{first_name}}. We will be with you shortly."


def measure_automation(town: Town) -> list[Result]:
    ours, jobs = [], []
    for _ in range(ROUNDS):
        wake(town, "line", PEOPLE)
        ours.append(answer_all())
        jobs.append(asyncio.run(_procrastinate(town, conversation_ids(town, JOBS))))
    return [
        Result(
            what="automation lane: claim a conversation, decide (automatic reply), queue the answer",
            yardstick="a Procrastinate job per message with lock, which does nothing",
            value=median(ours) / median(jobs),
            bar=5,
            unit="×",
            is_floor=True,
            figures={"messages/s": median(ours), "jobs/s": median(jobs)},
        )
    ]


def wake(town: Town, platform: str, people: int) -> None:
    """Each of so many people has written once, and automation is to answer."""
    empty(town)
    deliver(town, [platform], people, people=people)
    ours_per_second(town)
    with town.admin() as admin:
        admin.execute("UPDATE channel SET auto_reply_text = %s", [ANSWER])
    town.execute("ANALYZE")


def answer_all() -> float:
    """Let the lane work until nothing waits; conversations a second."""
    from hubbub.automation.worker import work_once

    with acting_as("automation") as connection:
        connection.ensure_connection()
        begin, worked = perf_counter(), 0
        while handled := work_once():
            worked += handled
        return worked / (perf_counter() - begin)


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
