"""Which path is whose in the web process: screens', the web app's, Django's."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from hubbub.api import asgi
from hubbub.webapp.bundle import Bundle
from tests.api.test_bridge import Asked

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture(autouse=True)
def _bundle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setattr(asgi, "bundle", Bundle(tmp_path))
    asgi.requests.start(1)  # a thread of its own for each test
    yield tmp_path
    asyncio.run(_close_connections())


async def _close_connections() -> None:
    from django.db import connections

    def close() -> None:
        connections.close_all()

    await asyncio.get_running_loop().run_in_executor(asgi.requests._pool, close)
    asgi.requests._pool.shutdown()


@pytest.fixture
def built(_bundle: Path) -> None:
    (_bundle / "assets").mkdir()
    (_bundle / "index.html").write_bytes(b"the app")
    (_bundle / "assets" / "main.js").write_bytes(b"1")


def ask(path: str, method: str = "GET", cookie: bytes = b"sessionid=x") -> Asked:
    headers = [(b"host", b"localhost"), (b"cookie", cookie)]
    asked = Asked(method=method, path=path.encode(), headers=headers)
    asyncio.run(asgi.application(asked.scope, asked.receive, asked.send))
    return asked


def test_without_a_bundle_the_root_says_how_to_build_it() -> None:
    asked = ask("/")
    assert asked.status == 200
    assert asked.body.count(b"\n") == 1
    assert b"make web" in asked.body
    assert ask("/inbox").status == 404


@pytest.mark.usefixtures("built")
@pytest.mark.parametrize("path", ["/", "/inbox", "/inbox/01a1fd39", "/settings/labels", "/apis", "/administration"])
def test_a_screen_s_address_gets_the_app(path: str) -> None:
    assert (ask(path).status, ask(path).body) == (200, b"the app")
    stranger = ask(path, cookie=b"")
    assert (stranger.status, stranger.headers[b"location"]) == (302, b"/sign-in?next=" + path.encode())


@pytest.mark.usefixtures("built")
@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api", 404),
        ("/api/v1/nothing", 404),
        ("/api/v1/conversations", 401),
        ("/media/x", 404),
        ("/assets/old.js", 404),
        ("/socket.io/", 400),
        ("/socket.io", 404),
        ("/static/nothing.css", 404),
        ("/webhooks/line", 404),
        ("/health/live", 200),
        ("/sign-in", 200),
        ("/admin/", 302),
    ],
)
def test_other_paths_are_never_the_app_s(path: str, status: int) -> None:
    asked = ask(path, cookie=b"")
    assert asked.status == status
    assert b"the app" not in asked.body


@pytest.mark.usefixtures("built")
def test_a_file_of_the_app_is_sent_with_its_length() -> None:
    asked = ask("/assets/main.js")
    assert (asked.status, asked.body, asked.headers[b"content-length"]) == (200, b"1", b"1")
    assert ask("/assets/main.js", method="HEAD").body == b""
    assert ask("/", method="POST").status == 405


@pytest.mark.parametrize("path", ["*", "", "//", "/\x00"])
def test_a_strange_path_is_no_accident(path: str) -> None:
    assert ask(path, method="OPTIONS").status in (200, 400, 404, 405, 422)
