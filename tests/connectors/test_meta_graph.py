"""Graph calls as values, their errors and usage headers."""

from __future__ import annotations

from typing import Any

import pytest

from hubbub.connectors.messages import ApiResponse, ChannelAccess, Credentials
from hubbub.connectors.meta.graph import GraphError, graph_request, read_error, read_usage
from hubbub.kit.json import dumps


def access(**credentials: str) -> ChannelAccess:
    return ChannelAccess(
        external_id="1",
        credentials=Credentials(values=credentials),
        base_url="https://graph.facebook.com/",
        api_version="v26.0",
    )


def response(body: Any = None, **headers: str) -> ApiResponse:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return ApiResponse(status=400, headers=named, body=dumps(body))


def test_ids_are_quoted_into_the_path() -> None:
    request = graph_request(access(), "GET", ("a/../b?c", "d e"), endpoint="/{x}/y", query={"q": "ä&"})
    assert request.url == "https://graph.facebook.com/v26.0/a%2F..%2Fb%3Fc/d%20e?q=%C3%A4%26"


def test_without_an_app_secret_there_is_no_proof() -> None:
    assert "?" not in graph_request(access(access_token="t"), "GET", ("1",), endpoint="/{id}").url


def test_credentials_do_not_show_in_a_requests_text() -> None:
    assert "SECRET" not in repr(access(access_token="SECRET"))


def test_an_error_is_read() -> None:
    error = {
        "message": "(#10) no",
        "code": "10",
        "error_subcode": 2018278,
        "is_transient": True,
        "fbtrace_id": "A1",
        "error_data": {"details": "More\n words"},
        "error_user_msg": "For you",
    }
    assert read_error(response({"error": error})) == GraphError(
        code=10,
        subcode=2018278,
        message="(#10) no",
        details="More words",
        user_message="For you",
        is_transient=True,
        trace_id="A1",
    )


@pytest.mark.parametrize(
    "body", [None, [], "error", {"error": "text"}, {"error": {}}, {"error": {"code": "x"}}, {"error": {"code": None}}]
)
def test_what_is_no_error_object_is_none(body: Any) -> None:
    assert read_error(response(body)) is None


def test_the_highest_share_of_any_allowance_counts() -> None:
    usage = read_usage(
        response(
            x_app_usage='{"call_count":28,"total_time":25.6,"total_cputime":25}',
            x_business_use_case_usage=(
                '{"1":[{"type":"messenger","call_count":91,"estimated_time_to_regain_access":0},'
                '{"type":"pages","call_count":3,"total_time":5,"estimated_time_to_regain_access":2}]}'
            ),
        )
    )
    assert usage is not None
    assert (usage.percent, usage.regain_seconds) == (91, 120)
    assert set(usage.raw) == {"x-app-usage", "x-business-use-case-usage"}


@pytest.mark.parametrize("header", ["", "{", "[]", "5", "null"])
def test_a_usage_header_that_cannot_be_read_is_none(header: str) -> None:
    assert read_usage(response(x_app_usage=header)) is None


@pytest.mark.parametrize("header", ['{"call_count":"many"}', '{"call_count":-5}', '{"call_count":null}', "{}"])
def test_a_share_that_is_no_number_is_none_used(header: str) -> None:
    usage = read_usage(response(x_app_usage=header))
    assert usage is not None
    assert usage.percent == 0
