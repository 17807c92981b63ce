"""Copies customers' files into our own store: content-addressed, bounded, typed by content and never by name."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import BinaryIO
from uuid import UUID

import puremagic
from django.core.files.base import File
from django.core.files.storage import default_storage
from PIL import Image, UnidentifiedImageError

from hubbub.channels.access import access_to, call, http_request, platform_client
from hubbub.channels.models import Channel
from hubbub.connectors.base import Connector, DownloadsMedia, MediaGone, MediaReady, MediaSource, MediaWait
from hubbub.connectors.registry import connector_for
from hubbub.conversations.models import Attachment
from hubbub.kit.errors import HubbubError, TooLarge
from hubbub.kit.http import DownloadFailed
from hubbub.organizations.scope import organization_scope
from hubbub.organizations.screens import ScreenEvent, emit
from hubbub.settings.environment import environment

DEAD_LINK = frozenset({401, 403, 404, 410})
"""A platform's link that has expired answers with one of these."""
NO_SUCH_FILE = frozenset({404, 410})
"""A platform that is asked by the file's id answers so for good; 401 and 403 are about our token there."""
REFUSED_TYPES = frozenset(
    {
        "application/x-msdownload",
        "application/x-dosexec",
        "application/vnd.microsoft.portable-executable",
        "application/x-executable",
        "application/x-elf",
        "application/x-mach-binary",
        "application/x-sh",
        "application/java-archive",
    }
)
"""Programs. Pages and drawings that can hold scripts (HTML, SVG) are kept, but only ever handed out as downloads."""
MOST_PIXELS = 100_000_000
SNIFF_BYTES = 8192
VAGUE: dict[str, frozenset[str]] = {
    "application/ogg": frozenset({"audio/ogg", "video/ogg"}),
    "video/ogg": frozenset({"audio/ogg"}),
    "video/mp4": frozenset({"audio/mp4", "audio/m4a", "audio/x-m4a"}),
    "video/webm": frozenset({"audio/webm"}),
    "audio/wave": frozenset({"audio/wav", "audio/x-wav", "audio/vnd.wave"}),
}
"""Containers whose first bytes do not tell whether there are pictures in them, and names for the same thing → what the
sender may call them."""


class TryLater(HubbubError):
    """The platform is not ready, or not well: the job is tried again."""

    code = "try_later"
    status = 503


class LinkExpired(TryLater):
    """The link that we had is dead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Copied:
    """What came of one attempt."""

    state: str
    reason: str = ""
    storage_key: str = ""
    sha256: str = ""
    mime_type: str = ""
    size_bytes: int | None = None
    width: int | None = None
    height: int | None = None


def store_attachment(organization_id: UUID, attachment_id: UUID) -> None:
    """Copy one attachment. Raises TryLater when it may work another time; any other end is written on it."""
    with organization_scope(organization_id):
        attachment = (
            Attachment.objects.select_related("message__channel").filter(id=attachment_id, state="pending").first()
        )
    if attachment is None:
        return
    write_result(organization_id, attachment, _copy(attachment))


def give_up(organization_id: UUID, attachment_id: UUID) -> None:
    """After the last attempt: the placeholder says that the file could not be had."""
    with organization_scope(organization_id):
        attachment = Attachment.objects.select_related("message").filter(id=attachment_id, state="pending").first()
    if attachment is not None:
        failed = Copied(state="failed", reason="The platform did not hand the file out, however often we asked.")
        write_result(organization_id, attachment, failed)


def write_result(organization_id: UUID, attachment: Attachment, copied: Copied) -> None:
    """Write what became of the file, and tell the screens."""
    with organization_scope(organization_id):
        Attachment.objects.filter(id=attachment.id, state="pending").update(
            state=copied.state,
            state_reason=copied.reason,
            storage_key=copied.storage_key,
            sha256=copied.sha256,
            mime_type=copied.mime_type or attachment.mime_type,
            size_bytes=copied.size_bytes if copied.size_bytes is not None else attachment.size_bytes,
            width=copied.width,
            height=copied.height,
        )
        emit(
            [
                ScreenEvent(
                    organization_id=organization_id,
                    kind="message.changed",
                    subject_id=attachment.message_id,
                    conversation_id=attachment.message.conversation_id,
                )
            ]
        )


def _copy(attachment: Attachment) -> Copied:
    channel = attachment.message.channel
    connector = connector_for(channel.platform)
    if not isinstance(connector, DownloadsMedia):
        return Copied(state="gone", reason=f"{connector.label} does not hand out files.")
    found = _locate(connector, channel, attachment)
    if isinstance(found, MediaGone):
        return Copied(state="gone", reason=found.sentence)
    if isinstance(found, MediaWait):
        raise TryLater("The platform is still preparing the file.")
    try:
        return _download(found, DEAD_LINK if attachment.source_url else NO_SUCH_FILE)
    except LinkExpired:
        if not (attachment.external_id and attachment.source_url):
            return Copied(state="gone", reason="The platform does not have this file any more.")
        _forget_link(attachment)
        raise


def _forget_link(attachment: Attachment) -> None:
    """The next attempt asks the platform for a new link, by the file's id."""
    with organization_scope(attachment.organization_id):
        Attachment.objects.filter(id=attachment.id).update(source_url="")


def _locate(connector: Connector, channel: Channel, attachment: Attachment) -> MediaReady | MediaWait | MediaGone:
    assert isinstance(connector, DownloadsMedia)
    access = access_to(channel)
    source = MediaSource(
        external_id=attachment.external_id or None, url=attachment.source_url or None, type=attachment.type
    )
    request = connector.locate_request(access, source)
    return connector.read_location(access, source, call(request) if request else None)


def _download(found: MediaReady, expired: frozenset[int]) -> Copied:
    try:
        with platform_client().download(
            http_request(found.request), max_bytes=environment().media_max_bytes
        ) as download:
            return keep(download.file, download.sha256, download.size, found.mime_type or download.content_type)
    except TooLarge as error:
        return Copied(state="refused", reason=error.sentence)
    except DownloadFailed as error:
        if error.details.get("status") in expired:
            raise LinkExpired("The platform's link is not valid any more; a new one is asked for.") from None
        raise TryLater(error.sentence) from None


def keep(file: BinaryIO, sha256: str, size: int, claimed_type: str) -> Copied:
    """Put a file into the store under its content's digest; the same content is stored once."""
    mime_type = sniff(file, claimed_type)
    if mime_type in REFUSED_TYPES:
        return Copied(state="refused", reason="Programs are not kept.", mime_type=mime_type)
    try:
        width, height = _measure(file, mime_type)
    except Image.DecompressionBombError:
        return Copied(state="refused", reason="The picture has more pixels than is reasonable.", mime_type=mime_type)
    key = f"{sha256[:2]}/{sha256[2:4]}/{sha256}"
    if not default_storage.exists(key):
        file.seek(0)
        default_storage.save(key, File(file))
    return Copied(
        state="stored", storage_key=key, sha256=sha256, mime_type=mime_type, size_bytes=size, width=width, height=height
    )


def sniff(file: BinaryIO, claimed_type: str) -> str:
    """The type by content; the claimed one where the content does not tell."""
    claimed = claimed_type.partition(";")[0].strip().lower()[:120]
    file.seek(0)
    head = file.read(SNIFF_BYTES)
    file.seek(0)
    if head[:2] == b"MZ":
        return "application/x-msdownload"
    if head[:4] == b"\x7fELF":
        return "application/x-elf"
    if head[:2] == b"#!":
        return "application/x-sh"
    with contextlib.suppress(puremagic.PureError, ValueError):
        found = puremagic.from_string(head, mime=True)
        if found:
            return claimed if claimed in VAGUE.get(str(found), ()) else str(found)[:120]
    return claimed


def _measure(file: BinaryIO, mime_type: str) -> tuple[int | None, int | None]:
    if not mime_type.startswith("image/"):
        return None, None
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS // 2  # Pillow raises at twice this
    try:
        with Image.open(file) as picture:
            return picture.size
    except (UnidentifiedImageError, OSError, ValueError):
        return None, None
