"""Instagram: people, files, threads, comments, our account and its settings, through a Page and by Instagram Login."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from hubbub.connectors.base import (
    ConfiguresProfile,
    Connector,
    DownloadsMedia,
    FetchesProfiles,
    MarksRead,
    MediaGone,
    MediaReady,
    MediaSource,
    ModeratesComments,
    ProbesAccount,
    ShowsTyping,
    Subscribes,
    TransfersThread,
    UploadsMedia,
)
from hubbub.connectors.instagram.connector import InstagramConnector
from hubbub.connectors.instagram.media import ascii_name
from hubbub.connectors.messages import ApiRequest, ApiResponse, FilePart, Profile
from hubbub.connectors.messenger.connector import MessengerConnector
from hubbub.connectors.outcomes import Accepted, Rejected
from hubbub.kit.errors import InvalidInput, Unavailable, Unsendable
from hubbub.kit.json import dumps
from tests.connectors.instagram_values import ACCOUNT, PAGE, PERSON, access, context

INSTAGRAM = InstagramConnector()
FLAVOURS = ("page", "instagram_login")


def _answer(value: Any, status: int = 200) -> ApiResponse:
    return ApiResponse(status=status, headers={}, body=dumps(value))


def _error(code: int, subcode: int | None = None, status: int = 400) -> ApiResponse:
    return _answer({"error": {"message": "Theirs", "code": code, "error_subcode": subcode}}, status)


def _body(request: ApiRequest | None) -> dict[str, Any]:
    assert request is not None
    body: dict[str, Any] = json.loads(request.body or b"")
    return body


def _query(request: ApiRequest) -> dict[str, str]:
    """Without the proof."""
    found = parse_qs(urlsplit(request.url).query)
    assert found.pop("appsecret_proof")
    return {name: value for name, (value,) in found.items()}


def _path(request: ApiRequest) -> str:
    return urlsplit(request.url).path


def test_the_connector_has_every_ability_of_instagram() -> None:
    for ability in (
        Connector,
        ConfiguresProfile,
        DownloadsMedia,
        FetchesProfiles,
        MarksRead,
        ModeratesComments,
        ProbesAccount,
        ShowsTyping,
        Subscribes,
        TransfersThread,
        UploadsMedia,
    ):
        assert isinstance(INSTAGRAM, ability), ability


# People


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_a_person_is_asked_for_by_their_id(flavour: str) -> None:
    request = INSTAGRAM.profile_request(access(flavour), PERSON, thread_type="private", thread_key="")
    assert (request.method, _path(request), request.endpoint) == ("GET", f"/v26.0/{PERSON}", "/{igsid}")
    assert _query(request)["fields"].split(",") == [
        "name",
        "username",
        "profile_pic",
        "follower_count",
        "is_user_follow_business",
        "is_business_follow_user",
        "is_verified_user",
    ]
    assert request.is_repeatable


def test_a_profile_is_read() -> None:
    told = {
        "name": "Mali",
        "username": "mali.bkk",
        "profile_pic": "https://cdn.test/mali.jpg",
        "follower_count": 120,
        "is_user_follow_business": True,
        "is_business_follow_user": False,
        "is_verified_user": False,
        "id": PERSON,
    }
    assert INSTAGRAM.read_profile(_answer(told)) == Profile(
        name="Mali",
        username="mali.bkk",
        avatar_url="https://cdn.test/mali.jpg",
        extra={
            "is_user_follow_business": True,
            "is_business_follow_user": False,
            "is_verified_user": False,
            "follower_count": 120,
        },
    )


def test_name_and_picture_may_be_missing() -> None:
    profile = INSTAGRAM.read_profile(_answer({"name": None, "profile_pic": None, "username": "mali.bkk"}))
    assert profile == Profile(username="mali.bkk")


@pytest.mark.parametrize(
    "response",
    [_answer({}), _answer({"id": PERSON}), _error(230), _error(100, 33), _error(200), _error(100, 2534014)],
    ids=["empty", "only the id", "no consent", "unknown", "no permission", "not a person here"],
)
def test_a_person_of_whom_nothing_is_told_is_no_error(response: ApiResponse) -> None:
    assert INSTAGRAM.read_profile(response) is None


@pytest.mark.parametrize("response", [_error(190), _error(613), _error(2), _answer("x", 502)])
def test_a_profile_that_may_be_told_later_is_asked_again(response: ApiResponse) -> None:
    with pytest.raises(Unavailable):
        INSTAGRAM.read_profile(response)


# Files

PICTURE = FilePart(name="file", file_name="ภาพ ถ่าย.jpg", content_type="image/jpeg", content=b"\xff\xd8")


@pytest.mark.parametrize(
    ("flavour", "path", "fields"),
    [
        ("page", f"/v26.0/{PAGE}/message_attachments", {"platform", "message", "filedata"}),
        ("instagram_login", f"/v26.0/{ACCOUNT}/messageattachments", {"message", "filedata"}),
    ],
)
def test_a_file_is_uploaded_for_use_again(flavour: str, path: str, fields: set[str]) -> None:
    request = INSTAGRAM.upload_request(access(flavour), PICTURE, "image")
    assert _path(request) == path
    parts = {part.name: part for part in request.files}
    assert set(parts) == fields
    assert json.loads(parts["message"].content) == {"attachment": {"type": "image", "payload": {"is_reusable": True}}}
    assert parts["filedata"].content == b"\xff\xd8"
    assert request.is_repeatable
    if flavour == "page":
        assert parts["platform"].content == b"instagram"


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("photo.jpg", "photo.jpg"),
        ("ภาพ ถ่าย.jpg", "file.jpg"),
        ("hóa đơn.pdf", "hoa_on.pdf"),
        ("领收书", "file"),
        ("", "file"),
        ("../../a b.pdf", "a_b.pdf"),
        ("README", "README"),
    ],
)
def test_names_of_uploads_are_ascii(name: str, plain: str) -> None:
    assert ascii_name(name) == plain


def test_a_long_name_keeps_its_ending() -> None:
    name = ascii_name("x" * 500 + ".pdf")
    assert len(name) == 100
    assert name.endswith(".pdf")


@pytest.mark.parametrize(
    ("media_type", "content_type", "size"),
    [
        ("file", "application/zip", 1),
        ("image", "image/webp", 1),
        ("image", "image/png", 9 * 1024 * 1024),
        ("gif", "", 1),
    ],
)
def test_an_upload_that_instagram_does_not_take_is_refused_before(
    media_type: str, content_type: str, size: int
) -> None:
    file = FilePart(name="file", file_name="a", content_type=content_type, content=b"x" * size)
    with pytest.raises(Unsendable):
        INSTAGRAM.upload_request(access(), file, media_type)


def test_an_upload_gives_a_handle() -> None:
    outcome = INSTAGRAM.read_upload(_answer({"attachment_id": "1857777774821032"}))
    assert isinstance(outcome, Accepted)
    assert outcome.attachment_id == "1857777774821032"
    assert isinstance(INSTAGRAM.read_upload(_error(100, 2018047)), Rejected)


def test_what_people_send_is_fetched_by_its_link_without_our_token() -> None:
    source = MediaSource(external_id=None, url="https://cdn.test/a.jpg?sig=1", type="image")
    assert INSTAGRAM.locate_request(access(), source) is None
    found = INSTAGRAM.read_location(access(), source, None)
    assert isinstance(found, MediaReady)
    assert (found.request.method, found.request.url) == ("GET", "https://cdn.test/a.jpg?sig=1")
    assert found.request.headers == {}


def test_a_file_without_a_link_is_gone() -> None:
    assert isinstance(
        INSTAGRAM.read_location(access(), MediaSource(external_id=None, url=None, type="image"), None), MediaGone
    )


# Threads


@pytest.mark.parametrize(("is_on", "action"), [(True, "typing_on"), (False, "typing_off")])
@pytest.mark.parametrize("flavour", FLAVOURS)
def test_typing_is_shown(flavour: str, is_on: bool, action: str) -> None:
    request = INSTAGRAM.typing_request(context(flavour), None, is_on=is_on)
    assert _body(request) == {"recipient": {"id": PERSON}, "sender_action": action}


def test_a_thread_is_marked_seen() -> None:
    request = INSTAGRAM.mark_read_request(context(), "aWdf1", None)
    assert _body(request) == {"recipient": {"id": PERSON}, "sender_action": "mark_seen"}
    assert request is not None
    assert request.is_repeatable


@pytest.mark.parametrize("fields", [{"thread_type": "public", "thread_key": "9:1"}, {"recipient_external_id": ""}])
def test_there_is_no_typing_under_comments(fields: dict[str, str]) -> None:
    assert INSTAGRAM.typing_request(context(**fields), None, is_on=True) is None
    assert INSTAGRAM.mark_read_request(context(**fields), None, None) is None


def _control(action: str, flavour: str = "page", **more: Any) -> ApiRequest:
    given = {"target_app_id": None, "metadata": None, "seconds": None, **more}
    return INSTAGRAM.thread_control_request(context(flavour), action, **given)


@pytest.mark.parametrize("word", ["page_inbox", "instagram_inbox", "1217981644879628"])
def test_a_thread_is_passed_to_the_inbox_of_instagram(word: str) -> None:
    request = _control("pass", target_app_id=word, metadata="please")
    assert _path(request) == f"/v26.0/{PAGE}/pass_thread_control"
    assert _body(request) == {
        "recipient": {"id": PERSON},
        "metadata": "please",
        "target_app_id": "1217981644879628",
    }


@pytest.mark.parametrize("action", ["take", "request", "release"])
def test_a_thread_is_taken_asked_for_and_let_go(action: str) -> None:
    request = _control(action, metadata="note")
    assert _path(request) == f"/v26.0/{PAGE}/{action}_thread_control"
    assert _body(request) == {"recipient": {"id": PERSON}, "metadata": "note"}


def test_a_thread_is_held_for_up_to_seven_days() -> None:
    assert _body(_control("extend", seconds=86400)) == {"recipient": {"id": PERSON}, "duration": 86400}
    for seconds in (None, 0, 7 * 86400 + 1):
        with pytest.raises(Unsendable, match="7 days"):
            _control("extend", seconds=seconds)


def test_the_owner_of_a_thread_is_asked_for() -> None:
    request = _control("owner")
    assert (request.method, _path(request)) == ("GET", f"/v26.0/{PAGE}/thread_owner")
    assert _query(request) == {"recipient": PERSON}


def test_instagram_login_can_pass_and_release_alone() -> None:
    assert _path(_control("pass", "instagram_login")) == f"/v26.0/{ACCOUNT}/passthreadcontrol"
    assert _path(_control("release", "instagram_login")) == f"/v26.0/{ACCOUNT}/releasethreadcontrol"
    for action in ("take", "request", "extend", "owner"):
        with pytest.raises(Unsendable, match=f"'{action}'"):
            _control(action, "instagram_login", seconds=60)


def test_an_unknown_change_of_a_thread_is_refused() -> None:
    with pytest.raises(Unsendable, match="'steal'"):
        _control("steal")


@pytest.mark.parametrize(
    ("action", "method", "body"),
    [("hide", "POST", {"hide": True}), ("unhide", "POST", {"hide": False}), ("delete", "DELETE", None)],
)
def test_a_comment_is_hidden_shown_and_deleted(action: str, method: str, body: dict[str, bool] | None) -> None:
    request = INSTAGRAM.moderate_request(access(), "1795", action)
    assert (request.method, _path(request), request.endpoint) == (method, "/v26.0/1795", "/{comment-id}")
    assert (json.loads(request.body) if request.body else None) == body


def test_a_comment_cannot_be_anything_else() -> None:
    with pytest.raises(InvalidInput, match="hide, unhide, delete"):
        INSTAGRAM.moderate_request(access(), "1795", "pin")


# Who we are


def test_through_a_page_the_page_tells_of_its_account() -> None:
    request = INSTAGRAM.account_request(access())
    assert _path(request) == f"/v26.0/{PAGE}"
    assert "instagram_business_account{id,username" in _query(request)["fields"]
    told = {
        "id": PAGE,
        "name": "Shop Page",
        "instagram_business_account": {
            "id": ACCOUNT,
            "username": "shop",
            "name": "The Shop",
            "profile_picture_url": "https://cdn.test/shop.jpg",
            "followers_count": 1234,
        },
    }
    info = INSTAGRAM.read_account(access(), _answer(told))
    assert (info.external_id, info.parent_external_id) == (ACCOUNT, PAGE)
    assert (info.name, info.username, info.follower_count) == ("The Shop", "shop", 1234)
    assert info.url == "https://www.instagram.com/shop/"


def test_with_instagram_login_the_account_tells_of_itself() -> None:
    request = INSTAGRAM.account_request(access("instagram_login"))
    assert _path(request) == "/v26.0/me"
    told = {"id": "17000000000000009", "user_id": ACCOUNT, "username": "shop", "account_type": "BUSINESS"}
    info = INSTAGRAM.read_account(access("instagram_login"), _answer(told))
    assert (info.external_id, info.parent_external_id, info.name) == (ACCOUNT, None, "shop")
    assert info.extra == {"account_type": "BUSINESS"}


@pytest.mark.parametrize(
    ("response", "words"),
    [
        (_answer({"id": PAGE, "name": "Shop"}), "No Instagram professional account is linked"),
        (_answer({"id": PAGE, "instagram_business_account": {"id": "999"}}), "belongs to the Instagram account 999"),
        (_answer({"id": PAGE, "instagram_business_account": {}}), "did not say"),
        (_error(190, 463), "expired"),
        (_error(200, 2534041), "Connected tools"),
        (_error(100, 2534013), "Link it"),
    ],
)
def test_credentials_that_do_not_fit_are_refused_with_the_reason(response: ApiResponse, words: str) -> None:
    with pytest.raises(InvalidInput, match=words):
        INSTAGRAM.read_account(access(), response)


def test_a_probe_during_a_breakdown_is_made_again() -> None:
    for response in (_error(2), _error(4), ApiResponse(status=503, headers={}, body=b"")):
        with pytest.raises(Unavailable):
            INSTAGRAM.read_account(access(), response)


# Webhooks of the account


def test_an_account_by_instagram_login_is_subscribed_itself() -> None:
    core, extras = INSTAGRAM.default_fields(access("instagram_login"))
    request = INSTAGRAM.subscribe_request(access("instagram_login"), [*core, *extras])
    assert (request.method, _path(request)) == ("POST", f"/v26.0/{ACCOUNT}/subscribed_apps")
    fields = _query(request)["subscribed_fields"].split(",")
    assert {"messages", "message_edit", "messaging_seen", "messaging_referral", "comments"} <= set(fields)
    assert "mentions" not in fields, "Instagram Login tells of mentions under comments, and knows no such field"


def test_through_a_page_the_page_is_subscribed_with_all_of_its_fields() -> None:
    """A list replaces the one before; the Page may be a Messenger channel too."""
    core, extras = INSTAGRAM.default_fields(access())
    assert (core, extras) == MessengerConnector().default_fields(access())
    request = INSTAGRAM.subscribe_request(access(), core)
    assert _path(request) == f"/v26.0/{PAGE}/subscribed_apps"
    assert _query(request)["subscribed_fields"].split(",") == list(core)


def test_the_subscription_is_read_back() -> None:
    apps = [
        {"id": "1", "subscribed_fields": ["messages", "comments"]},
        {"id": "2", "subscribed_fields": ["standby"]},
    ]
    login = access("instagram_login", app_id="1")
    assert INSTAGRAM.read_subscriptions(login, _answer({"data": apps})) == ("messages", "comments")
    nothing = access("instagram_login", app_id="3")
    assert INSTAGRAM.read_subscriptions(nothing, _answer({"data": apps})) == ()
    assert INSTAGRAM.read_subscriptions(access(), _answer({"data": apps})) == ("messages", "comments", "standby")
    assert INSTAGRAM.read_subscriptions(access(), _answer({"data": []})) == ()
    with pytest.raises(InvalidInput):
        INSTAGRAM.read_subscriptions(access(), _error(200))


@pytest.mark.parametrize(("flavour", "node"), [("page", PAGE), ("instagram_login", ACCOUNT)])
def test_subscriptions_are_asked_for_and_ended(flavour: str, node: str) -> None:
    asked = INSTAGRAM.subscriptions_request(access(flavour))
    ended = INSTAGRAM.unsubscribe_request(access(flavour))
    assert [asked.method, ended.method] == ["GET", "DELETE"]
    assert {_path(asked), _path(ended)} == {f"/v26.0/{node}/subscribed_apps"}


# Ice breakers and menu

QUESTIONS: list[Any] = [{"question": "Opening hours?", "payload": "HOURS"}]
MENU: list[Any] = [
    {"type": "postback", "title": "Talk to us", "payload": "CARE"},
    {"type": "web_url", "title": "Shop", "url": "https://shop.test"},
]


def test_flat_lists_count_for_every_language() -> None:
    request = INSTAGRAM.profile_settings_request(access(), {"ice_breakers": QUESTIONS, "persistent_menu": MENU})
    assert (request.method, _path(request)) == ("POST", "/v26.0/me/messenger_profile")
    assert _query(request) == {"platform": "instagram"}
    assert _body(request) == {
        "platform": "instagram",
        "ice_breakers": [{"locale": "default", "call_to_actions": QUESTIONS}],
        "persistent_menu": [{"locale": "default", "call_to_actions": MENU}],
    }


def test_lists_by_language_pass_as_they_are() -> None:
    menu: list[Any] = [{"locale": "default", "call_to_actions": MENU}, {"locale": "th_TH", "call_to_actions": MENU[:1]}]
    request = INSTAGRAM.profile_settings_request(access("instagram_login"), {"persistent_menu": menu})
    assert _body(request) == {"persistent_menu": menu}
    assert _query(request) == {}


def test_what_only_messenger_has_is_left_out_of_the_menu() -> None:
    item: dict[str, Any] = {**MENU[1], "webview_height_ratio": "full"}
    request = INSTAGRAM.profile_settings_request(access(), {"persistent_menu": [item]})
    assert _body(request)["persistent_menu"][0]["call_to_actions"] == [MENU[1]]


def test_settings_are_taken_away() -> None:
    request = INSTAGRAM.profile_settings_request(access(), {"ice_breakers": None})
    assert request.method == "DELETE"
    assert _body(request) == {"fields": ["ice_breakers"]}


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({}, "ice_breakers and persistent_menu"),
        ({"greeting": "Hi"}, "Leave out: greeting"),
        ({"get_started": {"payload": "x"}}, "Leave out: get_started"),
        ({"ice_breakers": QUESTIONS, "persistent_menu": []}, "two calls"),
        ({"ice_breakers": QUESTIONS * 5}, "at most 4"),
        ({"persistent_menu": MENU * 11}, "at most 20"),
        ({"persistent_menu": [{"type": "nested", "title": "More"}]}, "web_url and postback only"),
        ({"persistent_menu": [{"type": "postback", "title": "x" * 31, "payload": "p"}]}, "31 characters"),
        ({"persistent_menu": [{"type": "web_url", "title": "x"}]}, "no url"),
        ({"ice_breakers": [{"question": "", "payload": "p"}]}, "no question"),
        ({"ice_breakers": [{"locale": "th_TH", "call_to_actions": QUESTIONS}]}, "locale default"),
        ({"ice_breakers": [{"locale": "default", "call_to_actions": []}]}, "empty list"),
        ({"ice_breakers": "Hours?"}, "no question"),
        ({"ice_breakers": [None]}, "no question"),
    ],
)
def test_settings_that_instagram_does_not_have_are_refused(settings: dict[str, Any], words: str) -> None:
    with pytest.raises(InvalidInput, match=words):
        INSTAGRAM.profile_settings_request(access(), settings)
