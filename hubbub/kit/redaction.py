"""Keeps secrets out of logs, error pages and call records."""

import re
from collections.abc import Mapping

MASK = "…"
_VISIBLE = 4

_SECRET_NAMES = (
    "access_token|refresh_token|id_token|verify_token|input_token|fb_exchange_token|page_token|token|appsecret_proof"
    "|client_secret|app_secret|channel_secret|secret_key|index_key|encryption_keys?|api_key|apikey|secret|password|passwd"
    "|code|signature|signed_request|x-hub-signature(?:-256)?|x-line-signature|x-line-retry-key|authorization|cookie"
)
_SECRET_HEADERS = frozenset(
    ("authorization", "proxy-authorization", "cookie", "set-cookie", "x-api-key", "x-hub-signature")
    + ("x-hub-signature-256", "x-line-signature", "x-csrftoken")
)

_PATTERNS = (
    # Authorization: Bearer xyz, in headers, dumps and prose
    re.compile(r"(?P<keep>\b(?:bearer|basic|oauth)\s+)(?P<secret>[A-Za-z0-9._~+/=:-]{6,})", re.IGNORECASE),
    # name=value, name: value, "name": "value", also with a prefix as in FACEBOOK_APP_SECRET=
    re.compile(
        rf"(?P<keep>(?<![A-Za-z0-9])(?:[A-Za-z0-9_-]*[_-])?(?:{_SECRET_NAMES})(?:\\?[\"'])?\s*(?:=|:|%3D|=>)\s*(?:b?\\?[\"'])?)"
        rf"(?P<secret>(?!bearer\b|basic\b|oauth\b)[^\s\"'&,;<>)}}\]\\]{{4,}})",
        re.IGNORECASE,
    ),
    # Graph tokens anywhere
    re.compile(r"(?P<keep>)(?P<secret>\b(?:EAA|IGAA|IGQV)[A-Za-z0-9_-]{16,})"),
    # user:password@ in URLs
    re.compile(r"(?P<keep>://[^\s/:@]*:)(?P<secret>[^\s/@]+)(?=@)"),
)


def mask(secret: str) -> str:
    """`secret` as "…last4"; short ones, whose last four would tell too much, as "…" alone."""
    return MASK + secret[-_VISIBLE:] if len(secret) >= 4 * _VISIBLE else MASK


def redact(text: str) -> str:
    """`text` with tokens, secrets, signatures and passwords masked wherever their form or name gives them away."""
    for pattern in _PATTERNS:
        text = pattern.sub(_masked, text)
    return text


def _masked(match: re.Match[str]) -> str:
    secret = match["secret"]
    return match["keep"] + (secret if secret.startswith(MASK) else mask(secret))


def redact_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """A copy of `headers` that may be logged: secret ones masked whole, the others redacted as text."""
    return {name: mask(value) if name.lower() in _SECRET_HEADERS else redact(value) for name, value in headers.items()}
