"""The challenge and the signatures of Meta's webhooks."""

from __future__ import annotations

import hashlib
import hmac

import pytest

from hubbub.connectors.base import RawRequest, Secrets
from hubbub.connectors.meta.signature import handshake, verify
from hubbub.kit.errors import BadSignature

SECRETS = Secrets(verify_tokens=(b"first", "zwölf".encode()))
BODY = b'{"object":"page","entry":[]}'


def challenge(**query: str) -> RawRequest:
    named = {f"hub.{name}": value for name, value in query.items()}
    return RawRequest(method="GET", path="/webhooks/facebook", query=named, headers={})


@pytest.mark.parametrize("token", ["first", "zwölf"])
@pytest.mark.parametrize("text", ["1158201444", "abc-def", "สวัสดี"])
def test_a_challenge_with_one_of_our_tokens_comes_back_alone(token: str, text: str) -> None:
    answer = handshake(challenge(mode="subscribe", verify_token=token, challenge=text), SECRETS)
    assert (answer.status, answer.body, answer.content_type) == (200, text.encode(), "text/plain; charset=utf-8")


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"mode": "subscribe", "verify_token": "wrong", "challenge": "1"},
        {"mode": "subscribe", "verify_token": "", "challenge": "1"},
        {"mode": "subscribe", "verify_token": "first "},
        {"mode": "subscribe", "verify_token": "first", "challenge": ""},
        {"mode": "unsubscribe", "verify_token": "first", "challenge": "1"},
        {"verify_token": "first", "challenge": "1"},
        {"mode": "subscribe", "verify_token": "first", "challenge": "x" * 1001},
        {"mode": "subscribe", "verify_token": "\udc80", "challenge": "1"},
    ],
)
def test_any_other_challenge_is_refused_and_not_repeated(query: dict[str, str]) -> None:
    answer = handshake(challenge(**query), SECRETS)
    assert answer.status == 403
    assert b"first" not in answer.body
    assert query.get("challenge", "1").encode() not in answer.body or not query.get("challenge")


def test_without_a_verify_token_every_challenge_is_refused() -> None:
    query = challenge(mode="subscribe", verify_token="", challenge="1")
    assert handshake(query, Secrets()).status == 403
    assert handshake(query, Secrets(verify_tokens=(b"",))).status == 403


def delivery(**headers: str) -> RawRequest:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return RawRequest(method="POST", path="/webhooks/facebook", query={}, headers=named, body=BODY)


def signed(digest: str, secret: bytes = b"s") -> str:
    return f"{digest}={hmac.new(secret, BODY, digest).hexdigest()}"


def test_the_older_signature_counts_only_where_it_is_allowed() -> None:
    old = delivery(x_hub_signature=signed("sha1"))
    verify(old, Secrets(signing=(b"s",), accept_sha1=True))
    with pytest.raises(BadSignature):
        verify(old, Secrets(signing=(b"s",)))


def test_a_wrong_new_signature_is_not_saved_by_a_right_old_one() -> None:
    both = delivery(x_hub_signature_256="sha256=" + "0" * 64, x_hub_signature=signed("sha1"))
    with pytest.raises(BadSignature):
        verify(both, Secrets(signing=(b"s",), accept_sha1=True))


def test_an_old_signature_in_the_new_header_is_refused() -> None:
    with pytest.raises(BadSignature):
        verify(delivery(x_hub_signature_256=signed("sha1")), Secrets(signing=(b"s",), accept_sha1=True))


def test_the_escaped_bytes_are_what_is_signed() -> None:
    body = b'{"text":"\\u0e2a\\/"}'
    header = "sha256=" + hmac.new(b"s", body, hashlib.sha256).hexdigest()
    request = RawRequest(method="POST", path="/", query={}, headers={"x-hub-signature-256": header}, body=body)
    verify(request, Secrets(signing=(b"s",)))
