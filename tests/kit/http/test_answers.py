"""Answers that do not come whole are lost; large, compressed and slow ones have limits."""

import gzip
import socket

import pytest

from hubbub.kit.http import (
    AnswerLost,
)
from tests.kit.conftest import Handle, Serve
from tests.kit.http.handles import Client, answer, closing_after, drip, get, post, silent

LOST: dict[str, Handle] = {
    "no answer": silent,
    "closed without an answer": closing_after(b""),
    "closed in the head": closing_after(b"HTTP/1.1 200 OK\r\nContent-"),
    "closed in the body": closing_after(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"),
    "no HTTP": lambda connection, request: connection.sendall(b"SSH-2.0-OpenSSH\r\n\r\n"),
    "head in drops": drip(b"X: y\r\n", b"HTTP/1.1 200 OK\r\n"),
    "body in drops": drip(b"1\r\nx\r\n", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"),
    "damaged compression": answer(b"not gzip", Content_Encoding="gzip"),
    "unknown compression": answer(b"what", Content_Encoding="br"),
    "a gzip bomb": answer(gzip.compress(bytes(20 * 1024 * 1024)), Content_Encoding="gzip"),
}


@pytest.mark.parametrize("handle", LOST.values(), ids=LOST)
def test_an_answer_that_does_not_arrive_whole_is_lost(serve: Serve, client: Client, handle: Handle) -> None:
    server = serve(handle)
    with pytest.raises(AnswerLost):
        client(server, timeout=1).send(post(server.origin))
    assert len(server.requests) == 1


def test_an_endless_answer_is_lost(serve: Serve, client: Client) -> None:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    chunk = b"100000\r\n" + bytes(0x100000) + b"\r\n"

    def flood(connection: socket.socket, _: bytes) -> None:
        connection.sendall(head)
        while True:
            connection.sendall(chunk)

    server = serve(flood)
    with pytest.raises(AnswerLost, match="too large"):
        client(server).send(get(server.origin))


def test_a_client_can_be_content_with_smaller_answers(serve: Serve, client: Client) -> None:
    server = serve(answer(b"x" * 1001))
    assert len(client(server, max_answer_bytes=1001).send(get(server.origin)).body) == 1001
    with pytest.raises(AnswerLost, match="too large"):
        client(server, max_answer_bytes=1000).send(get(server.origin))


def test_a_compressed_answer_is_read_although_not_asked_for(serve: Serve, client: Client) -> None:
    server = serve(answer(gzip.compress(b"hello"), Content_Encoding="gzip"))
    assert client(server).send(get(server.origin)).body == b"hello"
    assert b"accept-encoding: identity" in server.requests[0].lower()


# Which addresses may be called
