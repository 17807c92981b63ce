import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubbub.kit.redaction import mask, redact

SECRET = "s3cr3tVALUE0123456789abcdefABCDEF"
META_TOKEN = "EAAG" + "x1Y2" * 20


@pytest.mark.parametrize(
    "text",
    [
        f"GET https://graph.facebook.com/me?access_token={SECRET}&fields=id",
        f"https://graph.facebook.com/debug_token?input_token={SECRET}",
        f"https://graph.facebook.com/me?appsecret_proof={SECRET}",
        f"https://graph.facebook.com/oauth/access_token?client_id=1&client_secret={SECRET}",
        f"https://hub.example.com/callback?code={SECRET}&state=x",
        f"/webhooks/facebook?hub.mode=subscribe&hub.verify_token={SECRET}",
        f"https://files.example.com/a.jpg?signature={SECRET}",
        f"https%3A%2F%2Fx%2F%3Faccess_token%3D{SECRET}%26a",
        f"Authorization: Bearer {SECRET}",
        f"authorization: {SECRET}",
        f"{{'Authorization': 'Bearer {SECRET}'}}",
        f"headers=[(b'authorization', b'Bearer {SECRET}')]",
        f"X-Hub-Signature-256: sha256={SECRET}",
        f"X-Line-Signature: {SECRET}=",
        json.dumps({"access_token": SECRET}),
        json.dumps(json.dumps({"page_access_token": SECRET})),
        f"FACEBOOK_APP_SECRET={SECRET}",
        f"HUBBUB_ENCRYPTION_KEYS=k1:{SECRET}=",
        f"channel_secret={SECRET} access_token={SECRET}",
        f"api_key: {SECRET}",
        f"Set-Cookie: sessionid={SECRET}; Path=/",
        f"postgresql://hubbub:{SECRET}@db.example.com/hubbub",
        f"redis://:{SECRET}@cache:6379/0",
        f"password='{SECRET}'",
    ],
)
def test_a_secret_is_masked_wherever_it_stands(text: str) -> None:
    assert SECRET not in redact(text)
    assert SECRET[:12] not in redact(text)
    assert redact(redact(text)) == redact(text)


def test_metas_tokens_are_known_by_their_form() -> None:
    assert redact(f"it said {META_TOKEN} to me") == f"it said …{META_TOKEN[-4:]} to me"


@pytest.mark.parametrize(
    "text",
    [
        "delivery_stored platform=facebook bytes=512 code=not_sent",
        '{"code": "invalid_input", "status": 422}',
        "GET https://graph.facebook.com/v26.0/me/messages?fields=id,name",
        "the token expired; connect the Page again",
        "m_abcdefghijklmnopqrstuvwxyz0123456789",
        "wamid.HBgLMTY0NjcwNDM1OTUVAgARGBI1RjQyNUE3NEYxMzAzMzQ5MkEA",
        "2026-11-20T12:00:00+00:00 INFO web ready",
    ],
)
def test_ordinary_log_lines_are_left_alone(text: str) -> None:
    assert redact(text) == text


def test_what_stands_beside_a_secret_stays_readable() -> None:
    masked = redact(f"GET https://graph.facebook.com/me?access_token={SECRET}&fields=id,name")
    assert masked == "GET https://graph.facebook.com/me?access_token=…CDEF&fields=id,name"


@given(st.text(max_size=200))
def test_redacting_twice_changes_nothing_more(text: str) -> None:
    assert redact(redact(text)) == redact(text)


def test_a_mask_shows_the_end_of_long_secrets_only() -> None:
    assert mask(SECRET) == "…CDEF"
    assert mask("short") == "…"
    assert mask("") == "…"
