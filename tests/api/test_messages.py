"""Writing through the API."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from hubbub.channels.models import Channel
from hubbub.organizations.models import Role
from hubbub.organizations.scope import organization_scope
from tests.support.factories import Tenant
from tests.support.people import make_member
from tests.support.talk import Talk, make_talk
from tests.support.web import Api, api_for

pytestmark = pytest.mark.usefixtures("database")
PICTURE = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
    b"\x00\x00\x00\rIDATx\x9cc\xf8\xcf\xc0\xf0\x1f\x00\x05\x00\x01\xff\x89\x99=\x1d\x00\x00\x00\x00IEND\xaeB`\x82"
)


def _thread(talk: Talk) -> str:
    return f"/conversations/{talk.conversation().id}/messages"


def test_what_is_sent_is_queued_and_answers_the_customer() -> None:
    talk = make_talk("hello")
    api = api_for(talk.tenant, Role.AGENT)
    answer = api.post(_thread(talk), {"text": "good morning"})
    assert answer.status == 201
    assert (answer.body["status"], answer.body["direction"], answer.body["author_type"]) == (
        "queued",
        "outbound",
        "human",
    )
    assert api.get(f"/conversations/{talk.conversation().id}").body["last_message_text"] == "good morning"


def test_the_same_client_id_sends_once() -> None:
    talk = make_talk("hello")
    api = api_for(talk.tenant)
    first, again = (api.post(_thread(talk), {"text": "once", "client_id": "c-1"}) for _ in range(2))
    assert first.body["id"] == again.body["id"]
    assert len(api.get(_thread(talk)).items) == 2


def test_a_queued_message_can_be_taken_back_and_sent_again() -> None:
    talk = make_talk("hello")
    api = api_for(talk.tenant)
    message = api.post(_thread(talk), {"text": "oops"}).body["id"]
    cancelled = api.post(f"/messages/{message}/cancel")
    assert (cancelled.status, cancelled.body["status"]) == (200, "failed")
    assert cancelled.body["error"]["code"] == "cancelled"
    assert api.post(f"/messages/{message}/cancel").status == 409
    assert api.post(f"/messages/{message}/retry").body["status"] == "queued"
    assert api.post(f"/messages/{message}/retry").status == 409


def test_what_the_platform_cannot_express_is_refused_with_a_sentence_and_not_stored() -> None:
    talk = make_talk("hello")
    api = api_for(talk.tenant)
    answer = api.post(_thread(talk), {"text": "x" * 5001})
    assert answer.status == 422
    assert "5000" in answer.sentence or "5,000" in answer.sentence
    assert len(api.get(_thread(talk)).items) == 1


def test_a_kind_says_which_field_it_lacks() -> None:
    talk = make_talk("hello")
    answer = api_for(talk.tenant).post(_thread(talk), {"kind": "location", "latitude": 1.5})
    assert (answer.status, answer.sentence) == (422, "A message of kind location needs longitude.")


def test_a_reply_names_the_message_that_it_quotes() -> None:
    talk = make_talk("which colour?")
    question = talk.messages()[0]
    answer = api_for(talk.tenant).post(_thread(talk), {"text": "blue", "reply_to": str(question.id)})
    assert answer.body["reply_to"] == {"id": str(question.id), "external_id": question.external_id}


def test_a_message_of_another_thread_cannot_be_quoted() -> None:
    talk = make_talk("one")
    other = make_talk("two", tenant=talk.tenant)
    body = {"text": "blue", "reply_to": str(other.messages()[0].id)}
    assert api_for(talk.tenant).post(_thread(talk), body).status == 422


def _upload(api: Api, name: str, content: bytes, content_type: str) -> dict[str, object]:
    response = api.client.post(
        "/api/v1/uploads",
        {"file": SimpleUploadedFile(name, content, content_type)},
        headers={"Authorization": f"Bearer {api.key}"},
    )
    return {"status": response.status_code, **response.json()}


def test_an_uploaded_file_is_sent_and_read_back_through_a_signed_link() -> None:
    talk = make_talk("hello")
    with organization_scope(talk.tenant.id):
        Channel.objects.filter(id=talk.channel.id).update(settings={})
    api = api_for(talk.tenant)
    uploaded = _upload(api, "dot.png", PICTURE, "image/png")
    assert (uploaded["status"], uploaded["mime_type"]) == (201, "image/png")
    body = {"kind": "media", "media": [{"type": "image", "upload_id": uploaded["upload_id"]}]}
    answer = api.post(_thread(talk), body)
    assert answer.status == 201, answer.body
    [attachment] = answer.body["attachments"]
    path = attachment["url"].partition("/media/")[2]
    served = api.client.get(f"/media/{path}")
    assert b"".join(served) == PICTURE
    assert served["Content-Type"] == "image/png"
    assert (served["X-Content-Type-Options"], served["Content-Security-Policy"][:7]) == ("nosniff", "sandbox")
    part = api.client.get(f"/media/{path}", headers={"Range": "bytes=1-3"})
    assert (part.status_code, b"".join(part)) == (206, b"PNG")
    assert api.client.get(f"/media/{path}", headers={"Range": "bytes=9999-"}).status_code == 416


def test_an_upload_of_another_organisation_cannot_be_sent() -> None:
    talk, other = make_talk("hello"), make_talk("hello")
    uploaded = _upload(api_for(other.tenant), "a.txt", b"text", "text/plain")
    body = {"kind": "media", "media": [{"type": "file", "upload_id": uploaded["upload_id"]}]}
    assert api_for(talk.tenant).post(_thread(talk), body).status == 422


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("audio/ogg", b"OggS\x00\x02" + b"\x00" * 22 + b"\x01\x13OpusHead" + b"\x00" * 64),
        ("audio/mp4", b"\x00\x00\x00\x20ftypisom\x00\x00\x02\x00isomiso2mp41" + b"\x00" * 64),
        ("audio/wav", b"RIFF\x26\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00" + b"\x00" * 64),
    ],
)
def test_a_recording_stays_one_where_its_first_bytes_could_be_a_film_s(kind: str, content: bytes) -> None:
    api = api_for(make_talk().tenant)
    assert _upload(api, "voice", content, f"{kind};codecs=opus")["mime_type"] == kind
    assert not str(_upload(api, "page", content, "text/html")["mime_type"]).startswith("text/")


def test_a_program_is_not_taken() -> None:
    assert _upload(api_for(make_talk().tenant), "a.exe", b"MZ\x90\x00" + b"\x00" * 64, "image/png")["status"] == 422


def test_a_page_is_only_ever_handed_out_as_a_download() -> None:
    from hubbub.api.uploads import open_upload
    from hubbub.conversations.media import signed_media_url

    tenant = make_talk().tenant
    api = api_for(tenant)
    uploaded = _upload(api, "a.html", b"<html><script>alert(1)</script></html>", "text/html")
    stored = open_upload(tenant.id, str(uploaded["upload_id"]))
    url = signed_media_url(stored.storage_key, 60, file_name="a.html", mime_type=stored.mime_type)
    served = api.client.get("/media/" + url.partition("/media/")[2])
    assert served["Content-Type"] == "application/octet-stream"
    assert served["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize("token", ["", "x", "AAAA", "%F0%9F%98%80", "a" * 3000])
def test_a_link_that_is_not_ours_opens_nothing(token: str) -> None:
    assert api_for(make_talk().tenant).client.get(f"/media/{token}").status_code == 404


def test_the_ways_to_write_are_told() -> None:
    talk = make_talk("hello")
    answer = api_for(talk.tenant).get(f"/conversations/{talk.conversation().id}/ways")
    assert [way["way"] for way in answer.items] == ["reply"]


def test_what_we_sent_is_shown_with_its_buttons_and_without_their_payloads() -> None:
    talk = make_talk("hello")
    api = api_for(talk.tenant)
    button = {"type": "postback", "title": "Track it", "payload": "track:42"}
    sent = api.post(_thread(talk), {"text": "Your parcel", "buttons": [button]}).body
    assert sent["content"]["said"] == {"buttons": [{"title": "Track it"}]}
    card = {"title": "Shirt", "subtitle": "Linen", "buttons": [button]}
    sent = api.post(_thread(talk), {"kind": "cards", "cards": [card]}).body
    assert sent["content"]["said"] == {
        "cards": [{"title": "Shirt", "subtitle": "Linen", "buttons": [{"title": "Track it"}]}]
    }
    assert "track:42" not in str(api.get(_thread(talk)).items)


def test_a_plain_text_says_no_more_than_its_text() -> None:
    talk = make_talk("hello")
    assert "said" not in api_for(talk.tenant).post(_thread(talk), {"text": "plain"}).body["content"]


def _signed_in(tenant: Tenant) -> Client:
    """The browser of somebody who works there."""
    browser = Client(SERVER_NAME="localhost")
    browser.force_login(make_member(tenant))
    return browser


def test_a_screen_s_link_opens_for_nobody_but_people_of_the_organisation() -> None:
    talk, other = make_talk("hello"), make_talk("hello")
    with organization_scope(talk.tenant.id):
        Channel.objects.filter(id=talk.channel.id).update(settings={})
    uploaded = _upload(api_for(talk.tenant), "dot.png", PICTURE, "image/png")
    body = {"kind": "media", "media": [{"type": "image", "upload_id": uploaded["upload_id"]}]}
    assert api_for(talk.tenant).post(_thread(talk), body).status == 201
    ours, theirs = _signed_in(talk.tenant), _signed_in(other.tenant)
    [link] = [file["url"] for one in _listed(ours, talk) for file in one["attachments"]]
    assert link.startswith("/media/"), "the page's own host, for which the browser says who signed in"
    served = ours.get(link)
    assert (served.status_code, b"".join(served)) == (200, PICTURE)
    key = api_for(talk.tenant)
    assert key.client.get(link, headers={"Authorization": f"Bearer {key.key}"}).status_code == 200
    for stranger in (theirs, Client(SERVER_NAME="localhost")):
        refused = stranger.get(link)
        assert (refused.status_code, refused.json()["error"]["code"]) == (404, "not_found")
    foreign = api_for(other.tenant)
    for header in (f"Bearer {foreign.key}", "Bearer hub_none"):
        assert foreign.client.get(link, headers={"Authorization": header}).status_code == 404


def test_a_message_of_another_organisation_is_not_there() -> None:
    talk, other = make_talk("hello"), make_talk("hello")
    assert api_for(other.tenant).get(_thread(talk)).status == 404
    assert _signed_in(other.tenant).get(f"/api/v1{_thread(talk)}").status_code == 404


def _listed(browser: Client, talk: Talk) -> list[dict[str, Any]]:
    return list(browser.get(f"/api/v1{_thread(talk)}").json()["items"])
