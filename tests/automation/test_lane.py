"""Each new message reaches automation once, in order, whoever works and whoever dies."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from threading import Thread
from uuid import UUID

import pytest
from django.db import OperationalError, connection, connections, transaction

from hubbub.automation import lane, rounds, worker
from hubbub.automation.decisions import Decision
from hubbub.automation.responders import RESPONDERS
from hubbub.automation.scenes import MOST_AT_ONCE, Heard, Scene
from hubbub.channels.models import Channel
from hubbub.conversations.models import AutomationItem, AutomationLane, Conversation, Message
from hubbub.organizations.database import run
from hubbub.organizations.scope import organization_scope
from tests.support import line
from tests.support.automation import automate, work_once
from tests.support.factories import Tenant, make_channel, make_tenant
from tests.support.inbound import apply_all, deliver
from tests.support.lanes import lane_in_a_process
from tests.support.roles import acting_as

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def shop() -> Iterator[tuple[Tenant, Channel]]:
    """A shop on LINE that answers by itself. What is left undone is not seen by other tests."""
    with acting_as("automation"):
        run("UPDATE automation_lane SET due_at = NULL, lease_token = NULL, leased_until = NULL")
    tenant = make_tenant()
    yield tenant, make_channel(tenant, "line", auto_reply_text="Hello {{first_name|dear}}: {{message_text}}")
    with organization_scope(tenant.id):
        AutomationLane.objects.update(due_at=None)


def say(channel: Channel, *texts: str, user: str = "Umali", since: int = 0) -> None:
    """A customer writes, one message a second."""
    events = [line.text(text, user=user, second=since + n) for n, text in enumerate(texts)]
    deliver("line", line.body(channel.external_id, *events))
    apply_all()


def log_of(tenant: Tenant) -> list[tuple[str, str]]:
    """What automation received, in its own order, with what it decided."""
    with organization_scope(tenant.id):
        rows = run(
            "SELECT m.text, l.decision FROM automation_log l JOIN message m ON m.id = l.message_id"
            " WHERE l.organization_id = %(id)s ORDER BY l.id",
            id=tenant.id,
        )
    return [(row["text"], row["decision"]) for row in rows]


def answers(tenant: Tenant) -> list[str]:
    """The answers that were queued, in order."""
    with organization_scope(tenant.id):
        return list(
            Message.objects.filter(direction="outbound").order_by("occurred_at", "id").values_list("text", flat=True)
        )


def test_messages_reach_automation_in_order_and_are_answered_once(shop: tuple[Tenant, Channel]) -> None:
    tenant, channel = shop
    say(channel, "one", "two", "three")
    automate()
    automate()
    assert log_of(tenant) == [("one", "auto_reply"), ("two", "auto_reply"), ("three", "auto_reply")]
    assert answers(tenant) == ["Hello dear: one", "Hello dear: two", "Hello dear: three"]


def test_the_same_delivery_a_hundred_times_is_answered_once(shop: tuple[Tenant, Channel]) -> None:
    tenant, channel = shop
    body = line.body(channel.external_id, line.text("hello", key="same"))
    deliver("line", *[body] * 100)
    apply_all(limit=30)
    automate()
    assert answers(tenant) == ["Hello dear: hello"]


def test_two_workers_never_have_the_same_conversation(shop: tuple[Tenant, Channel]) -> None:
    _, channel = shop
    for n in range(6):
        say(channel, "hi", user=f"Uperson{n}")
    claimed: list[UUID] = []

    def claim() -> None:
        try:
            with acting_as("automation"), transaction.atomic():
                claimed.extend(lease.conversation_id for lease in lane.claim(6))
        finally:
            connections.close_all()

    workers = [Thread(target=claim) for _ in range(4)]
    for one in workers:
        one.start()
    for one in workers:
        one.join()
    assert len(claimed) == len(set(claimed)) >= 6


def test_a_worker_that_died_is_replaced_when_its_lease_ends(shop: tuple[Tenant, Channel]) -> None:
    tenant, channel = shop
    say(channel, "hello")
    with acting_as("automation"):
        with transaction.atomic():
            assert lane.claim(1)
        assert work_once() == 0
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('hubbub.clock_shift', %s, false)", [f"{lane.LEASE_SECONDS + 1} seconds"])
        assert work_once() == 1
    assert [decision for _, decision in log_of(tenant)] == ["auto_reply"]


def test_a_worker_whose_lease_is_gone_writes_nothing(shop: tuple[Tenant, Channel]) -> None:
    tenant, channel = shop
    say(channel, "hello")
    with acting_as("automation"):
        with transaction.atomic():
            (lease,) = lane.claim(1)
        run("UPDATE automation_lane SET lease_token = gen_random_uuid()")
        worker.handle(lease.organization_id, [lease])
    with organization_scope(tenant.id):
        assert AutomationLane.objects.get().lease_token not in (None, lease.token)
        assert AutomationItem.objects.count() == 1
    assert (log_of(tenant), answers(tenant)) == ([], [])


def test_what_becomes_due_while_a_worker_holds_it_stays_due(shop: tuple[Tenant, Channel]) -> None:
    _, channel = shop
    say(channel, "hello")
    with acting_as("automation"):
        automation = worker.Automation()
        with transaction.atomic():
            (lease,) = lane.claim(1)
        given_back = "UPDATE automation_lane SET due_at = hubbub_now() WHERE conversation_id = %(id)s"
        run(given_back, id=lease.conversation_id)
        worker.handle(lease.organization_id, [lease])
        assert automation.turn() == 1
        assert automation.turn() == 0


def test_a_round_that_broke_off_is_taken_up_at_once_when_the_database_is_back(
    shop: tuple[Tenant, Channel], monkeypatch: pytest.MonkeyPatch
) -> None:
    tenant, channel = shop
    say(channel, "hello")

    def away(*_: object) -> None:
        raise OperationalError("the connection is closed")

    automation = worker.Automation()
    with acting_as("automation"):
        with monkeypatch.context() as patch:
            patch.setattr(rounds, "read_scenes", away)
            with pytest.raises(OperationalError):
                automation.turn(10)
        assert automation.turn(10) == 1
    assert answers(tenant) == ["Hello dear: hello"]


TWO_THREADS = """
import django, threading
django.setup()
from collections import Counter
from hubbub.automation import worker
stop, worked = threading.Event(), Counter()
worker.CLAIM_AT_ONCE = 2
claim = worker.Automation.claim
def counting(self, limit):
    there_were = claim(self, limit)
    worked[threading.get_ident()] += there_were
    if worked.total() >= 40:
        stop.set()
    return there_were
worker.Automation.claim = counting
worker.run(stop)
print(len(+worked))
"""


def test_two_threads_work_off_a_backlog_and_each_message_is_decided_once(shop: tuple[Tenant, Channel]) -> None:
    tenant, channel = shop
    for n in range(40):
        say(channel, f"first of {n}", f"second of {n}", user=f"U{n}")
    assert lane_in_a_process("automation", TWO_THREADS) == "2"
    log = [text for text, _ in log_of(tenant)]
    assert len(log) == len(set(log)) == 80
    for n in range(40):
        assert log.index(f"first of {n}") < log.index(f"second of {n}")


def test_what_breaks_in_one_conversation_does_not_hold_up_the_others(
    shop: tuple[Tenant, Channel], monkeypatch: pytest.MonkeyPatch
) -> None:
    tenant, channel = shop
    for user in ("Uone", "Utwo", "Uthree"):
        say(channel, f"from {user}", user=user)

    def fragile(_: Scene, heard: Heard) -> Decision | None:
        return 1 / 0 if heard.text == "from Utwo" else None  # type: ignore[return-value]

    monkeypatch.setattr("hubbub.automation.responders.RESPONDERS", (fragile, *RESPONDERS))
    with acting_as("automation"):
        work_once()
    assert sorted(answers(tenant)) == ["Hello dear: from Uone", "Hello dear: from Uthree"]
    with organization_scope(tenant.id):
        assert AutomationLane.objects.filter(attempts=1).count() == 1


def test_a_long_list_is_worked_off_in_order_over_several_rounds(shop: tuple[Tenant, Channel]) -> None:
    tenant, channel = shop
    texts = [f"text {n}" for n in range(MOST_AT_ONCE + 5)]
    say(channel, *texts)
    automate()
    assert [text for text, _ in log_of(tenant)] == texts
    assert answers(tenant) == [f"Hello dear: {text}" for text in texts]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"handover": "human"}, "A person is answering this conversation."),
        ({"is_auto_reply_enabled": False}, "Automatic answers are off for this conversation."),
        ({"is_standby": True}, "Another app owns this thread."),
        ({"status": "closed"}, "The conversation is not open."),
    ],
)
def test_machines_are_silent_where_they_should_be(
    shop: tuple[Tenant, Channel], change: dict[str, object], reason: str
) -> None:
    tenant, channel = shop
    say(channel, "hello")
    with organization_scope(tenant.id):
        Conversation.objects.update(**change)
    automate()
    with organization_scope(tenant.id):
        rows = run("SELECT decision, reason FROM automation_log WHERE organization_id = %(id)s", id=tenant.id)
    assert rows == [{"decision": "none", "reason": reason}]
    assert answers(tenant) == []


def test_a_channel_with_automatic_answers_off_wakes_nobody() -> None:
    tenant = make_tenant()
    channel = make_channel(tenant, "line", auto_reply_text="Hi", is_send_auto_reply=False)
    say(channel, "hello")
    with organization_scope(tenant.id):
        assert not AutomationLane.objects.exists()
        assert Message.objects.count() == 1


def test_what_a_responder_raises_is_kept_with_the_conversation(
    shop: tuple[Tenant, Channel], monkeypatch: pytest.MonkeyPatch
) -> None:
    tenant, channel = shop
    say(channel, "hello")
    monkeypatch.setattr("hubbub.automation.responders.RESPONDERS", (lambda *_: 1 / 0,))
    with acting_as("automation"):
        work_once()
    with organization_scope(tenant.id):
        left = AutomationLane.objects.get()
    assert (left.attempts, left.last_error, left.lease_token) == (1, "Deciding failed: ZeroDivisionError.", None)
    assert left.due_at is not None
    assert left.pending_since is not None
    assert left.due_at - left.pending_since >= timedelta(seconds=0.9)


def test_two_bots_that_answer_one_another_are_stopped(
    shop: tuple[Tenant, Channel], monkeypatch: pytest.MonkeyPatch
) -> None:
    tenant, channel = shop
    monkeypatch.setattr("hubbub.automation.responders.MOST_AUTOMATIC_ANSWERS_PER_MINUTE", 3)
    say(channel, *[f"beep {n}" for n in range(6)])
    automate()
    assert [decision for _, decision in log_of(tenant)] == ["auto_reply"] * 3 + ["none"] * 3
    assert len(answers(tenant)) == 3
