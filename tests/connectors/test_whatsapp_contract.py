"""WhatsApp against the suite that every connector passes."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from typing import Any, ClassVar

import pytest

from hubbub.connectors import base
from hubbub.connectors.base import Connector
from hubbub.connectors.messages import (
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
from hubbub.connectors.outcomes import Accepted, Rejected, RetryLater, Uncertain
from hubbub.connectors.whatsapp.connector import WhatsAppConnector
from hubbub.kit.json import dumps
from tests.connectors.contract import ConnectorContract

NUMBER = "1100220033"
PERSON = "TH.13491208655302741918"


def _message(kind: OutboundKind, **content: Any) -> OutboundMessage:
    return OutboundMessage(message_id="0192f1c2-7b1e-7c3a-9d21-6f1f2b3c4d5e", kind=kind, **content)


def _answer(status: int, body: object) -> ApiResponse:
    return ApiResponse(status=status, headers={}, body=dumps(body))


def _refusal(code: int, status: int = 400, **more: object) -> ApiResponse:
    return _answer(status, {"error": {"code": code, "message": f"(#{code})", "fbtrace_id": "A1", **more}})


class TestWhatsAppContract(ConnectorContract):
    connector = WhatsAppConnector()
    folder = "whatsapp"
    signature_header = "x-hub-signature-256"
    unknown_item: ClassVar[dict[str, Any]] = {
        "id": "wamid.MARS",
        "timestamp": "1750101000",
        "type": "system",
        "system": {"type": "user_flew_to_mars"},
    }
    context = SendContext(
        access=ChannelAccess(
            external_id=NUMBER,
            parent_external_id="102290129340398",
            credentials=Credentials(values={"access_token": "SECRET-TOKEN", "app_secret": "SECRET-APP"}),
            base_url="https://graph.facebook.com",
            api_version="v26.0",
        ),
        recipient_external_id=PERSON,
        recipient_aliases=("66811112222",),
    )
    outbound: ClassVar[Mapping[OutboundKind, OutboundMessage]] = {
        OutboundKind.TEXT: _message(OutboundKind.TEXT, text="Hello"),
        OutboundKind.MEDIA: _message(
            OutboundKind.MEDIA, media=(Media(type="image", url="https://hub.test/a.jpg"),), text="Our shop"
        ),
        OutboundKind.LIST: _message(
            OutboundKind.LIST,
            text="Which tea?",
            list_button="Teas",
            sections=(
                ListSection(title="Green", rows=(Button(type=ButtonType.POSTBACK, title="Sencha", payload="s"),)),
            ),
        ),
        OutboundKind.TEMPLATE: _message(OutboundKind.TEMPLATE, template=TemplateUse(name="hello", language="en_US")),
        OutboundKind.LOCATION: _message(OutboundKind.LOCATION, title="Shop", latitude=13.7, longitude=100.5),
        OutboundKind.CONTACT: _message(
            OutboundKind.CONTACT, contacts=({"name": {"formatted_name": "B J"}, "phones": [{"phone": "+1415"}]},)
        ),
        OutboundKind.STICKER: _message(OutboundKind.STICKER, sticker={"id": "904"}),
        OutboundKind.REACTION: _message(OutboundKind.REACTION, reaction_to_external_id="wamid.in", reaction_emoji="👍"),
        OutboundKind.NATIVE: _message(
            OutboundKind.NATIVE,
            native={
                "type": "interactive",
                "interactive": {"type": "product", "action": {"catalog_id": "1", "product_retailer_id": "SKU"}},
            },
        ),
    }
    answers: ClassVar[list[tuple[str, ApiResponse, type[Any]]]] = [
        (
            "taken",
            _answer(200, {"contacts": [{"input": "+66", "wa_id": "66"}], "messages": [{"id": "wamid.1"}]}),
            Accepted,
        ),
        ("the window is closed", _refusal(131047), Rejected),
        ("an unknown code", _refusal(987654), Rejected),
        ("too many messages", _refusal(130429), RetryLater),
        ("an unknown failure", _refusal(131000, 500), RetryLater),
        ("a passing error of an unknown code", _refusal(987654, is_transient=True), RetryLater),
        ("an answer without an id", _answer(200, {"messaging_product": "whatsapp"}), Uncertain),
        ("an answer that is no JSON", ApiResponse(status=200, headers={}, body=b"<html>"), Uncertain),
        ("a refusal by somebody in between", ApiResponse(status=403, headers={}, body=b"Forbidden"), Rejected),
    ]

    def signature(self, body: bytes, secret: bytes) -> str:
        return "sha256=" + hmac.new(secret, body, hashlib.sha256).hexdigest()

    def text_item(self, text: str, number: int) -> dict[str, Any]:
        return {
            "from": "66811112222",
            "from_user_id": PERSON,
            "id": f"wamid.{number}",
            "timestamp": "1750101000",
            "type": "text",
            "text": {"body": text},
        }

    def body(self, items: Mapping[str, list[Any]]) -> dict[str, Any]:
        return {
            "object": "whatsapp_business_account",
            "entry": [
                {"id": "102290129340398", "changes": [{"field": "messages", "value": _value(address, messages)}]}
                for address, messages in items.items()
            ],
        }


def _value(address: str, messages: list[Any]) -> dict[str, Any]:
    return {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "66800000001", "phone_number_id": address},
        "contacts": [{"profile": {"name": "Ann"}, "wa_id": "66811112222", "user_id": PERSON}],
        "messages": messages,
    }


def test_the_documented_signature_fits() -> None:
    """Section 14 of the platform facts."""
    request = base.RawRequest(
        method="POST",
        path="/webhooks/whatsapp",
        query={},
        headers={
            "x-hub-signature-256": "sha256=dec6a680679a968e7e0319355b23599cbfc54502c0784668e9618baa0c633756",
        },
        body=b'{"object":"whatsapp_business_account","entry":[]}',
    )
    WhatsAppConnector().verify(request, base.Secrets(signing=(b"test_app_secret",)))


@pytest.mark.parametrize(
    "ability",
    [
        Connector,
        base.DownloadsMedia,
        base.UploadsMedia,
        base.MarksRead,
        base.ShowsTyping,
        base.SyncsTemplates,
        base.ProbesAccount,
        base.Subscribes,
    ],
)
def test_the_connector_has_the_ability(ability: type) -> None:
    assert isinstance(WhatsAppConnector(), ability)


def test_profiles_come_with_messages_and_are_not_fetched() -> None:
    assert not isinstance(WhatsAppConnector(), base.FetchesProfiles)


def test_the_challenge_is_answered() -> None:
    query = {"hub.mode": "subscribe", "hub.challenge": "1158201444", "hub.verify_token": "ours"}
    request = base.RawRequest(method="GET", path="/webhooks/whatsapp", query=query, headers={})
    answered = WhatsAppConnector().handshake(request, base.Secrets(verify_tokens=(b"ours",)))
    refused = WhatsAppConnector().handshake(request, base.Secrets(verify_tokens=(b"other",)))
    assert answered is not None
    assert (answered.status, answered.body) == (200, b"1158201444")
    assert refused is not None
    assert refused.status == 403


def test_an_account_without_a_number_is_found_by_its_own_id() -> None:
    body = dumps(
        {
            "entry": [
                {"id": "102", "time": 1, "changes": [{"field": "security", "value": {"event": "PIN_CHANGED"}}]},
                {
                    "id": "9900",
                    "time": 2,
                    "changes": [{"field": "account_update", "value": {"waba_info": {"waba_id": "103"}}}],
                },
            ],
            "object": "whatsapp_business_account",
        }
    )
    assert {"102", "103"} <= set(WhatsAppConnector().addresses(body))
