"""Files, read marks, templates and our own account on WhatsApp."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from hubbub.connectors.base import MediaGone, MediaReady, MediaSource, MediaWait
from hubbub.connectors.messages import ApiRequest, ApiResponse, Credentials, FilePart
from hubbub.connectors.meta.graph import GraphRefused
from hubbub.connectors.outcomes import Accepted, Rejected
from hubbub.kit.errors import InvalidInput
from tests.connectors.whatsapp_values import ACCESS, CONTEXT, NUMBER, WABA, WHATSAPP, answer, body_of, refusal

LOOKASIDE = "https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=900"
BEARER = {"Authorization": "Bearer SECRET-TOKEN"}


def source(url: str | None = None, external_id: str | None = "900") -> MediaSource:
    return MediaSource(external_id=external_id, url=url, type="image")


def ready(found: object) -> ApiRequest:
    assert isinstance(found, MediaReady)
    return found.request


# --- Files ------------------------------------------------------------------------------------------------------------


def test_the_url_of_the_webhook_is_used_first() -> None:
    assert WHATSAPP.locate_request(ACCESS, source(LOOKASIDE)) is None
    request = ready(WHATSAPP.read_location(ACCESS, source(LOOKASIDE), None))
    assert (request.method, request.url, request.headers) == ("GET", LOOKASIDE, BEARER)
    assert request.is_repeatable


def test_without_a_url_it_is_asked_for_by_id() -> None:
    request = WHATSAPP.locate_request(ACCESS, source())
    assert request is not None
    assert request.url.startswith(f"https://graph.facebook.com/v26.0/900?phone_number_id={NUMBER}&appsecret_proof=")
    told = answer({"url": LOOKASIDE, "mime_type": "image/jpeg", "sha256": "x", "file_size": 1234, "id": "900"})
    found = WHATSAPP.read_location(ACCESS, source(), told)
    assert ready(found).headers == BEARER
    assert isinstance(found, MediaReady)
    assert (found.mime_type, found.size_bytes) == ("image/jpeg", 1234)


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com/a.jpg",
        "http://lookaside.fbsbx.com/a.jpg",
        "https://lookaside.fbsbx.com.example.com/a.jpg",
        "https://evilfbsbx.com/a.jpg",
        "https://me:secret@lookaside.fbsbx.com/a.jpg",
        "https://lookaside.fbsbx.com:8443/a.jpg",
        "https://[broken/a.jpg",
        "file:///etc/passwd",
    ],
)
def test_the_token_goes_to_metas_own_hosts_only(url: str) -> None:
    assert WHATSAPP.locate_request(ACCESS, source(url)) is not None
    assert ready(WHATSAPP.read_location(ACCESS, source(url), answer({"url": url}))).headers == {}
    assert ready(WHATSAPP.read_location(ACCESS, source(url, None), None)).headers == {}


def test_the_token_goes_to_the_server_that_the_settings_name() -> None:
    access = replace(ACCESS, base_url="http://127.0.0.1:9000/graph")
    url = "http://127.0.0.1:9000/lookaside/900"
    assert WHATSAPP.locate_request(access, source(url)) is None
    assert ready(WHATSAPP.read_location(access, source(url), None)).headers == BEARER
    assert ready(WHATSAPP.read_location(access, source("http://127.0.0.1:9001/900", None), None)).headers == {}


@pytest.mark.parametrize(
    ("response", "expected"),
    [
        (refusal(100, error_subcode=33), MediaGone),
        (ApiResponse(status=404, headers={}, body=b"Not found"), MediaGone),
        (answer({"id": "900"}), MediaGone),
        (refusal(190, 401), MediaWait),
        (refusal(131016, 500), MediaWait),
        (ApiResponse(status=502, headers={}, body=b"<html>"), MediaWait),
        (ApiResponse(status=429, headers={"retry-after": "9"}, body=b""), MediaWait),
    ],
)
def test_a_file_that_is_not_found_is_gone_or_comes_later(response: ApiResponse, expected: type) -> None:
    assert isinstance(WHATSAPP.read_location(ACCESS, source(), response), expected)


def test_a_file_without_id_and_url_is_gone() -> None:
    assert WHATSAPP.locate_request(ACCESS, source(external_id=None)) is None
    assert isinstance(WHATSAPP.read_location(ACCESS, source(external_id=None), None), MediaGone)


def test_a_file_is_uploaded_as_a_form() -> None:
    file = FilePart(name="file", file_name="a.pdf", content_type="application/pdf", content=b"%PDF")
    request = WHATSAPP.upload_request(ACCESS, file, "file")
    assert request.url.startswith(f"https://graph.facebook.com/v26.0/{NUMBER}/media?appsecret_proof=")
    assert request.headers == BEARER
    assert request.is_repeatable
    fields = {part.name: part.content for part in request.files if not part.file_name}
    assert fields == {"messaging_product": b"whatsapp", "type": b"application/pdf"}
    assert [part for part in request.files if part.file_name] == [file]


def test_an_upload_answers_with_the_id_to_send() -> None:
    found = WHATSAPP.read_upload(answer({"id": "4490709327384033"}))
    assert isinstance(found, Accepted)
    assert found.attachment_id == "4490709327384033"
    assert isinstance(WHATSAPP.read_upload(refusal(131052)), Rejected)


# --- Read marks -------------------------------------------------------------------------------------------------------


def test_reading_marks_the_message() -> None:
    request = WHATSAPP.mark_read_request(CONTEXT, "wamid.in", None)
    assert request is not None
    assert request.purpose == "action"
    assert body_of(request) == {"messaging_product": "whatsapp", "status": "read", "message_id": "wamid.in"}


def test_typing_marks_the_message_too() -> None:
    request = WHATSAPP.typing_request(CONTEXT, "wamid.in", is_on=True)
    assert request is not None
    assert body_of(request)["typing_indicator"] == {"type": "text"}


def test_without_a_message_there_is_nothing_to_mark() -> None:
    assert WHATSAPP.mark_read_request(CONTEXT, None, None) is None
    assert WHATSAPP.typing_request(CONTEXT, None, is_on=True) is None
    assert WHATSAPP.typing_request(CONTEXT, "wamid.in", is_on=False) is None


# --- Our account ------------------------------------------------------------------------------------------------------


def test_the_number_says_what_it_is() -> None:
    request = WHATSAPP.account_request(ACCESS)
    assert request.url.startswith(f"https://graph.facebook.com/v26.0/{NUMBER}?fields=")
    told = {"id": NUMBER, "display_phone_number": "+66 80 000 0001", "verified_name": "Shop", "quality_rating": "GREEN"}
    info = WHATSAPP.read_account(ACCESS, answer(told))
    assert (info.external_id, info.name, info.username) == (NUMBER, "Shop", "+66 80 000 0001")
    assert info.parent_external_id == WABA
    assert info.extra["quality_rating"] == "GREEN"


@pytest.mark.parametrize(
    ("response", "words"),
    [
        (answer({"id": "999"}), "belongs to another"),
        (refusal(190, 401, error_user_msg="The token is dead"), "The token is dead"),
        (ApiResponse(status=502, headers={}, body=b""), "cannot read"),
    ],
)
def test_credentials_that_do_not_work_are_refused(response: ApiResponse, words: str) -> None:
    with pytest.raises(InvalidInput, match=words):
        WHATSAPP.read_account(ACCESS, response)


@pytest.mark.parametrize("method", ["POST", "GET", "DELETE"])
def test_the_account_is_subscribed_as_a_whole(method: str) -> None:
    request = {
        "POST": WHATSAPP.subscribe_request(ACCESS, ("messages",)),
        "GET": WHATSAPP.subscriptions_request(ACCESS),
        "DELETE": WHATSAPP.unsubscribe_request(ACCESS),
    }[method]
    assert request.method == method
    assert request.url.startswith(f"https://graph.facebook.com/v26.0/{WABA}/subscribed_apps?")
    assert request.body is None


def test_without_an_account_id_nothing_can_be_subscribed() -> None:
    with pytest.raises(InvalidInput, match="Business account id is missing"):
        WHATSAPP.subscribe_request(replace(ACCESS, parent_external_id=""), ())


def test_subscriptions_are_read_back() -> None:
    core, optional = WHATSAPP.default_fields(ACCESS)
    told = answer({"data": [{"whatsapp_business_api_data": {"id": "67", "name": "Hub"}}]})
    named = replace(ACCESS, credentials=Credentials(values={"access_token": "t", "app_id": "67"}))
    other = replace(ACCESS, credentials=Credentials(values={"access_token": "t", "app_id": "68"}))
    assert WHATSAPP.read_subscriptions(ACCESS, told) == core
    assert WHATSAPP.read_subscriptions(named, told) == core
    assert WHATSAPP.read_subscriptions(other, told) == ()
    assert WHATSAPP.read_subscriptions(ACCESS, answer({"data": []})) == ()
    assert not set(core) & set(optional)


# --- Templates --------------------------------------------------------------------------------------------------------


def test_templates_come_page_by_page() -> None:
    request = WHATSAPP.list_templates_request(ACCESS, "CURSOR")
    assert f"/{WABA}/message_templates?" in request.url
    assert "after=CURSOR" in request.url
    row = {
        "id": "168",
        "name": "order_update",
        "language": "en-US",
        "category": "UTILITY",
        "status": "APPROVED",
        "components": [{"type": "BODY", "text": "Hi"}],
        "quality_score": {"score": "GREEN"},
        "rejected_reason": "NONE",
        "parameter_format": "POSITIONAL",
    }
    paging = {"cursors": {"before": "B", "after": "A"}, "next": "https://graph.facebook.com/next"}
    (info,), cursor = WHATSAPP.read_templates(answer({"data": [row], "paging": paging}))
    assert (info.external_id, info.name, info.language, info.status) == ("168", "order_update", "en_US", "APPROVED")
    assert (info.quality, info.rejected_reason, info.parameter_format) == ("GREEN", "", "positional")
    assert info.components == [{"type": "BODY", "text": "Hi"}]
    assert cursor == "A"


def test_the_last_page_has_no_cursor_and_odd_rows_are_left_out() -> None:
    found, cursor = WHATSAPP.read_templates(
        answer({"data": [5, {}, {"id": "1"}], "paging": {"cursors": {"after": "A"}}})
    )
    assert (found, cursor) == ([], None)


def test_a_stale_cursor_is_told_by_its_code() -> None:
    with pytest.raises(GraphRefused) as caught:
        WHATSAPP.read_templates(refusal(131059))
    assert caught.value.details["platform_code"] == "131059"


def definition(**more: Any) -> dict[str, Any]:
    return {"name": "hello", "language": "en_US", "category": "UTILITY", "components": [body("Hi.")], **more}


def body(text: str, **more: Any) -> dict[str, Any]:
    return {"type": "BODY", "text": text, **more}


def buttons(*given: dict[str, Any]) -> dict[str, Any]:
    return definition(components=[body("Hi."), {"type": "BUTTONS", "buttons": [*given]}])


def button(kind: str, **more: Any) -> dict[str, Any]:
    return {"type": kind, "text": "Go", **more}


def header(**more: Any) -> dict[str, Any]:
    return definition(components=[{"type": "HEADER", "format": "TEXT", **more}, body("Hi.")])


EXAMPLE = {"example": {"body_text": [["a"]]}}
URL = button("URL", url="https://example.com/{{1}}", example=["x"])


@pytest.mark.parametrize(
    "given",
    [
        definition(),
        definition(components=[body("Hello {{1}}, thanks.", **EXAMPLE)]),
        definition(parameter_format="NAMED", components=[body("Hello {{name}}, thanks.", **EXAMPLE)]),
        definition(category="AUTHENTICATION", components=[{"type": "BODY", "add_security_recommendation": True}]),
        definition(message_send_ttl_seconds=-1),
        definition(message_send_ttl_seconds=43_200),
        definition(components=[body("Hi."), {"type": "FOOTER", "text": "Bye"}]),
        header(text="Hello {{1}}", example={"header_text": ["x"]}),
        header(format="IMAGE", example={"header_handle": ["4::abc"]}),
        buttons(URL, button("QUICK_REPLY"), button("QUICK_REPLY")),
        buttons(*[button("QUICK_REPLY")] * 10),
    ],
)
def test_a_template_is_created(given: dict[str, Any]) -> None:
    request = WHATSAPP.create_template_request(ACCESS, given)
    assert request.method == "POST"
    assert body_of(request) == given


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (definition(name="Hello"), "small letters"),
        (definition(name="x" * 513), "512 at most"),
        (definition(language="English"), "a code like en"),
        (definition(category="NEWS"), "AUTHENTICATION, MARKETING, UTILITY"),
        (definition(message_send_ttl_seconds=29), "30 to 43,200 seconds"),
        (definition(category="MARKETING", message_send_ttl_seconds=-1), "43,200 to 2,592,000"),
        (definition(components=[]), "needs a text"),
        (definition(components=[body("")]), "needs a text"),
        (definition(components=[{"type": "TAIL"}]), "unknown type"),
        (definition(components=[5]), "unknown type"),
        (definition(components=[body("Hi."), body("Hi.")]), "two parts"),
        (definition(components=[body("x" * 1025)]), "has 1,025 characters; WhatsApp takes 1,024"),
        (definition(components=[body("Hi."), {"type": "FOOTER", "text": "x" * 61}]), "footer has 61"),
        (definition(components=[body("Hi."), {"type": "FOOTER", "text": "{{1}} x"}]), "footer takes no variables"),
        (definition(components=[body("{{1}} hello", **EXAMPLE)]), "begins or ends with a variable"),
        (definition(components=[body("hello {{1}}", **EXAMPLE)]), "begins or ends with a variable"),
        (definition(components=[body("hello {{1}} {{2}} you", **EXAMPLE)]), "next to each other"),
        (definition(components=[body("hello {{1}}, you")]), "Give an example"),
        (definition(components=[body("a {{1}} b {{name}} c", **EXAMPLE)]), "one sort"),
        (header(text="x" * 61), "header has 61"),
        (header(text=""), "header is empty"),
        (header(text="{{1}} and {{2}}", example={}), "one variable at most"),
        (header(format="VIDEO"), "resumable upload"),
        (buttons(), "1 to 10 buttons"),
        (buttons(*[button("QUICK_REPLY")] * 11), "1 to 10 buttons"),
        (buttons(URL, URL, URL), "2 buttons of the type URL"),
        (buttons(*[button("PHONE_NUMBER", phone_number="+66")] * 2), "1 buttons of the type PHONE_NUMBER"),
        (buttons(*[button("COPY_CODE")] * 2), "1 buttons of the type COPY_CODE"),
        (buttons(button("QUICK_REPLY"), URL, button("QUICK_REPLY")), "must stand together"),
        (buttons(button("QUICK_REPLY", text="x" * 26)), "text of a button has 26"),
        (buttons(button("URL", url="https://x.test/" + "x" * 2000)), "url of a button has 2,015"),
        (buttons(button("PHONE_NUMBER", phone_number="+" * 21)), "phone_number of a button has 21"),
        (buttons(button("URL", url="https://x.test/{{1}}/x")), "one variable, at its end"),
        (buttons(button("URL", url="https://x.test/{{1}}{{2}}")), "one variable, at its end"),
    ],
)
def test_a_template_that_whatsapp_would_refuse_is_refused_first(given: dict[str, Any], words: str) -> None:
    with pytest.raises(InvalidInput, match=words) as caught:
        WHATSAPP.create_template_request(ACCESS, given)
    assert caught.value.sentence.endswith(".")


def test_without_an_account_id_there_are_no_templates() -> None:
    with pytest.raises(InvalidInput, match="Business account id is missing"):
        WHATSAPP.list_templates_request(replace(ACCESS, parent_external_id=""), None)
