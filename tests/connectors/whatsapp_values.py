"""What the tests of WhatsApp's connector send, and from where."""

from __future__ import annotations

from typing import Any

from hubbub.connectors.messages import (
    ApiRequest,
    ApiResponse,
    Button,
    ButtonType,
    ChannelAccess,
    Credentials,
    ListSection,
    Media,
    OutboundKind,
    OutboundMessage,
    SendContext,
    TemplateUse,
)
from hubbub.connectors.whatsapp.connector import WhatsAppConnector
from hubbub.kit.json import dumps, loads

WHATSAPP = WhatsAppConnector()
NUMBER, WABA = "1100220033", "102290129340398"
USER_ID = "TH.13491208655302741918"
PHONE = "66811112222"
OUR_ID = "0192f1c2-7b1e-7c3a-9d21-6f1f2b3c4d5e"
ACCESS = ChannelAccess(
    external_id=NUMBER,
    parent_external_id=WABA,
    credentials=Credentials(values={"access_token": "SECRET-TOKEN", "app_secret": "SECRET-APP"}),
    base_url="https://graph.facebook.com",
    api_version="v26.0",
)
CONTEXT = SendContext(access=ACCESS, recipient_external_id=USER_ID, recipient_aliases=(PHONE,))


def message(kind: OutboundKind, **content: Any) -> OutboundMessage:
    return OutboundMessage(message_id=OUR_ID, kind=kind, **content)


def answer(body: object, status: int = 200, **headers: str) -> ApiResponse:
    return ApiResponse(status=status, headers=headers, body=dumps(body))


def refusal(code: int, status: int = 400, **more: object) -> ApiResponse:
    return answer({"error": {"code": code, "message": f"(#{code})", "fbtrace_id": "A1", **more}}, status)


def body_of(request: ApiRequest) -> dict[str, Any]:
    body: Any = loads(request.body or b"{}")
    return dict(body)


def sent(outbound: OutboundMessage, context: SendContext = CONTEXT) -> dict[str, Any]:
    """The body of the call."""
    return body_of(WHATSAPP.render(outbound, context))


def reply(title: str, payload: str | None = None, **more: Any) -> Button:
    return Button(type=ButtonType.POSTBACK, title=title, payload=payload, **more)


def replies(count: int) -> tuple[Button, ...]:
    return tuple(reply(f"Choice {number}", f"c{number}") for number in range(count))


K = OutboundKind
PICTURE = Media(type="image", handle="900")
LINK = Button(type=ButtonType.URL, title="Open", url="https://example.com")


def text(body: str = "Hello", **more: Any) -> OutboundMessage:
    return message(K.TEXT, text=body, **more)


def media(file: Media, body: str | None = None, **more: Any) -> OutboundMessage:
    return message(K.MEDIA, media=(file,), text=body, **more)


def listing(*rows: Button, **more: Any) -> OutboundMessage:
    return message(K.LIST, **{"text": "Which?", "sections": (ListSection(title="All", rows=rows),), **more})


def native(**interactive: Any) -> OutboundMessage:
    return message(K.NATIVE, native={"type": "interactive", "interactive": interactive})


def template(*components: dict[str, Any], **more: Any) -> OutboundMessage:
    use = TemplateUse(**{"name": "order_update", "language": "th", "components": components, **more})
    return message(K.TEMPLATE, template=use)


TWICE = {"id": "1", "link": "https://x.test"}
"""A file in two places at once."""


def section(*skus: str, **more: Any) -> dict[str, Any]:
    return {"product_items": [{"product_retailer_id": sku} for sku in skus], **more}


def card(index: int, **more: Any) -> dict[str, Any]:
    parameters = {"display_text": "Open", "url": "https://example.com"}
    return {
        "card_index": index,
        "type": "cta_url",
        "header": {"type": "image", "image": {"link": "https://hub.test/a.jpg"}},
        "body": {"text": "one"},
        "action": {"name": "cta_url", "parameters": parameters},
        **more,
    }


def quick(index: int, *ids: str) -> dict[str, Any]:
    buttons = [{"type": "quick_reply", "quick_reply": {"id": one, "title": one}} for one in ids]
    return card(index, action={"buttons": buttons})


def product_card(index: int, catalog: str = "1") -> dict[str, Any]:
    action = {"product_retailer_id": "SKU", "catalog_id": catalog}
    return {"card_index": index, "type": "product", "action": action}


def carousel(*cards: dict[str, Any], **more: Any) -> OutboundMessage:
    return native(type="carousel", body={"text": "Look"}, action={"cards": [*cards]}, **more)


HEADER = {"type": "text", "text": "Teas"}
BODY = {"text": "Look"}

NAMED = {"type": "body", "parameters": [{"type": "text", "parameter_name": "first_name", "text": "Ann"}]}
