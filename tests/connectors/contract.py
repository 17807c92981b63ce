"""What every connector must do, whatever its platform: one suite, which each platform's test module subclasses.

    class TestLineContract(ConnectorContract):
        connector = LineConnector()
        folder = "line"
        ...

What a subclass gives is listed at the head of `ConnectorContract`.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hubbub.connectors.base import Connector, RawRequest, Secrets
from hubbub.connectors.events import InboundEvent, MalformedEvent, MessageReceived, UnknownEvent
from hubbub.connectors.messages import ApiRequest, ApiResponse, OutboundKind, OutboundMessage, SendContext
from hubbub.connectors.outcomes import Accepted, Outcome, Rejected, RetryLater, Uncertain
from hubbub.kit.errors import BadSignature, Unsendable
from hubbub.kit.json import dumps
from tests.connectors import recordings
from tests.connectors.damage import damaged
from tests.support.kinds import EVENT_TYPES

MIB = 1024 * 1024
SECRET = b"the-app-secret-of-this-test"
OTHER_SECRET = b"the-secret-of-another-app"

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=20,
)

WrongSignature = Callable[[str], str | None]

WRONG_SIGNATURES: dict[str, WrongSignature] = {
    "missing": lambda _: None,
    "empty": lambda _: "",
    "in upper case": str.upper,
    "with a blank after it": lambda signature: f"{signature} ",
    "with a blank before it": lambda signature: f" {signature}",
    "with a line feed": lambda signature: f"{signature}\n",
    "one character short": lambda signature: signature[:-1],
    "one character long": lambda signature: f"{signature}0",
    "twice": lambda signature: f"{signature},{signature}",
    "not ASCII": lambda signature: f"{signature[:-1]}é",
    "in other digits": lambda signature: signature[:-1] + "٣",
    "with a lone surrogate": lambda signature: signature[:-1] + "\udc80",
    "changed at its end": lambda signature: signature[:-6] + ("AAAA" if signature[-6:-2] != "AAAA" else "BBBB") + "A=",
    "not one at all": lambda _: "please",
}


class ConnectorContract:
    # What a subclass gives -------------------------------------------------------------------------------------------
    connector: ClassVar[Connector]
    folder: ClassVar[str]
    """Of hubbub/connectors."""
    signature_header: ClassVar[str]
    """Lower case."""
    can_hold_many_accounts: ClassVar[bool] = True
    unknown_item: ClassVar[dict[str, Any]]
    """A well-formed item of a kind that does not exist (yet)."""
    context: ClassVar[SendContext]
    """Its access holds the token "SECRET-TOKEN" and, where used, the app secret "SECRET-APP"."""
    outbound: ClassVar[Mapping[OutboundKind, OutboundMessage]]
    """One sendable message for each kind that `capabilities.outbound_kinds` names."""
    answers: ClassVar[list[tuple[str, ApiResponse, type[Any]]]]
    """(what it is, answer to a text, type of outcome): each of the four types at least once."""

    def signature(self, body: bytes, secret: bytes) -> str:
        """The header's value that the platform would send."""
        raise AssertionError("A subclass signs.")

    def text_item(self, text: str, number: int) -> dict[str, Any]:
        """A text message of a person as one item; different for each `number`."""
        raise AssertionError("A subclass makes items.")

    def body(self, items: Mapping[str, list[Any]]) -> dict[str, Any]:
        """A complete body with these items for each of our accounts, by address."""
        raise AssertionError("A subclass makes bodies.")

    # Signatures
    def _request(self, body: bytes, signature: str | None) -> RawRequest:
        headers = {} if signature is None else {self.signature_header: signature}
        return RawRequest(method="POST", path="/webhooks/x", query={}, headers=headers, body=body)

    def _texts(self, *texts: str) -> bytes:
        items = [self.text_item(text, number) for number, text in enumerate(texts)]
        return dumps(self.body({self.context.access.external_id: items}))

    def test_a_right_signature_is_taken(self) -> None:
        body = self._texts("hello")
        self.connector.verify(self._request(body, self.signature(body, SECRET)), Secrets(signing=(SECRET,)))

    @pytest.mark.parametrize("position", [0, 1, 2])
    def test_any_of_several_secrets_may_have_signed(self, position: int) -> None:
        signing = [OTHER_SECRET, b"a-third-secret"]
        signing.insert(position, SECRET)
        body = self._texts("hello")
        self.connector.verify(self._request(body, self.signature(body, SECRET)), Secrets(signing=tuple(signing)))

    @pytest.mark.parametrize("wrong", WRONG_SIGNATURES)
    def test_a_signature_is_refused_that_is(self, wrong: str) -> None:
        body = self._texts("hello")
        right = self.signature(body, SECRET)
        self._assert_refused(body, WRONG_SIGNATURES[wrong](right), right)

    def test_a_signature_by_another_secret_is_refused(self) -> None:
        body = self._texts("hello")
        self._assert_refused(body, self.signature(body, OTHER_SECRET), self.signature(body, SECRET))

    def test_a_signature_of_other_bytes_is_refused(self) -> None:
        body = self._texts("hello")
        right = self.signature(body, SECRET)
        for index in range(0, len(body), 7):
            changed = body[:index] + bytes([body[index] ^ 1]) + body[index + 1 :]
            self._assert_refused(changed, right, right)

    def test_a_thousand_random_signatures_are_refused(self) -> None:
        body = self._texts("hello")
        right = self.signature(body, SECRET)
        rng = random.Random(20261120)
        for _ in range(1_000):
            self._assert_refused(body, self.signature(body, rng.randbytes(16)), right)

    @pytest.mark.parametrize("signing", [(), (b"",)])
    def test_nothing_is_taken_without_a_secret(self, signing: tuple[bytes, ...]) -> None:
        body = self._texts("hello")
        with pytest.raises(BadSignature):
            self.connector.verify(self._request(body, self.signature(body, b"")), Secrets(signing=signing))

    def _assert_refused(self, body: bytes, signature: str | None, right: str) -> None:
        with pytest.raises(BadSignature) as caught:
            self.connector.verify(self._request(body, signature), Secrets(signing=(SECRET,)))
        told = f"{caught.value.sentence} {caught.value.details}"
        assert right.rpartition("=")[2] not in told or right.endswith("=")
        assert right not in told
        assert SECRET.decode() not in told

    # Bodies
    def test_each_account_in_a_body_gets_its_own_events(self) -> None:
        if not self.can_hold_many_accounts:
            pytest.skip("A body of this platform is always for one account.")
        accounts = [str(1_000_000 + number) for number in range(5)]
        body = dumps(self.body({account: [self.text_item(f"to {account}", 0)] for account in accounts}))
        events = self.connector.parse(body)
        assert [event.address for event in events] == accounts
        assert [_text(event) for event in events] == [f"to {account}" for account in accounts]
        assert set(accounts) <= set(self.connector.addresses(body))

    def test_the_address_is_found_before_anything_is_verified(self) -> None:
        assert self.context.access.external_id in self.connector.addresses(self._texts("hello"))

    def test_a_redelivered_body_gives_the_same_keys(self) -> None:
        for recording in recordings.load(self.folder):
            first, again = (self.connector.parse(recording.body) for _ in range(2))
            assert first == again

    def test_different_messages_have_different_keys(self) -> None:
        events = self.connector.parse(self._texts("one", "one", "three"))
        assert len({event.event_key for event in events}) == 3

    def test_what_is_unknown_is_kept_beside_its_neighbours(self) -> None:
        before, unknown, after = self.connector.parse(self._mixed(self.unknown_item))
        assert isinstance(unknown, UnknownEvent)
        assert unknown.name
        assert unknown.address == self.context.access.external_id
        assert (_text(before), _text(after)) == ("before", "after")

    @pytest.mark.parametrize("odd", [None, 5, 1.5, True, "text", [], ["text"], {}], ids=str)
    def test_what_is_malformed_is_kept_beside_its_neighbours(self, odd: Any) -> None:
        before, malformed, after = self.connector.parse(self._mixed(odd))
        assert isinstance(malformed, MalformedEvent | UnknownEvent)
        assert malformed.address == self.context.access.external_id
        assert (_text(before), _text(after)) == ("before", "after")

    def _mixed(self, item: Any) -> bytes:
        items = [self.text_item("before", 1), item, self.text_item("after", 2)]
        return dumps(self.body({self.context.access.external_id: items}))

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"null",
            b"[]",
            b"5",
            b'"text"',
            b"{",
            b"\xff\xfe{}",
            b"hello",
            b"{}",
            b"[" * 100_000,
            b'{"a":' * 100_000,
        ],
        ids=lambda body: repr(body[:10]),
    )
    def test_an_odd_envelope_becomes_one_malformed_event_without_an_address(self, body: bytes) -> None:
        (event,) = self.connector.parse(body)
        assert isinstance(event, MalformedEvent)
        assert event.address == ""
        assert event.problem
        assert isinstance(self.connector.addresses(body), tuple)

    def test_a_byte_order_mark_does_no_harm(self) -> None:
        assert self.connector.parse(b"\xef\xbb\xbf" + self._texts("hello")) == self.connector.parse(
            self._texts("hello")
        )

    def test_a_large_body_is_read_whole_and_scanned_only_at_its_head(self) -> None:
        count = 2_000
        accounts = [str(10**15 + number) for number in range(count)] if self.can_hold_many_accounts else ["1"]
        share = count // len(accounts)
        items = {account: [self.text_item("x" * 500, number) for number in range(share)] for account in accounts}
        body = dumps(self.body(items))
        assert len(body) > MIB
        assert len(self.connector.parse(body)) == count
        assert 0 < len(self.connector.addresses(body)) <= 64

    def test_a_text_of_four_megabytes_is_cut_not_refused(self) -> None:
        (event,) = self.connector.parse(self._texts("x" * (4 * MIB)))
        assert isinstance(event, MessageReceived)
        assert 0 < len(event.content.text or "") <= MIB

    @given(value=JSON)
    @settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.differing_executors])
    def test_any_json_as_a_body_is_survived(self, value: Any) -> None:
        self._assert_survives(dumps(value))

    @given(value=JSON)
    @settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.differing_executors])
    def test_any_json_as_an_item_is_survived(self, value: Any) -> None:
        self._assert_survives(dumps(self.body({self.context.access.external_id: [value]})))

    @given(body=st.binary(max_size=200))
    @settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.differing_executors])
    def test_any_bytes_are_survived(self, body: bytes) -> None:
        self._assert_survives(body)

    def test_damage_in_any_one_place_of_any_recording_is_survived(self) -> None:
        tried = 0
        for name, body in damaged(recordings.load(self.folder)):
            tried += 1
            for event in self._assert_survives(dumps(body)):
                stumbled = isinstance(event, MalformedEvent) and "could not be read (" in event.problem
                assert not stumbled, f"{name}: {getattr(event, 'problem', '')}"
        assert tried > 100

    def _assert_survives(self, body: bytes) -> list[InboundEvent]:
        addresses = self.connector.addresses(body)
        assert len(addresses) <= 64
        events = self.connector.parse(body)
        for event in events:
            assert isinstance(event, EVENT_TYPES)
            assert isinstance(event.address, str)
            assert 0 < len(event.event_key) <= 1_500
        return events

    # Recordings
    def test_every_recording_parses_to_its_expected_events(self) -> None:
        found = recordings.load(self.folder)
        for recording in found:
            recordings.check(self.connector, recording)
        assert found

    def test_every_event_comes_out_of_its_own_raw_again(self) -> None:
        for recording in recordings.load(self.folder):
            recordings.check_replay(self.connector, recording)

    def test_keys_are_unique_within_each_recording(self) -> None:
        for recording in recordings.load(self.folder):
            keys = [(event.address, event.event_key) for event in self.connector.parse(recording.body)]
            assert len(set(keys)) == len(keys), recording.name

    def test_everything_that_can_arrive_is_recorded(self) -> None:
        assert recordings.gaps(self.folder) == []

    # Sending
    def test_the_capabilities_name_just_the_kinds_that_can_be_rendered(self) -> None:
        assert {kind.value for kind in self.outbound} == set(self.connector.capabilities.outbound_kinds)
        for message in self.outbound.values():
            self.connector.render(message, self.context)

    def test_other_kinds_are_refused_with_a_sentence(self) -> None:
        for kind in set(OutboundKind) - set(self.outbound):
            message = OutboundMessage(message_id="m", kind=kind, text="hello", title="x", latitude=1.0, longitude=2.0)
            with pytest.raises(Unsendable) as caught:
                self.connector.render(message, self.context)
            assert caught.value.sentence.endswith("."), kind

    def test_tokens_travel_in_a_header_only(self) -> None:
        for message in self.outbound.values():
            request = self.connector.render(message, self.context)
            assert request.headers["Authorization"] == "Bearer SECRET-TOKEN"
            assert "SECRET" not in request.url + request.endpoint
            assert b"SECRET" not in (request.body or b"")

    def test_the_endpoint_names_no_ids(self) -> None:
        ids = (self.context.recipient_external_id, self.context.access.external_id)
        for message in self.outbound.values():
            request = self.connector.render(message, self.context)
            assert request.endpoint.startswith("/")
            assert not any(name in request.endpoint for name in ids if name)

    def test_the_same_message_renders_to_the_same_request(self) -> None:
        for message in self.outbound.values():
            assert self.connector.render(message, self.context) == self.connector.render(message, self.context)

    # Answers
    def _sent(self, *, is_repeatable: bool | None = None) -> ApiRequest:
        request = self.connector.render(self.outbound[OutboundKind.TEXT], self.context)
        return request if is_repeatable is None else replace(request, is_repeatable=is_repeatable)

    def test_each_answer_has_its_outcome(self) -> None:
        for name, response, expected in self.answers:
            outcome = self.connector.read_response(self._sent(), response)
            assert isinstance(outcome, expected), f"{name} gave {outcome}"
            _assert_complete(outcome)
        assert {kind for _, _, kind in self.answers} == {Accepted, Rejected, RetryLater, Uncertain}

    def test_a_breakdown_without_a_word_leaves_an_unrepeatable_send_uncertain(self) -> None:
        for status in (500, 502, 503, 504):
            answer = ApiResponse(status=status, headers={}, body=b"<html>Bad Gateway</html>")
            assert isinstance(self.connector.read_response(self._sent(is_repeatable=False), answer), Uncertain)
            assert isinstance(self.connector.read_response(self._sent(is_repeatable=True), answer), RetryLater)

    def test_too_many_requests_waits_as_long_as_it_is_told(self) -> None:
        answer = ApiResponse(status=429, headers={"retry-after": "7"}, body=b"")
        outcome = self.connector.read_response(self._sent(), answer)
        assert isinstance(outcome, RetryLater)
        assert outcome.after_seconds == 7

    @given(
        status=st.integers(100, 599),
        body=st.binary(max_size=100) | JSON.map(dumps) | JSON.map(lambda value: dumps({"error": value})),
        headers=st.dictionaries(
            st.sampled_from(["retry-after", "x-app-usage", "x-business-use-case-usage", "x-line-request-id"]),
            st.text(max_size=20) | JSON.map(lambda value: dumps(value).decode()),
        ),
    )
    @settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.differing_executors])
    def test_any_answer_has_an_outcome(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        response = ApiResponse(status=status, headers=headers, body=body)
        for is_repeatable in (True, False):
            _assert_complete(self.connector.read_response(self._sent(is_repeatable=is_repeatable), response))
        self.connector.read_usage(response)

    # Facts
    def test_the_connector_says_what_it_is(self) -> None:
        assert self.connector.label
        assert self.connector.capabilities.version
        assert self.connector.capabilities.as_json()["text_limit"]
        names = [field.name for field in self.connector.credential_fields]
        assert "access_token" in names
        assert len(set(names)) == len(names)


def _text(event: InboundEvent) -> str | None:
    assert isinstance(event, MessageReceived)
    return event.content.text


def _assert_complete(outcome: Outcome) -> None:
    """It can be shown and counted."""
    if isinstance(outcome, Rejected | RetryLater):
        assert outcome.sentence.endswith(".")
        assert outcome.code
    if isinstance(outcome, RetryLater):
        assert outcome.after_seconds is None or 0 <= outcome.after_seconds <= 90_000
    if isinstance(outcome, Uncertain):
        assert outcome.why.endswith(".")
