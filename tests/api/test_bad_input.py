"""Whatever somebody sends gets a clear status, never a 5xx, and none of it back."""

from __future__ import annotations

import json
from functools import cache
from typing import Any
from uuid import UUID

import pytest

from hubbub.api.schemas.messages import SendMessage
from hubbub.flows.actions import NewFlow, create_flow
from hubbub.kit.ids import new_id
from hubbub.organizations.models import Role
from hubbub.organizations.scope import organization_scope
from tests.api.routes import Route, all_routes
from tests.support.talk import Talk, make_talk
from tests.support.web import Api, api_for

pytestmark = pytest.mark.usefixtures("database")

WRITING = [route for route in all_routes() if route.method in ("POST", "PATCH")]
RAW: dict[str, bytes] = {
    "nothing": b"",
    "not json": b"{",
    "truncated": b'{"text": "hel',
    "bad utf-8": b'{"text": "\xff\xfe"}',
    "a byte order mark": b'\xef\xbb\xbf{"strange": 1}',
    "a list": b"[]",
    "a string": b'"x"',
    "null": b"null",
    "a number": b"1" * 30,
    "deep": b'{"native": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "a strange field": b'{"$ne": 1}',
    "a dunder": b'{"__class__": {"__init__": 1}}',
    "not a number": b'{"latitude": NaN}',
    "too large": b'{"text": "' + b"x" * (1024 * 1024 + 1) + b'"}',
}
VALUES: list[Any] = [None, True, 1.5, -1, 10**30, "", "\x00", "x" * 30_000, [], [[]], {}, {"$gt": ""}, ["\ud800"]]


@cache
def _talk() -> Talk:
    return make_talk("hello")


@cache
def _api() -> Api:
    return api_for(_talk().tenant, Role.OWNER, is_operator=True)


@cache
def _flow_id() -> UUID:
    definition: dict[str, Any] = {"start": {"actions": [{"type": "send_text", "text": "Hello"}]}}
    with organization_scope(_talk().tenant.id):
        return create_flow(None, _talk().tenant.id, NewFlow(name="Flow", definition=definition)).id


def _ids() -> dict[str, object]:
    return {
        "channel_id": _talk().channel.id,
        "contact_id": _talk().contact_id,
        "conversation_id": _talk().conversation().id,
        "message_id": _talk().messages()[0].id,
        "flow_id": _flow_id(),
        **{
            name: new_id()
            for name in (
                "event_id",
                "record_id",
                "suggestion_id",
                "delivery_id",
                "team_id",
                "lead_id",
                "user_id",
                "note_id",
                "label_id",
                "view_id",
                "reply_id",
                "scheduled_id",
                "key_id",
                "subscription_id",
                "archived_id",
            )
        },
    }


@pytest.mark.parametrize("raw", RAW.values(), ids=list(RAW))
@pytest.mark.parametrize("route", [route for route in WRITING if route.path != "/uploads"], ids=str)
def test_a_body_that_is_not_what_a_route_takes(route: Route, raw: bytes) -> None:
    unknown = {name: new_id() for name in route.places}
    answer = _api().call(route.method, route.at(**unknown), raw=raw)
    assert 400 <= answer.status < 500 or (not route.places and answer.status < 300)


FIELDS = tuple(SendMessage.model_fields)


@pytest.mark.parametrize("field", FIELDS)
def test_every_field_of_a_message_with_values_of_every_type(field: str) -> None:
    path = f"/conversations/{_talk().conversation().id}/messages"
    for value in VALUES:
        raw = json.dumps({"kind": "reaction", field: value}).encode()
        answer = _api().call("POST", path, raw=raw)
        assert 400 <= answer.status < 500, (value, answer)


@pytest.mark.parametrize("route", [route for route in all_routes() if route.method == "GET"], ids=str)
def test_queries_of_every_kind(route: Route) -> None:
    path = route.at(**_ids())
    names = "limit cursor status channel_id platform updated_since is_unread hours name_contains tag kind state type"
    for name in names.split():
        for value in ("", "x", "-1", "1" * 30, "\x00", "\ud800", "😀" * 200, "2026-13-45", "[]", "a,b", "1e999"):
            answer = _api().get(path, **{name: value.encode("utf-8", "surrogatepass")})
            assert answer.status < 500, (name, value, answer)


@pytest.mark.parametrize("route", [route for route in all_routes() if route.places], ids=str)
def test_ids_that_are_none(route: Route) -> None:
    for place in ("1", "x", "%00", "%ff", "..", "'--", "9" * 40, "%F0%9F%98%80", "a" * 3000):
        answer = _api().call(route.method, route.at(**dict.fromkeys(route.places, place)))
        assert 400 <= answer.status < 500, (place, answer)


def test_a_cursor_of_another_list_or_of_nobody_is_refused() -> None:
    for cursor in ("x", "bnVsbA", "W10", "WyJ4IiwieSJd", "WzEsMiwzXQ", "%%%"):
        answer = _api().get("/conversations", cursor=cursor)
        assert (answer.status, answer.code) == (422, "invalid_input")


@pytest.mark.parametrize("moment", ["0.5", "1700000000", "-1", "nan", "2026-11-21T10:00:00", "yesterday"])
def test_a_moment_is_written_with_its_date_time_and_zone(moment: str) -> None:
    for path, name in (("/conversations", "updated_since"), ("/leads", "created_since")):
        assert _api().get(path, **{name: moment}).status == 422, path
        assert _api().get(path, **{name: "2026-11-21T10:00:00+07:00"}).status == 200, path


def test_a_wrong_content_type_is_named() -> None:
    path = f"/conversations/{_talk().conversation().id}/messages"
    answer = _api().call("POST", path, raw=b'{"text": "x"}', content_type="text/plain")
    assert (answer.status, "application/json" in answer.sentence) == (422, True)


def test_a_nul_in_a_text_is_left_out() -> None:
    path = f"/conversations/{_talk().conversation().id}/messages"
    answer = _api().call("POST", path, raw=b'{"text": "a\\u0000b"}')
    assert (answer.status, answer.body["text"]) == (201, "ab")


def test_a_wrong_method_says_which_ones_there_are() -> None:
    answer = _api().delete("/conversations")
    assert (answer.status, answer.headers["allow"]) == (405, "GET")


def test_what_was_sent_is_not_repeated_in_an_error() -> None:
    path = f"/conversations/{_talk().conversation().id}/messages"
    answer = _api().post(path, {"kind": "secret-word-4711"})
    assert answer.status == 422
    assert "4711" not in str(answer.body)
