"""What WhatsApp's webhooks become, beyond what single recordings show."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from hubbub.connectors.events import (
    DeliveryUpdated,
    InboundEvent,
    MalformedEvent,
    MessageEchoed,
    MessageReceived,
    ReactionChanged,
    ThreadType,
)
from hubbub.connectors.whatsapp.connector import WhatsAppConnector
from hubbub.connectors.whatsapp.parse import BESIDE, FIELDS, PARTS
from hubbub.kit.json import dumps
from tests.connectors.recordings import load

WHATSAPP = WhatsAppConnector()
META = {"display_phone_number": "66800000001", "phone_number_id": "1100220033"}
TEXT = {"id": "wamid.A", "timestamp": "1750101000", "type": "text", "text": {"body": "hi"}}
USER_ID = "TH.13491208655302741918"


def heard(field: str = "messages", **value: Any) -> list[InboundEvent]:
    change = {"field": field, "value": {"messaging_product": "whatsapp", "metadata": META, **value}}
    body = {"object": "whatsapp_business_account", "entry": [{"id": "102290129340398", "changes": [change]}]}
    return WHATSAPP.parse(dumps(body))


def received(**message: Any) -> MessageReceived:
    (event,) = heard(messages=[{**TEXT, **message}])
    assert isinstance(event, MessageReceived)
    return event


@pytest.mark.parametrize(
    ("ids", "external_id", "aliases", "phone"),
    [
        ({"from": "66811112222"}, "66811112222", (), "+66811112222"),
        ({"from": "+66811112222"}, "66811112222", (), "+66811112222"),
        ({"from_user_id": USER_ID}, USER_ID, (), None),
        ({"from": "66811112222", "from_user_id": USER_ID}, USER_ID, ("66811112222",), "+66811112222"),
        ({"from": "", "from_user_id": USER_ID}, USER_ID, (), None),
        ({"from": 66811112222, "from_user_id": USER_ID}, USER_ID, ("66811112222",), "+66811112222"),
        (
            {"from": "66811112222", "from_user_id": USER_ID, "from_parent_user_id": "TH.ENT.1"},
            USER_ID,
            ("66811112222", "TH.ENT.1"),
            "+66811112222",
        ),
    ],
)
def test_a_person_is_known_by_the_bsuid_where_there_is_one(
    ids: dict[str, Any], external_id: str, aliases: tuple[str, ...], phone: str | None
) -> None:
    sender = received(**ids).sender
    assert (sender.external_id, sender.aliases, sender.phone) == (external_id, aliases, phone)


def test_a_number_that_only_contacts_tells_is_an_alias() -> None:
    contact = {"user_id": USER_ID, "wa_id": "66811112222", "profile": {"name": "Ann"}}
    (event,) = heard(contacts=[contact], messages=[{**TEXT, "from_user_id": USER_ID}])
    assert isinstance(event, MessageReceived)
    assert (event.sender.external_id, event.sender.aliases) == (USER_ID, ("66811112222",))


def test_a_bsuid_that_only_contacts_tells_becomes_the_id() -> None:
    contact = {"user_id": USER_ID, "wa_id": "66811112222"}
    (event,) = heard(contacts=[contact], messages=[{**TEXT, "from": "66811112222"}])
    assert isinstance(event, MessageReceived)
    assert (event.sender.external_id, event.sender.aliases) == (USER_ID, ("66811112222",))


def test_nobody_is_guessed_among_several_contacts() -> None:
    (event,) = heard(contacts=[{"wa_id": "1"}, {"wa_id": "2"}], messages=[TEXT])
    assert isinstance(event, MalformedEvent)


def test_the_same_message_in_standby_has_a_key_of_its_own() -> None:
    message = {**TEXT, "from": "66811112222"}
    (plain,) = heard(messages=[message])
    (standby,) = heard("standby", standby={"messages": [message]})
    assert isinstance(plain, MessageReceived)
    assert isinstance(standby, MessageReceived)
    assert plain.external_id == standby.external_id
    assert plain.event_key != standby.event_key
    assert (plain.is_standby, standby.is_standby) == (False, True)


def test_a_message_of_a_group_stays_out_of_the_private_thread() -> None:
    thread = received(**{"from": "66811112222", "group_id": "G1"}).thread
    assert (thread.type, thread.key) == (ThreadType.GROUP, "G1")


def _of(*names: str) -> Iterator[InboundEvent]:
    for recording in load("whatsapp"):
        if recording.name.startswith(names):
            yield from WHATSAPP.parse(recording.body)


def test_nothing_of_the_history_opens_the_reply_window() -> None:
    events = [event for event in _of("history") if isinstance(event, MessageReceived | ReactionChanged)]
    assert events
    assert not any(event.opens_window for event in events)


def test_what_the_history_tells_is_marked_as_such() -> None:
    events = [event for event in _of("history") if isinstance(event, MessageReceived | MessageEchoed)]
    assert events
    assert all(event.content.extra["is_history"] for event in events)


def test_messages_of_today_open_the_reply_window() -> None:
    assert received(**{"from": "66811112222"}).opens_window


def test_a_failed_message_does_not_promise_to_go_out_later() -> None:
    (event,) = heard(statuses=[{"id": "wamid.B", "status": "failed", "errors": [{"code": 130429}]}])
    assert isinstance(event, DeliveryUpdated)
    assert event.error_code == "throttled"
    assert event.sentence == "WhatsApp did not deliver this message, because we sent too many. Send it again later."


def test_every_status_of_one_message_has_its_own_key() -> None:
    statuses = [{"id": "wamid.B", "status": status} for status in ("sent", "delivered", "read", "played", "failed")]
    assert len({event.event_key for event in heard(statuses=statuses)}) == len(statuses)


def test_our_message_id_comes_back_with_every_status() -> None:
    (event,) = heard(statuses=[{"id": "wamid.B", "status": "sent", "biz_opaque_callback_data": "our-id"}])
    assert isinstance(event, DeliveryUpdated)
    assert event.callback_data == "our-id"


def test_errors_beside_messages_are_events_of_their_own() -> None:
    events = heard(messages=[{**TEXT, "from": "66811112222"}], errors=[{"code": 131000, "title": "t"}])
    assert [event.kind for event in events] == ["message_received", "account_alert"]


def test_an_echo_to_nobody_is_malformed_and_harms_no_other() -> None:
    echo = {**TEXT, "from": "66800000001"}
    first, second = heard("smb_message_echoes", message_echoes=[echo, {**echo, "to": "66811112222", "id": "wamid.B"}])
    assert isinstance(first, MalformedEvent)
    assert isinstance(second, MessageEchoed)


def test_tables_and_frames_do_not_overlap() -> None:
    assert not PARTS.keys() & BESIDE
    assert "messages" in FIELDS
