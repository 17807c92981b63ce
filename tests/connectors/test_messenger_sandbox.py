"""Messenger's connector against the sandbox, which reads the documentation on its own, over loopback."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import httpx
import pytest

from hubbub.connectors.base import MediaReady, MediaSource, RawRequest, Secrets
from hubbub.connectors.events import (
    AttachmentType,
    CommentReceived,
    DeliveryUpdated,
    InboundEvent,
    MalformedEvent,
    MessageEchoed,
    MessageEdited,
    MessageReceived,
    ReactionChanged,
    UnknownEvent,
)
from hubbub.connectors.messages import (
    ApiRequest,
    ApiResponse,
    Button,
    ButtonType,
    Card,
    ChannelAccess,
    Credentials,
    FilePart,
    Media,
    OutboundKind,
    OutboundMessage,
    SendContext,
    TemplateUse,
)
from hubbub.connectors.messenger.connector import MessengerConnector
from hubbub.connectors.outcomes import Accepted, ErrorCode, Outcome, Rejected
from sandbox.samples import SAMPLES as FILES
from sandbox.server import run_in_thread
from tests.connectors.messenger import message, template
from tests.connectors.test_messenger_abilities import SETTINGS
from tests.connectors.test_messenger_native import TEMPLATES
from tests.sandbox.fakehub import FakeHub

MESSENGER = MessengerConnector()
PAGE, APP = "100000000000001", "900000000000001"
K = OutboundKind


@dataclass
class Talk:
    """A customer on the sandbox's phone, and our connector at the other end."""

    hub: FakeHub
    http: httpx.Client
    access: ChannelAccess

    def act(self, action: str, **more: Any) -> list[InboundEvent]:
        """What the customer's act makes the connector hear, signature checked."""
        self.quiet()
        before = len(self.hub.received)
        answer = self.http.post(
            "/_sandbox/act", json={"platform": "facebook", "from": "Mali", "action": action, **more}
        )
        assert answer.status_code == 200, answer.text
        self.hub.wait_for(lambda: len(self.hub.received) > before)
        return self.heard(self.hub.received[-1])

    def quiet(self) -> None:
        """Until no webhook is under way any more."""
        self.hub.wait_for(lambda: self.http.get("/_sandbox/health").json()["waiting"] == 0)

    def heard(self, delivery: tuple[str, dict[str, str], bytes]) -> list[InboundEvent]:
        path, headers, body = delivery
        request = RawRequest(method="POST", path=path, query={}, headers=headers, body=body)
        MESSENGER.verify(request, Secrets(signing=(b"app-secret",)))
        assert MESSENGER.addresses(body) == (PAGE,)
        return MESSENGER.parse(body)

    def wait_for(self, kind: type[InboundEvent]) -> InboundEvent:
        """The first event of that kind that has come or comes."""

        def found() -> InboundEvent | None:
            heard = (event for delivery in [*self.hub.received] for event in self.heard(delivery))
            return next((event for event in heard if isinstance(event, kind)), None)

        event: InboundEvent = self.hub.wait_for(found)
        return event

    def say(self, **more: Any) -> MessageReceived:
        (event,) = self.act("message", **{"text": "hello", **more})
        assert isinstance(event, MessageReceived)
        return event

    def context(self) -> SendContext:
        return SendContext(access=self.access, recipient_external_id=self.say().sender.external_id)

    def call(self, request: ApiRequest | None) -> tuple[ApiResponse, Outcome]:
        assert request is not None
        form = {part.name: part.content for part in request.files if not part.file_name}
        files = {
            part.name: (part.file_name, part.content, part.content_type) for part in request.files if part.file_name
        }
        told = self.http.request(
            request.method,
            request.url,
            headers=request.headers,
            content=request.body,
            data={name: content.decode() for name, content in form.items()} or None,
            files=files or None,
        )
        headers = {name.lower(): value for name, value in told.headers.items()}
        response = ApiResponse(status=told.status_code, headers=headers, body=told.content)
        return response, MESSENGER.read_response(request, response)

    def send(self, outbound: OutboundMessage, context: SendContext) -> Outcome:
        return self.call(MESSENGER.render(outbound, context))[1]


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
        external_id=PAGE,
        credentials=Credentials(values={"access_token": "page-token", "app_secret": "app-secret", "app_id": APP}),
        base_url=f"{url}/graph",
        api_version="v26.0",
    )
    with httpx.Client(base_url=url, timeout=10, trust_env=False) as http:
        http.delete("/_sandbox/state")
        app = {"app_secret": "app-secret", "verify_token": hub.verify_token}
        assert http.put(f"/_sandbox/apps/{APP}", json=app).status_code == 200
        page = {"name": "Shop", "access_token": "page-token", "app_id": APP}
        assert http.put(f"/_sandbox/accounts/facebook/{PAGE}", json=page).status_code == 200
        talk = Talk(hub, http, access)
        yield talk
        talk.quiet()


ACTS: list[tuple[str, dict[str, Any]]] = [
    ("message", {"text": "hello"}),
    *(("message", {"type": kind}) for kind in ("image", "audio", "video", "file", "sticker", "location", "fallback")),
    *(("message", {"type": kind}) for kind in ("reel", "post", "appointment_booking", "product")),
    ("quick_reply", {"payload": "P", "text": "Red"}),
    ("postback", {"payload": "GET_STARTED", "title": "Start", "referral": {"ref": "abc"}}),
    ("comment", {"text": "price?"}),
    ("referral", {"ref": "abc"}),
    *((action, {}) for action in ("opt_in", "feedback", "response_feedback", "order", "account_link", "form")),
    *((action, {}) for action in ("customer_information", "pass_thread", "take_thread", "policy")),
]


@pytest.mark.parametrize(("action", "more"), ACTS)
def test_an_act_of_a_customer_is_understood(talk: Talk, action: str, more: dict[str, Any]) -> None:
    events = talk.act(action, **more)
    assert events
    assert not [event for event in events if isinstance(event, MalformedEvent | UnknownEvent)]


@pytest.mark.parametrize("action", ["edit", "react", "unreact"])
def test_a_later_act_on_a_message_is_understood(talk: Talk, action: str) -> None:
    outcome = talk.send(message(text="Hello"), talk.context())
    assert isinstance(outcome, Accepted)
    talk.act("react")
    (event,) = talk.act(action, text="hello again")
    assert isinstance(event, MessageEdited | ReactionChanged)
    assert event.external_id


def test_what_a_person_types_in_the_pages_inbox_is_an_echo_of_another_app(talk: Talk) -> None:
    person = talk.say().sender
    (event,) = talk.act("inbox_reply", text="A colleague here")
    assert isinstance(event, MessageEchoed)
    assert event.recipient == person
    assert event.app_id not in (None, APP)


@pytest.mark.parametrize(("action", "verb"), [("comment_edit", "edited"), ("comment_remove", "removed")])
def test_a_later_act_on_a_comment_is_understood(talk: Talk, action: str, verb: str) -> None:
    (added,) = talk.act("comment", text="price?")
    assert isinstance(added, CommentReceived)
    (changed,) = talk.act(action, comment_id=added.external_id, text="what price?")
    assert isinstance(changed, CommentReceived)
    assert (changed.external_id, changed.thread, changed.verb) == (added.external_id, added.thread, verb)


def test_a_text_goes_out_and_its_echo_names_our_message(talk: Talk) -> None:
    context = talk.context()
    outcome = talk.send(message(text="Hello"), context)
    assert isinstance(outcome, Accepted)
    assert outcome.recipient_ids == (context.recipient_external_id,)
    echo = talk.wait_for(MessageEchoed)
    assert isinstance(echo, MessageEchoed)
    assert (echo.external_id,) == outcome.external_ids
    assert echo.metadata == message().message_id
    assert echo.app_id == APP
    receipt = talk.wait_for(DeliveryUpdated)
    assert isinstance(receipt, DeliveryUpdated)
    assert receipt.external_ids == outcome.external_ids


PICTURE = Media(type="image", url="https://shop.example/a.jpg")
BUY = Button(type=ButtonType.POSTBACK, title="Buy", payload="BUY")

SENDABLE: dict[str, OutboundMessage] = {
    "a text of 2,000 characters": message(text="ก" * 2000),
    "buttons": message(
        text="Buy?",
        buttons=(
            BUY,
            Button(type=ButtonType.URL, title="Look", url="https://example.com"),
            Button(type=ButtonType.PHONE, title="Call", payload="+6620000000"),
        ),
    ),
    "log-in and log-out": message(
        text="Account",
        buttons=(Button(type=ButtonType.LOGIN, url="https://example.com"), Button(type=ButtonType.LOGOUT)),
    ),
    "quick replies": message(
        text="Which?",
        quick_replies=(
            BUY,
            Button(type=ButtonType.POSTBACK, title="Red", image_url="https://example.com/r.png"),
            Button(type=ButtonType.SHARE_PHONE),
            Button(type=ButtonType.SHARE_EMAIL),
        ),
    ),
    "a picture": message(K.MEDIA, media=(PICTURE,)),
    "a stack of pictures": message(K.MEDIA, media=(PICTURE, PICTURE)),
    "a sound": message(K.MEDIA, media=(Media(type="audio", url="https://shop.example/a.mp3"),)),
    "a video of Facebook with buttons": message(
        K.MEDIA, media=(Media(type="video", url="https://www.facebook.com/shop/videos/1/"),), buttons=(BUY,)
    ),
    "cards": message(
        K.CARDS,
        cards=(
            Card(title="Shirt", subtitle="390", image_url="https://example.com/s.jpg", buttons=(BUY,)),
            Card(title="Hat", default_url="https://example.com/hat"),
        ),
    ),
    "a sticker": message(K.STICKER, sticker={"sticker_id": "767226160478561"}),
    "a silent text by a human agent": message(text="Hello", is_silent=True, tag="human_agent"),
}


@pytest.mark.parametrize("name", SENDABLE)
def test_what_we_render_is_accepted(talk: Talk, name: str) -> None:
    outcome = talk.send(SENDABLE[name], talk.context())
    assert isinstance(outcome, Accepted), outcome


NEED_MORE = {"media": "an uploaded file", "customer_information": "still in development", "instant_form": "the same"}


@pytest.mark.parametrize("name", [name for name in TEMPLATES if name not in NEED_MORE])
def test_a_template_in_messengers_own_shape_is_accepted(talk: Talk, name: str) -> None:
    native = template(template_type=name, **TEMPLATES[name])
    outcome = talk.send(message(K.NATIVE, native=native), talk.context())
    assert isinstance(outcome, Accepted), outcome


def test_an_uploaded_file_goes_out_by_its_handle_also_with_buttons(talk: Talk) -> None:
    context = talk.context()
    file = FilePart(name="file", file_name="a.png", content_type="image/png", content=FILES["image/png"])
    response, _ = talk.call(MESSENGER.upload_request(talk.access, file, "image"))
    uploaded = MESSENGER.read_upload(response)
    assert isinstance(uploaded, Accepted)
    picture = Media(type="image", handle=uploaded.attachment_id)
    for outbound in (message(K.MEDIA, media=(picture,)), message(K.MEDIA, media=(picture,), buttons=(BUY,))):
        assert isinstance(talk.send(outbound, context), Accepted)


def test_a_picture_that_came_is_downloaded(talk: Talk) -> None:
    (event,) = talk.act("image")
    assert isinstance(event, MessageReceived)
    (part,) = event.content.attachments
    assert part.type is AttachmentType.IMAGE
    ready = MESSENGER.read_location(talk.access, MediaSource(external_id=None, url=part.url, type="image"), None)
    assert isinstance(ready, MediaReady)
    response, _ = talk.call(ready.request)
    assert response.status == 200
    assert response.headers["content-type"].startswith("image/")


def test_a_message_is_quoted_and_reacted_to(talk: Talk) -> None:
    said = talk.say()
    context = SendContext(access=talk.access, recipient_external_id=said.sender.external_id)
    quoting = message(text="This one", reply_to_external_id=said.external_id)
    assert isinstance(talk.send(quoting, context), Accepted)
    for emoji in ("😊", "🎉", ""):
        reaction = message(K.REACTION, reaction_to_external_id=said.external_id, reaction_emoji=emoji)
        assert isinstance(talk.send(reaction, context), Accepted)


def test_a_stranger_is_unknown_and_a_late_text_needs_a_tag(talk: Talk) -> None:
    context = talk.context()
    unknown = talk.send(message(text="Hello"), replace(context, recipient_external_id="4242"))
    assert isinstance(unknown, Rejected)
    assert unknown.code is ErrorCode.RECIPIENT_UNKNOWN
    talk.http.put("/_sandbox/clock", json={"advance": 25 * 3600})
    late = talk.send(message(text="Hello"), context)
    assert isinstance(late, Rejected)
    assert late.code is ErrorCode.WINDOW_CLOSED
    assert isinstance(talk.send(message(text="Hello", tag="human_agent"), context), Accepted)
    talk.http.put("/_sandbox/clock", json={"offset": 0})


def test_a_comment_is_answered_below_and_once_in_private_then_hidden(talk: Talk) -> None:
    (comment,) = talk.act("comment", text="price?")
    assert isinstance(comment, CommentReceived)
    context = SendContext(
        access=talk.access,
        recipient_external_id=comment.sender.external_id,
        thread_type="public",
        thread_key=comment.thread.key,
    )
    below = talk.send(message(K.COMMENT_REPLY, text="390 baht"), context)
    assert isinstance(below, Accepted)
    assert len(below.external_ids) == 1
    private = message(K.PRIVATE_REPLY, text="Hello", comment_external_id=comment.external_id)
    assert isinstance(talk.send(private, context), Accepted)
    again = talk.send(private, context)
    assert isinstance(again, Rejected)
    assert again.code is ErrorCode.ALREADY_DONE
    for action in ("hide", "unhide", "delete"):
        _, outcome = talk.call(MESSENGER.moderate_request(talk.access, comment.external_id, action))
        assert isinstance(outcome, Accepted), action


def test_typing_and_seen_are_shown(talk: Talk) -> None:
    context = talk.context()
    for request in (
        MESSENGER.typing_request(context, None, is_on=True),
        MESSENGER.typing_request(context, None, is_on=False),
        MESSENGER.mark_read_request(context, None, None),
    ):
        assert isinstance(talk.call(request)[1], Accepted)


def test_a_conversation_is_passed_to_the_pages_inbox(talk: Talk) -> None:
    context = talk.context()
    request = MESSENGER.thread_control_request(
        context, "pass", target_app_id="page_inbox", metadata="please", seconds=None
    )
    assert isinstance(talk.call(request)[1], Accepted)
    owner = MESSENGER.thread_control_request(context, "owner", target_app_id=None, metadata=None, seconds=None)
    assert isinstance(talk.call(owner)[1], Accepted)


def test_people_and_the_page_tell_their_names(talk: Talk) -> None:
    person = talk.say().sender.external_id
    response, _ = talk.call(MESSENGER.profile_request(talk.access, person, thread_type="private", thread_key=""))
    profile = MESSENGER.read_profile(response)
    assert profile is not None
    assert profile.name
    response, _ = talk.call(MESSENGER.account_request(talk.access))
    account = MESSENGER.read_account(talk.access, response)
    assert (account.external_id, account.name) == (PAGE, "Shop")


def test_the_subscription_is_set_and_read_back(talk: Talk) -> None:
    core, extras = MESSENGER.default_fields(talk.access)
    for fields in (core, core + extras):
        _, outcome = talk.call(MESSENGER.subscribe_request(talk.access, fields))
        assert isinstance(outcome, Accepted)
        response, _ = talk.call(MESSENGER.subscriptions_request(talk.access))
        assert set(MESSENGER.read_subscriptions(talk.access, response)) == set(fields)
    assert isinstance(talk.call(MESSENGER.unsubscribe_request(talk.access))[1], Accepted)
    response, _ = talk.call(MESSENGER.subscriptions_request(talk.access))
    assert MESSENGER.read_subscriptions(talk.access, response) == ()


def test_a_utility_template_is_made_listed_and_sent(talk: Talk) -> None:
    context = talk.context()
    body = "Your order {{1}} has left our shop and is on its way to you now."
    definition: dict[str, Any] = {
        "name": "order_update",
        "language": "en",
        "components": [{"type": "BODY", "text": body}],
    }
    response, outcome = talk.call(MESSENGER.create_template_request(talk.access, definition))
    assert isinstance(outcome, Accepted), response.body
    response, _ = talk.call(MESSENGER.list_templates_request(talk.access, None))
    (made,), cursor = MESSENGER.read_templates(response)
    assert (made.name, made.status, cursor) == ("order_update", "APPROVED", None)
    use = TemplateUse(
        name="order_update",
        language="en",
        components=({"type": "body", "parameters": [{"type": "text", "text": "566701"}]},),
    )
    assert isinstance(talk.send(message(K.TEMPLATE, template=use), context), Accepted)


def test_the_profile_is_set_and_removed(talk: Talk) -> None:
    _, outcome = talk.call(MESSENGER.profile_settings_request(talk.access, SETTINGS))
    assert isinstance(outcome, Accepted), outcome
    _, outcome = talk.call(MESSENGER.profile_settings_request(talk.access, {"persistent_menu": None}))
    assert isinstance(outcome, Accepted), outcome
