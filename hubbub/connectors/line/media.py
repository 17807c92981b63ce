"""Files that customers send. https://developers.line.biz/en/reference/messaging-api/#get-content

LINE keeps them for a time that it does not disclose, so they are fetched at once.
"""

from __future__ import annotations

from hubbub.connectors.base import MediaGone, MediaReady, MediaSource, MediaWait
from hubbub.connectors.line.answers import read_json
from hubbub.connectors.line.calls import call
from hubbub.connectors.messages import ApiRequest, ApiResponse, ChannelAccess

CONTENT = "/v2/bot/message/{message-id}/content"
TRANSCODING = "/v2/bot/message/{message-id}/content/transcoding"
TRANSCODED = frozenset({"video", "audio"})
GONE = MediaGone(sentence="LINE no longer has this file. Ask the customer to send it again.")
FAILED = MediaGone(sentence="LINE could not prepare this file. Ask the customer to send it again.")
WAIT_SECONDS = 5.0
WAIT_SECONDS_AFTER_ERROR = 30.0


def locate_request(access: ChannelAccess, source: MediaSource) -> ApiRequest | None:
    """Videos and recordings may still be in preparation; nothing is asked about other files and what lies elsewhere."""
    if source.external_id is None or source.type not in TRANSCODED:
        return None
    ids = {"message-id": source.external_id}
    return call(access, "GET", TRANSCODING, ids=ids, purpose="media", is_data=True)


def read_location(
    access: ChannelAccess, source: MediaSource, response: ApiResponse | None
) -> MediaReady | MediaWait | MediaGone:
    if response is None or response.status == 200:
        return _found(access, source, _state(response))
    if response.status in (404, 410):
        return GONE
    return MediaWait(after_seconds=WAIT_SECONDS_AFTER_ERROR)


def _state(response: ApiResponse | None) -> object:
    return "succeeded" if response is None else (read_json(response) or {}).get("status")


def _found(access: ChannelAccess, source: MediaSource, state: object) -> MediaReady | MediaWait | MediaGone:
    if state == "failed":
        return FAILED
    if state != "succeeded":
        return MediaWait(after_seconds=WAIT_SECONDS)
    if source.external_id is not None:
        ids = {"message-id": source.external_id}
        return MediaReady(request=call(access, "GET", CONTENT, ids=ids, purpose="media", is_data=True))
    if source.url:
        return MediaReady(request=_elsewhere(source.url))
    return GONE


def _elsewhere(url: str) -> ApiRequest:
    """A file that the customer shared by its address (through LIFF): somebody else's host, so without our token."""
    return ApiRequest(method="GET", url=url, purpose="media", is_repeatable=True, endpoint="external content")
