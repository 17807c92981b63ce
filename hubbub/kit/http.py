"""Calls to other servers: the one module that imports httpx.

Every call has one deadline for everything together, follows no redirect unless it is a download, keeps no cookies,
reads no proxy settings, and (unless its exact origin or host is exempt) reaches only public addresses. What goes wrong
is told apart by what the server may have seen: `NotSent` is safe to repeat, `AnswerLost` may have been carried out.
"""

import hashlib
import logging
import ssl
import tempfile
import time
import zlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, NamedTuple, Self, cast

import httpcore
import httpx

from hubbub.kit.connections import AnswerLost, ConnectionPool
from hubbub.kit.errors import HubbubError, TooLarge
from hubbub.kit.logging import log_event
from hubbub.kit.network import ForbiddenAddress, NotSent

__all__ = [
    "AnswerLost",
    "Download",
    "DownloadFailed",
    "ForbiddenAddress",
    "HttpClient",
    "HttpFile",
    "HttpRequest",
    "HttpResponse",
    "NotSent",
]

logger = logging.getLogger(__name__)

MAX_ANSWER_BYTES = 16 * 1024 * 1024
CONNECT_SECONDS = 5.0
_IN_MEMORY_BYTES = 1024 * 1024
_REDIRECTS = frozenset((301, 302, 303, 307, 308))
_WITH_BODY = frozenset(("POST", "PUT", "PATCH"))
_DEFAULT_PORTS = {"http": 80, "https": 443}
_URLS_REMEMBERED = 256
"""Checking one takes longer than all the rest of putting a request together; a sender calls the same few."""
_KEPT_ON_OTHER_ORIGINS = frozenset(("accept", "user-agent"))

_Encoded = tuple[Sequence[tuple[bytes, bytes]], bytes | Iterable[bytes] | None]
"""Headers and content as they go over the wire."""


class DownloadFailed(HubbubError):
    """A download did not give the file; `details["status"]` is the server's HTTP status where there was one."""

    code = "download_failed"
    status = 502


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpFile:
    """A file of a multipart form; a `Path` is read while sending."""

    name: str
    content: bytes | Path
    content_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpRequest:
    """What to send. Either `body` or a multipart form made of `form` and `files`. `timeout` is in seconds, in total."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    form: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, HttpFile] = field(default_factory=dict)
    timeout: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpResponse:
    """What came back, whatever its status. Header names are in lower case; repeated ones are joined by ", "."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    elapsed_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Download:
    """A downloaded file: `file` stands at its start, in memory or (over 1 MiB) in a temporary file gone on close."""

    file: BinaryIO
    size: int
    content_type: str
    sha256: str

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.file.close()


class HttpClient:
    """Sends requests over pools of kept connections. Thread-safe; make one per process, after any fork.

    `timeout` is the default for a whole call, in seconds. `private_origins` ("http://127.0.0.1:9000") and
    `private_hosts` (names or addresses, any port) may be private; all else must be on the public internet.
    An answer has at most `max_answer_bytes`. `ssl_context` replaces the usual trust in public certificate authorities.
    """

    def __init__(
        self,
        *,
        timeout: float = 30.0,
        private_origins: Collection[str] = (),
        private_hosts: Collection[str] = (),
        max_connections: int = 100,
        max_answer_bytes: int = MAX_ANSWER_BYTES,
        user_agent: str = "Hubbub",
        ssl_context: ssl.SSLContext | None = None,
    ) -> None:
        tls = ssl_context or httpx.create_ssl_context(trust_env=False)
        self._timeout = timeout
        self._private_origins = {_origin(httpx.URL(origin)) for origin in private_origins}
        self._private_hosts = {host.lower().strip("[]") for host in private_hosts}
        self._user_agent = user_agent
        self._max_answer_bytes = max_answer_bytes
        self._guarded = ConnectionPool(ssl_context=tls, max_connections=max_connections, is_guarded=True)
        self._exempt = ConnectionPool(ssl_context=tls, max_connections=max_connections, is_guarded=False)

    def close(self) -> None:
        self._guarded.close()
        self._exempt.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def send(self, request: HttpRequest) -> HttpResponse:
        """Sends `request` once, follows nothing, and returns the answer whatever its status.

        Raises `NotSent` (with its child `ForbiddenAddress`) or `AnswerLost`; an answer that is too large is lost too.
        """
        url = _checked_url(request.url)
        started = time.monotonic()
        with self._exchange(request, url, is_exempt=self._is_exempt(url)) as answer:
            body = _body_of(answer, self._max_answer_bytes)
        elapsed_ms = round((time.monotonic() - started) * 1000)
        log_event(logger, logging.DEBUG, "http_answered", host=url.host, status=answer.status, ms=elapsed_ms)
        return HttpResponse(status=answer.status, headers=answer.headers, body=body, elapsed_ms=elapsed_ms)

    def download(
        self,
        request: HttpRequest,
        *,
        max_bytes: int,
        allowed_types: Collection[str] = ("*/*",),
        max_redirects: int = 3,
    ) -> Download:
        """Fetches a file, streaming it, within one total time-out. Close the result (it is a context manager).

        `allowed_types` are patterns ("image/*"). Redirects are followed up to `max_redirects`, each checked like a
        first address and never into an exempt origin from outside; other origins get no Authorization, cookie or other
        header of ours, and https is never left for http. Raises `TooLarge`, `DownloadFailed`, `NotSent`, `AnswerLost`.
        """
        url = _checked_url(request.url)
        is_exempt = self._is_exempt(url)
        deadline = time.monotonic() + (request.timeout or self._timeout)
        for _ in range(max_redirects + 1):
            step = replace(request, timeout=max(deadline - time.monotonic(), 0.001))
            with self._exchange(step, url, is_exempt=is_exempt) as answer:
                if not answer.is_redirect:
                    return _saved(answer, max_bytes, allowed_types)
                target = _redirect_target(url, answer)
            if _origin(target) != _origin(url):
                request = replace(request, headers=_harmless(request.headers))
                is_exempt = is_exempt and self._is_exempt(target)
            url = target
        raise DownloadFailed("The file's address redirects too often.", code="too_many_redirects")

    def _is_exempt(self, url: httpx.URL) -> bool:
        return _origin(url) in self._private_origins or url.host.lower() in self._private_hosts

    @contextmanager
    def _exchange(self, request: HttpRequest, url: httpx.URL, *, is_exempt: bool) -> Iterator["_Answer"]:
        """Sends, and yields the answer with its body still to be read."""
        seconds = request.timeout or self._timeout
        pool = self._exempt if is_exempt else self._guarded
        with ExitStack() as stack:
            headers, content = self._encoded(request, url, stack)
            wire_request = httpcore.Request(
                request.method,
                httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
                headers=headers,
                content=content,
                extensions={"timeout": {"connect": min(CONNECT_SECONDS, seconds), "read": seconds, "write": seconds}},
            )
            answer = stack.enter_context(pool.exchange(wire_request, seconds))
            yield _Answer(answer.status, _read_headers(answer.headers), answer.iter_stream())

    def _encoded(self, request: HttpRequest, url: httpx.URL, stack: ExitStack) -> _Encoded:
        ours = {"User-Agent": self._user_agent, "Accept-Encoding": "identity"}
        try:
            if request.form or request.files:
                return _encoded_form(request, url, ours, stack)
            return _encoded_body(request, url, ours)
        except (OSError, UnicodeError) as error:
            reason = type(error).__name__
            raise NotSent(f"The request could not be put together ({reason}).", code="invalid_request") from None


def _encoded_form(request: HttpRequest, url: httpx.URL, ours: Mapping[str, str], stack: ExitStack) -> _Encoded:
    headers = httpx.Headers(ours)
    headers.update(request.headers)
    files = {name: _part(file, stack) for name, file in request.files.items()}
    encoded = httpx.Request(request.method, url, headers=headers, data=dict(request.form) or None, files=files or None)
    return encoded.headers.raw, cast(httpx.SyncByteStream, encoded.stream)


def _encoded_body(request: HttpRequest, url: httpx.URL, ours: Mapping[str, str]) -> _Encoded:
    """Without httpx, whose models take a fifth of a call's time. Names may come in any case; the caller's win."""
    given = {"Host": url.netloc.decode(), **ours}
    if request.body is not None or request.method in _WITH_BODY:
        given["Content-Length"] = str(len(request.body or b""))
    chosen = {name.lower(): (name, value) for name, value in given.items()}
    chosen |= {name.lower(): (name, value) for name, value in request.headers.items()}
    return [(name.encode("ascii"), value.encode("ascii")) for name, value in chosen.values()], request.body


def _read_headers(raw: Sequence[tuple[bytes, bytes]]) -> dict[str, str]:
    """By names in lower case; repeated ones are joined."""
    headers: dict[str, str] = {}
    for name, value in raw:
        key, text = name.decode("latin-1").lower(), _text(value)
        headers[key] = f"{headers[key]}, {text}" if key in headers else text
    return headers


def _text(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("latin-1")


class _Answer(NamedTuple):
    status: int
    headers: Mapping[str, str]
    """By names in lower case."""
    chunks: Iterator[bytes]
    """The body as it comes over the wire, not decoded."""

    @property
    def is_redirect(self) -> bool:
        return self.status in _REDIRECTS and "location" in self.headers


def _part(file: HttpFile, stack: ExitStack) -> tuple[str, bytes | BinaryIO, str]:
    content = file.content if isinstance(file.content, bytes) else stack.enter_context(file.content.open("rb"))
    return file.name, content, file.content_type


@lru_cache(_URLS_REMEMBERED)
def _checked_url(text: str) -> httpx.URL:
    try:
        url = httpx.URL(text)
    except (httpx.InvalidURL, ValueError):
        raise NotSent("The address is not a valid URL.", code="invalid_url") from None
    if url.scheme not in _DEFAULT_PORTS or not url.host:
        raise NotSent("The address must begin with https:// or http:// and name a host.", code="invalid_url")
    if url.userinfo:
        raise NotSent("The address must not contain a user name or password.", code="invalid_url")
    return url


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host.lower(), url.port or _DEFAULT_PORTS.get(url.scheme)


def _body_of(answer: _Answer, limit: int) -> bytes:
    body = bytearray()
    for chunk in answer.chunks:
        body += chunk
        if len(body) > limit:
            raise AnswerLost("The server's answer is too large to read.", code="answer_too_large")
    return _decoded(bytes(body), limit, answer.headers.get("content-encoding", "identity").strip().lower())


def _decoded(body: bytes, limit: int, encoding: str) -> bytes:
    """We ask for no compression; a server that compresses all the same is read, within the same bound."""
    if encoding == "identity" or not body:
        return body
    if encoding not in ("gzip", "deflate"):
        raise AnswerLost(f"The server's answer is compressed in a way that we do not read ({encoding[:20]}).")
    try:
        decoder = zlib.decompressobj(zlib.MAX_WBITS | 32)
        plain = decoder.decompress(body, limit)
    except zlib.error:
        raise AnswerLost("The server's answer is compressed, but damaged.") from None
    if decoder.unconsumed_tail:
        raise AnswerLost("The server's answer is too large to read.", code="answer_too_large")
    return plain


def _redirect_target(url: httpx.URL, answer: _Answer) -> httpx.URL:
    try:
        target = url.join(answer.headers["location"])
    except (httpx.InvalidURL, ValueError):
        raise DownloadFailed("The file's address redirects to something that is no URL.", code="bad_redirect") from None
    if url.scheme == "https" and target.scheme != "https":
        raise DownloadFailed("The file's address redirects from https to http.", code="bad_redirect")
    return _checked_url(str(target))


def _harmless(headers: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name.lower() in _KEPT_ON_OTHER_ORIGINS}


def _saved(answer: _Answer, max_bytes: int, allowed_types: Collection[str]) -> Download:
    content_type = _checked_head(answer, max_bytes, allowed_types)
    file = cast(BinaryIO, tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY_BYTES))  # noqa: SIM115 (the caller closes)
    try:
        size, sha256 = _written(answer, file, max_bytes)
    except BaseException:
        file.close()
        raise
    return Download(file=file, size=size, content_type=content_type, sha256=sha256)


def _checked_head(answer: _Answer, max_bytes: int, allowed_types: Collection[str]) -> str:
    if answer.status != httpx.codes.OK:
        raise DownloadFailed(
            f"The server answered {answer.status} instead of the file.",
            code="download_refused",
            details={"status": answer.status},
        )
    if answer.headers.get("content-encoding", "identity").lower() != "identity":
        raise DownloadFailed("The server compressed the file, which was not asked for.", code="encoded_download")
    content_type: str = answer.headers.get("content-type", "application/octet-stream").split(";")[0].strip().lower()
    if not any(fnmatchcase(content_type, pattern) for pattern in allowed_types):
        raise DownloadFailed(
            f"The file is of a type that is not allowed ({content_type[:80]}).", code="type_not_allowed"
        )
    announced = answer.headers.get("content-length", "0")
    if announced.isdecimal() and int(announced) > max_bytes:
        raise _too_large(max_bytes)
    return content_type


def _written(answer: _Answer, file: BinaryIO, max_bytes: int) -> tuple[int, str]:
    size, digest = 0, hashlib.sha256()
    for chunk in answer.chunks:
        size += len(chunk)
        if size > max_bytes:
            raise _too_large(max_bytes)
        digest.update(chunk)
        file.write(chunk)
    file.seek(0)
    return size, digest.hexdigest()


def _too_large(max_bytes: int) -> TooLarge:
    return TooLarge(f"The file is larger than {max_bytes:,} bytes.", details={"limit": max_bytes})
