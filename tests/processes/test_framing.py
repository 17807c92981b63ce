"""Message framing, without a network."""

from hypothesis import given
from hypothesis import strategies as st

from hubbub.processes.router.framing import ChunkedBody, LengthBody, forwarded_request, read_request


@given(st.lists(st.binary(min_size=1, max_size=40), max_size=8), st.binary(max_size=20), st.data())
def test_chunks_end_at_the_same_byte_however_they_are_cut(
    parts: list[bytes], after: bytes, data: st.DataObject
) -> None:
    wire = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"
    body, taken, rest = ChunkedBody(), 0, wire + after
    while rest and not body.is_complete:
        size = data.draw(st.integers(1, len(rest)))
        step = body.feed(rest[:size])
        assert step == size or body.is_complete
        taken, rest = taken + step, rest[step:]
    assert body.is_complete
    assert taken == len(wire)


@given(st.integers(0, 100), st.lists(st.integers(1, 30), min_size=10, max_size=20))
def test_a_length_is_used_up_exactly(length: int, sizes: list[int]) -> None:
    body = LengthBody(length)
    assert sum(body.feed(bytes(size)) for size in sizes) == min(length, sum(sizes))
    assert body.is_complete == (sum(sizes) >= length)


def test_from_elsewhere_what_is_said_about_the_client_is_replaced() -> None:
    head = read_request(
        b"GET / HTTP/1.1\r\nHost: h\r\nX-Forwarded-For: 127.0.0.1\r\nX-Forwarded-Proto: https\r\n"
        b"X-Forwarded-Host: evil\r\nForwarded: for=127.0.0.1\r\n\r\n"
    )
    assert forwarded_request(head, "203.0.113.9") == (
        b"GET / HTTP/1.1\r\nHost: h\r\nX-Forwarded-For: 203.0.113.9\r\nX-Forwarded-Proto: http\r\n"
        b"Connection: keep-alive\r\n\r\n"
    )


def test_the_connections_own_lines_stay_on_their_connection() -> None:
    head = read_request(b"GET / HTTP/1.1\r\nHost: h\r\nConnection: close, X\r\nKeep-Alive: timeout=5\r\nX: 1\r\n\r\n")
    assert head.closes
    assert b"Keep-Alive:" not in forwarded_request(head, "")
    assert b"close" not in forwarded_request(head, "")
