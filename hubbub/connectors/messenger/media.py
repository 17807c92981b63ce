"""Files in both directions.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages/saving-assets
"""

from __future__ import annotations

from hubbub.connectors.base import MediaGone, MediaReady, MediaSource
from hubbub.connectors.messages import ApiRequest, ChannelAccess, FilePart, Media
from hubbub.connectors.messenger.render.content import check_media
from hubbub.connectors.meta.graph import JsonObject, graph_request
from hubbub.connectors.meta.templates import web_address
from hubbub.kit.json import dumps

GONE = MediaGone(sentence="Messenger gave no link to this file. Look at it in the Page's inbox.")


def upload_request(access: ChannelAccess, file: FilePart, media_type: str) -> ApiRequest:
    """The answer's attachment id is good for 90 days, for this Page. Raises `Unsendable` for what is not taken."""
    check_media(Media(type=media_type, size_bytes=len(file.content)))
    message: JsonObject = {"attachment": {"type": media_type, "payload": {"is_reusable": True}}}
    part = FilePart(name="message", file_name="", content_type="application/json", content=dumps(message))
    data = FilePart(
        name="filedata",
        file_name=file.file_name or media_type,
        content_type=file.content_type,
        content=file.content,
    )
    return graph_request(
        access,
        "POST",
        (access.external_id, "message_attachments"),
        endpoint="/{page-id}/message_attachments",
        purpose="upload",
        files=(part, data),
        is_repeatable=True,
    )


def upload_link_request(access: ChannelAccess, url: str, media_type: str) -> ApiRequest:
    """The same for a file that Messenger fetches from its address."""
    check_media(Media(type=media_type, url=url))
    body: JsonObject = {"type": media_type, "payload": {"url": web_address(url, "The file"), "is_reusable": True}}
    return graph_request(
        access,
        "POST",
        (access.external_id, "message_attachments"),
        endpoint="/{page-id}/message_attachments",
        purpose="upload",
        body={"message": {"attachment": body}},
        is_repeatable=True,
    )


def read_location(source: MediaSource) -> MediaReady | MediaGone:
    """The bytes lie on the CDN behind the webhook's signed link, which expires. Our token is not shown there."""
    if not source.url:
        return GONE
    return MediaReady(
        request=ApiRequest(
            method="GET", url=source.url, purpose="media", is_repeatable=True, endpoint="external content"
        )
    )
