"""What the tests of Messenger share: our Page, a conversation, one message of each kind."""

from __future__ import annotations

from typing import Any

from hubbub.connectors.messages import (
    ApiRequest,
    ApiResponse,
    Button,
    ButtonType,
    Card,
    ChannelAccess,
    Credentials,
    Media,
    OutboundKind,
    OutboundMessage,
    SendContext,
    TemplateUse,
)
from hubbub.connectors.messenger.connector import MessengerConnector
from hubbub.kit.json import dumps, loads

CONNECTOR = MessengerConnector()
PAGE = "108743025599887"
PSID = "6829913340431122"
COMMENT = "9001_1"

ACCESS = ChannelAccess(
    external_id=PAGE,
    credentials=Credentials(values={"access_token": "SECRET-TOKEN", "app_secret": "SECRET-APP", "app_id": "1517776"}),
    base_url="https://graph.facebook.com",
    api_version="v26.0",
)
CONTEXT = SendContext(access=ACCESS, recipient_external_id=PSID)

OUR_ID = "0197b2f0-1111-7000-8000-000000000001"


def message(kind: OutboundKind = OutboundKind.TEXT, **content: Any) -> OutboundMessage:
    return OutboundMessage(message_id=OUR_ID, kind=kind, **content)


def template(**payload: Any) -> dict[str, Any]:
    """A message in Messenger's own shape with this template."""
    return {"attachment": {"type": "template", "payload": payload}}


def body_of(request: ApiRequest) -> Any:
    return loads(request.body or b"null")


def rendered(kind: OutboundKind = OutboundKind.TEXT, context: SendContext = CONTEXT, **content: Any) -> Any:
    """The body of the call for a message."""
    return body_of(CONNECTOR.render(message(kind, **content), context))


def answer(body: Any, status: int = 200, **headers: str) -> ApiResponse:
    return ApiResponse(status=status, headers=headers, body=dumps(body))


def refusal(code: int, subcode: int | None = None, status: int = 400, **more: Any) -> ApiResponse:
    error = {"message": "no", "type": "OAuthException", "code": code, "fbtrace_id": "A1", **more}
    return answer({"error": error if subcode is None else {**error, "error_subcode": subcode}}, status)


SAMPLES: dict[OutboundKind, OutboundMessage] = {
    OutboundKind.TEXT: message(text="Hello"),
    OutboundKind.MEDIA: message(OutboundKind.MEDIA, media=(Media(type="image", url="https://example.com/a.jpg"),)),
    OutboundKind.CARDS: message(
        OutboundKind.CARDS,
        cards=(Card(title="Shirt", buttons=(Button(type=ButtonType.POSTBACK, title="Buy", payload="BUY"),)),),
    ),
    OutboundKind.TEMPLATE: message(OutboundKind.TEMPLATE, template=TemplateUse(name="order_update", language="en")),
    OutboundKind.STICKER: message(OutboundKind.STICKER, sticker={"sticker_id": "369239263222822"}),
    OutboundKind.REACTION: message(OutboundKind.REACTION, reaction_to_external_id="m_1", reaction_emoji="😊"),
    OutboundKind.COMMENT_REPLY: message(OutboundKind.COMMENT_REPLY, text="390 baht", comment_external_id=COMMENT),
    OutboundKind.PRIVATE_REPLY: message(OutboundKind.PRIVATE_REPLY, text="Hello", comment_external_id=COMMENT),
    OutboundKind.NATIVE: message(OutboundKind.NATIVE, native={"text": "Hello"}),
}
