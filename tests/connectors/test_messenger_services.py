"""Personas, batches, calls of the app, files by link: what Messenger's Python services add to the connector."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from hubbub.connectors.messages import ApiResponse, Credentials, Profile
from hubbub.connectors.messenger import batch, media, people, personas, settings
from hubbub.connectors.meta import app
from hubbub.connectors.outcomes import Accepted, ErrorCode, Rejected, RetryLater
from hubbub.kit.errors import InvalidInput, Unsendable
from hubbub.kit.json import dumps
from tests.connectors.messenger import ACCESS, PAGE, PSID, answer, body_of


def test_a_persona_is_made_at_the_page_and_deleted_by_its_id() -> None:
    made = personas.create_request(ACCESS, "Nok", "https://example.com/nok.png")
    assert (made.method, urlsplit(made.url).path) == ("POST", f"/v26.0/{PAGE}/personas")
    assert body_of(made) == {"name": "Nok", "profile_picture_url": "https://example.com/nok.png"}
    assert not made.is_repeatable, "a repeat would make a second one"
    deleted = personas.delete_request(ACCESS, "77")
    assert (deleted.method, urlsplit(deleted.url).path) == ("DELETE", "/v26.0/77")


@pytest.mark.parametrize(
    ("name", "picture"), [("", "https://x.co/a"), ("x" * 51, "https://x.co/a"), ("Nok", "http://x")]
)
def test_a_persona_that_would_be_refused_is_refused_here(name: str, picture: str) -> None:
    with pytest.raises(Unsendable):
        personas.create_request(ACCESS, name, picture)


def test_a_persona_is_named_by_digits() -> None:
    with pytest.raises(Unsendable):
        personas.one_request(ACCESS, "../me")


def operations(count: int) -> list[batch.Operation]:
    return [batch.Operation(method="GET", path=f"/{number}?fields=name") for number in range(count)]


def test_a_batch_carries_its_parts_as_forms() -> None:
    write = batch.Operation(method="POST", path="me/personas", body={"name": "A & B", "more": {"a": 1}})
    request = batch.batch_request(ACCESS, [*operations(1), write])
    assert urlsplit(request.url).path == "/v26.0/"
    body = body_of(request)
    assert body["include_headers"] is False
    first, second = body["batch"]
    assert first == {"method": "GET", "relative_url": "0?fields=name"}
    assert parse_qs(second["body"]) == {"name": ["A & B"], "more": ['{"a":1}']}
    assert not request.is_repeatable
    assert batch.batch_request(ACCESS, operations(50)).is_repeatable


@pytest.mark.parametrize("count", [0, 51])
def test_a_batch_has_one_to_fifty_parts(count: int) -> None:
    with pytest.raises(InvalidInput, match="1 to 50"):
        batch.batch_request(ACCESS, operations(count))


@pytest.mark.parametrize("path", ["me/messages", f"/{PAGE}/messages/", "v26.0/me/messages?access_token=x"])
def test_messages_do_not_go_in_a_batch(path: str) -> None:
    with pytest.raises(InvalidInput, match="do not go in a batch"):
        batch.batch_request(ACCESS, [batch.Operation(method="POST", path=path)])


def test_an_unknown_method_is_refused() -> None:
    with pytest.raises(InvalidInput, match="PATCH"):
        batch.batch_request(ACCESS, [batch.Operation(method="PATCH", path="me")])


def test_each_part_of_a_batch_has_an_outcome_of_its_own() -> None:
    refused = dumps({"error": {"code": 100, "error_subcode": 33, "message": "no"}}).decode()
    told = [{"code": 200, "body": '{"name":"Shop"}'}, {"code": 400, "body": refused}, None, "?"]
    outcome = batch.read_batch(answer(told))
    assert isinstance(outcome, Accepted)
    assert isinstance(outcome.body, list)
    first, second, third, fourth = outcome.body
    assert isinstance(first, Accepted)
    assert first.body == {"name": "Shop"}
    assert isinstance(second, Rejected)
    assert second.platform_code == "100/33"
    assert isinstance(third, RetryLater)
    assert isinstance(fourth, RetryLater)


@pytest.mark.parametrize(
    ("response", "code"),
    [
        (answer({"error": {"code": 190, "message": "dead"}}, 400), ErrorCode.CREDENTIALS_INVALID),
        (ApiResponse(status=200, headers={}, body=b"<html>"), ErrorCode.UNREADABLE_ANSWER),
        (ApiResponse(status=502, headers={}, body=b""), ErrorCode.PROVIDER_DOWN),
    ],
)
def test_a_batch_that_failed_as_a_whole_has_one_outcome(response: Any, code: ErrorCode) -> None:
    outcome = batch.read_batch(response)
    assert not isinstance(outcome, Accepted)
    assert outcome.code is code


def test_the_app_subscribes_with_its_own_token_and_values() -> None:
    request = app.subscribe_request(ACCESS, "https://hub.example/webhooks/facebook", "verify", ["messages", "feed"])
    assert urlsplit(request.url).path == "/v26.0/1517776/subscriptions"
    assert request.headers["Authorization"] == "Bearer 1517776|SECRET-APP"
    assert body_of(request) == {
        "object": "page",
        "callback_url": "https://hub.example/webhooks/facebook",
        "verify_token": "verify",
        "fields": "messages,feed",
        "include_values": True,
    }
    assert body_of(app.unsubscribe_request(ACCESS)) == {"object": "page"}


def test_without_an_app_there_is_no_call_of_the_app() -> None:
    nobody = replace(ACCESS, credentials=Credentials(values={"access_token": "t"}))
    with pytest.raises(InvalidInput, match="id and the secret"):
        app.subscriptions_request(nobody)


def test_what_a_token_may_do_chooses_the_fields_of_a_profile() -> None:
    told = {"data": {"scopes": ["pages_messaging", "pages_user_timezone"], "is_valid": True}}
    assert people.granted_fields(app.scopes_in(told)) == f"{people.FIELDS},timezone"
    assert people.granted_fields(app.scopes_in(None)) == people.FIELDS


@pytest.mark.parametrize(
    ("hours", "zone"),
    [(7, "Etc/GMT-7"), (-5, "Etc/GMT+5"), (0, "UTC"), (5.5, None), ("x", None), (True, None), (99, None)],
)
def test_the_hours_from_utc_become_a_time_zone_where_one_has_that_name(hours: Any, zone: str | None) -> None:
    profile = people.profile_in({"name": "Mali", "timezone": hours})
    assert profile is not None
    assert profile.timezone == zone


def test_an_empty_answer_is_no_profile() -> None:
    assert people.profile_in({}) is None
    assert people.profile_in({"locale": "th_TH"}) == Profile(language="th_TH", extra={"locale": "th_TH"})


def test_a_file_is_uploaded_from_its_link() -> None:
    request = media.upload_link_request(ACCESS, "https://example.com/a.pdf", "file")
    assert urlsplit(request.url).path == f"/v26.0/{PAGE}/message_attachments"
    payload = {"url": "https://example.com/a.pdf", "is_reusable": True}
    assert body_of(request) == {"message": {"attachment": {"type": "file", "payload": payload}}}
    with pytest.raises(Unsendable):
        media.upload_link_request(ACCESS, "ftp://example.com/a.pdf", "file")
    with pytest.raises(Unsendable):
        media.upload_link_request(ACCESS, "https://example.com/a.pdf", "sticker")


def test_the_profile_is_read_whole_or_by_name() -> None:
    whole = parse_qs(urlsplit(settings.read_request(ACCESS).url).query)["fields"][0].split(",")
    assert set(whole) == set(settings.PROPERTIES)
    assert "fields=greeting" in settings.read_request(ACCESS, ["greeting"]).url
    with pytest.raises(InvalidInput, match="home_url"):
        settings.read_request(ACCESS, ["home_url"])


def test_one_person_may_have_a_menu_of_their_own() -> None:
    entry: Any = {"locale": "default", "call_to_actions": [{"type": "postback", "title": "A", "payload": "A"}]}
    given = settings.person_menu_request(ACCESS, PSID, [entry])
    assert (given.method, body_of(given)) == ("POST", {"psid": PSID, "persistent_menu": [entry]})
    taken = settings.person_menu_request(ACCESS, PSID, None)
    assert (taken.method, body_of(taken)) == ("DELETE", {"psid": PSID, "params": ["persistent_menu"]})
    with pytest.raises(InvalidInput):
        settings.person_menu_request(ACCESS, PSID, [{"locale": "th_TH"}])
