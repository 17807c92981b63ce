"""LINE: what its answers mean, row by row of the error table, and the calls that are no messages."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from hubbub.connectors import base
from hubbub.connectors.base import MediaGone, MediaReady, MediaSource, MediaWait
from hubbub.connectors.line.connector import LineConnector
from hubbub.connectors.line.errors import ERRORS, UNKNOWN, ErrorRow
from hubbub.connectors.messages import (
    ApiRequest,
    ApiResponse,
    ChannelAccess,
    Credentials,
    OutboundKind,
    OutboundMessage,
    SendContext,
)
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
from hubbub.kit.errors import InvalidInput, Unavailable

LINE = LineConnector()
BOT = "U0123456789abcdef0123456789abcdef"
PERSON = "U4af4980629f1a8b2c3d4e5f60718293a"
GROUP = "Ca56f94637cc4347f90a25382909b24b9"
ROOM = "Ra8dbf4673c4c812cd491258042226c99"
ACCESS = ChannelAccess(
    external_id=BOT,
    credentials=Credentials(values={"access_token": "SECRET-TOKEN"}),
    base_url="https://api.line.me",
    data_url="https://api-data.line.me",
)
CONTEXT = SendContext(access=ACCESS, recipient_external_id=PERSON, retry_key="5f3e7b1c-8a7d-4c58-9d0e-2f4b6a8c0d1e")
HELLO = OutboundMessage(message_id="m", kind=OutboundKind.TEXT, text="Hello")
PUSH = LINE.render(HELLO, CONTEXT)
REPLY = LINE.render(HELLO, replace(CONTEXT, reply_token="r"))


def _answer(status: int, body: object = None, **headers: str) -> ApiResponse:
    raw = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    return ApiResponse(
        status=status, headers={name.replace("_", "-"): value for name, value in headers.items()}, body=raw
    )


def _outcome(request: ApiRequest, status: int, message: str = "", **headers: str) -> Outcome:
    return LINE.read_response(request, _answer(status, {"message": message}, **headers))


# Sends


def test_the_ids_and_quote_tokens_of_what_was_sent_keep_their_order() -> None:
    sent = {"sentMessages": [{"id": "461230966842064897", "quoteToken": "IStG5h1Tz7b"}, {"id": "461230966842064898"}]}
    outcome = LINE.read_response(PUSH, _answer(200, sent))
    assert isinstance(outcome, Accepted)
    assert outcome.external_ids == ("461230966842064897", "461230966842064898")
    assert outcome.quote_tokens == ("IStG5h1Tz7b", None)
    assert outcome.body == sent


@pytest.mark.parametrize("status", [200, 202])
def test_an_answer_without_ids_is_accepted_all_the_same(status: int) -> None:
    assert LINE.read_response(PUSH, _answer(status, {})) == Accepted(body={})


def test_a_retry_key_that_was_accepted_before_means_sent() -> None:
    body = {"message": "The retry key is already accepted", "sentMessages": [{"id": "461230966842064897"}]}
    outcome = LINE.read_response(PUSH, _answer(409, body, x_line_accepted_request_id="r0"))
    assert isinstance(outcome, Accepted)
    assert outcome.external_ids == ("461230966842064897",)
    assert isinstance(_outcome(PUSH, 409, "The retry key is already accepted"), Accepted)


@pytest.mark.parametrize("status", [408, 500, 502, 503, 504])
def test_after_a_breakdown_a_push_is_repeated_and_a_reply_is_not(status: int) -> None:
    again = _outcome(PUSH, status, "Internal server error", x_line_request_id="r1")
    assert isinstance(again, RetryLater)
    assert (again.code, again.platform_code, again.trace_id) == (ErrorCode.PROVIDER_DOWN, str(status), "r1")
    lost = _outcome(REPLY, status, "Internal server error", x_line_request_id="r1")
    assert isinstance(lost, Uncertain)
    assert (lost.platform_code, lost.trace_id) == (str(status), "r1")


def test_a_success_that_cannot_be_read_is_not_taken_for_one() -> None:
    again, lost = (LINE.read_response(request, _answer(200, b"<html>")) for request in (PUSH, REPLY))
    assert isinstance(again, RetryLater)
    assert isinstance(lost, Uncertain)
    assert again.code == lost.code == ErrorCode.UNREADABLE_ANSWER


WORDS = {
    (400, "reply_token"): "Invalid reply token",
    (400, "recipient"): "Failed to send messages",
    (400, "content"): "The request body has 2 error(s)",
    (401, "token"): "Authentication failed due to the following reason: invalid token.",
    (403, "plan"): "Access to this API is not available for your account",
    (404, "not_found"): "Not found",
    (429, "monthly_limit"): "You have reached your monthly limit.",
    (429, "rate_limit"): "The API rate limit has been exceeded. Try again later.",
}


@pytest.mark.parametrize("row", ERRORS, ids=lambda row: f"{row.status}/{row.name}/{row.begins}")
def test_each_row_of_the_error_table_is_reached(row: ErrorRow) -> None:
    message = row.begins or WORDS.get((row.status, row.name), "")
    request = replace(PUSH, purpose="profile") if row.status == 409 else PUSH
    outcome = _outcome(request, row.status, message, x_line_request_id="r1")
    assert isinstance(outcome, RetryLater if row.is_passing else Rejected)
    assert (outcome.code, outcome.sentence) == (row.code, row.sentence)
    assert (outcome.platform_code, outcome.trace_id) == (f"{row.status}/{row.name}", "r1")
    assert row.link.startswith("https://developers.line.biz/")


@pytest.mark.parametrize(
    ("status", "message", "code"),
    [
        (400, "Invalid reply token", ErrorCode.REPLY_TOKEN_INVALID),
        (400, "Failed to send messages", ErrorCode.RECIPIENT_UNKNOWN),
        (400, "The property, 'to', in the request body is invalid (line: -, column: -)", ErrorCode.RECIPIENT_UNKNOWN),
        (400, "The request body has 2 error(s)", ErrorCode.CONTENT_REFUSED),
        (400, "The property, 'messages[0].text', in the request body is invalid", ErrorCode.CONTENT_REFUSED),
        (401, "", ErrorCode.CREDENTIALS_INVALID),
        (403, "", ErrorCode.PERMISSION_MISSING),
        (404, "", ErrorCode.RECIPIENT_UNKNOWN),
        (410, "", ErrorCode.MEDIA_EXPIRED),
        (413, "", ErrorCode.CONTENT_REFUSED),
        (415, "", ErrorCode.MEDIA_REFUSED),
        (429, "You have reached your monthly limit.", ErrorCode.QUOTA_EXHAUSTED),
        (418, "I am a teapot", ErrorCode.UNKNOWN_ERROR),
        (302, "", ErrorCode.UNKNOWN_ERROR),
    ],
)
def test_a_refusal_is_certain(status: int, message: str, code: ErrorCode) -> None:
    for request in (PUSH, REPLY):
        outcome = _outcome(request, status, message)
        assert isinstance(outcome, Rejected)
        assert outcome.code == code


def test_a_dead_token_holds_the_channel_and_not_the_message_alone() -> None:
    outcome = _outcome(PUSH, 401)
    assert isinstance(outcome, Rejected)
    assert outcome.channel_effect is ChannelEffect.NEEDS_RECONNECT


def test_an_unknown_person_cannot_be_reached() -> None:
    outcome = _outcome(PUSH, 400, "Failed to send messages")
    assert isinstance(outcome, Rejected)
    assert outcome.contact_effect is ContactEffect.UNREACHABLE


def test_a_month_that_is_used_up_leaves_the_channel_to_its_free_replies() -> None:
    outcome = _outcome(PUSH, 429, "You have reached your monthly limit.")
    assert isinstance(outcome, Rejected)
    assert outcome.channel_effect is ChannelEffect.NONE


@pytest.mark.parametrize(
    ("told", "waited"), [("7", 7.0), ("999999", 3600.0), ("soon", None), ("-1", None), ("²", None)]
)
def test_a_wait_is_obeyed_within_reason(told: str, waited: float | None) -> None:
    outcome = _outcome(PUSH, 429, "The API rate limit has been exceeded. Try again later.", retry_after=told)
    assert isinstance(outcome, RetryLater)
    assert (outcome.code, outcome.after_seconds) == (ErrorCode.THROTTLED, waited)


def test_the_admin_reads_what_line_complains_of() -> None:
    body = {
        "message": "The request body has 1 error(s)",
        "details": [{"message": "May not be empty", "property": "messages[0].text"}],
    }
    outcome = LINE.read_response(PUSH, _answer(400, body))
    assert isinstance(outcome, Rejected)
    assert outcome.admin_sentence == "LINE says: The request body has 1 error(s); messages[0].text: May not be empty."
    assert "messages[0]" not in outcome.sentence


def test_an_answer_that_is_no_json_has_the_meaning_of_its_status() -> None:
    outcome = LINE.read_response(PUSH, _answer(400, b"\xff<html>"))
    assert isinstance(outcome, Rejected)
    assert (outcome.code, outcome.admin_sentence) == (ErrorCode.CONTENT_REFUSED, "")


def test_what_is_not_documented_is_not_explained() -> None:
    outcome = _outcome(PUSH, 451)
    assert isinstance(outcome, Rejected)
    assert outcome.sentence == UNKNOWN.sentence


def test_nothing_is_said_about_usage() -> None:
    assert LINE.read_usage(_answer(200, {})) is None


# Abilities


def test_it_has_these_abilities_and_no_others() -> None:
    abilities = {
        name
        for name in (
            "FetchesProfiles", "DownloadsMedia", "UploadsMedia", "ShowsTyping", "MarksRead", "TransfersThread",
            "ModeratesComments", "SyncsTemplates", "ConfiguresProfile", "ProbesAccount", "Subscribes",
        )
        if isinstance(LINE, getattr(base, name))
    }  # fmt: skip
    assert abilities == {
        "FetchesProfiles",
        "DownloadsMedia",
        "ShowsTyping",
        "MarksRead",
        "ConfiguresProfile",
        "ProbesAccount",
    }


def _assert_call(request: ApiRequest | None, method: str, url: str, endpoint: str, body: object = None) -> None:
    assert request is not None
    assert (request.method, request.url, request.endpoint) == (method, url, endpoint)
    assert request.headers["Authorization"] == "Bearer SECRET-TOKEN"
    assert (json.loads(request.body) if request.body is not None else None) == body


# Profiles

PROFILE_CALLS = [
    (PERSON, "", f"/v2/bot/profile/{PERSON}", "/v2/bot/profile/{user-id}"),
    (PERSON, GROUP, f"/v2/bot/group/{GROUP}/member/{PERSON}", "/v2/bot/group/{group-id}/member/{user-id}"),
    (PERSON, ROOM, f"/v2/bot/room/{ROOM}/member/{PERSON}", "/v2/bot/room/{room-id}/member/{user-id}"),
    (GROUP, GROUP, f"/v2/bot/group/{GROUP}/summary", "/v2/bot/group/{group-id}/summary"),
    (ROOM, ROOM, f"/v2/bot/room/{ROOM}/members/count", "/v2/bot/room/{room-id}/members/count"),
    ("U/../x?y", "", "/v2/bot/profile/U%2F..%2Fx%3Fy", "/v2/bot/profile/{user-id}"),
]


@pytest.mark.parametrize(("person", "thread", "path", "endpoint"), PROFILE_CALLS)
def test_a_profile_is_asked_where_the_person_is(person: str, thread: str, path: str, endpoint: str) -> None:
    thread_type = "group" if thread else "private"
    request = LINE.profile_request(ACCESS, person, thread_type=thread_type, thread_key=thread)
    _assert_call(request, "GET", f"https://api.line.me{path}", endpoint)
    assert request.is_repeatable


def test_a_profile_is_read() -> None:
    told = {
        "displayName": "LINE taro",
        "userId": PERSON,
        "language": "ja",
        "pictureUrl": "https://profile.line-scdn.net/x",
        "statusMessage": "Hello, LINE!",
    }
    profile = LINE.read_profile(_answer(200, told))
    assert profile is not None
    assert (profile.name, profile.language, profile.avatar_url) == (
        "LINE taro",
        "ja",
        "https://profile.line-scdn.net/x",
    )
    assert profile.extra == {"status_message": "Hello, LINE!"}


def test_a_group_and_a_room_are_read() -> None:
    group = LINE.read_profile(_answer(200, {"groupId": GROUP, "groupName": "Friends"}))
    room = LINE.read_profile(_answer(200, {"count": 3}))
    assert group is not None
    assert group.name == "Friends"
    assert room is not None
    assert (room.name, room.extra) == (None, {"member_count": 3})


@pytest.mark.parametrize("status", [400, 403, 404, 410])
def test_a_person_whom_line_does_not_show_has_no_profile(status: int) -> None:
    assert LINE.read_profile(_answer(status, {"message": "Not found"})) is None


@pytest.mark.parametrize("answer", [_answer(500), _answer(429), _answer(401), _answer(200, b"<html>")])
def test_a_profile_that_may_be_told_later_is_asked_again(answer: ApiResponse) -> None:
    with pytest.raises(Unavailable, match="ask again later"):
        LINE.read_profile(answer)


# Media


def _source(kind: str, external_id: str | None = "325708", url: str | None = None) -> MediaSource:
    return MediaSource(external_id=external_id, url=url, type=kind)


@pytest.mark.parametrize("kind", ["image", "file"])
def test_pictures_and_files_are_fetched_at_once(kind: str) -> None:
    assert LINE.locate_request(ACCESS, _source(kind)) is None
    ready = LINE.read_location(ACCESS, _source(kind), None)
    assert isinstance(ready, MediaReady)
    _assert_call(
        ready.request,
        "GET",
        "https://api-data.line.me/v2/bot/message/325708/content",
        "/v2/bot/message/{message-id}/content",
    )


@pytest.mark.parametrize("kind", ["video", "audio"])
def test_videos_and_recordings_are_asked_about_first(kind: str) -> None:
    _assert_call(
        LINE.locate_request(ACCESS, _source(kind)),
        "GET",
        "https://api-data.line.me/v2/bot/message/325708/content/transcoding",
        "/v2/bot/message/{message-id}/content/transcoding",
    )


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (_answer(200, {"status": "succeeded"}), MediaReady),
        (_answer(200, {"status": "processing"}), MediaWait),
        (_answer(200, {"status": "failed"}), MediaGone),
        (_answer(200, b"<html>"), MediaWait),
        (_answer(404), MediaGone),
        (_answer(410), MediaGone),
        (_answer(429), MediaWait),
        (_answer(500), MediaWait),
        (_answer(401), MediaWait),
    ],
)
def test_the_state_of_a_video_is_read(answer: ApiResponse, expected: type[Any]) -> None:
    assert isinstance(LINE.read_location(ACCESS, _source("video"), answer), expected)


def test_somebody_elses_host_never_sees_the_token() -> None:
    source = _source("video", external_id=None, url="https://example.com/original.mp4")
    assert LINE.locate_request(ACCESS, source) is None
    ready = LINE.read_location(ACCESS, source, None)
    assert isinstance(ready, MediaReady)
    assert ready.request.url == "https://example.com/original.mp4"
    assert ready.request.headers == {}


def test_a_file_without_any_place_is_gone() -> None:
    assert isinstance(LINE.read_location(ACCESS, _source("image", external_id=None), None), MediaGone)


def test_without_a_second_host_content_comes_from_the_first() -> None:
    ready = LINE.read_location(replace(ACCESS, data_url="", base_url="http://127.0.0.1:9/line"), _source("image"), None)
    assert isinstance(ready, MediaReady)
    assert ready.request.url == "http://127.0.0.1:9/line/v2/bot/message/325708/content"


# Typing and reading


def test_typing_is_shown_to_one_person() -> None:
    _assert_call(
        LINE.typing_request(CONTEXT, None, is_on=True),
        "POST",
        "https://api.line.me/v2/bot/chat/loading/start",
        "/v2/bot/chat/loading/start",
        {"chatId": PERSON, "loadingSeconds": 20},
    )
    assert LINE.typing_request(CONTEXT, None, is_on=False) is None
    assert LINE.typing_request(replace(CONTEXT, thread_type="group", thread_key=GROUP), None, is_on=True) is None


def test_a_message_is_marked_as_read_by_its_token() -> None:
    _assert_call(
        LINE.mark_read_request(CONTEXT, "468", "30yhdy232"),
        "POST",
        "https://api.line.me/v2/bot/chat/markAsRead",
        "/v2/bot/chat/markAsRead",
        {"markAsReadToken": "30yhdy232"},
    )
    assert LINE.mark_read_request(CONTEXT, "468", None) is None


def test_an_action_is_done_whatever_line_says_with_its_success() -> None:
    request = LINE.typing_request(CONTEXT, None, is_on=True)
    assert request is not None
    assert isinstance(LINE.read_response(request, _answer(202, b"")), Accepted)


# Our account

INFO = {
    "userId": BOT,
    "basicId": "@216ru8i8",
    "displayName": "Shop",
    "pictureUrl": "https://profile.line-scdn.net/y",
    "chatMode": "chat",
    "markAsReadMode": "manual",
}


def test_the_account_tells_who_it_is() -> None:
    _assert_call(LINE.account_request(ACCESS), "GET", "https://api.line.me/v2/bot/info", "/v2/bot/info")
    account = LINE.read_account(ACCESS, _answer(200, INFO))
    assert (account.external_id, account.name, account.username) == (BOT, "Shop", "@216ru8i8")
    assert account.extra == {"chat_mode": "chat", "mark_as_read_mode": "manual"}


def test_a_token_of_another_account_is_refused() -> None:
    with pytest.raises(InvalidInput, match=f"belongs to the LINE account Uother, not to {BOT}"):
        LINE.read_account(ACCESS, _answer(200, {**INFO, "userId": "Uother"}))


def test_a_token_that_does_not_work_is_refused_with_lines_reason() -> None:
    with pytest.raises(InvalidInput, match="invalid token"):
        LINE.read_account(ACCESS, _answer(401, {"message": "Authentication failed: invalid token."}))


@pytest.mark.parametrize("answer", [_answer(500), _answer(429), _answer(200, b"<html>"), _answer(200, {})])
def test_an_account_that_may_be_told_later_is_asked_again(answer: ApiResponse) -> None:
    with pytest.raises(Unavailable, match="try again later"):
        LINE.read_account(ACCESS, answer)


# Settings

MENU: dict[str, Any] = {
    "size": {"width": 2500, "height": 843},
    "selected": True,
    "name": "Main",
    "chatBarText": "Menu",
    "areas": [
        {
            "bounds": {"x": 0, "y": 0, "width": 833, "height": 843},
            "action": {"type": "postback", "label": "Buy", "data": "m=1"},
        },
        {
            "bounds": {"x": 833, "y": 0, "width": 833, "height": 843},
            "action": {"type": "richmenuswitch", "richMenuAliasId": "page-b", "data": "m=2"},
        },
    ],
}


def test_a_rich_menu_is_created_and_never_twice_by_a_repeat() -> None:
    request = LINE.profile_settings_request(ACCESS, {"rich_menu": MENU})
    _assert_call(request, "POST", "https://api.line.me/v2/bot/richmenu", "/v2/bot/richmenu", MENU)
    assert not request.is_repeatable


def test_a_rich_menu_becomes_the_default_or_none_does() -> None:
    request = LINE.profile_settings_request(ACCESS, {"default_rich_menu_id": "richmenu-1"})
    endpoint = "/v2/bot/user/all/richmenu/{rich-menu-id}"
    _assert_call(request, "POST", "https://api.line.me/v2/bot/user/all/richmenu/richmenu-1", endpoint)
    none = LINE.profile_settings_request(ACCESS, {"default_rich_menu_id": None})
    _assert_call(none, "DELETE", "https://api.line.me/v2/bot/user/all/richmenu", "/v2/bot/user/all/richmenu")


def test_the_webhooks_address_is_set() -> None:
    request = LINE.profile_settings_request(ACCESS, {"webhook_url": "https://hub.test/webhooks/line"})
    _assert_call(
        request,
        "PUT",
        "https://api.line.me/v2/bot/channel/webhook/endpoint",
        "/v2/bot/channel/webhook/endpoint",
        {"endpoint": "https://hub.test/webhooks/line"},
    )


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({}, "exactly one of rich_menu"),
        ({"greeting": "hi"}, "exactly one of rich_menu"),
        ({"rich_menu": MENU, "webhook_url": "https://hub.test/"}, "exactly one"),
        ({"rich_menu": "main"}, "is an object"),
        ({"rich_menu": {}}, "The size of the rich menu is missing"),
        ({"rich_menu": {**MENU, "size": {"width": 700, "height": 300}}}, "from 800 to 2,500"),
        ({"rich_menu": {**MENU, "size": {"width": 800, "height": 600}}}, "at least 1.45 times as wide as high"),
        ({"rich_menu": {**MENU, "chatBarText": "x" * 15}}, "at most 14"),
        ({"rich_menu": {**MENU, "name": "x" * 301}}, "at most 300"),
        ({"rich_menu": {**MENU, "areas": MENU["areas"] * 11}}, "There are 22 areas; LINE allows at most 20"),
        (
            {"rich_menu": {**MENU, "areas": [{"bounds": MENU["areas"][0]["bounds"]}]}},
            "The action of an area is missing",
        ),
        (
            {"rich_menu": {**MENU, "areas": [{**MENU["areas"][0], "action": {"type": "camera", "label": "x"}}]}},
            "must have one of these types",
        ),
        ({"default_rich_menu_id": []}, "is the id of a rich menu"),
        ({"webhook_url": "http://hub.test/"}, "must be a public https address"),
        ({"webhook_url": "https://hub.test/" + "x" * 500}, "at most 500"),
    ],
)
def test_a_setting_is_refused(settings: dict[str, Any], sentence: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        LINE.profile_settings_request(ACCESS, settings)
    assert sentence in caught.value.sentence
