"""LINE: signatures, addresses, and what the recordings do not show of parsing."""

from __future__ import annotations

import json
from typing import Any

import pytest

from hubbub.connectors.base import RawRequest, Secrets
from hubbub.connectors.events import (
    ContactFollowed,
    InboundEvent,
    MalformedEvent,
    MessageReceived,
    PostbackReceived,
    ThreadType,
)
from hubbub.connectors.line.connector import LineConnector
from hubbub.kit.errors import BadSignature

LINE = LineConnector()
BOT = "U0123456789abcdef0123456789abcdef"
PERSON = "U4af4980629f1a8b2c3d4e5f60718293a"
GROUP = "Ca56f94637cc4347f90a25382909b24b9"

# platforms/line.md, section 15
VECTOR_SECRET = b"8c570fa6dd201bb328f1c1eac23a96d8"
VECTOR_BODY = b'{"destination":"U8e742f61d673b39c7fff3cecb7536ef0","events":[]}'
VECTOR_SIGNATURE = "GhRKmvmHys4Pi8DxkF4+EayaH0OqtJtaZxgTD9fMDLs="


def _request(signature: str) -> RawRequest:
    headers = {"x-line-signature": signature}
    return RawRequest(method="POST", path="/webhooks/line", query={}, headers=headers, body=VECTOR_BODY)


def _event(**parts: Any) -> dict[str, Any]:
    return {
        "type": "message",
        "mode": "active",
        "timestamp": 1692251666727,
        "source": {"type": "user", "userId": PERSON},
        "webhookEventId": "01H810YECXQQZ37VAXPF6H9E6T",
        "deliveryContext": {"isRedelivery": False},
        "message": {"type": "text", "id": "444573844083572737", "text": "Hello"},
        **parts,
    }


def _parse(*events: Any) -> list[InboundEvent]:
    return LINE.parse(json.dumps({"destination": BOT, "events": events}).encode())


def test_the_signature_of_the_documented_body_is_taken() -> None:
    LINE.verify(_request(VECTOR_SIGNATURE), Secrets(signing=(VECTOR_SECRET,)))
    assert LINE.parse(VECTOR_BODY) == []
    assert LINE.addresses(VECTOR_BODY) == ("U8e742f61d673b39c7fff3cecb7536ef0",)


@pytest.mark.parametrize(
    "respelled",
    [
        VECTOR_SIGNATURE.removesuffix("="),
        VECTOR_SIGNATURE[:-2] + "t=",  # the same 32 bytes: Base64 leaves two bits of the last letter unused
        VECTOR_SIGNATURE.replace("+", "-"),
        VECTOR_SIGNATURE.lower(),
        "sha256=" + VECTOR_SIGNATURE,
    ],
)
def test_another_spelling_of_the_right_signature_is_refused(respelled: str) -> None:
    with pytest.raises(BadSignature):
        LINE.verify(_request(respelled), Secrets(signing=(VECTOR_SECRET,)))


def test_there_is_no_handshake() -> None:
    get = RawRequest(method="GET", path="/webhooks/line", query={"hub.challenge": "1"}, headers={})
    assert LINE.handshake(get, Secrets(verify_tokens=(b"x",))) is None


FORGED = [
    b'{"destination":"Umine","events":[%s],"destination":"Uvictim"}',
    b'{"destination":"Umine","events":[%s],"d\\u0065stination":"Uvictim"}',
    b'{"d\\u0065stination":"Uvictim","events":[%s],"x":{"destination":"Umine"}}',
    b'{"x":{"destination":"Umine"},"d\\u0065stination":"Uvictim","events":[%s]}',
    b'{"events":[%s],"destination":"Uvictim","x":{"destination":"Umine"}}',
]


@pytest.mark.parametrize("forged", FORGED)
def test_no_body_is_signed_as_one_bot_and_read_as_another(forged: bytes) -> None:
    """Whoever has a bot of their own can sign anything as it; it must not reach the conversations of another one."""
    body = forged % json.dumps(_event()).encode()
    addresses = LINE.addresses(body)
    assert len(addresses) <= 1
    for event in LINE.parse(body):
        assert event.address == "" or (event.address,) == addresses


@pytest.mark.parametrize(
    "body",
    [
        b'{"destination":"U1","events":[]}',
        b'\n{ "destination" : "U1" , "events" : [] }',
        b'\xef\xbb\xbf{"destination":"U1","events":[]}',
        b'{"events":[],"destination":"U1"}',
        b'{"events":[{"type":"x","destination":"U2"}],"destination":"U1"}',
        b'{"destination":"U1","events":[{"type":"x","destination":"U2"}]}',
    ],
)
def test_the_destination_is_found_wherever_it_stands(body: bytes) -> None:
    assert LINE.addresses(body) == ("U1",)
    assert all(event.address == "U1" for event in LINE.parse(body))


def test_a_text_that_looks_like_a_destination_is_text() -> None:
    body = json.dumps(
        {"events": [_event(message={"type": "text", "id": "1", "text": '"destination":"U2"'})], "destination": "U1"}
    ).encode()
    assert LINE.addresses(body) == ("U1",)
    (event,) = LINE.parse(body)
    assert event.address == "U1"


def test_a_redelivery_has_the_key_of_the_first_delivery() -> None:
    (first,) = _parse(_event())
    (again,) = _parse(_event(deliveryContext={"isRedelivery": True}))
    assert first.event_key == again.event_key == "01H810YECXQQZ37VAXPF6H9E6T"


def test_without_an_id_what_an_event_says_is_its_key() -> None:
    event = _event()
    del event["webhookEventId"]
    (first,) = _parse(event)
    (again,) = _parse({**event, "deliveryContext": {"isRedelivery": True}})
    (other,) = _parse({**event, "timestamp": 1692251666728})
    assert first.event_key == again.event_key != other.event_key


def test_properties_that_are_not_documented_are_ignored() -> None:
    (event,) = _parse(_event(mood="good", message={"type": "text", "id": "1", "text": "Hello", "tone": {"warm": True}}))
    assert isinstance(event, MessageReceived)
    assert event.content.text == "Hello"


def test_an_event_without_a_time_is_kept() -> None:
    (event,) = _parse(_event(timestamp=None))
    assert isinstance(event, MessageReceived)
    assert event.occurred_at is None


def test_the_group_stands_for_a_person_whom_line_does_not_name() -> None:
    (tap,) = _parse(_event(type="postback", source={"type": "group", "groupId": GROUP}, postback={"data": "a"}))
    assert isinstance(tap, PostbackReceived)
    assert tap.sender.external_id == tap.thread.key == GROUP
    assert tap.thread.type is ThreadType.GROUP


def test_members_without_an_id_are_left_out_and_nobody_is_malformed() -> None:
    source = {"type": "group", "groupId": GROUP}
    members = {"members": [{"type": "user"}, {"type": "user", "userId": PERSON}]}
    some, nobody = _parse(
        _event(type="memberJoined", source=source, joined=members),
        _event(type="memberJoined", source=source, joined={"members": []}),
    )
    assert isinstance(some, ContactFollowed)
    assert [member.external_id for member in some.members] == [PERSON]
    assert isinstance(nobody, MalformedEvent)


def test_a_file_with_an_unknown_host_is_shown_and_not_fetched() -> None:
    (event,) = _parse(_event(message={"type": "image", "id": "1", "contentProvider": {"type": "elsewhere"}}))
    assert isinstance(event, MessageReceived)
    (picture,) = event.content.attachments
    assert not picture.is_downloadable
    assert picture.payload == {"provider": "elsewhere"}
