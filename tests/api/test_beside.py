"""What stands beside a thread: answers for later, files, the run of a flow, comments."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from hubbub.conversations.models import Attachment, Conversation, Message, ScheduledMessage
from hubbub.conversations.tasks import send_scheduled
from hubbub.flows.actions import NewFlow, create_flow
from hubbub.flows.models import FlowRun, FlowVersion
from hubbub.kit import clock
from hubbub.organizations.database import run
from hubbub.organizations.scope import organization_scope
from tests.support.roles import acting_as
from tests.support.talk import Talk, make_talk
from tests.support.web import Api, api_for, signed_in

pytestmark = pytest.mark.usefixtures("database")


def place(talk: Talk, *rest: str) -> str:
    return "/".join(["/conversations", str(talk.conversation().id), *rest])


def later(hours: float = 1) -> str:
    return (clock.now() + timedelta(hours=hours)).isoformat()


def its_time_has_come(talk: Talk, scheduled: dict[str, Any], *, times: int = 1) -> None:
    with organization_scope(talk.tenant.id):
        ScheduledMessage.objects.filter(id=scheduled["id"]).update(due_at=clock.now() - timedelta(seconds=1))
    with acting_as("jobs"):
        for _ in range(times):
            send_scheduled.func(organization_id=str(talk.tenant.id), scheduled_id=scheduled["id"])


def test_an_answer_for_later_shows_nothing_before_and_is_sent_once() -> None:
    talk = make_talk("hello")
    ann, user = signed_in(talk.tenant, first_name="Ann")
    kept = ann.post(place(talk, "scheduled"), {"draft": {"text": "Good morning"}, "due_at": later()})
    assert (kept.status, kept.body["status"], kept.body["draft"]["text"]) == (201, "waiting", "Good morning")
    assert len(talk.messages()) == 1
    assert talk.conversation().awaiting_reply_since is not None
    [job] = run("SELECT task_name FROM procrastinate_jobs WHERE args ->> 'scheduled_id' = %(id)s", id=kept.body["id"])
    assert job["task_name"] == "reminders.send_scheduled"
    its_time_has_come(talk, kept.body, times=3)
    [_, sent] = talk.messages()
    assert (sent.text, sent.author_user_id, sent.status) == ("Good morning", user.id, "queued")
    assert ann.get(place(talk, "scheduled")).items == []
    shown = ann.get(f"/scheduled/{kept.body['id']}").body
    assert (shown["status"], shown["message_id"]) == ("sent", str(sent.id))
    assert ann.delete(f"/scheduled/{kept.body['id']}").code == "not_cancellable"


def test_what_may_not_be_sent_by_then_is_shown_with_the_reason() -> None:
    talk = make_talk("hello")
    ann, _ = signed_in(talk.tenant)
    kept = ann.post(place(talk, "scheduled"), {"draft": {"text": "x"}, "due_at": later()}).body
    ann.post(place(talk, "archive"))
    its_time_has_come(talk, kept)
    [failed] = ann.get(place(talk, "scheduled")).items
    assert (failed["status"], failed["error"]["code"]) == ("failed", "conversation_archived")
    assert len(talk.messages()) == 1
    assert ann.delete(f"/scheduled/{kept['id']}").status == 200
    assert ann.get(place(talk, "scheduled")).items == []


def test_one_that_was_taken_back_is_not_sent() -> None:
    talk = make_talk("hello")
    ann, _ = signed_in(talk.tenant)
    kept = ann.post(place(talk, "scheduled"), {"draft": {"text": "x"}, "due_at": later()}).body
    assert ann.delete(f"/scheduled/{kept['id']}").status == 200
    its_time_has_come(talk, kept)
    assert len(talk.messages()) == 1


def test_one_that_waits_gets_another_text_and_another_moment() -> None:
    talk = make_talk("hello")
    ann, _ = signed_in(talk.tenant)
    kept = ann.post(place(talk, "scheduled"), {"draft": {"text": "x"}, "due_at": later()}).body
    changed = ann.patch(f"/scheduled/{kept['id']}", {"text": "y", "due_at": later(5)})
    assert (changed.status, changed.body["draft"]["text"]) == (200, "y")
    assert changed.body["due_at"] > kept["due_at"]
    jobs = run("SELECT id FROM procrastinate_jobs WHERE args ->> 'scheduled_id' = %(id)s", id=kept["id"])
    assert len(jobs) == 2, "the earlier one finds that it is not due"
    its_time_has_come(talk, kept, times=2)
    assert [message.text for message in talk.messages()] == ["hello", "y"]
    assert ann.patch(f"/scheduled/{kept['id']}", {"text": "z"}).code == "not_cancellable"


def test_one_that_failed_waits_anew_at_its_new_moment() -> None:
    talk = make_talk("hello")
    ann, _ = signed_in(talk.tenant)
    kept = ann.post(place(talk, "scheduled"), {"draft": {"text": "x"}, "due_at": later()}).body
    ann.post(place(talk, "archive"))
    its_time_has_come(talk, kept)
    assert ann.post(f"/scheduled/{kept['id']}/send").code == "conversation_archived"
    ann.post(place(talk, "reopen"))
    changed = ann.patch(f"/scheduled/{kept['id']}", {"due_at": later()}).body
    assert (changed["status"], changed["error"]) == ("waiting", None)


def test_one_that_waits_is_sent_now_and_not_again_at_its_time() -> None:
    talk = make_talk("hello")
    ann, _ = signed_in(talk.tenant)
    kept = ann.post(place(talk, "scheduled"), {"draft": {"text": "x"}, "due_at": later()}).body
    sent = ann.post(f"/scheduled/{kept['id']}/send")
    assert (sent.status, sent.body["status"]) == (200, "sent")
    its_time_has_come(talk, kept)
    assert [message.text for message in talk.messages()] == ["hello", "x"]
    assert ann.post(f"/scheduled/{kept['id']}/send").code == "not_cancellable"


def test_the_file_of_an_answer_for_later_is_shown_by_link_and_not_by_its_place_in_our_store() -> None:
    talk = make_talk("hello")
    ann, _ = signed_in(talk.tenant)
    with organization_scope(talk.tenant.id):
        ScheduledMessage.objects.create(
            organization=talk.tenant.organization,
            conversation=talk.conversation(),
            content={"kind": "media", "media": [{"type": "image", "storage_key": "secret-place", "mime_type": "a/b"}]},
            due_at=clock.now() + timedelta(hours=1),
        )
    [shown] = ann.get(place(talk, "scheduled")).items
    [file] = shown["draft"]["media"]
    assert "storage_key" not in file
    assert "/media/" in file["url"]


def test_a_job_that_comes_too_early_sends_nothing() -> None:
    talk = make_talk("hello")
    kept = api_for(talk.tenant).post(place(talk, "scheduled"), {"draft": {"text": "x"}, "due_at": later()}).body
    with acting_as("jobs"):
        send_scheduled.func(organization_id=str(talk.tenant.id), scheduled_id=kept["id"])
    assert len(talk.messages()) == 1


@pytest.mark.parametrize(
    "body",
    [
        {"draft": {"text": "x"}, "due_at": "2020-01-01T00:00:00Z"},
        {"draft": {"text": "x"}, "due_at": "2999-01-01T00:00:00Z"},
        {"draft": {}, "due_at": "2026-12-01T00:00:00Z"},
        {"draft": {"text": "x"}},
    ],
)
def test_an_answer_for_later_needs_a_text_and_a_moment(body: dict[str, Any]) -> None:
    talk = make_talk("hello")
    assert api_for(talk.tenant).post(place(talk, "scheduled"), body).status == 422


def test_files_of_a_thread_come_newest_first_and_in_pages() -> None:
    talk = make_talk("one", "two")
    first, second = talk.messages()
    with organization_scope(talk.tenant.id):
        for message, position, kind in ((first, 0, "image"), (second, 0, "image"), (second, 1, "file")):
            Attachment.objects.create(
                organization=talk.tenant.organization,
                message=message,
                position=position,
                type=kind,
                state="stored",
                storage_key="k",
            )
    api = api_for(talk.tenant)
    path = place(talk, "attachments")
    whole = [(row["message_id"], row["type"]) for row in api.get(path).items]
    assert whole == [(str(second.id), "file"), (str(second.id), "image"), (str(first.id), "image")]
    page = api.get(path, limit=2)
    rest = api.get(path, limit=2, cursor=page.body["next_cursor"])
    assert [(row["message_id"], row["type"]) for row in [*page.items, *rest.items]] == whole
    assert len(api.get(path, type="image").items) == 2
    assert all(row["url"].startswith("http") and "storage_key" not in row for row in page.items)
    with organization_scope(talk.tenant.id):
        Message.objects.filter(id=second.id).update(is_unsent=True)
    assert len(api.get(path).items) == 1


class InFlow:
    """A conversation in the middle of a flow."""

    def __init__(self) -> None:
        self.talk = make_talk("hello")
        tenant = self.talk.tenant
        definition: dict[str, Any] = {"start": {"actions": [{"type": "send_text", "text": "Hello"}]}}
        with organization_scope(tenant.id):
            flow = create_flow(None, tenant.id, NewFlow(name="Orders", definition=definition))
            self.run = FlowRun.objects.create(
                organization=tenant.organization,
                conversation=self.talk.conversation(),
                flow=flow,
                version=FlowVersion.objects.get(flow=flow),
                state={},
                status="waiting",
                step="start",
            )
        self.api: Api = signed_in(tenant, first_name="Ann")[0]

    def conversation(self) -> Conversation:
        return self.talk.conversation()


def test_a_flow_is_paused_by_a_person_and_given_back() -> None:
    one = InFlow()
    shown = one.api.get(place(one.talk, "run")).body["run"]
    assert (shown["flow_name"], shown["status"], shown["step"], shown["version"]) == ("Orders", "waiting", "start", 1)
    assert one.api.post(place(one.talk, "run", "pause")).body["run"]["status"] == "handed_over"
    assert one.conversation().handover == "human"
    assert one.api.post(place(one.talk, "run", "resume")).status == 200
    assert one.conversation().handover == "flow"
    kinds = [line["kind"] for line in one.api.get(place(one.talk, "activity")).items]
    assert {"flow_paused", "flow_resumed", "flow_started"} <= set(kinds)


def test_a_flow_is_ended_for_good() -> None:
    one = InFlow()
    assert one.api.post(place(one.talk, "run", "end")).body == {"run": None}
    with organization_scope(one.talk.tenant.id):
        assert FlowRun.objects.get(id=one.run.id).status == "ended"
    for verb in ("pause", "resume", "end"):
        assert one.api.post(place(one.talk, "run", verb)).code == "no_run"


def test_only_comments_can_be_hidden() -> None:
    talk = make_talk("hello")
    for verb in ("hide", "unhide", "delete"):
        assert api_for(talk.tenant).post(f"/messages/{talk.messages()[0].id}/{verb}").code == "not_a_comment"
