"""Keeps secrets out of logs, error pages and call records."""

import re

MASK = "…"
_VISIBLE = 4

# Ends of names: FACEBOOK_APP_SECRET and page_access_token are meant too.
_NAMES = "|".join(
    (
        *("token", "secret", "password", "passwd", "appsecret_proof", "signature", "signed_request", "authorization"),
        *("secret_key", "index_key", "encryption_keys?", "api_?key", "private_key", "cookie", "sessionid"),
        "x-hub-signature(?:-256)?",
    )
)
_SCHEME = r"bearer|basic|oauth|digest"
_PATTERNS = (
    # Authorization: Bearer xyz, in headers, dumps and prose
    re.compile(rf"(?P<keep>\b(?:{_SCHEME})\s+)(?P<secret>[A-Za-z0-9._~+/=:-]{{8,}})", re.IGNORECASE),
    # name=value, name: value, "name": "value", \"name\": \"value\", name%3Dvalue
    re.compile(
        rf"(?P<keep>(?:{_NAMES})(?:\\?[\"'])?\s{{0,4}}(?:=|:|%3D|=>)\s{{0,4}}(?:b?\\?[\"'])?)"
        rf"(?P<secret>(?!(?:{_SCHEME})\b)[^\s\"'&,;<>)}}\]\\]{{4,}})",
        re.IGNORECASE,
    ),
    # an OAuth code or one-time token in a URL
    re.compile(r"(?P<keep>[?&](?:code|state|hub\.challenge)=)(?P<secret>[^\s\"'&#]{4,})", re.IGNORECASE),
    # Meta's tokens anywhere
    re.compile(r"(?P<keep>)(?P<secret>\b(?:EAA|IGAA|IGQV)[A-Za-z0-9_-]{16,})"),
    # user:password@ in URLs
    re.compile(r"(?P<keep>://[^\s/:@]{0,256}:)(?P<secret>[^\s/@]+)(?=@)"),
)


def mask(secret: str) -> str:
    """`secret` as "…last4"; one of under 16 characters, of which four would tell too much, as "…" alone."""
    return MASK + secret[-_VISIBLE:] if len(secret) >= 4 * _VISIBLE else MASK


def redact(text: str) -> str:
    """`text` with tokens, secrets, signatures and passwords masked wherever their form or name gives them away."""
    for pattern in _PATTERNS:
        text = pattern.sub(_masked, text)
    return text


def _masked(match: re.Match[str]) -> str:
    secret = match["secret"]
    return match["keep"] + (secret if secret.startswith(MASK) else mask(secret))
