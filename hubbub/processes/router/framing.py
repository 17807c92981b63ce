"""HTTP/1.1 message framing, strictly: where a head ends, how long a body is, and nothing that two readers could read
differently (RFC 9112 §6.3 and §11.2). Pure: bytes in, values out."""

import re
from dataclasses import dataclass
from typing import Final, Protocol

MAX_HEAD: Final = 64 * 1024
MAX_TARGET: Final = 8 * 1024

_TOKEN = rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"
_REQUEST = re.compile(
    rb"(?P<method>" + _TOKEN + rb") (?P<target>/[\x21-\x7e\x80-\xff]*|\*) HTTP/1\.(?P<minor>[01])\r\n"
    rb"(?P<fields>(?:" + _TOKEN + rb":[\t\x20-\x7e\x80-\xff]*\r\n)*)\r\n"
)
_RESPONSE = re.compile(
    rb"(?P<line>HTTP/1\.(?P<minor>[01]) (?P<status>[1-5][0-9][0-9])[^\r\n\0]*)\r\n"
    rb"(?P<fields>(?:" + _TOKEN + rb":[^\r\n\0]*\r\n)*)\r\n"
)
_LENGTH = re.compile(rb"[0-9]{1,15}")
_CHUNK_SIZE = re.compile(rb"[0-9A-Fa-f]{1,8}")
_FRAMING_NAMES: Final = frozenset((b"content-length", b"transfer-encoding", b"host", b"connection", b"upgrade"))
_HOP_BY_HOP: Final = frozenset((b"connection", b"keep-alive", b"proxy-connection"))
_ABOUT_THE_CLIENT: Final = frozenset((b"forwarded", b"x-forwarded-for", b"x-forwarded-host", b"x-forwarded-proto"))
_LOOPBACK: Final = ("127.", "::1")


class BadMessage(Exception):
    """Not HTTP/1.1 that can be read in one way only; `status` is the answer, `sentence` its body."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence


class Body(Protocol):
    """How far a message's body goes."""

    is_complete: bool

    def feed(self, data: bytes) -> int:
        """Says how many bytes of `data` belong to the body. Raises BadMessage."""


class LengthBody:
    """Content-Length bytes; none at all for 0."""

    __slots__ = ("_left", "is_complete")

    def __init__(self, length: int) -> None:
        self._left = length
        self.is_complete = length == 0

    def feed(self, data: bytes) -> int:
        taken = min(self._left, len(data))
        self._left -= taken
        self.is_complete = self._left == 0
        return taken


class UntilCloseBody:
    """A response's body that ends with its connection."""

    __slots__ = ("is_complete",)

    def __init__(self) -> None:
        self.is_complete = False

    def feed(self, data: bytes) -> int:
        return len(data)


class ChunkedBody:
    """Chunks, without extensions and trailers: nobody of ours needs them, and readers disagree about them."""

    __slots__ = ("_left", "_line", "_state", "is_complete")

    def __init__(self) -> None:
        self._state = "size"
        self._line = b""
        self._left = 0
        self.is_complete = False

    def feed(self, data: bytes) -> int:
        position = 0
        while position < len(data) and not self.is_complete:
            if self._state == "data":
                step = min(self._left, len(data) - position)
                self._left -= step
                position += step
                if self._left == 0:
                    self._state = "data end"
            else:
                position = self._feed_line(data, position)
        return position

    def _feed_line(self, data: bytes, position: int) -> int:
        end = data.find(b"\n", position) + 1
        self._line += data[position : end or len(data)]
        if len(self._line) > 10:
            raise BadMessage(400, "A chunk of the body has no plain size.")
        if end:
            line, self._line = self._line, b""
            self._end_line(line)
        return end or len(data)

    def _end_line(self, line: bytes) -> None:
        if not line.endswith(b"\r\n"):
            raise BadMessage(400, "A chunk of the body ends its line without CR LF.")
        text = line[:-2]
        if self._state == "size":
            if not _CHUNK_SIZE.fullmatch(text):
                raise BadMessage(400, "A chunk of the body has no plain size.")
            self._left = int(text, 16)
            self._state = "data" if self._left else "trailer"
        elif text:
            raise BadMessage(400, "The body's chunks do not fit their sizes, or trailers follow, which are not taken.")
        else:
            self.is_complete = self._state == "trailer"
            self._state = "size"


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestHead:
    """A request up to its body. `fields` are the lines as they came, without CR LF."""

    method: bytes
    target: bytes
    is_http_11: bool
    fields: list[bytes]
    body: Body
    closes: bool
    is_websocket: bool

    @property
    def is_repeatable(self) -> bool:
        """Whether asking twice is as good as once (RFC 9110 §9.2.2)."""
        return self.method in {b"GET", b"HEAD", b"OPTIONS"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseHead:
    """A response up to its body."""

    line: bytes
    status: int
    fields: list[bytes]
    body: Body
    closes: bool


def head_length(data: bytes) -> int:
    """The length of the head at the beginning of `data`, 0 while it is incomplete. Raises BadMessage (414, 431)."""
    end = data.find(b"\r\n\r\n", 0, MAX_HEAD)
    if end >= 0:
        return end + 4
    if len(data) >= MAX_HEAD:
        line = data.find(b"\r\n", 0, MAX_HEAD)
        if not 0 <= line <= MAX_TARGET:
            raise BadMessage(414, "The request's address is too long.")
        raise BadMessage(431, f"The request's headers are longer than {MAX_HEAD} bytes.")
    return 0


def read_request(block: bytes) -> RequestHead:
    """A request's whole head, from its first byte to its empty line. Raises BadMessage."""
    found = _REQUEST.fullmatch(block)
    if found is None:
        raise BadMessage(400, "This is not an HTTP/1.1 request.")
    if len(found["target"]) > MAX_TARGET:
        raise BadMessage(414, "The request's address is too long.")
    fields = found["fields"].split(b"\r\n")[:-1]
    known = _framing_fields(fields)
    is_http_11 = found["minor"] == b"1"
    if len(known.get(b"host", ())) != 1 and (is_http_11 or b"host" in known):
        raise BadMessage(400, "A request names exactly one Host.")
    connection = _words(known, b"connection")
    body = _request_body(known, is_http_11)
    asks_websocket = b"upgrade" in connection and [word.lower() for word in known.get(b"upgrade", ())] == [b"websocket"]
    return RequestHead(
        method=found["method"],
        target=found["target"],
        is_http_11=is_http_11,
        fields=fields,
        body=body,
        closes=not is_http_11 or b"close" in connection,
        is_websocket=asks_websocket and is_http_11 and found["method"] == b"GET" and body.is_complete,
    )


def read_response(block: bytes, method: bytes) -> ResponseHead:
    """The head of the answer to a request with `method`. Raises BadMessage."""
    found = _RESPONSE.fullmatch(block)
    if found is None:
        raise BadMessage(502, "The process behind answered with something that is not HTTP.")
    fields = found["fields"].split(b"\r\n")[:-1]
    known = _framing_fields(fields)
    status = int(found["status"])
    body = _response_body(known, status, method)
    connection = _words(known, b"connection")
    closes = b"close" in connection or isinstance(body, UntilCloseBody)
    closes = closes or (found["minor"] == b"0" and b"keep-alive" not in connection)
    return ResponseHead(line=found["line"], status=status, fields=fields, body=body, closes=closes)


def forwarded_request(head: RequestHead, peer: str) -> bytes:
    """The head for the process behind: every line as it came, but the connection's own, and who asked. The only
    upgrade is to WebSocket: h2c would be a tunnel past this reader.

    From a proxy or tunnel on this machine the X-Forwarded lines are believed; from elsewhere they are replaced.
    """
    is_trusted = not peer or peer.startswith(_LOOPBACK)
    lines = [head.method + b" " + head.target + (b" HTTP/1.1" if head.is_http_11 else b" HTTP/1.0")]
    chain, proto = b"", b"http"
    for line in head.fields:
        name, _, value = line.partition(b":")
        name = name.lower()
        if name in _ABOUT_THE_CLIENT:
            if not is_trusted:
                continue
            if name == b"x-forwarded-for":
                chain += value.strip() + b", "
                continue
            if name == b"x-forwarded-proto":
                proto = value.strip()
                continue
        if name not in _HOP_BY_HOP and (name != b"upgrade" or head.is_websocket):
            lines.append(line)
    lines.append(b"X-Forwarded-For: " + chain + (peer.encode() or b"127.0.0.1"))
    lines.append(b"X-Forwarded-Proto: " + proto)
    lines.append(b"Connection: Upgrade\r\n\r\n" if head.is_websocket else b"Connection: keep-alive\r\n\r\n")
    return b"\r\n".join(lines)


def forwarded_response(head: ResponseHead, *, closes: bool) -> bytes:
    """The head for the client: every line as it came, but the connection's own."""
    if head.status == 101:
        return b"\r\n".join((head.line, *head.fields, b"\r\n"))
    lines = [line for line in head.fields if line.partition(b":")[0].lower() not in _HOP_BY_HOP]
    return b"\r\n".join((head.line, *lines, b"Connection: close\r\n\r\n" if closes else b"\r\n"))


def _framing_fields(fields: list[bytes]) -> dict[bytes, list[bytes]]:
    found: dict[bytes, list[bytes]] = {}
    for line in fields:
        name, _, value = line.partition(b":")
        name = name.lower()
        if name in _FRAMING_NAMES:
            found.setdefault(name, []).append(value.strip(b" \t"))
    return found


def _words(known: dict[bytes, list[bytes]], name: bytes) -> set[bytes]:
    return {word.strip() for value in known.get(name, ()) for word in value.lower().split(b",")}


def _request_body(known: dict[bytes, list[bytes]], is_http_11: bool) -> Body:
    codings, lengths = known.get(b"transfer-encoding"), known.get(b"content-length")
    if codings is None:
        return LengthBody(_length(lengths)) if lengths is not None else LengthBody(0)
    if lengths is not None:
        raise BadMessage(400, "A request has Content-Length or Transfer-Encoding, not both.")
    if not is_http_11 or [coding.lower() for coding in codings] != [b"chunked"]:
        raise BadMessage(400, "The only Transfer-Encoding is one 'chunked', in HTTP/1.1.")
    return ChunkedBody()


def _response_body(known: dict[bytes, list[bytes]], status: int, method: bytes) -> Body:
    if method == b"HEAD" or status in {204, 304} or status < 200:
        return LengthBody(0)
    codings, lengths = known.get(b"transfer-encoding"), known.get(b"content-length")
    if codings is not None:
        if lengths is not None or [coding.lower() for coding in codings] != [b"chunked"]:
            raise BadMessage(502, "The process behind answered with a body of unclear length.")
        return ChunkedBody()
    return LengthBody(_length(lengths)) if lengths is not None else UntilCloseBody()


def _length(values: list[bytes]) -> int:
    if len(values) != 1 or not _LENGTH.fullmatch(values[0]):
        raise BadMessage(400, "Content-Length is one decimal number.")
    return int(values[0])
