"""What Messenger's refusals lead to: every row of the documented table."""

from __future__ import annotations

from typing import Any

import pytest

from hubbub.connectors.messages import ApiResponse, OutboundKind
from hubbub.connectors.messenger.connector import MessengerConnector
from hubbub.connectors.messenger.errors import ERRORS
from hubbub.connectors.meta.graph import ANY
from hubbub.connectors.outcomes import (
    Accepted,
    ChannelEffect,
    ContactEffect,
    ErrorCode,
    Outcome,
    Rejected,
    RetryLater,
    Uncertain,
)
from tests.connectors.messenger import CONTEXT, SAMPLES, answer, refusal

CONNECTOR = MessengerConnector()
TEXT = CONNECTOR.render(SAMPLES[OutboundKind.TEXT], CONTEXT)

E = ErrorCode
REJECT, RETRY, UNCERTAIN = Rejected, RetryLater, Uncertain

TABLE: list[tuple[int, int | None, type[Any], ErrorCode]] = [
    (1, None, RETRY, E.PROVIDER_DOWN),
    (1, 99, RETRY, E.PROVIDER_DOWN),
    (1, 1357046, UNCERTAIN, E.UNREADABLE_ANSWER),
    (1, 2018382, REJECT, E.CONTENT_REFUSED),
    (2, None, RETRY, E.PROVIDER_DOWN),
    (2, 2018344, REJECT, E.PERMISSION_MISSING),
    (4, None, RETRY, E.THROTTLED),
    (4, 2018022, RETRY, E.THROTTLED),
    (4, 2018354, REJECT, E.QUOTA_EXHAUSTED),
    (9, 2018352, RETRY, E.THROTTLED),
    (10, None, REJECT, E.PERMISSION_MISSING),
    (10, 2018278, REJECT, E.WINDOW_CLOSED),
    (10, 2018065, REJECT, E.WINDOW_CLOSED),
    (10, 2534022, REJECT, E.WINDOW_CLOSED),
    (10, 2018108, REJECT, E.RECIPIENT_UNREACHABLE),
    (10, 1893063, REJECT, E.ACCOUNT_RESTRICTED),
    (10, 1893015, REJECT, E.RECIPIENT_OPTED_OUT),
    (10, 1404170, REJECT, E.ACCOUNT_RESTRICTED),
    (10, 2018336, REJECT, E.UNSUPPORTED),
    (10, 2534077, REJECT, E.PERMISSION_MISSING),
    (17, None, RETRY, E.THROTTLED),
    (32, None, RETRY, E.THROTTLED),
    (100, None, REJECT, E.CONTENT_REFUSED),
    (100, 33, REJECT, E.PERMISSION_MISSING),
    (100, 2018001, REJECT, E.RECIPIENT_UNKNOWN),
    (100, 2018008, RETRY, E.MEDIA_REFUSED),
    (100, 2018014, REJECT, E.CONTENT_REFUSED),
    (100, 2018034, REJECT, E.CONTENT_REFUSED),
    (100, 2018047, REJECT, E.MEDIA_REFUSED),
    (100, 2018074, RETRY, E.MEDIA_EXPIRED),
    (100, 2018109, REJECT, E.MEDIA_REFUSED),
    (100, 2018164, REJECT, E.CONTENT_REFUSED),
    (100, 2018294, RETRY, E.MEDIA_REFUSED),
    (100, 2018320, REJECT, E.CONTENT_REFUSED),
    (100, 2018328, REJECT, E.UNSUPPORTED),
    (102, None, REJECT, E.CREDENTIALS_INVALID),
    (190, None, REJECT, E.CREDENTIALS_INVALID),
    (190, 458, REJECT, E.CREDENTIALS_INVALID),
    (190, 459, REJECT, E.CREDENTIALS_INVALID),
    (190, 460, REJECT, E.CREDENTIALS_INVALID),
    (190, 463, REJECT, E.CREDENTIALS_INVALID),
    (190, 464, REJECT, E.CREDENTIALS_INVALID),
    (190, 467, REJECT, E.CREDENTIALS_INVALID),
    (190, 492, REJECT, E.CREDENTIALS_INVALID),
    (200, None, REJECT, E.PERMISSION_MISSING),
    (200, 2018028, REJECT, E.PERMISSION_MISSING),
    (200, 2018027, REJECT, E.PERMISSION_MISSING),
    (200, 2018021, REJECT, E.PERMISSION_MISSING),
    (200, 1545041, REJECT, E.RECIPIENT_UNREACHABLE),
    (230, None, REJECT, E.RECIPIENT_UNREACHABLE),
    (341, None, REJECT, E.ACCOUNT_RESTRICTED),
    (368, None, REJECT, E.ACCOUNT_RESTRICTED),
    (551, None, REJECT, E.RECIPIENT_UNREACHABLE),
    (551, 1545041, REJECT, E.RECIPIENT_UNREACHABLE),
    (613, None, RETRY, E.THROTTLED),
    (613, 2018338, RETRY, E.THROTTLED),
    (613, 1893016, REJECT, E.ALREADY_DONE),
    (1200, None, RETRY, E.PROVIDER_DOWN),
    (2022, None, REJECT, E.PERMISSION_MISSING),
    (10303, None, REJECT, E.CONTENT_REFUSED),
    (10900, None, REJECT, E.ALREADY_DONE),
    (10903, None, REJECT, E.CONTENT_REFUSED),
    (80001, None, RETRY, E.THROTTLED),
    (80002, None, RETRY, E.THROTTLED),
    (80006, None, RETRY, E.THROTTLED),
    (2018144, None, REJECT, E.UNSUPPORTED),
    (100, 2018154, REJECT, E.UNSUPPORTED),
    (100, 2018163, REJECT, E.UNSUPPORTED),
    (2018218, None, REJECT, E.RECIPIENT_UNKNOWN),
    (100, 2018218, REJECT, E.RECIPIENT_UNKNOWN),
    (2018247, None, REJECT, E.PERMISSION_MISSING),
    (2018300, None, REJECT, E.THREAD_NOT_OURS),
    (10, 2018300, REJECT, E.THREAD_NOT_OURS),
    (2018321, None, RETRY, E.THREAD_NOT_OURS),
    (9000001, None, REJECT, E.RECIPIENT_UNKNOWN),
]


def read(response: ApiResponse) -> Outcome:
    return CONNECTOR.read_response(TEXT, response)


@pytest.mark.parametrize(("code", "subcode", "kind", "ours"), TABLE)
def test_a_documented_error_has_its_outcome(code: int, subcode: int | None, kind: type[Any], ours: ErrorCode) -> None:
    outcome = read(refusal(code, subcode))
    assert isinstance(outcome, kind)
    assert not isinstance(outcome, Accepted)
    assert outcome.code is ours
    assert outcome.platform_code == (str(code) if subcode is None else f"{code}/{subcode}")
    assert outcome.trace_id == "A1"


def test_every_row_of_the_table_is_tried_here() -> None:
    tried = {(code, subcode) for code, subcode, _, _ in TABLE}
    untried = {key for key in ERRORS if key not in tried and key[0] != ANY} - {(9, None)}
    assert untried == set()
    named = {number for pair in tried for number in pair}
    assert {subcode for code, subcode in ERRORS if code == ANY} <= named


@pytest.mark.parametrize("key", ERRORS, ids=str)
def test_a_sentence_tells_what_to_do_and_names_no_code(key: tuple[int, int | None]) -> None:
    row = ERRORS[key]
    assert row.sentence.endswith(".")
    assert not any(str(number) in row.sentence for number in key if number is not None and number > 99)
    assert row.link.startswith("https://developers.facebook.com/")


@pytest.mark.parametrize(
    ("code", "subcode", "effect"),
    [
        (190, 460, ChannelEffect.NEEDS_RECONNECT),
        (102, None, ChannelEffect.NEEDS_RECONNECT),
        (10, 1893063, ChannelEffect.PAUSE),
        (368, None, ChannelEffect.PAUSE),
        (341, None, ChannelEffect.PAUSE),
        (10, 2018278, ChannelEffect.NONE),
    ],
)
def test_a_refusal_may_hold_the_whole_channel(code: int, subcode: int | None, effect: ChannelEffect) -> None:
    outcome = read(refusal(code, subcode))
    assert isinstance(outcome, Rejected)
    assert outcome.channel_effect is effect
    assert (outcome.pause_seconds > 0) is (effect is ChannelEffect.PAUSE)


@pytest.mark.parametrize(
    ("code", "subcode", "effect"),
    [
        (10, 2018278, ContactEffect.WINDOW_CLOSED),
        (551, 1545041, ContactEffect.UNREACHABLE),
        (100, 2018001, ContactEffect.UNREACHABLE),
        (10, 1893015, ContactEffect.OPTED_OUT),
        (100, None, ContactEffect.NONE),
    ],
)
def test_a_refusal_may_say_something_of_the_person(code: int, subcode: int | None, effect: ContactEffect) -> None:
    outcome = read(refusal(code, subcode))
    assert isinstance(outcome, Rejected)
    assert outcome.contact_effect is effect


def test_an_undocumented_subcode_falls_back_to_its_code() -> None:
    outcome = read(refusal(190, 99999))
    assert isinstance(outcome, Rejected)
    assert outcome.code is ErrorCode.CREDENTIALS_INVALID


def test_a_dead_token_is_dead_even_when_the_platform_calls_it_passing() -> None:
    assert isinstance(read(refusal(190, is_transient=True)), Rejected)


def test_an_undocumented_error_carries_the_platforms_words_for_the_admin_only() -> None:
    outcome = read(refusal(777, 888, error_user_msg="You may\nnot <b>do</b> this"))
    assert isinstance(outcome, Rejected)
    assert outcome.code is ErrorCode.UNKNOWN_ERROR
    assert outcome.admin_sentence == "You may not <b>do</b> this"
    assert "do this" not in outcome.sentence


def test_a_throttle_waits_as_long_as_the_usage_header_says() -> None:
    usage = '{"108743025599887":[{"type":"messenger","call_count":100,"estimated_time_to_regain_access":3}]}'
    response = refusal(80006)
    told = ApiResponse(status=400, headers={"x-business-use-case-usage": usage}, body=response.body)
    outcome = read(told)
    assert isinstance(outcome, RetryLater)
    assert outcome.after_seconds == 180


def test_a_fetched_file_is_tried_once_more_only() -> None:
    outcome = read(refusal(100, 2018008))
    assert isinstance(outcome, RetryLater)
    assert outcome.attempts_at_most == 2


# --- Answers ----------------------------------------------------------------------------------------------------------


def test_an_accepted_message_has_its_id() -> None:
    outcome = read(answer({"recipient_id": "7", "message_id": "m_1", "attachment_id": 1857777774821032}))
    assert outcome == Accepted(
        external_ids=("m_1",),
        attachment_id="1857777774821032",
        recipient_ids=("7",),
        body={"recipient_id": "7", "message_id": "m_1", "attachment_id": 1857777774821032},
    )


def test_a_plugins_person_is_accepted_without_an_id() -> None:
    outcome = read(answer({"message_id": "m_1"}))
    assert isinstance(outcome, Accepted)
    assert outcome.recipient_ids == ()


def test_an_action_needs_no_message_id() -> None:
    request = CONNECTOR.render(SAMPLES[OutboundKind.REACTION], CONTEXT)
    outcome = CONNECTOR.read_response(request, answer({"recipient_id": "7"}))
    assert isinstance(outcome, Accepted)
    assert outcome.external_ids == ()


def test_an_answered_comment_has_the_id_of_the_answer() -> None:
    request = CONNECTOR.render(SAMPLES[OutboundKind.COMMENT_REPLY], CONTEXT)
    outcome = CONNECTOR.read_response(request, answer({"id": "9001_77"}))
    assert isinstance(outcome, Accepted)
    assert outcome.external_ids == ("9001_77",)
