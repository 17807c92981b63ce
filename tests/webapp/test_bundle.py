"""Which file answers which path, and with which headers."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from hubbub.webapp.bundle import Bundle

INDEX = b'<!doctype html><meta property="csp-nonce" nonce="__CSP_NONCE__"><div id="root"></div>'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    dist = tmp_path / "dist"
    (dist / "assets").mkdir(parents=True)
    (dist / "index.html").write_bytes(INDEX)
    (dist / "assets" / "main-abc123.js").write_bytes(b"console.log(1)")
    (dist / "assets" / "main-abc123.js.gz").write_bytes(gzip.compress(b"console.log(1)"))
    (dist / "assets" / "main-abc123.js.br").write_bytes(b"as brotli")
    (dist / "sw.js").write_bytes(b"self.addEventListener('push', () => {})")
    (dist / "manifest.webmanifest").write_bytes(b"{}")
    (dist / "icon.svg").write_bytes(b"<svg/>")
    (dist / ".stamp").write_bytes(b"secret")
    (tmp_path / "outside.txt").write_bytes(b"outside")
    (dist / "link.txt").symlink_to(tmp_path / "outside.txt")
    return dist


@pytest.mark.parametrize("path", ["/", "/inbox", "/inbox/01a1fd39-0c1a-7050-a8f2-20c996ba305f", "/index.html"])
def test_a_screen_s_address_gets_the_page_afresh_each_time(folder: Path, path: str) -> None:
    page = Bundle(folder).answer(path)
    assert (page.status, page.headers["Cache-Control"]) == (200, "no-cache")
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"


def test_the_page_runs_nothing_but_our_own_files(folder: Path) -> None:
    page = Bundle(folder).answer("/")
    policy = dict(part.strip().partition(" ")[::2] for part in page.headers["Content-Security-Policy"].split(";"))
    assert policy["script-src"] == policy["connect-src"] == "'self'"
    assert policy["img-src"] == "'self' data: blob:"
    assert policy["default-src"] == policy["object-src"] == policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert "unsafe" not in page.headers["Content-Security-Policy"]
    assert page.headers["X-Content-Type-Options"] == "nosniff"
    assert page.headers["Cross-Origin-Opener-Policy"] == "same-origin"


def test_a_style_s_nonce_is_another_one_each_time(folder: Path) -> None:
    one, other = Bundle(folder).answer("/"), Bundle(folder).answer("/")
    nonce = one.headers["Content-Security-Policy"].partition("'nonce-")[2].partition("'")[0]
    assert nonce.encode() in one.body
    assert one.body != other.body
    assert b"__CSP_NONCE__" not in one.body


def test_assets_are_kept_for_good_and_sent_compressed(folder: Path) -> None:
    page = Bundle(folder).answer("/assets/main-abc123.js", accept_encoding="gzip, deflate, br")
    assert page.file is not None
    assert page.file.name == "main-abc123.js.br"
    assert page.headers["Content-Encoding"] == "br"
    assert page.headers["Vary"] == "Accept-Encoding"
    assert page.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert page.headers["Content-Type"] == "text/javascript; charset=utf-8"


@pytest.mark.parametrize(
    ("accepts", "name"), [("", "main-abc123.js"), ("br;q=0, gzip;q=0.5", "main-abc123.js.gz"), ("x", "main-abc123.js")]
)
def test_only_what_the_browser_reads_is_sent(folder: Path, accepts: str, name: str) -> None:
    page = Bundle(folder).answer("/assets/main-abc123.js", accept_encoding=accepts)
    assert page.file is not None
    assert page.file.name == name


def test_a_file_that_the_browser_has_is_not_sent_again(folder: Path) -> None:
    first = Bundle(folder).answer("/sw.js")
    again = Bundle(folder).answer("/sw.js", if_none_match=f'W/"x", {first.headers["ETag"]}')
    assert (first.status, again.status, again.file) == (200, 304, None)


def test_the_service_worker_and_the_manifest_are_asked_for_anew(folder: Path) -> None:
    worker, manifest = Bundle(folder).answer("/sw.js"), Bundle(folder).answer("/manifest.webmanifest")
    assert worker.headers["Cache-Control"] == manifest.headers["Cache-Control"] == "no-cache"
    assert manifest.headers["Content-Type"] == "application/manifest+json"
    assert "connect-src 'self'" in worker.headers["Content-Security-Policy"]


def test_an_icon_is_kept_for_a_day_because_browsers_ask_for_it_at_every_step(folder: Path) -> None:
    icon = Bundle(folder).answer("/icon.svg")
    assert (icon.status, icon.headers["Cache-Control"]) == (200, "public, max-age=86400")


def test_the_service_worker_looks_after_every_screen_and_no_other_file_does(folder: Path) -> None:
    worker, script = Bundle(folder).answer("/sw.js", is_known=False), Bundle(folder).answer("/assets/main-abc123.js")
    assert (worker.status, worker.headers["Service-Worker-Allowed"]) == (200, "/")
    assert worker.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert "unsafe" not in worker.headers["Content-Security-Policy"]
    assert "Service-Worker-Allowed" not in script.headers


@pytest.mark.parametrize(
    "path",
    [
        "/assets/old-chunk.js",
        "/assets/",
        "/assets/inbox",
        "/favicon.ico",
        "/.stamp",
        "/assets/main-abc123.js.gz",
        "/link.txt",
        "/../outside.txt",
        "/assets/../../outside.txt",
        "//etc/passwd.txt",
        "/a\x00.txt",
        "/assets\\main.js",
    ],
)
def test_what_is_no_file_of_ours_is_not_found(folder: Path, path: str) -> None:
    page = Bundle(folder).answer(path)
    assert (page.status, page.file) == (404, None)
    assert b"outside" not in page.body


def test_whoever_never_signed_in_is_sent_there_and_back(folder: Path) -> None:
    page = Bundle(folder).answer("/inbox/1&2", is_known=False)
    assert (page.status, page.headers["Location"]) == (302, "/sign-in?next=/inbox/1%262")
    assert Bundle(folder).answer("/assets/main-abc123.js", is_known=False).status == 200


def test_our_own_store_s_address_is_allowed_for_pictures(folder: Path) -> None:
    page = Bundle(folder, media_origin="http://127.0.0.1:8000", is_https_only=True).answer("/")
    assert "img-src 'self' data: blob: http://127.0.0.1:8000;" in page.headers["Content-Security-Policy"]
    assert page.headers["Strict-Transport-Security"].startswith("max-age=31536000")


def test_a_folder_without_a_page_is_not_built(folder: Path) -> None:
    assert Bundle(folder).is_built
    (folder / "index.html").unlink()
    assert not Bundle(folder).is_built
