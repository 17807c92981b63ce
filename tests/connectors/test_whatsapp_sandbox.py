"""WhatsApp's connector against the sandbox, which reads the documentation on its own, over loopback."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import httpx
import pytest

from hubbub.connectors.base import MediaReady, MediaSource, RawRequest, Secrets
from hubbub.connectors.events import (
    DeliveryStatus,
    DeliveryUpdated,
    IdentityChanged,
    InboundEvent,
    MalformedEvent,
    MessageEchoed,
    MessageReceived,
    OptInChanged,
    ReactionChanged,
    TemplateStatusChanged,
    UnknownEvent,
)
from hubbub.connectors.messages import (
    ApiRequest,
    ApiResponse,
    Button,
    ButtonType,
    ChannelAccess,
    Credentials,
    FilePart,
    Media,
    OutboundKind,
    OutboundMessage,
    SendContext,
    TemplateUse,
)
from hubbub.connectors.outcomes import Accepted, ErrorCode, Outcome, Rejected
from sandbox.samples import SAMPLES as FILES
from sandbox.server import run_in_thread
from tests.connectors.test_whatsapp_render import CONTENTS, NATIVES
from tests.connectors.whatsapp_values import OUR_ID, WHATSAPP, message, replies, text
from tests.sandbox.fakehub import FakeHub

NUMBER, WABA, APP = "300000000000001", "400000000000001", "900000000000001"
TEMPLATES = [
    {
        "name": "order_update",
        "language": "th",
        "parameter_format": "NAMED",
        "components": [
            {"type": "HEADER", "format": "TEXT", "text": "Order {{number}}"},
            {"type": "BODY", "text": "Dear {{first_name}}, it is on its way."},
            {
                "type": "BUTTONS",
                "buttons": [
                    {"type": "URL", "text": "Track", "url": "https://example.com/{{1}}"},
                    {"type": "QUICK_REPLY", "text": "Thanks"},
                ],
            },
        ],
    },
    {"name": "login_code", "language": "en_US", "category": "AUTHENTICATION"},
]


@dataclass
class Talk:
    """A customer on the sandbox's phone, and our connector at the other end."""

    hub: FakeHub
    http: httpx.Client
    access: ChannelAccess

    def put(self, path: str, **data: Any) -> None:
        told = self.http.put(f"/_sandbox/{path}", json=data)
        assert told.status_code == 200, told.text

    def quiet(self) -> None:
        """Until no webhook is under way any more."""
        self.hub.wait_for(lambda: self.http.get("/_sandbox/health").json()["waiting"] == 0)

    def act(self, action: str, **more: Any) -> list[InboundEvent]:
        """What the customer's act makes the connector hear, signature checked."""
        self.quiet()
        before = len(self.hub.received)
        told = self.http.post("/_sandbox/act", json={"platform": "whatsapp", "from": "Mali", "action": action, **more})
        assert told.status_code == 200, told.text
        self.hub.wait_for(lambda: len(self.hub.received) > before)
        return self.heard(self.hub.received[-1])

    def heard(self, delivery: tuple[str, dict[str, str], bytes]) -> list[InboundEvent]:
        path, headers, body = delivery
        request = RawRequest(method="POST", path=path, query={}, headers=headers, body=body)
        WHATSAPP.verify(request, Secrets(signing=(b"app-secret",)))
        assert {NUMBER, WABA} & set(WHATSAPP.addresses(body))
        return WHATSAPP.parse(body)

    def wait_for(self, kind: type[InboundEvent], **wanted: Any) -> InboundEvent:
        """The first event of that kind with these fields that has come or comes."""

        def found() -> InboundEvent | None:
            heard = (event for delivery in [*self.hub.received] for event in self.heard(delivery))
            fitting = (event for event in heard if isinstance(event, kind))
            return next((one for one in fitting if all(getattr(one, k) == v for k, v in wanted.items())), None)

        event: InboundEvent = self.hub.wait_for(found)
        return event

    def say(self, **more: Any) -> MessageReceived:
        (event,) = self.act("message", **{"text": "hello", **more})
        assert isinstance(event, MessageReceived)
        return event

    def context(self) -> SendContext:
        sender = self.say().sender
        return SendContext(
            access=self.access, recipient_external_id=sender.external_id, recipient_aliases=sender.aliases
        )

    def call(self, request: ApiRequest | None) -> tuple[ApiResponse, Outcome]:
        assert request is not None
        form = {part.name: part.content.decode() for part in request.files if not part.file_name}
        files = {one.name: (one.file_name, one.content, one.content_type) for one in request.files if one.file_name}
        told = self.http.request(
            request.method,
            request.url,
            headers=request.headers,
            content=request.body,
            data=form or None,
            files=files or None,
        )
        headers = {name.lower(): value for name, value in told.headers.items()}
        response = ApiResponse(status=told.status_code, headers=headers, body=told.content)
        return response, WHATSAPP.read_response(request, response)

    def send(self, outbound: OutboundMessage, context: SendContext) -> Outcome:
        return self.call(WHATSAPP.render(outbound, context))[1]

    def upload(self, mime_type: str, name: str) -> str:
        file = FilePart(name="file", file_name=name, content_type=mime_type, content=FILES[mime_type])
        found = WHATSAPP.read_upload(self.call(WHATSAPP.upload_request(self.access, file, "file"))[0])
        assert isinstance(found, Accepted)
        assert found.attachment_id
        return found.attachment_id


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
        external_id=NUMBER,
        parent_external_id=WABA,
        credentials=Credentials(values={"access_token": "wa-token", "app_secret": "app-secret", "app_id": APP}),
        base_url=f"{url}/graph",
        api_version="v26.0",
    )
    with httpx.Client(base_url=url, timeout=10, trust_env=False) as http:
        http.delete("/_sandbox/state")
        talk = Talk(hub, http, access)
        talk.put(f"apps/{APP}", app_secret="app-secret", verify_token=hub.verify_token)
        talk.put(
            f"accounts/whatsapp/{NUMBER}",
            name="Shop",
            access_token="wa-token",
            app_id=APP,
            waba_id=WABA,
            templates=TEMPLATES,
        )
        yield talk
        talk.quiet()


# --- What customers do ------------------------------------------------------------------------------------------------

ACTS: list[tuple[str, dict[str, Any]]] = [
    ("message", {"text": "hello"}),
    *((kind, {}) for kind in ("image", "video", "audio", "document", "sticker", "location", "contacts", "order")),
    ("audio", {"voice": True}),
    ("message", {"type": "unsupported", "kind": "poll_creation"}),
    ("message", {"text": "hi", "context": {"forwarded": True}}),
    ("message", {"text": "hi", "referral": {"source_type": "ad", "source_id": "1", "headline": "h"}}),
    ("message", {"text": "hi", "group_id": "G1"}),
    ("stop_marketing", {}),
    ("resume_marketing", {}),
    ("change_number", {"to": "66899998888"}),
    ("change_user_id", {}),
    ("app_echo", {"text": "from the app"}),
    ("field", {"field": "account_review_update", "value": {"decision": "APPROVED"}}),
]


@pytest.mark.parametrize(("action", "more"), ACTS)
def test_an_act_of_a_customer_is_understood(talk: Talk, action: str, more: dict[str, Any]) -> None:
    events = talk.act(action, **more)
    assert events
    assert not [event for event in events if isinstance(event, MalformedEvent | UnknownEvent)]


def test_whoever_hides_the_number_is_known_by_the_bsuid_and_answered_there(talk: Talk) -> None:
    known = talk.say().sender
    talk.put(f"customers/whatsapp/{NUMBER}/Mali", hides_phone=True)
    hidden = talk.say().sender
    assert (hidden.external_id, hidden.aliases, hidden.phone) == (known.external_id, (), None)
    context = SendContext(access=talk.access, recipient_external_id=hidden.external_id)
    outcome = talk.send(text("Hello"), context)
    assert isinstance(outcome, Accepted)
    assert outcome.recipient_ids == (hidden.external_id,)


def test_a_new_number_is_tied_to_the_old_one(talk: Talk) -> None:
    before = talk.say().sender
    (event,) = talk.act("change_number", to="66899998888")
    assert isinstance(event, IdentityChanged)
    assert set(event.previous_ids) >= {before.external_id, *before.aliases}
    assert "66899998888" in event.current.aliases


def test_marketing_is_stopped(talk: Talk) -> None:
    (event,) = talk.act("stop_marketing")
    assert isinstance(event, OptInChanged)
    assert (event.topic, event.is_opted_in) == ("marketing_messages", False)


def test_a_message_of_the_app_is_an_echo(talk: Talk) -> None:
    (event,) = talk.act("app_echo", text="from the app")
    assert isinstance(event, MessageEchoed)
    assert event.content.text == "from the app"


@pytest.mark.parametrize("action", ["edit", "unsend"])
def test_a_coexistence_number_tells_edits_and_revokes(talk: Talk, action: str) -> None:
    talk.put(f"accounts/whatsapp/{NUMBER}", is_coexistence=True)
    said = talk.say()
    (event,) = talk.act(action, text="hello again")
    assert event.kind == {"edit": "message_edited", "unsend": "message_unsent"}[action]
    assert getattr(event, "external_id", None) == said.external_id


# --- What we send -----------------------------------------------------------------------------------------------------


def test_a_text_goes_out_and_its_statuses_name_our_message(talk: Talk) -> None:
    context = talk.context()
    outcome = talk.send(text("Hello"), context)
    assert isinstance(outcome, Accepted)
    assert outcome.recipient_ids == context.recipient_aliases
    for status in (DeliveryStatus.SENT, DeliveryStatus.DELIVERED):
        event = talk.wait_for(DeliveryUpdated, status=status)
        assert isinstance(event, DeliveryUpdated)
        assert (event.external_ids, event.callback_data) == (outcome.external_ids, OUR_ID)
        assert event.recipient is not None
        assert event.recipient.external_id == context.recipient_external_id


@pytest.mark.parametrize("action", ["read", "play"])
def test_what_the_customer_read_or_heard_is_read(talk: Talk, action: str) -> None:
    talk.send(text("Hello"), talk.context())
    talk.wait_for(DeliveryUpdated, status=DeliveryStatus.DELIVERED)
    assert [getattr(event, "status", None) for event in talk.act(action)] == [DeliveryStatus.READ]


def test_a_failure_after_the_call_has_a_sentence(talk: Talk) -> None:
    talk.send(text("Hello"), talk.context())
    talk.wait_for(DeliveryUpdated, status=DeliveryStatus.DELIVERED)
    (event,) = talk.act("fail", code=131049)
    assert isinstance(event, DeliveryUpdated)
    assert (event.error_code, event.platform_code) == (ErrorCode.QUOTA_EXHAUSTED, "131049")
    assert (event.sentence or "").endswith(".")


WITHOUT_FILES = {name: outbound for name, (outbound, _) in CONTENTS.items() if not outbound.media}


@pytest.mark.parametrize("name", [*WITHOUT_FILES, *NATIVES])
def test_what_we_render_is_accepted(talk: Talk, name: str) -> None:
    said = talk.say()
    outbound = WITHOUT_FILES.get(name) or NATIVES[name]
    if outbound.reaction_to_external_id:
        outbound = replace(outbound, reaction_to_external_id=said.external_id)
    context = SendContext(access=talk.access, recipient_external_id=said.sender.external_id)
    outcome = talk.send(outbound, context)
    assert isinstance(outcome, Accepted), outcome


def test_the_limits_are_met_exactly(talk: Talk) -> None:
    """At each limit the platform still takes it, so that we refuse nothing that would pass."""
    context = talk.context()
    widest = tuple(
        replace(one, title=f"{at}{'x' * 19}", payload=f"{at}{'y' * 199}") for at, one in enumerate(replies(3))
    )
    for outbound in (
        text("ก" * 4096),
        text("x" * 1024, buttons=widest, header="h" * 60, footer="f" * 60),
        text("x" * 4096, quick_replies=replies(10)),
    ):
        outcome = talk.send(outbound, context)
        assert isinstance(outcome, Accepted), outcome


UPLOADS = [
    (Media(type="image"), "image/jpeg", "a caption"),
    (Media(type="image"), "image/png", None),
    (Media(type="video"), "video/mp4", "a caption"),
    (Media(type="audio"), "audio/mpeg", None),
    (Media(type="audio", is_voice=True), "audio/ogg", None),
    (Media(type="file", file_name="a.pdf"), "application/pdf", "a caption"),
    (Media(type="sticker"), "image/webp", None),
]


@pytest.mark.parametrize(("media", "mime_type", "caption"), [row for row in UPLOADS if row[1] in FILES])
def test_an_uploaded_file_goes_out_by_its_id(talk: Talk, media: Media, mime_type: str, caption: str | None) -> None:
    context = talk.context()
    handle = talk.upload(mime_type, "a")
    outbound = message(OutboundKind.MEDIA, media=(replace(media, handle=handle, mime_type=mime_type),), text=caption)
    assert isinstance(talk.send(outbound, context), Accepted)


def test_buttons_stand_below_an_uploaded_picture(talk: Talk) -> None:
    context = talk.context()
    picture = Media(type="image", handle=talk.upload("image/png", "a.png"))
    outbound = message(OutboundKind.MEDIA, media=(picture,), text="Which?", buttons=replies(3))
    assert isinstance(talk.send(outbound, context), Accepted)


def test_a_file_that_came_is_downloaded_by_its_url_and_by_its_id(talk: Talk) -> None:
    (event,) = talk.act("image")
    assert isinstance(event, MessageReceived)
    (part,) = event.content.attachments
    for source in (
        MediaSource(external_id=part.external_id, url=part.url, type="image"),
        MediaSource(external_id=part.external_id, url=None, type="image"),
    ):
        asked = WHATSAPP.locate_request(talk.access, source)
        located = WHATSAPP.read_location(talk.access, source, talk.call(asked)[0] if asked else None)
        assert isinstance(located, MediaReady)
        response, _ = talk.call(located.request)
        assert response.status == 200
        assert response.headers["content-type"] == part.mime_type


def test_a_tap_comes_back_with_the_payload_and_quotes_the_question(talk: Talk) -> None:
    outcome = talk.send(text("Which?", buttons=replies(2)), talk.context())
    assert isinstance(outcome, Accepted)
    (event,) = talk.act("tap", label="Choice 1")
    assert isinstance(event, MessageReceived)
    assert (event.content.text, event.content.postback_payload) == ("Choice 1", "c1")
    assert event.content.reply_to_external_id == outcome.external_ids[0]


def test_a_row_of_a_list_comes_back(talk: Talk) -> None:
    talk.send(text("Which?", quick_replies=replies(5)), talk.context())
    (event,) = talk.act("tap", label="Choice 4")
    assert isinstance(event, MessageReceived)
    assert event.content.postback_payload == "c4"


def test_reactions_go_both_ways(talk: Talk) -> None:
    said = talk.say()
    context = SendContext(access=talk.access, recipient_external_id=said.sender.external_id)
    for emoji in ("👍", ""):
        reaction = message(OutboundKind.REACTION, reaction_to_external_id=said.external_id, reaction_emoji=emoji)
        assert isinstance(talk.send(reaction, context), Accepted)
    sent = talk.send(text("Hello"), context)
    assert isinstance(sent, Accepted)
    (event,) = talk.act("react", emoji="🎉")
    assert isinstance(event, ReactionChanged)
    assert (event.external_id, event.emoji) == (sent.external_ids[0], "🎉")


def test_reading_and_typing_are_taken(talk: Talk) -> None:
    said = talk.say()
    context = SendContext(access=talk.access, recipient_external_id=said.sender.external_id)
    for request in (
        WHATSAPP.mark_read_request(context, said.external_id, None),
        WHATSAPP.typing_request(context, said.external_id, is_on=True),
    ):
        assert isinstance(talk.call(request)[1], Accepted)


ORDER_UPDATE = TemplateUse(
    name="order_update",
    language="th",
    components=(
        {"type": "header", "parameters": [{"type": "text", "parameter_name": "number", "text": "42"}]},
        {"type": "body", "parameters": [{"type": "text", "parameter_name": "first_name", "text": "Mali"}]},
        {"type": "button", "sub_type": "url", "index": "0", "parameters": [{"type": "text", "text": "42"}]},
        {
            "type": "button",
            "sub_type": "quick_reply",
            "index": "1",
            "parameters": [{"type": "payload", "payload": "T"}],
        },
    ),
)


def test_after_a_day_only_a_template_goes_out(talk: Talk) -> None:
    context = talk.context()
    talk.put("clock", advance=25 * 3600)
    late = talk.send(text("Hello"), context)
    outcome = talk.send(message(OutboundKind.TEMPLATE, template=ORDER_UPDATE), context)
    talk.put("clock", offset=0)
    assert isinstance(late, Rejected)
    assert late.code is ErrorCode.WINDOW_CLOSED
    assert isinstance(outcome, Accepted), outcome


def test_a_template_that_does_not_exist_is_refused(talk: Talk) -> None:
    outbound = message(OutboundKind.TEMPLATE, template=replace(ORDER_UPDATE, language="en_US"))
    outcome = talk.send(outbound, talk.context())
    assert isinstance(outcome, Rejected)
    assert outcome.code is ErrorCode.TEMPLATE_REFUSED


def test_templates_are_listed_and_created(talk: Talk) -> None:
    talk.say()
    listed, cursor = WHATSAPP.read_templates(talk.call(WHATSAPP.list_templates_request(talk.access, None))[0])
    assert {(one.name, one.language) for one in listed} == {("order_update", "th"), ("login_code", "en_US")}
    assert cursor is None
    definition: dict[str, Any] = {
        "name": "welcome",
        "language": "en_US",
        "category": "UTILITY",
        "components": [{"type": "BODY", "text": "Welcome to our shop!"}],
    }
    response, outcome = talk.call(WHATSAPP.create_template_request(talk.access, definition))
    assert isinstance(outcome, Accepted), response.body
    changed = talk.wait_for(TemplateStatusChanged)
    assert isinstance(changed, TemplateStatusChanged)
    assert (changed.name, changed.change, changed.address) == ("welcome", "status", WABA)


# --- Our account ------------------------------------------------------------------------------------------------------


def test_the_number_and_its_subscription_are_read(talk: Talk) -> None:
    info = WHATSAPP.read_account(talk.access, talk.call(WHATSAPP.account_request(talk.access))[0])
    assert (info.external_id, info.name) == (NUMBER, "Shop")
    core, _ = WHATSAPP.default_fields(talk.access)
    for request, expected in (
        (WHATSAPP.subscribe_request(talk.access, core), core),
        (WHATSAPP.unsubscribe_request(talk.access), ()),
    ):
        assert isinstance(talk.call(request)[1], Accepted)
        told = talk.call(WHATSAPP.subscriptions_request(talk.access))[0]
        assert WHATSAPP.read_subscriptions(talk.access, told) == expected


def test_a_withdrawn_token_asks_for_reconnection(talk: Talk) -> None:
    context = talk.context()
    talk.put("tokens/wa-token", subcode=460)
    outcome = talk.send(text("Hello"), context)
    talk.put("tokens/wa-token", subcode=None)
    assert isinstance(outcome, Rejected)
    assert outcome.code is ErrorCode.CREDENTIALS_INVALID


def test_a_request_for_the_place_or_number_is_accepted(talk: Talk) -> None:
    context = talk.context()
    for kind in (ButtonType.SHARE_LOCATION, ButtonType.SHARE_PHONE):
        assert isinstance(talk.send(text("Please", buttons=(Button(type=kind),)), context), Accepted)
