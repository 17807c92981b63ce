"""LINE's connector against the sandbox, which reads LINE's documentation on its own: whole exchanges, over loopback."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from hubbub.connectors.base import MediaReady, MediaSource, RawRequest, Secrets
from hubbub.connectors.events import (
    ContactFollowed,
    ContactUnfollowed,
    InboundEvent,
    MalformedEvent,
    MessageEdited,
    MessageReceived,
    MessageUnsent,
    PostbackReceived,
    ThreadType,
    UnknownEvent,
)
from hubbub.connectors.line.connector import LineConnector
from hubbub.connectors.messages import (
    ApiRequest,
    ApiResponse,
    ChannelAccess,
    Credentials,
    OutboundKind,
    OutboundMessage,
    SendContext,
)
from hubbub.connectors.outcomes import Accepted, ErrorCode, Outcome, Rejected
from sandbox.server import run_in_thread
from tests.sandbox.fakehub import FakeHub

LINE = LineConnector()
BOT = "U" + "0b" * 16
RETRY_KEY = "5f3e7b1c-8a7d-4c58-9d0e-2f4b6a8c0d1e"


@dataclass
class Talk:
    """A customer on the sandbox's phone, and our connector at the other end."""

    hub: FakeHub
    http: httpx.Client
    access: ChannelAccess

    def act(self, action: str, **more: Any) -> list[InboundEvent]:
        """What the customer's act makes the connector hear, signature checked."""
        before = len(self.hub.received)
        answer = self.http.post("/_sandbox/act", json={"platform": "line", "from": "Mali", "action": action, **more})
        assert answer.status_code == 200, answer.text
        self.hub.wait_for(lambda: len(self.hub.received) > before)
        path, headers, body = self.hub.received[-1]
        request = RawRequest(method="POST", path=path, query={}, headers=headers, body=body)
        LINE.verify(request, Secrets(signing=(b"line-secret",)))
        assert LINE.addresses(body) == (BOT,)
        return LINE.parse(body)

    def say(self, **more: Any) -> MessageReceived:
        (event,) = self.act("message", **{"text": "hello", **more})
        assert isinstance(event, MessageReceived)
        return event

    def context(self, event: MessageReceived, *, is_reply: bool = False) -> SendContext:
        return SendContext(
            access=self.access,
            recipient_external_id=event.sender.external_id,
            thread_type=event.thread.type.value,
            thread_key=event.thread.key,
            reply_token=event.reply_token if is_reply else None,
            retry_key=RETRY_KEY,
        )

    def call(self, request: ApiRequest | None) -> tuple[ApiResponse, Outcome]:
        assert request is not None
        told = self.http.request(request.method, request.url, headers=request.headers, content=request.body)
        headers = {name.lower(): value for name, value in told.headers.items()}
        response = ApiResponse(status=told.status_code, headers=headers, body=told.content)
        return response, LINE.read_response(request, response)


@pytest.fixture(scope="module")
def running() -> Iterator[tuple[FakeHub, str]]:
    hub = FakeHub()
    sandbox = run_in_thread(hub.url)
    yield hub, sandbox.url
    sandbox.stop()
    hub.close()


@pytest.fixture
def talk(running: tuple[FakeHub, str]) -> Iterator[Talk]:
    hub, url = running
    hub.received.clear()
    access = ChannelAccess(
        external_id=BOT,
        credentials=Credentials(values={"access_token": "line-token"}),
        base_url=f"{url}/line",
        data_url=f"{url}/line-data",
    )
    with httpx.Client(base_url=url, timeout=10, trust_env=False) as http:
        http.delete("/_sandbox/state")
        account = {"name": "Shop LINE", "access_token": "line-token", "channel_secret": "line-secret"}
        assert http.put(f"/_sandbox/accounts/line/{BOT}", json=account).status_code == 200
        yield Talk(hub, http, access)


def _text(text: str = "Hello") -> OutboundMessage:
    return OutboundMessage(message_id="0192f1c2-7b1e-7c3a-9d21-6f1f2b3c4d5e", kind=OutboundKind.TEXT, text=text)


ACTS: list[tuple[str, dict[str, Any]]] = [
    ("message", {"text": "hello"}),
    ("sticker", {}),
    ("image", {}),
    ("video", {}),
    ("audio", {}),
    ("file", {}),
    ("location", {}),
    ("follow", {}),
    ("unfollow", {}),
    ("postback", {"data": "a=1"}),
    ("postback", {"data": "a=1", "params": {"date": "2026-11-20"}}),
    ("video_play_complete", {"tracking_id": "t1"}),
    ("beacon", {}),
    ("account_link", {"nonce": "n"}),
    ("account_link", {"nonce": "n", "result": "failed"}),
    ("membership", {}),
    ("activated", {"content": {"chatControl": {"expireAt": 1462629479859}}}),
    ("deactivated", {}),
    ("bot_suspended", {}),
    ("bot_resumed", {}),
    ("module", {"content": {"module": {"type": "attached", "botId": BOT, "scopes": ["message:send"]}}}),
    ("delivery", {"content": {"delivery": {"data": "tag"}}}),
]
GROUP_ACTS: list[tuple[str, dict[str, Any]]] = [
    ("message", {"text": "hello"}),
    ("message", {"text": "hello", "hide_user": True}),
    ("join", {}),
    ("leave", {}),
    ("member_joined", {}),
    ("member_left", {}),
    ("postback", {"data": "a=1"}),
]


@pytest.mark.parametrize(("action", "more"), ACTS)
def test_every_act_of_a_customer_is_understood(talk: Talk, action: str, more: dict[str, Any]) -> None:
    events = talk.act(action, **more)
    assert events
    assert not [event for event in events if isinstance(event, MalformedEvent | UnknownEvent)]


@pytest.mark.parametrize(("action", "more"), GROUP_ACTS)
def test_every_act_in_a_group_is_understood(talk: Talk, action: str, more: dict[str, Any]) -> None:
    (event,) = talk.act(action, group="Friends", **more)
    assert isinstance(event, MessageReceived | ContactFollowed | ContactUnfollowed | PostbackReceived)
    assert event.thread.type is ThreadType.GROUP


def test_an_edit_and_an_unsend_name_the_message_that_they_change(talk: Talk) -> None:
    said = talk.say(group="Friends")
    (edited,) = talk.act("edit", group="Friends", text="hello again")
    (unsent,) = talk.act("unsend", group="Friends")
    assert isinstance(edited, MessageEdited)
    assert isinstance(unsent, MessageUnsent)
    assert said.external_id == edited.external_id == unsent.external_id
    assert edited.content.text == "hello again"


def test_a_reply_goes_out_once(talk: Talk) -> None:
    request = LINE.render(_text(), talk.context(talk.say(), is_reply=True))
    _, first = talk.call(request)
    assert isinstance(first, Accepted)
    assert len(first.external_ids) == 1
    _, again = talk.call(request)
    assert isinstance(again, Rejected)
    assert again.code == ErrorCode.REPLY_TOKEN_INVALID


def test_a_push_that_is_repeated_shows_one_bubble_and_tells_its_id_again(talk: Talk) -> None:
    request = LINE.render(_text(), talk.context(talk.say()))
    (_, first), (response, again) = talk.call(request), talk.call(request)
    assert response.status == 409
    assert isinstance(first, Accepted)
    assert isinstance(again, Accepted)
    assert again.external_ids == first.external_ids


def test_a_quote_token_that_came_in_quotes(talk: Talk) -> None:
    event = talk.say()
    quote = str(event.content.extra["quote_token"])
    message = OutboundMessage(
        message_id="m",
        kind=OutboundKind.TEXT,
        text="This",
        reply_to_external_id=event.external_id,
        reply_to_quote_token=quote,
    )
    _, outcome = talk.call(LINE.render(message, talk.context(event)))
    assert isinstance(outcome, Accepted)


def test_a_group_is_answered_in_the_group(talk: Talk) -> None:
    event = talk.say(group="Friends")
    _, outcome = talk.call(LINE.render(_text(), talk.context(event)))
    assert isinstance(outcome, Accepted)


def test_typing_and_reading_are_taken(talk: Talk) -> None:
    event = talk.say()
    context = talk.context(event)
    _, typed = talk.call(LINE.typing_request(context, None, is_on=True))
    _, marked = talk.call(LINE.mark_read_request(context, None, str(event.content.extra["mark_as_read_token"])))
    assert isinstance(typed, Accepted)
    assert isinstance(marked, Accepted)


def test_the_person_and_the_account_tell_their_names(talk: Talk) -> None:
    person = talk.say().sender.external_id
    response, _ = talk.call(LINE.profile_request(talk.access, person, thread_type="private", thread_key=""))
    profile = LINE.read_profile(response)
    assert profile is not None
    assert profile.name == "Mali"
    response, _ = talk.call(LINE.account_request(talk.access))
    assert LINE.read_account(talk.access, response).external_id == BOT


def test_a_picture_is_downloaded(talk: Talk) -> None:
    (event,) = talk.act("image")
    assert isinstance(event, MessageReceived)
    (part,) = event.content.attachments
    source = MediaSource(external_id=part.external_id, url=part.url, type=part.type.value)
    ready = LINE.read_location(talk.access, source, None)
    assert isinstance(ready, MediaReady)
    response, _ = talk.call(ready.request)
    assert response.status == 200
    assert response.headers["content-type"].startswith("image/")
