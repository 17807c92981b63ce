"""Files of customers are handed out by short-lived links, and none of them can run in our pages."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client

from hubbub.api.links import URL_SECONDS, links_for, media_url
from hubbub.conversations.media import signed_media_url
from hubbub.kit import clock
from hubbub.kit.ids import new_id
from tests.support.factories import make_tenant
from tests.support.people import principal_of
from tests.support.web import signed_in

pytestmark = pytest.mark.usefixtures("database")

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!doctype html><script>alert(1)</script>"
PNG = bytes.fromhex("89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489")


def stored(content: bytes) -> str:
    return default_storage.save(f"tests/{new_id().hex}", ContentFile(content))


def path_of(content: bytes, *, seconds: int = 60, name: str = "", kind: str = "") -> str:
    return urlsplit(signed_media_url(stored(content), seconds, file_name=name, mime_type=kind)).path


@pytest.fixture
def client() -> Client:
    return Client(SERVER_NAME="localhost", raise_request_exception=False)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (SVG, ""),
        (SVG, "image/svg+xml"),
        (SVG, "image/svg+xml;charset=utf-8"),
        (SVG, "IMAGE/SVG+XML"),
        (SVG, "image/svg"),
        (HTML, ""),
        (HTML, "text/html"),
        (HTML, "application/xhtml+xml"),
        (HTML, "text/xml"),
        (HTML, "image/png\r\nX-Evil: 1"),
        (HTML, "image/unheard-of"),
        (HTML, "multipart/x-mixed-replace"),
        (b"%PDF-1.7", "application/pdf"),
    ],
)
def test_what_could_run_is_only_ever_a_download(client: Client, content: bytes, kind: str) -> None:
    answer = client.get(path_of(content, name='a"\r\n.html', kind=kind))
    assert answer.status_code == 200
    assert answer["Content-Disposition"].startswith("attachment; filename*=UTF-8''")
    assert answer["Content-Type"] in ("application/octet-stream", "application/pdf")
    assert "sandbox" in answer["Content-Security-Policy"]
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "X-Evil" not in answer


def test_a_picture_is_shown_in_a_cage(client: Client) -> None:
    answer = client.get(path_of(PNG, kind="image/png"))
    assert answer["Content-Disposition"].startswith("inline")
    assert answer["Content-Type"] == "image/png"
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert b"".join(answer.streaming_content) == PNG  # type: ignore[attr-defined]


def test_a_page_that_says_it_is_a_picture_stays_one_that_cannot_be_drawn(client: Client) -> None:
    answer = client.get(path_of(HTML, kind="image/png"))
    assert (answer["Content-Type"], answer["X-Content-Type-Options"]) == ("image/png", "nosniff")


def test_the_api_s_links_are_good_for_fifteen_minutes(client: Client) -> None:
    path = path_of(PNG, seconds=URL_SECONDS)
    assert URL_SECONDS <= 15 * 60
    assert client.get(path).status_code == 200
    with time_machine.travel(clock.now() + timedelta(seconds=URL_SECONDS + 2)):
        assert client.get(path).status_code == 404


def test_a_file_on_a_screen_can_be_opened_hours_later() -> None:
    tenant = make_tenant()
    api, user = signed_in(tenant)
    with links_for(principal_of(tenant, user)):
        link = media_url(stored(PNG))
    with time_machine.travel(clock.now() + timedelta(hours=11)):
        assert api.client.get(link).status_code == 200
    with time_machine.travel(clock.now() + timedelta(hours=13)):
        assert api.client.get(link).status_code == 404


@pytest.mark.parametrize(
    "change", [lambda p: p[:-1] + ("A" if p[-1] != "A" else "B"), lambda p: p + "A" * 4, lambda p: p[:20]]
)
def test_a_changed_link_opens_nothing(client: Client, change: object) -> None:
    assert callable(change)
    path = path_of(PNG)
    answer = client.get(str(change(path)))
    assert answer.status_code == 404
    assert PNG not in answer.content
