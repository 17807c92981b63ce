"""Files: what may be sent, how it is uploaded, and how what people send is fetched.

https://developers.facebook.com/documentation/business-messaging/instagram-messaging/features/attachment-upload
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace

from hubbub.connectors.base import MediaGone, MediaReady, MediaSource
from hubbub.connectors.instagram.calls import LABEL, call, is_login
from hubbub.connectors.instagram.capabilities import CAPABILITIES, MB
from hubbub.connectors.messages import ApiRequest, ApiResponse, ChannelAccess, FilePart, Media
from hubbub.connectors.meta.templates import Form, JsonObject, at_most, refuse, web_address
from hubbub.connectors.outcomes import ErrorCode
from hubbub.kit.json import JsonValue, dumps

POST = "post"
"""A `Media` of this type shares a post of our own; its handle is the post's id."""
NOUNS = {"image": "picture", "audio": "recording", "video": "video", "file": "file"}
TAKEN = {
    "image": "PNG, JPEG and GIF pictures",
    "audio": "AAC, M4A, WAV and MP4 recordings",
    "video": "MP4, Ogg, AVI, MOV and WebM videos",
    "file": "PDF files",
}


def check_file(file: Media) -> None:
    """Raises `Unsendable` for a type or size that Instagram does not take; what is not known is left to it."""
    if file.type == POST:
        return
    rule = CAPABILITIES.media.get(file.type)
    if rule is None:
        refuse(f"Instagram cannot send files of the type {file.type}. Send a picture, recording, video or PDF.")
    mime_type = (file.mime_type or "").partition(";")[0].strip().lower()
    if mime_type and mime_type not in rule.mime_types:
        refuse(f"Instagram takes {TAKEN[file.type]} only. Convert the file.", ErrorCode.MEDIA_REFUSED)
    if file.size_bytes is not None and file.size_bytes > rule.max_bytes:
        size = f"{file.size_bytes / MB:.1f} MB"
        refuse(
            f"The {NOUNS[file.type]} has {size}; Instagram takes at most {rule.max_bytes // MB} MB. Make it smaller.",
            ErrorCode.MEDIA_REFUSED,
        )


def attachment_of(file: Media) -> JsonObject:
    """One file as the `attachment` of a message, by its address or by the id of an upload."""
    if file.type == POST:
        return {"type": "MEDIA_SHARE", "payload": {"id": _handle(file)}}
    if file.handle and file.type != "image":
        # The page about uploads shows this form; the other one is documented for pictures only.
        return {"type": "MEDIA_SHARE", "payload": {"attachment_id": file.handle}}
    return {"type": file.type, "payload": _payload(file)}


def pictures(form: Form, files: Sequence[Media]) -> list[JsonValue]:
    """Several pictures as the `attachments` of one message; nothing else goes together."""
    if any(file.type != "image" for file in files):
        refuse("Instagram puts only pictures together in one message. Send other files one at a time.")
    at_most(form, len(files), CAPABILITIES.media["image"].max_per_message, "pictures")
    return [{"type": "image", "payload": _payload(file)} for file in files]


def _payload(file: Media) -> JsonObject:
    if file.handle:
        return {"attachment_id": file.handle}
    return {"url": web_address(file.url, f"The {NOUNS[file.type]}")}


def _handle(file: Media) -> str:
    if not file.handle:
        refuse("There is no post to share. Choose one of the account's own posts.")
    return file.handle


# --- Upload -----------------------------------------------------------------------------------------------------------


def upload_request(access: ChannelAccess, file: FilePart, media_type: str) -> ApiRequest:
    """The answer holds `attachment_id`, good for 90 days. Raises `Unsendable` for what Instagram does not take."""
    check_file(Media(type=media_type, mime_type=file.content_type, size_bytes=len(file.content)))
    message: JsonObject = {"attachment": {"type": media_type, "payload": {"is_reusable": True}}}
    data = replace(file, name="filedata", file_name=ascii_name(file.file_name))
    fields = {"message": dumps(message)} if is_login(access) else {"platform": b"instagram", "message": dumps(message)}
    parts = (FilePart(name=name, file_name="", content_type="", content=value) for name, value in fields.items())
    # The SDK spells the edge of Instagram Login without a hyphen or underscore.
    edge = "messageattachments" if is_login(access) else "message_attachments"
    return call(access, "POST", edge, purpose="upload", files=(*parts, data), is_repeatable=True)


_NOT_PLAIN = re.compile(r"[^A-Za-z0-9._-]+")


def ascii_name(name: str) -> str:
    """`name` in ASCII, with its ending: Instagram refuses uploads with other names."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    stem, dot, ending = _NOT_PLAIN.sub("_", plain).rpartition(".")
    if not dot:
        stem, ending = ending, ""
    return f"{stem.strip('._-') or 'file'}{dot}{ending}"[-100:]


# --- Download ---------------------------------------------------------------------------------------------------------

STORY = MediaGone(sentence="Instagram does not allow stories to be copied. Open the link while the story is online.")
GONE = MediaGone(sentence=f"{LABEL} gave no link to this file. Look at it in the Instagram app.")


def read_location(
    access: ChannelAccess,  # noqa: ARG001  the contract's signature; the links carry their own signature
    source: MediaSource,
    response: ApiResponse | None,  # noqa: ARG001
) -> MediaReady | MediaGone:
    """The bytes lie on the CDN under the link of the webhook, which expires. Our token is not shown there."""
    if source.type == "story":
        return STORY
    if not source.url:
        return GONE
    request = ApiRequest(method="GET", url=source.url, purpose="media", is_repeatable=True, endpoint="external content")
    return MediaReady(request=request)
