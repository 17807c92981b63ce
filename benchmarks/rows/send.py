"""Send: one sender, from the outbox to the pretended platform and back, beside a loop that only calls."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from statistics import median
from time import perf_counter

import httpx

from benchmarks.filling import acting_as
from benchmarks.report import Result
from benchmarks.rows.automation import answer_all, wake
from benchmarks.town import Town
from hubbub.kit.json import dumps

PEOPLE = 400
ROUNDS = 3
THREADS = (1, 8)
PUSH = "/v2/bot/message/push"
AUTHORIZATION = {"Authorization": "Bearer token-line"}
SETTLED = "SELECT count(*) FROM message WHERE direction = 'outbound' AND status = 'sent'"
RENAME = "UPDATE contact_identity SET external_id = %s WHERE external_id = %s"


def measure_send(town: Town) -> list[Result]:
    people = _known_people(town)
    ours, loops = [], []
    for _ in range(ROUNDS):
        _queue(town, people)
        ours.append(_send_all(town, people))
        loops.append(max(_loop(town, people, threads) for threads in THREADS))
    figures: dict[str, float | str] = {"sends/s": median(ours), "the loop's/s": median(loops)}
    what = "send, one sender, sandbox with limits off"
    return [
        Result(what=what, yardstick="–", value=median(ours), bar=400, unit="/s", is_floor=True),
        Result(
            what=what,
            yardstick="a plain httpx loop over one connection pool (the faster of 1 and 8 threads)",
            value=100 * median(ours) / median(loops),
            bar=70,
            unit="%",
            is_floor=True,
            figures=figures,
        ),
    ]


def _known_people(town: Town) -> list[str]:
    """Customers of the sandbox's LINE account, by their platform ids."""
    place = f"/customers/line/{town.accounts['line'].external_id}"
    return [
        town.control.put(f"{place}/Person {number}", json={}).raise_for_status().json()["customer_id"]
        for number in range(PEOPLE)
    ]


def _queue(town: Town, people: list[str]) -> None:
    """An answer to each waits in the outbox; it goes out as a push, since the sandbox gave no reply token."""
    wake(town, "line", PEOPLE)
    with town.admin() as admin, admin.cursor() as cursor:
        cursor.executemany(RENAME, [(known, f"U{number:032x}") for number, known in enumerate(people)])
        cursor.execute("DELETE FROM reply_token")
    answer_all()
    town.execute("ANALYZE")


def _send_all(town: Town, people: list[str]) -> float:
    from hubbub.outbound.worker import Sender

    sender = Sender()
    with acting_as("outbound") as connection:
        connection.ensure_connection()
        _connect(town, sender.pool, people)
        begin = perf_counter()
        while sender.turn() or not sender.is_idle:
            if sender.in_flight:
                sender.wait(0.01)
        seconds = perf_counter() - begin
    sender.pool.shutdown()
    with town.admin() as admin:
        row = admin.execute(SETTLED).fetchone()
    if row is None or row[0] != PEOPLE:
        raise RuntimeError(f"{row and row[0]} of {PEOPLE} messages were sent.")
    return PEOPLE / seconds


def _connect(town: Town, pool: ThreadPoolExecutor, people: list[str]) -> None:
    """The sender's connections stand when the clock starts, as the loop's do."""
    from hubbub.channels.access import platform_client
    from hubbub.kit.http import HttpRequest
    from hubbub.outbound.worker import PLACES

    def send(person: str) -> None:
        request = HttpRequest(
            method="POST",
            url=f"{town.sandbox_url}/line{PUSH}",
            headers={**AUTHORIZATION, "Content-Type": "application/json"},
            body=dumps(_push(person)),
        )
        if platform_client().send(request).status != httpx.codes.OK:
            raise RuntimeError("The sandbox did not take a message.")

    list(pool.map(send, people[:PLACES]))


def _push(person: str) -> dict[str, object]:
    return {"to": person, "messages": [{"type": "text", "text": "Thank you. We will be with you shortly."}]}


def _loop(town: Town, people: list[str], threads: int) -> float:
    line = f"{town.sandbox_url}/line"
    with httpx.Client(base_url=line, headers=AUTHORIZATION, trust_env=False, timeout=30) as http:

        def send(person: str) -> None:
            http.post(PUSH, json=_push(person)).raise_for_status()

        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(send, people[:threads]))
            begin = perf_counter()
            list(pool.map(send, people))
            return len(people) / (perf_counter() - begin)
