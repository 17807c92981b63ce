"""Which file of the built web app answers which path, and with which headers. Django knows nothing of it.

`assets/` holds files whose names change with their content: browsers keep them for good. Everything else is asked for
anew each time. A path that is no file is a screen's address: `index.html` answers it, and the app finds the way.
"""

from __future__ import annotations

import mimetypes
import re
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import quote

DIST: Final = Path(__file__).parent / "dist"
NONCE: Final = b"__CSP_NONCE__"
"""Stands in `index.html` where a style's nonce belongs."""

TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".map": "application/json",
    ".md": "text/plain; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".wasm": "application/wasm",
    ".webmanifest": "application/manifest+json",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
}
PICTURES: Final = frozenset({".ico", ".png", ".svg", ".webp"})
"""Icons keep their names; browsers ask for a page's at every step inside the app."""
ENCODINGS: Final = (("br", ".br"), ("gzip", ".gz"))
"""Files that the build has compressed stand beside the plain ones; the first that the browser takes is sent."""

SAFE: Final = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(self), payment=(), usb=(), browsing-topics=()",
}
HTTPS_ONLY: Final = {"Strict-Transport-Security": "max-age=31536000; includeSubDomains; preload"}
OF_WORKERS: Final = "default-src 'none'; script-src 'self'; connect-src 'self'"
"""A service worker obeys the policy that came with its own file."""
WORKER: Final = "sw.js"
"""The service worker stands at the root: it looks after every screen's address."""
OF_FILES: Final = "default-src 'none'; sandbox"
"""Whoever opens a picture of ours by itself."""
_PLAIN_PATH = re.compile(r"(?:/[A-Za-z0-9_@~+-][A-Za-z0-9_@~+.-]*)+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """An answer. `file` is read by whoever sends it; None: `body` is all."""

    status: int
    headers: dict[str, str]
    body: bytes = b""
    file: Path | None = None


class Bundle:
    """One built web app. Looks at the disk with every request: a new build is served at once."""

    def __init__(self, folder: Path = DIST, *, media_origin: str = "", is_https_only: bool = False) -> None:
        self._folder = folder
        self._media = f" {media_origin}" if media_origin else ""
        self._always = SAFE | (HTTPS_ONLY if is_https_only else {})

    @property
    def is_built(self) -> bool:
        return (self._folder / "index.html").is_file()

    def answer(self, path: str, *, accept_encoding: str = "", if_none_match: str = "", is_known: bool = True) -> Page:
        """What a browser gets at `path` (decoded). `is_known`: it has a session's cookie; others sign in."""
        file = self._file_at(path)
        if file is not None and file.name != "index.html":
            return self._whole(file, accept_encoding, if_none_match)
        if path.startswith("/assets/") or "." in path.rpartition("/")[2].removesuffix("index.html"):
            return Page(
                status=404, headers=self._headers("text/plain; charset=utf-8", "no-store"), body=b"Not found.\n"
            )
        if not is_known:
            where = {"Location": f"/sign-in?next={quote(path)}", "Cache-Control": "no-store"}
            return Page(status=302, headers=self._always | where)
        return self._index()

    def _file_at(self, path: str) -> Path | None:
        """The file of that name inside the folder; nothing hidden, nothing outside, nothing through a link."""
        if not _PLAIN_PATH.fullmatch(path):
            return None
        file = self._folder / path[1:]
        is_ours = file.is_file() and file.resolve().is_relative_to(self._folder.resolve())
        return file if is_ours and file.suffix not in (".br", ".gz") else None

    def _whole(self, file: Path, accept_encoding: str, if_none_match: str) -> Page:
        headers = self._headers(TYPES.get(file.suffix) or _guess(file), self._cache_of(file))
        headers["Content-Security-Policy"] = OF_WORKERS if file.suffix == ".js" else OF_FILES
        if file == self._folder / WORKER:
            headers["Service-Worker-Allowed"] = "/"
        encoding, chosen = _compressed(file, accept_encoding)
        about = chosen.stat()
        headers |= {"ETag": f'"{about.st_mtime_ns:x}-{about.st_size:x}{encoding}"', "Vary": "Accept-Encoding"}
        if encoding:
            headers["Content-Encoding"] = encoding
        if headers["ETag"] in (part.strip().removeprefix("W/") for part in if_none_match.split(",")):
            return Page(status=304, headers=headers)
        return Page(status=200, headers=headers, file=chosen)

    def _index(self) -> Page:
        nonce = secrets.token_urlsafe(16)
        body = (self._folder / "index.html").read_bytes().replace(NONCE, nonce.encode())
        headers = self._headers(TYPES[".html"], "no-cache") | {"Content-Security-Policy": self._policy(nonce)}
        return Page(status=200, headers=headers, body=body)

    def _policy(self, nonce: str) -> str:
        """Scripts, styles and fonts from our own files only; pictures also from memory and from our own store."""
        return "; ".join(
            (
                "default-src 'none'",
                "script-src 'self'",
                f"style-src 'self' 'nonce-{nonce}'",
                "font-src 'self'",
                f"img-src 'self' data: blob:{self._media}",
                f"media-src 'self' data: blob:{self._media}",
                "connect-src 'self'",
                "manifest-src 'self'",
                "worker-src 'self'",
                "object-src 'none'",
                "frame-src 'none'",
                "base-uri 'none'",
                "form-action 'self'",
                "frame-ancestors 'none'",
            )
        )

    def _cache_of(self, file: Path) -> str:
        """What is in `assets` has its content in its name; icons may be a day old; all else is asked for anew."""
        if file.parent != self._folder and "assets" in file.relative_to(self._folder).parts:
            return "public, max-age=31536000, immutable"
        return "public, max-age=86400" if file.suffix in PICTURES else "no-cache"

    def _headers(self, content_type: str, cache: str) -> dict[str, str]:
        return {**self._always, "Content-Type": content_type, "Cache-Control": cache}


def _compressed(file: Path, accept_encoding: str) -> tuple[str, Path]:
    accepted = _accepted(accept_encoding)
    for encoding, suffix in ENCODINGS:
        beside = file.with_name(file.name + suffix)
        if encoding in accepted and beside.is_file():
            return encoding, beside
    return "", file


def _accepted(header: str) -> set[str]:
    """The encodings that are not refused by q=0."""
    parts = (part.strip().lower().partition(";") for part in header.split(","))
    return {name.strip() for name, _, rest in parts if not re.fullmatch(r"\s*q\s*=\s*0(?:\.0*)?\s*", rest)}


def _guess(file: Path) -> str:
    return mimetypes.guess_type(file.name)[0] or "application/octet-stream"
