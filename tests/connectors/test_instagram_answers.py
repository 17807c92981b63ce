"""Instagram: what each documented answer means for the message, the person and the account."""

from __future__ import annotations

from typing import Any

import pytest

from hubbub.connectors.instagram.connector import InstagramConnector
from hubbub.connectors.instagram.errors import ERRORS
from hubbub.connectors.messages import ApiRequest, ApiResponse, Media, OutboundKind
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
from hubbub.kit.json import dumps
from tests.connectors.instagram_values import PERSON, context, message

INSTAGRAM = InstagramConnector()
SEND = INSTAGRAM.render(message(OutboundKind.TEXT, text="hello"), context())
REACTION = INSTAGRAM.render(
    message(OutboundKind.REACTION, reaction_to_external_id="aWdf1", reaction_emoji="❤️"), context()
)
COMMENT = INSTAGRAM.render(message(OutboundKind.COMMENT_REPLY, comment_external_id="1795", text="Thanks"), context())
UPLOADED = INSTAGRAM.render(
    message(OutboundKind.MEDIA, media=(Media(type="image", url="https://hub.test/a.png"),)), context()
)


def _answer(value: Any, status: int = 200, **headers: str) -> ApiResponse:
    return ApiResponse(status=status, headers=headers, body=dumps(value))


def _error(code: int, subcode: int | None = None, **more: Any) -> ApiResponse:
    error = {"message": "Theirs", "type": "OAuthException", "code": code, "fbtrace_id": "Atrace", **more}
    return _answer({"error": error if subcode is None else {**error, "error_subcode": subcode}}, 400)


def _outcome(response: ApiResponse, request: ApiRequest = SEND) -> Outcome:
    return INSTAGRAM.read_response(request, response)


# What worked


def test_a_message_is_accepted_under_its_id() -> None:
    outcome = _outcome(_answer({"recipient_id": PERSON, "message_id": "aWdf1"}))
    assert outcome == Accepted(
        external_ids=("aWdf1",),
        recipient_ids=(PERSON,),
        body={"recipient_id": PERSON, "message_id": "aWdf1"},
    )


def test_an_attachment_keeps_its_handle() -> None:
    outcome = _outcome(_answer({"recipient_id": PERSON, "message_id": "aWdf1", "attachment_id": 1857}), UPLOADED)
    assert isinstance(outcome, Accepted)
    assert outcome.attachment_id == "1857"


def test_a_reaction_needs_no_id() -> None:
    outcome = _outcome(_answer({"recipient_id": PERSON}), REACTION)
    assert isinstance(outcome, Accepted)
    assert outcome.external_ids == ()


def test_an_answered_comment_is_known_by_its_own_id() -> None:
    outcome = _outcome(_answer({"id": "1796"}), COMMENT)
    assert isinstance(outcome, Accepted)
    assert outcome.external_ids == ("1796",)


def test_a_send_whose_answer_names_no_message_is_uncertain() -> None:
    assert isinstance(_outcome(_answer({"recipient_id": PERSON})), Uncertain)


# What did not

Expected = tuple[type[Any], ErrorCode, ChannelEffect, ContactEffect]
NEEDS_RECONNECT, PAUSE, NO_CHANNEL = ChannelEffect.NEEDS_RECONNECT, ChannelEffect.PAUSE, ChannelEffect.NONE
UNREACHABLE, NO_CONTACT = ContactEffect.UNREACHABLE, ContactEffect.NONE

DOCUMENTED: dict[tuple[int, int | None], Expected] = {
    (1, 1357046): (Uncertain, ErrorCode.UNREADABLE_ANSWER, NO_CHANNEL, NO_CONTACT),
    (1, None): (RetryLater, ErrorCode.PROVIDER_DOWN, NO_CHANNEL, NO_CONTACT),
    (2, None): (RetryLater, ErrorCode.PROVIDER_DOWN, NO_CHANNEL, NO_CONTACT),
    (4, None): (RetryLater, ErrorCode.THROTTLED, NO_CHANNEL, NO_CONTACT),
    (10, None): (Rejected, ErrorCode.PERMISSION_MISSING, NO_CHANNEL, NO_CONTACT),
    (10, 1893063): (Rejected, ErrorCode.ACCOUNT_RESTRICTED, PAUSE, NO_CONTACT),
    (10, 2018108): (Rejected, ErrorCode.RECIPIENT_UNREACHABLE, NO_CHANNEL, UNREACHABLE),
    (10, 2018278): (Rejected, ErrorCode.WINDOW_CLOSED, NO_CHANNEL, ContactEffect.WINDOW_CLOSED),
    (10, 2534022): (Rejected, ErrorCode.WINDOW_CLOSED, NO_CHANNEL, ContactEffect.WINDOW_CLOSED),
    (10, 2534077): (Rejected, ErrorCode.CREDENTIALS_INVALID, NEEDS_RECONNECT, NO_CONTACT),
    (17, None): (RetryLater, ErrorCode.THROTTLED, NO_CHANNEL, NO_CONTACT),
    (32, None): (RetryLater, ErrorCode.THROTTLED, NO_CHANNEL, NO_CONTACT),
    (100, None): (Rejected, ErrorCode.CONTENT_REFUSED, NO_CHANNEL, NO_CONTACT),
    (100, 33): (Rejected, ErrorCode.PERMISSION_MISSING, NO_CHANNEL, NO_CONTACT),
    (100, 2018001): (Rejected, ErrorCode.RECIPIENT_UNKNOWN, NO_CHANNEL, UNREACHABLE),
    (100, 2018008): (RetryLater, ErrorCode.MEDIA_REFUSED, NO_CHANNEL, NO_CONTACT),
    (100, 2018034): (Rejected, ErrorCode.CONTENT_REFUSED, NO_CHANNEL, NO_CONTACT),
    (100, 2018047): (Rejected, ErrorCode.MEDIA_REFUSED, NO_CHANNEL, NO_CONTACT),
    (100, 2018074): (RetryLater, ErrorCode.MEDIA_EXPIRED, NO_CHANNEL, NO_CONTACT),
    (100, 2018109): (Rejected, ErrorCode.MEDIA_REFUSED, NO_CHANNEL, NO_CONTACT),
    (100, 2018164): (Rejected, ErrorCode.CONTENT_REFUSED, NO_CHANNEL, NO_CONTACT),
    (100, 2018294): (RetryLater, ErrorCode.MEDIA_REFUSED, NO_CHANNEL, NO_CONTACT),
    (100, 2534013): (Rejected, ErrorCode.CREDENTIALS_INVALID, NEEDS_RECONNECT, NO_CONTACT),
    (100, 2534014): (Rejected, ErrorCode.RECIPIENT_UNKNOWN, NO_CHANNEL, UNREACHABLE),
    (100, 2534015): (Rejected, ErrorCode.CONTENT_REFUSED, NO_CHANNEL, NO_CONTACT),
    (100, 2534025): (Rejected, ErrorCode.CONTENT_REFUSED, NO_CHANNEL, NO_CONTACT),
    (100, 2534029): (Rejected, ErrorCode.ACCOUNT_RESTRICTED, PAUSE, NO_CONTACT),
    (100, 2534037): (Rejected, ErrorCode.THREAD_NOT_OURS, NO_CHANNEL, NO_CONTACT),
    (100, 2534122): (Rejected, ErrorCode.ACCOUNT_RESTRICTED, PAUSE, NO_CONTACT),
    (102, None): (Rejected, ErrorCode.CREDENTIALS_INVALID, NEEDS_RECONNECT, NO_CONTACT),
    (190, None): (Rejected, ErrorCode.CREDENTIALS_INVALID, NEEDS_RECONNECT, NO_CONTACT),
    (190, 458): (Rejected, ErrorCode.CREDENTIALS_INVALID, NEEDS_RECONNECT, NO_CONTACT),
    (190, 459): (Rejected, ErrorCode.CREDENTIALS_INVALID, NEEDS_RECONNECT, NO_CONTACT),
    (190, 460): (Rejected, ErrorCode.CREDENTIALS_INVALID, NEEDS_RECONNECT, NO_CONTACT),
    (190, 463): (Rejected, ErrorCode.CREDENTIALS_INVALID, NEEDS_RECONNECT, NO_CONTACT),
    (190, 464): (Rejected, ErrorCode.CREDENTIALS_INVALID, NEEDS_RECONNECT, NO_CONTACT),
    (190, 467): (Rejected, ErrorCode.CREDENTIALS_INVALID, NEEDS_RECONNECT, NO_CONTACT),
    (190, 492): (Rejected, ErrorCode.CREDENTIALS_INVALID, NEEDS_RECONNECT, NO_CONTACT),
    (200, None): (Rejected, ErrorCode.PERMISSION_MISSING, NO_CHANNEL, NO_CONTACT),
    (200, 1545041): (Rejected, ErrorCode.RECIPIENT_UNREACHABLE, NO_CHANNEL, UNREACHABLE),
    (200, 2018028): (Rejected, ErrorCode.PERMISSION_MISSING, NO_CHANNEL, NO_CONTACT),
    (200, 2534041): (Rejected, ErrorCode.CREDENTIALS_INVALID, NEEDS_RECONNECT, NO_CONTACT),
    (200, 2534048): (Rejected, ErrorCode.PERMISSION_MISSING, NO_CHANNEL, NO_CONTACT),
    (230, None): (Rejected, ErrorCode.RECIPIENT_UNREACHABLE, NO_CHANNEL, UNREACHABLE),
    (341, None): (Rejected, ErrorCode.ACCOUNT_RESTRICTED, PAUSE, NO_CONTACT),
    (368, None): (Rejected, ErrorCode.ACCOUNT_RESTRICTED, PAUSE, NO_CONTACT),
    (551, None): (Rejected, ErrorCode.RECIPIENT_UNREACHABLE, NO_CHANNEL, UNREACHABLE),
    (551, 1545041): (Rejected, ErrorCode.RECIPIENT_UNREACHABLE, NO_CHANNEL, UNREACHABLE),
    (613, None): (RetryLater, ErrorCode.THROTTLED, NO_CHANNEL, NO_CONTACT),
    (613, 2018338): (RetryLater, ErrorCode.THROTTLED, NO_CHANNEL, NO_CONTACT),
    (613, 2534040): (RetryLater, ErrorCode.THROTTLED, NO_CHANNEL, NO_CONTACT),
    (1200, None): (RetryLater, ErrorCode.PROVIDER_DOWN, NO_CHANNEL, NO_CONTACT),
    (10900, None): (Rejected, ErrorCode.ALREADY_DONE, NO_CHANNEL, NO_CONTACT),
    (10903, None): (Rejected, ErrorCode.CONTENT_REFUSED, NO_CHANNEL, NO_CONTACT),
    (36103, None): (Rejected, ErrorCode.ACCOUNT_RESTRICTED, PAUSE, NO_CONTACT),
    (80001, None): (RetryLater, ErrorCode.THROTTLED, NO_CHANNEL, NO_CONTACT),
    (80002, None): (RetryLater, ErrorCode.THROTTLED, NO_CHANNEL, NO_CONTACT),
    (80006, None): (RetryLater, ErrorCode.THROTTLED, NO_CHANNEL, NO_CONTACT),
    (2018300, None): (Rejected, ErrorCode.THREAD_NOT_OURS, NO_CHANNEL, NO_CONTACT),
    (2018321, None): (RetryLater, ErrorCode.PROVIDER_DOWN, NO_CHANNEL, NO_CONTACT),
    (9000001, None): (Rejected, ErrorCode.CONTENT_REFUSED, NO_CHANNEL, NO_CONTACT),
    (-1, 2534068): (Rejected, ErrorCode.UNSUPPORTED, NO_CHANNEL, NO_CONTACT),
}


@pytest.mark.parametrize(("code", "subcode"), DOCUMENTED)
def test_a_documented_error_has_its_consequence(code: int, subcode: int | None) -> None:
    kind, meaning, channel, contact = DOCUMENTED[code, subcode]
    outcome = _outcome(_error(100 if code < 0 else code, subcode))
    assert isinstance(outcome, kind)
    assert outcome.code is meaning
    assert outcome.trace_id == "Atrace"
    if isinstance(outcome, Rejected):
        assert (outcome.channel_effect, outcome.contact_effect) == (channel, contact)
        assert outcome.sentence.endswith(".")
        assert (outcome.pause_seconds > 0) == (channel is PAUSE)


def test_every_row_of_the_table_is_tested_and_says_where_it_is_documented() -> None:
    assert set(ERRORS) == set(DOCUMENTED)
    assert not [key for key, row in ERRORS.items() if not row.link.startswith("https://")]


@pytest.mark.parametrize("key", ERRORS)
def test_sentences_are_for_people(key: tuple[int, int | None]) -> None:
    row = ERRORS[key]
    for sentence in (row.sentence, row.admin_sentence):
        assert not sentence or sentence.endswith(".")
        assert not any(str(number) in sentence for number in key if number is not None and number > 100)


def test_multi_picture_errors_count_under_any_code() -> None:
    for code in (100, 1, 2534068):
        outcome = _outcome(_error(code, None if code == 2534068 else 2534068))
        assert isinstance(outcome, Rejected)
        assert "one at a time" in outcome.sentence


def test_the_owner_who_switched_messages_off_is_told_how_to_switch_them_on() -> None:
    outcome = _outcome(_error(200, 2534041))
    assert isinstance(outcome, Rejected)
    assert "Connected tools" in outcome.admin_sentence
    assert "Allow access to messages" in outcome.admin_sentence


def test_an_unknown_error_is_refused_with_the_platforms_words_for_the_admin() -> None:
    outcome = _outcome(_error(424242, 7, error_user_msg="Their sentence"))
    assert isinstance(outcome, Rejected)
    assert outcome.code is ErrorCode.UNKNOWN_ERROR
    assert outcome.admin_sentence == "Their sentence"
    assert outcome.platform_code == "424242/7"


def test_a_transient_error_is_tried_again() -> None:
    assert isinstance(_outcome(_error(424242, is_transient=True)), RetryLater)


def test_a_throttle_waits_as_long_as_the_usage_header_says() -> None:
    usage = b'{"1784":[{"type":"instagram","call_count":100,"estimated_time_to_regain_access":7}]}'
    response = _error(80002)
    waiting = ApiResponse(status=400, headers={"x-business-use-case-usage": usage.decode()}, body=response.body)
    outcome = _outcome(waiting)
    assert isinstance(outcome, RetryLater)
    assert outcome.after_seconds == 7 * 60
    told = INSTAGRAM.read_usage(waiting)
    assert told is not None
    assert (told.percent, told.regain_seconds) == (100, 420)
