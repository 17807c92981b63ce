"""Writing to a customer: checked, ordered and stored, in the caller's transaction. Nothing is sent here."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from hubbub.connectors.messages import Button, ButtonType, Media, OutboundKind, OutboundMessage
from hubbub.contacts.models import Contact, ContactIdentity
from hubbub.conversations.actions.addressing import ways_to_write
from hubbub.conversations.actions.resending import cancel_message, retry_message
from hubbub.conversations.actions.send import queue_message
from hubbub.conversations.models import Attachment, Conversation, Fact, Message, OutboxEntry, RealtimeEvent
from hubbub.kit import clock
from hubbub.kit.errors import Conflict, InvalidInput, Unsendable
from hubbub.kit.ids import new_id
from hubbub.organizations.scope import organization_scope
from tests.support.factories import Tenant, make_channel, make_tenant
from tests.support.roles import acting_as

pytestmark = pytest.mark.usefixtures("database")


class Thread:
    """A conversation with one customer, who wrote `ago` hours before."""

    def __init__(self, platform: str = "facebook", *, ago: float | None = 1, **fields: Any) -> None:
        self.tenant: Tenant = make_tenant()
        self.channel = make_channel(self.tenant, platform)
        wrote = None if ago is None else clock.now() - timedelta(hours=ago)
        with organization_scope(self.tenant.id):
            contact = Contact.objects.create(organization_id=self.tenant.id, name="Mali")
            identity = ContactIdentity.objects.create(
                organization_id=self.tenant.id,
                contact=contact,
                home_contact_id=contact.id,
                channel=self.channel,
                external_id="66812345678" if platform == "whatsapp" else new_id().hex,
                window_opened_at=wrote,
            )
            self.conversation = Conversation.objects.create(
                organization_id=self.tenant.id,
                project=self.tenant.project,
                channel=self.channel,
                contact=contact,
                identity=identity,
                awaiting_reply_since=wrote,
                last_inbound_at=wrote,
                **fields,
            )
        if wrote is not None:
            self.said("hello", wrote)

    def said(self, text: str, at: datetime, **fields: Any) -> Message:
        with organization_scope(self.tenant.id):
            return Message.objects.create(
                organization_id=self.tenant.id,
                conversation=self.conversation,
                channel=self.channel,
                direction="inbound",
                author_type="customer",
                type=fields.pop("type", "text"),
                text=text,
                status="received",
                occurred_at=at,
                external_id=fields.pop("external_id", None) or new_id().hex,
                **fields,
            )

    def queue(self, content: OutboundMessage | str = "hi", **options: Any) -> Message:
        if isinstance(content, str):
            content = OutboundMessage(message_id="", kind=OutboundKind.TEXT, text=content)
        options.setdefault("author_type", "human")
        with organization_scope(self.tenant.id):
            return queue_message(self.conversation, content, **options)

    def all(self, model: Any, **filters: Any) -> list[Any]:
        with organization_scope(self.tenant.id):
            return list(model.objects.filter(organization_id=self.tenant.id, **filters).order_by("pk"))

    def ours(self) -> list[Message]:
        return self.all(Message, direction="outbound")

    def refreshed(self) -> Conversation:
        with organization_scope(self.tenant.id):
            return Conversation.objects.get(id=self.conversation.id)


def picture(name: str = "a") -> Media:
    return Media(type="image", url=f"https://cdn.example/{name}.jpg", mime_type="image/jpeg", size_bytes=1000)


def test_a_queued_message_stands_in_the_outbox_and_on_the_screen() -> None:
    thread = Thread()
    message = thread.queue("good morning")
    (entry,) = thread.all(OutboxEntry)
    assert (message.status, message.text, message.direction) == ("queued", "good morning", "outbound")
    assert (entry.message_id, entry.position, entry.is_head, entry.priority, entry.state) == (
        message.id,
        1,
        True,
        0,
        "queued",
    )
    kinds = {event.kind for event in thread.all(RealtimeEvent)}
    assert kinds == {"message.created", "conversation.changed"}


def test_only_the_first_of_a_lane_is_its_head() -> None:
    thread = Thread()
    for number in range(3):
        thread.queue(str(number))
    assert [(entry.position, entry.is_head) for entry in thread.all(OutboxEntry)] == [(1, True), (2, False), (3, False)]


def test_people_go_before_machines() -> None:
    thread = Thread()
    thread.queue("flow", author_type="flow")
    thread.queue("bulk", author_type="system", priority=9)
    assert [entry.priority for entry in thread.all(OutboxEntry)] == [5, 9]


def test_counts_and_response_times_follow() -> None:
    thread = Thread(ago=2)
    thread.queue("sorry for the wait")
    conversation = thread.refreshed()
    assert (conversation.outbound_count, conversation.last_message_text) == (1, "sorry for the wait")
    assert conversation.awaiting_reply_since is None
    assert conversation.response_count == 1
    assert 7190 < conversation.response_seconds_total < 7300
    assert [fact.kind for fact in thread.all(Fact)] == ["first_response"]
    (asked,) = thread.all(Message, direction="inbound")
    (answer,) = thread.ours()
    assert asked.is_replied
    assert (answer.response_to_id, answer.response_type) == (asked.id, "manual")


def test_the_same_client_id_is_one_message() -> None:
    thread = Thread()
    assert thread.queue(client_id="x").id == thread.queue("another text", client_id="x").id
    assert len(thread.ours()) == 1


def test_fifty_at_once_with_one_client_id_are_one_message() -> None:
    thread = Thread()

    def press(_: int) -> object:
        try:
            return thread.queue(client_id="double click").id
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(press, range(50)))) == 1
    assert len(thread.ours()) == 1
    assert len(thread.all(OutboxEntry)) == 1


def test_a_client_id_of_another_conversation_is_refused() -> None:
    thread = Thread()
    thread.queue(client_id="x")
    with organization_scope(thread.tenant.id):
        other = Conversation.objects.create(
            organization_id=thread.tenant.id,
            project=thread.tenant.project,
            channel=thread.channel,
            contact=thread.conversation.contact,
            identity=thread.conversation.identity,
            status="closed",
        )
    thread.conversation = other
    with pytest.raises(Conflict, match="client id"):
        thread.queue(client_id="x")


@pytest.mark.parametrize(
    ("platform", "author", "hours", "is_allowed"),
    [
        ("facebook", "flow", 23, True),
        ("facebook", "flow", 25, False),
        ("facebook", "human", 25, True),
        ("facebook", "human", 169, False),
        ("facebook", "ai", None, True),
        ("instagram", "ai", 25, False),
        ("instagram", "human", 25, True),
        ("whatsapp", "human", 23, True),
        ("whatsapp", "human", 25, False),
        ("line", "ai", 10_000, True),
    ],
)
def test_the_window_decides(platform: str, author: str, hours: float | None, is_allowed: bool) -> None:
    thread = Thread(platform, ago=hours)
    if is_allowed:
        assert thread.queue(author_type=author).status == "queued"
        return
    with pytest.raises(Unsendable) as refused:
        thread.queue(author_type=author)
    assert refused.value.code == "window_closed"
    assert thread.ours() == []


def test_the_composer_is_told_what_is_possible() -> None:
    def ways(thread: Thread, author: str) -> list[str]:
        with organization_scope(thread.tenant.id):
            return [permit.way.value for permit in ways_to_write(thread.refreshed(), author)]

    assert ways(Thread(ago=1), "human") == ["feedback", "template", "reply", "human_agent"]
    assert ways(Thread(ago=30), "human") == ["feedback", "template", "human_agent"]
    assert ways(Thread(ago=30), "ai") == ["feedback", "template"]
    assert ways(Thread("whatsapp", ago=30), "human") == ["template"]
    assert ways(Thread("instagram", ago=200), "human") == []
    assert ways(Thread("line", ago=None), "ai") == ["reply"]


def test_what_the_platform_cannot_express_is_refused_before_anything_is_stored() -> None:
    thread = Thread("line")
    too_long = OutboundMessage(message_id="", kind=OutboundKind.TEXT, text="x" * 5001)
    with pytest.raises(Unsendable, match="5,000"):
        thread.queue(too_long)
    assert (thread.ours(), thread.all(OutboxEntry), thread.refreshed().message_count) == ([], [], 0)


def test_a_text_beside_files_is_a_message_of_its_own_where_there_are_no_captions() -> None:
    thread = Thread("facebook")
    quick = (Button(type=ButtonType.POSTBACK, title="Yes", payload="YES"),)
    content = OutboundMessage(
        message_id="", kind=OutboundKind.MEDIA, text="look", media=(picture("a"),), quick_replies=quick
    )
    first = thread.queue(content, client_id="x")
    assert [(message.type, message.text) for message in thread.ours()] == [("image", ""), ("text", "look")]
    assert thread.ours()[0].id == first.id
    assert thread.ours()[1].content["outbound"]["quick_replies"]
    assert "quick_replies" not in thread.ours()[0].content["outbound"]
    assert [entry.position for entry in thread.all(OutboxEntry)] == [1, 2]
    assert [attachment.type for attachment in thread.all(Attachment)] == ["image"]


def test_captions_stay_with_their_file() -> None:
    thread = Thread("whatsapp")
    thread.queue(OutboundMessage(message_id="", kind=OutboundKind.MEDIA, text="look", media=(picture(),)))
    assert [(message.type, message.text) for message in thread.ours()] == [("image", "look")]


def test_an_archived_conversation_must_be_reopened_first() -> None:
    thread = Thread(status="archived")
    with pytest.raises(Conflict, match="archived"):
        thread.queue()
    assert thread.ours() == []


def test_writing_in_a_closed_conversation_reopens_it() -> None:
    thread = Thread(status="closed")
    thread.queue()
    assert thread.refreshed().status == "active"


def test_writing_in_a_closed_conversation_beside_an_open_one_names_the_open_one() -> None:
    thread = Thread(status="closed")
    with organization_scope(thread.tenant.id):
        other = Conversation.objects.create(
            organization_id=thread.tenant.id,
            project=thread.tenant.project,
            channel=thread.channel,
            contact=thread.conversation.contact,
        )
    with pytest.raises(Conflict) as refused:
        thread.queue()
    assert refused.value.details["conversation_id"] == str(other.id)


def test_a_reply_to_a_message_carries_its_id_and_quote_token() -> None:
    thread = Thread("line")
    asked = thread.said("how much?", clock.now(), content={"extra": {"quote_token": "q-1"}})
    message = thread.queue("ten", reply_to=asked)
    assert message.reply_to_id == asked.id
    assert message.content["outbound"]["reply_to_quote_token"] == "q-1"


def test_a_comment_is_answered_publicly_and_once_privately() -> None:
    thread = Thread(type="public", thread_key="post:comment")
    comment = thread.said("price?", clock.now(), type="comment", external_id="c-1")
    assert thread.queue("see our site").content["outbound"]["kind"] == "comment_reply"
    private = OutboundMessage(
        message_id="", kind=OutboundKind.PRIVATE_REPLY, text="10 THB", comment_external_id=comment.external_id
    )
    thread.queue(private)
    with pytest.raises(Unsendable, match="once"):
        thread.queue(private)


def test_a_private_reply_after_seven_days_is_refused() -> None:
    thread = Thread(type="public", thread_key="post:comment")
    thread.said("price?", clock.now() - timedelta(days=8), type="comment", external_id="c-1")
    private = OutboundMessage(message_id="", kind=OutboundKind.PRIVATE_REPLY, text="10 THB", comment_external_id="c-1")
    with pytest.raises(Unsendable, match="7 days"):
        thread.queue(private)


def test_a_scheduled_message_stands_outside_the_order() -> None:
    thread = Thread()
    thread.queue("tomorrow", at=clock.now() + timedelta(hours=20))
    thread.queue("now")
    scheduled, now = thread.all(OutboxEntry)
    assert (scheduled.state, scheduled.is_head) == ("scheduled", False)
    assert (now.state, now.is_head) == ("queued", True)


def test_what_is_not_on_its_way_can_be_cancelled() -> None:
    thread = Thread()
    first, second = thread.queue("a"), thread.queue("b")
    with organization_scope(thread.tenant.id):
        cancel_message(first)
        first.refresh_from_db()
    assert first.status == "failed"
    assert first.error is not None
    assert first.error["code"] == "cancelled"
    (entry,) = thread.all(OutboxEntry)
    assert (entry.message_id, entry.is_head) == (second.id, True)
    with pytest.raises(Conflict), organization_scope(thread.tenant.id):
        cancel_message(first)


def test_a_failed_message_can_be_sent_again_behind_the_others() -> None:
    thread = Thread()
    first, second = thread.queue("a"), thread.queue("b")
    with organization_scope(thread.tenant.id):
        cancel_message(first)
        again = retry_message(first)
    assert (again.id, again.status, again.error) == (first.id, "queued", None)
    assert [(entry.message_id, entry.position, entry.is_head) for entry in thread.all(OutboxEntry)] == [
        (first.id, 3, False),
        (second.id, 2, True),
    ]
    with pytest.raises(Conflict), organization_scope(thread.tenant.id):
        retry_message(second)


@pytest.mark.parametrize(
    ("options", "word"),
    [
        ({"author_type": "customer"}, "author_type"),
        ({"client_id": "x" * 101}, "client id"),
        ({"at": datetime(2030, 1, 1)}, "time zone"),  # noqa: DTZ001 - what is tested
    ],
)
def test_wrong_arguments_are_refused_with_a_sentence(options: dict[str, Any], word: str) -> None:
    with pytest.raises(InvalidInput, match=word):
        Thread().queue(**options)


def test_automation_may_queue_as_its_own_role() -> None:
    thread = Thread()
    with acting_as("automation"):
        thread.queue("from a flow", author_type="flow")
    assert len(thread.ours()) == 1
