"""Files: upload (30 days), download by URL (minutes) or by id (7 days for those that arrive).

https://developers.facebook.com/documentation/business-messaging/whatsapp/business-phone-numbers/media
"""

from __future__ import annotations

from urllib.parse import urlsplit

from hubbub.connectors.base import MediaGone, MediaReady, MediaSource, MediaWait
from hubbub.connectors.messages import ApiRequest, ApiResponse, ChannelAccess, FilePart
from hubbub.connectors.meta.graph import graph_request, read_object
from hubbub.connectors.outcomes import Accepted, ErrorCode, Outcome, Rejected, RetryLater
from hubbub.connectors.whatsapp.answers import read_response
from hubbub.kit.json import as_int, as_text

META_HOSTS = ("fbsbx.com", "facebook.com", "fbcdn.net", "whatsapp.net")
"""The token goes to these and to the Graph server that the settings name, nowhere else."""

WAIT_SECONDS = 60.0
WAIT_FOR_TOKEN_SECONDS = 900.0
GONE = "WhatsApp keeps files for 7 days and no longer has this one. Ask the customer to send it again."
NOWHERE = "WhatsApp did not say where the file is. Ask the customer to send it again."


def locate_request(access: ChannelAccess, source: MediaSource) -> ApiRequest | None:
    """Ask for the URL by id, unless the webhook gave a URL. When that has run out, ask again without it."""
    if _is_metas(access, source.url) or not source.external_id:
        return None
    return graph_request(
        access,
        "GET",
        (source.external_id,),
        endpoint="/{media-id}",
        purpose="media",
        query={"phone_number_id": access.external_id},
        is_repeatable=True,
    )


def read_location(
    access: ChannelAccess, source: MediaSource, response: ApiResponse | None
) -> MediaReady | MediaWait | MediaGone:
    """Where the bytes are, with the token for Meta's own hosts."""
    if response is None:
        return MediaReady(request=_download(access, source.url)) if source.url else MediaGone(sentence=NOWHERE)
    answer = read_object(response) or {}
    url = as_text(answer.get("url"), limit=8_192)
    if not 200 <= response.status < 300 or not url:
        return _not_located(access, source, response)
    return MediaReady(
        request=_download(access, url),
        mime_type=as_text(answer.get("mime_type"), limit=255),
        size_bytes=as_int(answer.get("file_size"), low=0),
    )


def _not_located(access: ChannelAccess, source: MediaSource, response: ApiResponse) -> MediaWait | MediaGone:
    request = locate_request(access, source) or _download(access, source.url or "")
    outcome = read_response(request, response)
    if isinstance(outcome, RetryLater):
        return MediaWait(after_seconds=outcome.after_seconds or WAIT_SECONDS)
    if isinstance(outcome, Rejected) and outcome.code is ErrorCode.CREDENTIALS_INVALID:
        return MediaWait(after_seconds=WAIT_FOR_TOKEN_SECONDS)
    return MediaGone(sentence=NOWHERE if isinstance(outcome, Accepted) else GONE)


def _download(access: ChannelAccess, url: str) -> ApiRequest:
    headers = {"Authorization": f"Bearer {access.credentials.get('access_token')}"} if _is_metas(access, url) else {}
    return ApiRequest(
        method="GET", url=url, headers=headers, purpose="media", is_repeatable=True, endpoint="/{media-url}"
    )


def _is_metas(access: ChannelAccess, url: str | None) -> bool:
    """Whether the token may go there: https to one of Meta's hosts, or the very origin of the Graph server."""
    origin = _origin(url or "")
    if origin is None:
        return False
    if origin == _origin(access.base_url):
        return True
    scheme, host, port = origin
    is_known = any(host == known or host.endswith(f".{known}") for known in META_HOSTS)
    return scheme == "https" and port in (None, 443) and is_known


def _origin(url: str) -> tuple[str, str, int | None] | None:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    if not host or parts.username is not None or parts.scheme not in ("http", "https"):
        return None
    return parts.scheme, host, port


def upload_request(access: ChannelAccess, file: FilePart, media_type: str) -> ApiRequest:
    """`file` as a form; the type of its bytes says enough, so `media_type` (image, file, …) only names the nameless."""
    content = FilePart(
        name="file",
        file_name=file.file_name or media_type,
        content_type=file.content_type,
        content=file.content,
    )
    files = (_field("messaging_product", "whatsapp"), _field("type", file.content_type), content)
    return graph_request(
        access,
        "POST",
        (access.external_id, "media"),
        endpoint="/{phone-number-id}/media",
        purpose="upload",
        files=files,
        is_repeatable=True,
        lane_hint="media",
    )


def _field(name: str, value: str) -> FilePart:
    return FilePart(name=name, file_name="", content_type="text/plain", content=value.encode())


def read_upload(response: ApiResponse) -> Outcome:
    """`Accepted.attachment_id` is the id to send; it works for 30 days, from this number only."""
    return read_response(ApiRequest(method="POST", url="", purpose="upload", is_repeatable=True), response)
