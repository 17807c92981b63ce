"""Instagram's connector against the sandbox, which reads Meta's documentation on its own: whole exchanges."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import httpx
import pytest

from hubbub.connectors.base import MediaReady, MediaSource, RawRequest, Secrets
from hubbub.connectors.events import (
    CommentReceived,
    InboundEvent,
    MalformedEvent,
    MessageEchoed,
    MessageReceived,
    ReadUpTo,
    UnknownEvent,
)
from hubbub.connectors.instagram.connector import InstagramConnector
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
    SendContext,
)
from hubbub.connectors.outcomes import Accepted, ChannelEffect, ErrorCode, Outcome, Rejected, RetryLater
from sandbox.server import run_in_thread
from tests.connectors.instagram_values import message
from tests.sandbox.fakehub import FakeHub

INSTAGRAM = InstagramConnector()
APP, SECRET, PAGE = "900000000000001", "app-secret", "100000000000001"
ACCOUNTS = {"page": "17840000000000001", "instagram_login": "17840000000000002"}
TOKENS = {"page": "page-token", "instagram_login": "ig-user-token"}
HOSTS = {"page": "graph", "instagram_login": "instagram"}
JPEG = b"\xff\xd8\xff\xe0" + b"0" * 100


@dataclass
class Talk:
    """A customer on the sandbox's phone, and our connector at the other end."""

    hub: FakeHub
    http: httpx.Client
    access: ChannelAccess

    @property
    def account(self) -> str:
        return self.access.external_id

    def act(self, action: str, **more: Any) -> list[InboundEvent]:
        """What the customer's act makes the connector hear, signature checked."""
        before = len(self.hub.received)
        body = {"platform": "instagram", "account": self.account, "from": "Mali", "action": action, **more}
        answer = self.http.post("/_sandbox/act", json=body)
        assert answer.status_code == 200, answer.text
        self.hub.wait_for(lambda: len(self.hub.received) > before)
        return self.hear(before)

    def hear(self, position: int) -> list[InboundEvent]:
        path, headers, body = self.hub.received[position]
        request = RawRequest(method="POST", path=path, query={}, headers=headers, body=body)
        INSTAGRAM.verify(request, Secrets(signing=(SECRET.encode(),)))
        assert INSTAGRAM.addresses(body) == (self.account,)
        return INSTAGRAM.parse(body)

    def say(self, **more: Any) -> MessageReceived:
        (event,) = self.act("message", **{"text": "hello", **more})
        assert isinstance(event, MessageReceived)
        return event

    def context(self) -> SendContext:
        return SendContext(access=self.access, recipient_external_id=self.say().sender.external_id)

    def ask(self, request: ApiRequest | None) -> ApiResponse:
        assert request is not None
        files = {
            part.name: (part.file_name, part.content, part.content_type) for part in request.files if part.file_name
        }
        form = {part.name: part.content.decode() for part in request.files if not part.file_name}
        told = self.http.request(
            request.method,
            request.url,
            headers=request.headers,
            content=request.body,
            files=files or None,
            data=form or None,
        )
        headers = {name.lower(): value for name, value in told.headers.items()}
        return ApiResponse(status=told.status_code, headers=headers, body=told.content)

    def call(self, request: ApiRequest | None) -> Outcome:
        assert request is not None
        return INSTAGRAM.read_response(request, self.ask(request))

    def put(self, path: str, value: Any) -> None:
        answer = self.http.put(f"/_sandbox{path}", json=value)
        assert answer.status_code == 200, answer.text


@pytest.fixture(scope="module")
def running() -> Iterator[tuple[FakeHub, str]]:
    hub = FakeHub()
    sandbox = run_in_thread(hub.url)
    yield hub, sandbox.url
    sandbox.stop()
    hub.close()


@pytest.fixture(params=["page", "instagram_login"])
def flavour(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def talk(running: tuple[FakeHub, str], flavour: str) -> Iterator[Talk]:
    hub, url = running
    access = ChannelAccess(
        external_id=ACCOUNTS[flavour],
        parent_external_id=PAGE if flavour == "page" else "",
        credentials=Credentials(
            values={"access_token": TOKENS[flavour], "app_secret": SECRET, "app_id": APP, "flavour": flavour}
        ),
        base_url=f"{url}/{HOSTS[flavour]}",
        api_version="v26.0",
    )
    with httpx.Client(base_url=url, timeout=10, trust_env=False) as http:
        found = Talk(hub, http, access)
        _set_up(found)
        yield found


def _set_up(talk: Talk) -> None:
    talk.http.delete("/_sandbox/faults")
    talk.http.delete("/_sandbox/state")
    talk.hub.received.clear()
    talk.hub.files.clear()
    talk.put("/clock", {"offset": 0})
    talk.put("/settings", {"auto_read": False, "callbacks": True, "limits": True, "origins": {}})
    talk.put(f"/apps/{APP}", {"app_secret": SECRET, "verify_token": talk.hub.verify_token})
    talk.put(f"/accounts/facebook/{PAGE}", {"name": "Shop", "access_token": TOKENS["page"], "app_id": APP})
    for kind, account in ACCOUNTS.items():
        more = {"page_id": PAGE} if kind == "page" else {"flavour": "login"}
        body = {"name": "Shop IG", "username": "shop", "access_token": TOKENS[kind], "app_id": APP, **more}
        talk.put(f"/accounts/instagram/{account}", body)


ACTS: list[tuple[str, dict[str, Any]]] = [
    ("message", {"text": "hello"}),
    *((kind, {}) for kind in ("image", "video", "audio", "file", "sticker", "story_mention")),
    *(
        ("message", {"type": kind})
        for kind in ("reel", "ig_reel", "ig_post", "share", "ephemeral", "unsupported", "product")
    ),
    ("story_reply", {"text": "Love it"}),
    ("quick_reply", {"payload": "P"}),
    ("postback", {"payload": "P"}),
    ("referral", {}),
    ("opt_in", {}),
    ("comment", {"text": "How much?"}),
    ("comment", {"text": "How much?", "is_live": True}),
    ("inbox_reply", {"text": "A colleague answers"}),
    ("pass_thread", {}),
    ("take_thread", {}),
    ("request_thread", {}),
    ("field", {"field": "mentions", "value": {"media_id": "1", "comment_id": "2"}}),
]


@pytest.mark.parametrize(("action", "more"), ACTS)
def test_every_act_of_a_customer_is_understood(talk: Talk, action: str, more: dict[str, Any]) -> None:
    events = talk.act(action, **more)
    assert events
    assert not [event for event in events if isinstance(event, MalformedEvent | UnknownEvent)]
    assert {event.address for event in events} == {talk.account}


@pytest.mark.parametrize("action", ["edit", "unsend"])
def test_edits_and_unsends_name_the_message_that_they_change(talk: Talk, action: str) -> None:
    said = talk.say()
    (changed,) = talk.act(action, text="hello again")
    assert getattr(changed, "external_id", "") == said.external_id


SENDABLE: dict[str, tuple[OutboundKind, dict[str, Any]]] = {
    "a text": (OutboundKind.TEXT, {"text": "Hello"}),
    "333 Thai letters": (OutboundKind.TEXT, {"text": "ก" * 333}),
    "quick replies": (
        OutboundKind.TEXT,
        {
            "text": "Which?",
            "quick_replies": (Button(type=ButtonType.POSTBACK, title="Red"), Button(type=ButtonType.SHARE_PHONE)),
        },
    ),
    "buttons": (
        OutboundKind.TEXT,
        {
            "text": "What next?",
            "buttons": (
                Button(type=ButtonType.URL, title="Shop", url="https://shop.test"),
                Button(type=ButtonType.POSTBACK, title="Buy", payload="B"),
            ),
        },
    ),
    "cards": (OutboundKind.CARDS, {"cards": (Card(title="Bag", subtitle="990 THB", default_url="https://shop.test"),)}),
    "a picture": (OutboundKind.MEDIA, {"media": (Media(type="image", url="https://shop.test/a.jpg"),)}),
    "ten pictures": (OutboundKind.MEDIA, {"media": (Media(type="image", url="https://shop.test/a.jpg"),) * 10}),
    "a PDF": (OutboundKind.MEDIA, {"media": (Media(type="file", url="https://shop.test/a.pdf"),)}),
    "a post": (OutboundKind.MEDIA, {"media": (Media(type="post", handle="17900000000000007"),)}),
    "a heart": (OutboundKind.STICKER, {}),
    "a product": (
        OutboundKind.NATIVE,
        {
            "native": {
                "attachment": {
                    "type": "template",
                    "payload": {"template_type": "product", "elements": [{"id": "1"}]},
                }
            }
        },
    ),
}


@pytest.mark.parametrize("case", SENDABLE)
def test_everything_that_we_render_is_taken(talk: Talk, case: str) -> None:
    kind, content = SENDABLE[case]
    outcome = talk.call(INSTAGRAM.render(message(kind, **content), talk.context()))
    assert isinstance(outcome, Accepted), outcome
    assert len(outcome.external_ids) == 1


def test_a_send_comes_back_as_an_echo_under_the_same_id(talk: Talk) -> None:
    context = talk.context()
    before = len(talk.hub.received)
    outcome = talk.call(INSTAGRAM.render(message(OutboundKind.TEXT, text="Hello"), context))
    assert isinstance(outcome, Accepted)
    talk.hub.wait_for(lambda: len(talk.hub.received) > before)
    (echo,) = talk.hear(before)
    assert isinstance(echo, MessageEchoed)
    assert (echo.external_id,) == outcome.external_ids
    assert (echo.content.text, echo.metadata) == ("Hello", None)


def test_seen_names_our_last_message(talk: Talk) -> None:
    outcome = talk.call(INSTAGRAM.render(message(OutboundKind.TEXT, text="Hello"), talk.context()))
    assert isinstance(outcome, Accepted)
    talk.hub.wait_for(lambda: len(talk.hub.received) == 2)
    (event,) = talk.act("read")
    assert isinstance(event, ReadUpTo)
    assert event.external_id == outcome.external_ids[0]


def test_a_message_is_quoted(talk: Talk) -> None:
    said = talk.say()
    context = SendContext(access=talk.access, recipient_external_id=said.sender.external_id)
    quoting = message(OutboundKind.TEXT, text="Yes", reply_to_external_id=said.external_id)
    assert isinstance(talk.call(INSTAGRAM.render(quoting, context)), Accepted)


@pytest.mark.parametrize("emoji", ["❤️", "😀", ""])
def test_a_message_is_reacted_to(talk: Talk, emoji: str) -> None:
    said = talk.say()
    context = SendContext(access=talk.access, recipient_external_id=said.sender.external_id)
    reaction = message(OutboundKind.REACTION, reaction_to_external_id=said.external_id, reaction_emoji=emoji)
    assert isinstance(talk.call(INSTAGRAM.render(reaction, context)), Accepted)


def test_typing_and_seen_are_shown(talk: Talk) -> None:
    context = talk.context()
    for request in (
        INSTAGRAM.typing_request(context, None, is_on=True),
        INSTAGRAM.typing_request(context, None, is_on=False),
        INSTAGRAM.mark_read_request(context, None, None),
    ):
        assert isinstance(talk.call(request), Accepted)


def test_a_comment_is_answered_in_public_and_once_in_private(talk: Talk) -> None:
    (comment,) = talk.act("comment", text="How much?")
    assert isinstance(comment, CommentReceived)
    context = SendContext(access=talk.access, recipient_external_id=comment.sender.external_id)

    def answer(kind: OutboundKind) -> Outcome:
        return talk.call(INSTAGRAM.render(message(kind, comment_external_id=comment.external_id, text="990"), context))

    before = len(talk.hub.received)
    assert isinstance(answer(OutboundKind.COMMENT_REPLY), Accepted)
    talk.hub.wait_for(lambda: len(talk.hub.received) > before)
    (own,) = talk.hear(before)
    assert isinstance(own, CommentReceived)
    assert own.is_ours
    assert own.thread.key == comment.thread.key
    assert isinstance(answer(OutboundKind.PRIVATE_REPLY), Accepted)
    again = answer(OutboundKind.PRIVATE_REPLY)
    assert isinstance(again, Rejected)
    assert again.sentence.endswith("Answer it in public.")


@pytest.mark.parametrize("action", ["hide", "unhide", "delete"])
def test_a_comment_is_moderated(talk: Talk, action: str) -> None:
    (comment,) = talk.act("comment", text="spam")
    assert isinstance(comment, CommentReceived)
    assert isinstance(talk.call(INSTAGRAM.moderate_request(talk.access, comment.external_id, action)), Accepted)


def test_a_file_is_uploaded_once_and_sent_by_its_handle(talk: Talk) -> None:
    context = talk.context()
    file = FilePart(name="file", file_name="ภาพ.jpg", content_type="image/jpeg", content=JPEG)
    uploaded = INSTAGRAM.read_upload(talk.ask(INSTAGRAM.upload_request(talk.access, file, "image")))
    assert isinstance(uploaded, Accepted)
    assert uploaded.attachment_id
    picture = message(OutboundKind.MEDIA, media=(Media(type="image", handle=uploaded.attachment_id),))
    assert isinstance(talk.call(INSTAGRAM.render(picture, context)), Accepted)


def test_what_the_customer_sends_can_be_fetched(talk: Talk) -> None:
    (event,) = talk.act("image")
    assert isinstance(event, MessageReceived)
    (part,) = event.content.attachments
    found = INSTAGRAM.read_location(talk.access, MediaSource(external_id=None, url=part.url, type="image"), None)
    assert isinstance(found, MediaReady)
    assert talk.ask(found.request).body


def test_the_customers_profile_is_told(talk: Talk) -> None:
    said = talk.say()
    request = INSTAGRAM.profile_request(talk.access, said.sender.external_id, thread_type="private", thread_key="")
    profile = INSTAGRAM.read_profile(talk.ask(request))
    assert profile is not None
    assert profile.name == "Mali"


def test_a_mere_commenters_profile_is_not(talk: Talk) -> None:
    (comment,) = talk.act("comment", text="hi", **{"from": "Lan"})
    assert isinstance(comment, CommentReceived)
    request = INSTAGRAM.profile_request(talk.access, comment.sender.external_id, thread_type="public", thread_key="")
    assert INSTAGRAM.read_profile(talk.ask(request)) is None


def test_the_account_tells_who_it_is(talk: Talk) -> None:
    info = INSTAGRAM.read_account(talk.access, talk.ask(INSTAGRAM.account_request(talk.access)))
    assert (info.external_id, info.username) == (talk.account, "shop")


def test_the_account_is_subscribed_and_read_back(talk: Talk) -> None:
    core, extras = INSTAGRAM.default_fields(talk.access)
    assert isinstance(talk.call(INSTAGRAM.subscribe_request(talk.access, [*core, *extras])), Accepted)
    found = INSTAGRAM.read_subscriptions(talk.access, talk.ask(INSTAGRAM.subscriptions_request(talk.access)))
    assert set(found) == {*core, *extras}
    assert isinstance(talk.call(INSTAGRAM.unsubscribe_request(talk.access)), Accepted)
    assert INSTAGRAM.read_subscriptions(talk.access, talk.ask(INSTAGRAM.subscriptions_request(talk.access))) == ()


def test_ice_breakers_and_menu_are_set_and_taken_away(talk: Talk) -> None:
    menu: list[Any] = [{"type": "web_url", "title": "Shop", "url": "https://shop.test"}]
    settings: dict[str, Any] = {"ice_breakers": [{"question": "Hours?", "payload": "H"}], "persistent_menu": menu}
    assert isinstance(talk.call(INSTAGRAM.profile_settings_request(talk.access, settings)), Accepted)
    gone = INSTAGRAM.profile_settings_request(talk.access, {"ice_breakers": None})
    assert isinstance(talk.call(gone), Accepted)


@pytest.mark.parametrize("flavour", ["page"], indirect=True)
def test_a_thread_changes_hands(talk: Talk, flavour: str) -> None:
    context = talk.context()

    def control(action: str, **more: Any) -> Outcome:
        given = {"target_app_id": None, "metadata": None, "seconds": None, **more}
        return talk.call(INSTAGRAM.thread_control_request(context, action, **given))

    assert isinstance(control("pass", target_app_id="instagram_inbox"), Accepted)
    assert isinstance(control("owner"), Accepted)
    refused = control("release")
    assert isinstance(refused, Rejected)
    assert refused.code is ErrorCode.THREAD_NOT_OURS


def test_after_a_day_only_a_person_may_answer(talk: Talk) -> None:
    context = talk.context()
    talk.put("/clock", {"advance": 2 * 86400})
    late = talk.call(INSTAGRAM.render(message(OutboundKind.TEXT, text="Hello"), context))
    assert isinstance(late, Rejected)
    assert late.code is ErrorCode.WINDOW_CLOSED
    tagged = message(OutboundKind.TEXT, text="Hello", tag="human_agent")
    assert isinstance(talk.call(INSTAGRAM.render(tagged, context)), Accepted)


def test_an_owner_who_switches_messages_off_holds_the_queue(talk: Talk) -> None:
    context = talk.context()
    talk.put(f"/accounts/instagram/{talk.account}", {"allows_access": False})
    outcome = talk.call(INSTAGRAM.render(message(OutboundKind.TEXT, text="Hello"), context))
    assert isinstance(outcome, Rejected)
    assert outcome.channel_effect is ChannelEffect.NEEDS_RECONNECT


FAULTS: list[tuple[str, type[Any], ErrorCode]] = [
    ("429", RetryLater, ErrorCode.THROTTLED),
    ("quota", RetryLater, ErrorCode.THROTTLED),
    ("token_revoked", Rejected, ErrorCode.CREDENTIALS_INVALID),
    ("500", RetryLater, ErrorCode.PROVIDER_DOWN),
    ("error:100/2534029", Rejected, ErrorCode.ACCOUNT_RESTRICTED),
    ("error:10/2534077", Rejected, ErrorCode.CREDENTIALS_INVALID),
    ("error:100/2534014", Rejected, ErrorCode.RECIPIENT_UNKNOWN),
]


@pytest.mark.parametrize(("fault", "kind", "code"), FAULTS)
def test_misbehaviour_is_read_for_what_it_is(talk: Talk, fault: str, kind: type[Any], code: ErrorCode) -> None:
    context = talk.context()
    talk.put("/faults", [{"fault": fault, "match": {"sends": True}}])
    outcome = talk.call(INSTAGRAM.render(message(OutboundKind.TEXT, text="Hello"), context))
    assert isinstance(outcome, kind), outcome
    assert outcome.code is code


def test_a_wrong_proof_or_token_is_refused(talk: Talk) -> None:
    context = talk.context()
    values = {**talk.access.credentials.values, "app_secret": "wrong"}
    wrong = replace(talk.access, credentials=Credentials(values=values))
    outcome = talk.call(INSTAGRAM.render(message(OutboundKind.TEXT, text="Hello"), replace(context, access=wrong)))
    assert isinstance(outcome, Rejected)
