"""What Messenger can do beside messages: people, files, threads, comments, templates, profile, account."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from hubbub.connectors.base import MediaGone, MediaReady, MediaSource
from hubbub.connectors.messages import AccountInfo, ApiRequest, Credentials, FilePart, Profile
from hubbub.connectors.messenger.connector import MessengerConnector
from hubbub.connectors.outcomes import Accepted, Rejected, RetryLater
from hubbub.kit.errors import InvalidInput, Unavailable, Unsendable
from hubbub.kit.json import loads
from tests.connectors.messenger import ACCESS, COMMENT, CONTEXT, PAGE, PSID, answer, body_of, refusal

CONNECTOR = MessengerConnector()


def call_of(request: ApiRequest) -> tuple[str, str, dict[str, str]]:
    """Method, path and query without the proof; the token is where it belongs."""
    url = urlsplit(request.url)
    query = {name: values[0] for name, values in parse_qs(url.query).items()}
    assert len(query.pop("appsecret_proof")) == 64
    assert request.headers["Authorization"] == "Bearer SECRET-TOKEN"
    assert request.is_repeatable or request.purpose == "templates"
    return request.method, url.path, query


# --- People -----------------------------------------------------------------------------------------------------------


def test_a_profile_is_asked_for_with_the_base_fields_only() -> None:
    request = CONNECTOR.profile_request(ACCESS, PSID, thread_type="private", thread_key="")
    fields = "id,name,first_name,last_name,profile_pic"
    assert call_of(request) == ("GET", f"/v26.0/{PSID}", {"fields": fields})
    assert request.endpoint == "/{psid}"


def test_a_profile_is_read() -> None:
    told = {"id": PSID, "name": "Mali S", "first_name": "Mali", "last_name": "S", "profile_pic": "https://cdn/1.jpg"}
    assert CONNECTOR.read_profile(answer(told)) == Profile(
        name="Mali S", first_name="Mali", last_name="S", avatar_url="https://cdn/1.jpg"
    )


@pytest.mark.parametrize(
    "response",
    [answer({}), answer({"id": PSID}), refusal(2018218), refusal(100, 33), refusal(100, 2018247), refusal(10)],
    ids=["empty", "id only", "phone number", "unknown", "fields", "permission"],
)
def test_a_person_of_whom_nothing_is_told_has_no_profile(response: Any) -> None:
    assert CONNECTOR.read_profile(response) is None


@pytest.mark.parametrize("response", [refusal(190), refusal(4), refusal(2), answer("", 502)])
def test_a_profile_that_may_be_told_later_is_not_given_up(response: Any) -> None:
    with pytest.raises(Unavailable):
        CONNECTOR.read_profile(response)


# --- Files ------------------------------------------------------------------------------------------------------------


def test_a_file_is_fetched_from_its_link_without_our_token() -> None:
    source = MediaSource(external_id=None, url="https://scontent.xx.fbcdn.net/v/a.jpg?oh=1", type="image")
    assert CONNECTOR.locate_request(ACCESS, source) is None
    found = CONNECTOR.read_location(ACCESS, source, None)
    assert isinstance(found, MediaReady)
    assert found.request.url == source.url
    assert found.request.headers == {}


def test_a_file_without_a_link_is_gone() -> None:
    found = CONNECTOR.read_location(ACCESS, MediaSource(external_id=None, url=None, type="image"), None)
    assert isinstance(found, MediaGone)


def test_a_file_is_uploaded_as_a_form() -> None:
    file = FilePart(name="file", file_name="ภาพ.jpg", content_type="image/jpeg", content=b"\xff\xd8")
    request = CONNECTOR.upload_request(ACCESS, file, "image")
    assert call_of(request) == ("POST", f"/v26.0/{PAGE}/message_attachments", {})
    told, data = request.files
    assert (told.name, told.file_name) == ("message", "")
    assert loads(told.content) == {"attachment": {"type": "image", "payload": {"is_reusable": True}}}
    assert (data.name, data.file_name, data.content_type, data.content) == (
        "filedata",
        "ภาพ.jpg",
        "image/jpeg",
        b"\xff\xd8",
    )


def test_a_file_that_is_too_large_is_not_uploaded() -> None:
    file = FilePart(name="file", file_name="a.jpg", content_type="image/jpeg", content=b"x" * (8 * 1024 * 1024 + 1))
    with pytest.raises(Unsendable, match="at most 8 MB"):
        CONNECTOR.upload_request(ACCESS, file, "image")


def test_an_upload_gives_a_handle_or_a_refusal() -> None:
    outcome = CONNECTOR.read_upload(answer({"attachment_id": "1857777774821032"}))
    assert isinstance(outcome, Accepted)
    assert outcome.attachment_id == "1857777774821032"
    assert isinstance(CONNECTOR.read_upload(refusal(100, 2018109)), Rejected)
    assert isinstance(CONNECTOR.read_upload(answer({"success": True})), RetryLater)


# --- Threads ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("is_on", "action"), [(True, "typing_on"), (False, "typing_off")])
def test_typing_is_shown(*, is_on: bool, action: str) -> None:
    request = CONNECTOR.typing_request(CONTEXT, None, is_on=is_on)
    assert request is not None
    assert call_of(request) == ("POST", f"/v26.0/{PAGE}/messages", {})
    assert body_of(request) == {"recipient": {"id": PSID}, "sender_action": action}


def test_a_conversation_is_marked_as_seen() -> None:
    request = CONNECTOR.mark_read_request(CONTEXT, "m_1", None)
    assert request is not None
    assert body_of(request) == {"recipient": {"id": PSID}, "sender_action": "mark_seen"}


@pytest.mark.parametrize(
    "context",
    [
        replace(CONTEXT, thread_type="public"),
        replace(CONTEXT, recipient_external_id=""),
        replace(CONTEXT, recipient_external_id="user_ref:1"),
    ],
)
def test_nothing_is_shown_where_nobody_sees_it(context: Any) -> None:
    assert CONNECTOR.typing_request(context, None, is_on=True) is None
    assert CONNECTOR.mark_read_request(context, None, None) is None


def control(action: str, **given: Any) -> ApiRequest:
    return CONNECTOR.thread_control_request(
        CONTEXT, action, **{"target_app_id": None, "metadata": None, "seconds": None, **given}
    )


@pytest.mark.parametrize(
    ("action", "given", "edge", "body"),
    [
        (
            "pass",
            {"target_app_id": "222", "metadata": "please"},
            "pass",
            {"target_app_id": "222", "metadata": "please"},
        ),
        ("pass", {"target_app_id": "page_inbox"}, "pass", {"target_app_id": "263902037430900"}),
        ("pass", {}, "pass", {}),
        ("take", {"metadata": "mine"}, "take", {"metadata": "mine"}),
        ("request", {"metadata": "may I"}, "request", {"metadata": "may I"}),
        ("release", {}, "release", {}),
        ("extend", {"seconds": 86_400}, "extend", {"duration": 86_400}),
    ],
)
def test_a_conversation_changes_hands(action: str, given: dict[str, Any], edge: str, body: dict[str, Any]) -> None:
    request = control(action, **given)
    assert call_of(request) == ("POST", f"/v26.0/{PAGE}/{edge}_thread_control", {})
    assert body_of(request) == {"recipient": {"id": PSID}, **body}


def test_the_owner_of_a_conversation_is_asked_for() -> None:
    assert call_of(control("owner")) == ("GET", f"/v26.0/{PAGE}/thread_owner", {"recipient": PSID})


@pytest.mark.parametrize(("action", "seconds"), [("extend", None), ("extend", 0), ("extend", 604_801), ("steal", None)])
def test_a_change_that_does_not_exist_is_refused(action: str, seconds: int | None) -> None:
    with pytest.raises(Unsendable):
        control(action, seconds=seconds)


# --- Comments ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("action", "method", "body"),
    [("hide", "POST", {"is_hidden": True}), ("unhide", "POST", {"is_hidden": False}), ("delete", "DELETE", None)],
)
def test_a_comment_is_moderated(action: str, method: str, body: Any) -> None:
    request = CONNECTOR.moderate_request(ACCESS, COMMENT, action)
    assert call_of(request) == (method, f"/v26.0/{COMMENT}", {})
    assert body_of(request) == body


def test_an_unknown_act_on_a_comment_is_refused() -> None:
    with pytest.raises(InvalidInput, match="hide, unhide, delete"):
        CONNECTOR.moderate_request(ACCESS, COMMENT, "like")


# --- Templates --------------------------------------------------------------------------------------------------------


def test_templates_are_listed_page_by_page() -> None:
    fields = "id,name,language,status,category,components"
    request = CONNECTOR.list_templates_request(ACCESS, None)
    assert call_of(request) == ("GET", f"/v26.0/{PAGE}/message_templates", {"fields": fields, "limit": "100"})
    assert call_of(CONNECTOR.list_templates_request(ACCESS, "abc"))[2]["after"] == "abc"
    row = {
        "id": "168",
        "name": "order_update",
        "language": "en",
        "status": "APPROVED",
        "category": "UTILITY",
        "components": [{"type": "BODY", "text": "Order {{1}} is on its way."}],
    }
    paging = {"cursors": {"before": "a", "after": "b"}, "next": "https://graph.facebook.com/…"}
    (template,), cursor = CONNECTOR.read_templates(answer({"data": [row, "odd", {}], "paging": paging}))
    assert (template.external_id, template.name, template.status) == ("168", "order_update", "APPROVED")
    assert template.components == row["components"]
    assert cursor == "b"
    assert CONNECTOR.read_templates(answer({"data": [], "paging": {"cursors": {"after": "b"}}})) == ([], None)


def test_a_refused_list_of_templates_says_why() -> None:
    with pytest.raises(InvalidInput, match="permission"):
        CONNECTOR.read_templates(refusal(10))
    with pytest.raises(Unavailable):
        CONNECTOR.read_templates(refusal(2))


def test_a_template_is_created_as_utility() -> None:
    definition: dict[str, Any] = {"name": "a", "language": "en", "components": [{"type": "BODY", "text": "Hello"}]}
    request = CONNECTOR.create_template_request(ACCESS, definition)
    assert call_of(request) == ("POST", f"/v26.0/{PAGE}/message_templates", {})
    assert body_of(request) == {**definition, "category": "UTILITY"}
    assert not request.is_repeatable


@pytest.mark.parametrize(
    "definition",
    [
        {},
        {"name": "a", "language": "en"},
        {"name": "a", "components": []},
        {"name": "a", "language": "en", "components": [{}], "category": "MARKETING"},
    ],
)
def test_an_incomplete_template_is_not_created(definition: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        CONNECTOR.create_template_request(ACCESS, definition)


# --- The profile ------------------------------------------------------------------------------------------------------

MENU_ITEM = {"type": "postback", "title": "Talk to us", "payload": "CARE"}
SETTINGS: dict[str, Any] = {
    "get_started": {"payload": "GET_STARTED"},
    "greeting": [{"locale": "default", "text": "Hi {{user_first_name}}"}, {"locale": "vi_VN", "text": "Chào"}],
    "persistent_menu": [
        {
            "locale": "default",
            "composer_input_disabled": False,
            "call_to_actions": [
                MENU_ITEM,
                {"type": "web_url", "title": "Shop", "url": "https://example.com", "webview_height_ratio": "full"},
            ],
        }
    ],
    "ice_breakers": [{"locale": "default", "call_to_actions": [{"question": "Opening hours?", "payload": "HOURS"}]}],
    "whitelisted_domains": ["https://www.example.com/"],
    "account_linking_url": "https://example.com/link",
    "commands": [{"locale": "default", "commands": [{"name": "hours", "description": "When we are open"}]}],
}


def test_the_profile_is_set() -> None:
    request = CONNECTOR.profile_settings_request(ACCESS, SETTINGS)
    assert call_of(request) == ("POST", f"/v26.0/{PAGE}/messenger_profile", {})
    assert body_of(request) == SETTINGS


def test_the_old_flat_ice_breakers_are_taken() -> None:
    flat: Any = {"ice_breakers": [{"question": "Opening hours?", "payload": "HOURS"}]}
    assert body_of(CONNECTOR.profile_settings_request(ACCESS, flat)) == flat


def test_properties_that_are_null_are_removed() -> None:
    request = CONNECTOR.profile_settings_request(ACCESS, {"persistent_menu": None, "greeting": None})
    assert request.method == "DELETE"
    assert body_of(request) == {"fields": ["persistent_menu", "greeting"]}


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({}, "get_started"),
        ({"home_url": {"url": "https://example.com"}}, "no home_url"),
        ({"greeting": None, "get_started": {"payload": "A"}}, "two calls"),
        ({"get_started": {"payload": "x" * 1001}}, "1,001"),
        ({"greeting": [{"locale": "vi_VN", "text": "a"}]}, 'no entry for the locale "default"'),
        ({"greeting": [{"locale": "default", "text": "a"}, {"locale": "default", "text": "b"}]}, "twice"),
        ({"greeting": [{"locale": "default", "text": "x" * 161}]}, "161"),
        ({"greeting": [{"locale": "default", "text": "Hi {{name}}"}]}, "without variables"),
        ({"persistent_menu": [{"locale": "default", "call_to_actions": [MENU_ITEM] * 21}]}, "21 entries.*20"),
        (
            {"persistent_menu": [{"locale": "default", "call_to_actions": [{**MENU_ITEM, "title": "x" * 31}]}]},
            "31 characters",
        ),
        (
            {"persistent_menu": [{"locale": "default", "call_to_actions": [{"type": "nested", "title": "x"}]}]},
            "no nested menus",
        ),
        ({"persistent_menu": [{"locale": "default", "composer_input_disabled": True}]}, "disables the composer"),
        (
            {"ice_breakers": [{"locale": "default", "call_to_actions": [{"question": "a", "payload": "b"}] * 5}]},
            "5 entries.*4",
        ),
        ({"whitelisted_domains": ["https://127.0.0.1/"]}, "full domain name"),
        ({"whitelisted_domains": ["http://example.com"]}, "full domain name"),
        ({"whitelisted_domains": ["https://a.example.com"] * 51}, "51 entries.*50"),
        ({"account_linking_url": "http://example.com"}, "https://"),
        ({"commands": [{"locale": "default", "commands": [{"name": "/a", "description": "b"}]}]}, "leading slash"),
        ({"commands": [{"locale": "default", "commands": [{"name": "x" * 33, "description": "b"}]}]}, "33"),
    ],
)
def test_a_setting_over_a_limit_is_refused(settings: dict[str, Any], sentence: str) -> None:
    with pytest.raises(InvalidInput, match=sentence):
        CONNECTOR.profile_settings_request(ACCESS, settings)


# --- The account ------------------------------------------------------------------------------------------------------


def test_the_account_is_asked_who_it_is() -> None:
    fields = "id,name,username,category,link,followers_count,picture{url}"
    assert call_of(CONNECTOR.account_request(ACCESS)) == ("GET", "/v26.0/me", {"fields": fields})
    told = {
        "id": PAGE,
        "name": "The Shop",
        "username": "shop",
        "category": "Clothing",
        "link": f"https://www.facebook.com/{PAGE}",
        "followers_count": 12,
        "picture": {"data": {"url": "https://cdn/p.png"}},
    }
    assert CONNECTOR.read_account(ACCESS, answer(told)) == AccountInfo(
        external_id=PAGE,
        name="The Shop",
        username="shop",
        avatar_url="https://cdn/p.png",
        url=f"https://www.facebook.com/{PAGE}",
        follower_count=12,
        category="Clothing",
    )


@pytest.mark.parametrize(
    ("response", "sentence"),
    [
        (answer({"id": "42", "name": "Another"}), "belongs to the Page .or person. 42"),
        (answer({"name": "Nobody"}), "did not say which Page"),
        (refusal(190, 463), "expired"),
    ],
)
def test_a_token_that_does_not_fit_is_refused_with_the_reason(response: Any, sentence: str) -> None:
    with pytest.raises(InvalidInput, match=sentence):
        CONNECTOR.read_account(ACCESS, response)


def test_a_platform_that_is_down_is_not_a_bad_token() -> None:
    with pytest.raises(Unavailable):
        CONNECTOR.read_account(ACCESS, answer("", 503))


def test_webhooks_are_subscribed_for_the_page_by_its_id() -> None:
    core, extras = CONNECTOR.default_fields(ACCESS)
    assert {"messages", "message_echoes", "standby", "feed"} <= set(core)
    assert "response_feedback" not in core + extras
    assert not set(core) & set(extras)
    subscribe = CONNECTOR.subscribe_request(ACCESS, core)
    assert call_of(subscribe) == ("POST", f"/v26.0/{PAGE}/subscribed_apps", {"subscribed_fields": ",".join(core)})
    assert call_of(CONNECTOR.subscriptions_request(ACCESS)) == ("GET", f"/v26.0/{PAGE}/subscribed_apps", {})
    assert call_of(CONNECTOR.unsubscribe_request(ACCESS)) == ("DELETE", f"/v26.0/{PAGE}/subscribed_apps", {})


APPS = {
    "data": [
        {"id": "999", "name": "Another", "subscribed_fields": ["feed"]},
        {"id": "1517776", "name": "Hubbub", "subscribed_fields": ["messages", "standby"]},
    ]
}


def test_only_our_apps_fields_count() -> None:
    assert CONNECTOR.read_subscriptions(ACCESS, answer(APPS)) == ("messages", "standby")
    others = {"data": APPS["data"][:1]}
    assert CONNECTOR.read_subscriptions(ACCESS, answer(others)) == ()


def test_without_an_app_id_any_app_counts() -> None:
    access = replace(ACCESS, credentials=Credentials(values={"access_token": "SECRET-TOKEN"}))
    assert CONNECTOR.read_subscriptions(access, answer(APPS)) == ("feed", "messages", "standby")
