"""How every call to LINE looks: the token in a header, JSON in the body.

https://developers.line.biz/en/reference/messaging-api/#common-specifications
"""

from __future__ import annotations

from urllib.parse import quote

from hubbub.connectors.messages import ApiRequest, ChannelAccess
from hubbub.kit.json import JsonValue, dumps


def call(
    access: ChannelAccess,
    method: str,
    endpoint: str,
    *,
    ids: dict[str, str] | None = None,
    body: dict[str, JsonValue] | None = None,
    purpose: str,
    is_repeatable: bool = True,
    uses_reply_token: bool = False,
    retry_key: str | None = None,
    is_data: bool = False,
) -> ApiRequest:
    """`endpoint` has {names} in place of `ids`, for the call log; `is_data`: it lives on LINE's host for content."""
    headers = {"Authorization": f"Bearer {access.credentials.get('access_token').strip()}"}
    if body is not None:
        headers["Content-Type"] = "application/json"
    if retry_key:
        headers["X-Line-Retry-Key"] = retry_key
    return ApiRequest(
        method=method,
        url=_host(access, is_data=is_data) + _path(endpoint, ids or {}),
        headers=headers,
        body=None if body is None else dumps(body),
        purpose=purpose,
        is_repeatable=is_repeatable,
        uses_reply_token=uses_reply_token,
        endpoint=endpoint,
    )


def _host(access: ChannelAccess, *, is_data: bool) -> str:
    return ((is_data and access.data_url) or access.base_url).rstrip("/")


def _path(endpoint: str, ids: dict[str, str]) -> str:
    return endpoint.format_map({name: quote(value, safe="") for name, value in ids.items()})
