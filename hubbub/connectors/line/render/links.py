"""Addresses as LINE wants them: percent-encoded UTF-8.

https://developers.line.biz/en/reference/messaging-api/#url-encoding
"""

from __future__ import annotations

from urllib.parse import quote, urlsplit, urlunsplit

KEPT = "!#$%&'()*+,/:;=?@[]~"


def encoded(url: str) -> str:
    """`url` with everything beyond ASCII encoded; what is encoded already stays. An unreadable one stays as it is."""
    if url.isascii() and " " not in url:
        return url
    try:
        parts = urlsplit(url)
        host = parts.netloc.encode("idna").decode("ascii")
    except ValueError:
        return url
    return urlunsplit((parts.scheme, host, *(quote(part, safe=KEPT) for part in parts[2:])))
