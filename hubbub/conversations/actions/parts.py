"""What an author wrote, as the visible calls that the platform needs, each proven to be expressible."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from uuid import UUID

from hubbub.channels.models import Channel
from hubbub.connectors.base import Connector, UploadsLinks
from hubbub.connectors.capabilities import Capabilities
from hubbub.connectors.messages import (
    ChannelAccess,
    Credentials,
    Media,
    OutboundKind,
    OutboundMessage,
    SendContext,
)
from hubbub.connectors.outcomes import ErrorCode
from hubbub.connectors.registry import connector_for
from hubbub.conversations.policy import Situation, decide, window_is_open
from hubbub.kit.errors import Unsendable
from hubbub.kit.ids import new_id

NOWHERE = "https://placeholder.invalid"
PLACEHOLDER = "0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Addressee:
    """Where it goes, as far as rendering depends on it."""

    channel: Channel
    external_id: str
    thread_type: str
    thread_key: str
    aliases: tuple[str, ...] = ()
    """The person's other ids on this channel."""


def split(message: OutboundMessage, capabilities: Capabilities) -> list[OutboundMessage]:
    """One message a visible call: files in groups that the platform takes at once, and a text beside files on its own
    where there are no captions. Buttons and quick replies go with the last one, where people look for them."""
    if message.kind is not OutboundKind.MEDIA:
        return [message]
    groups = _groups(message.media, capabilities)
    bare = replace(message, text=None, quick_replies=(), buttons=())
    parts = [replace(bare, media=group) for group in groups]
    if message.text and not (len(parts) == 1 and _shows_caption(parts[0], capabilities)):
        parts.append(replace(message, kind=OutboundKind.TEXT, media=()))
    elif parts:
        parts[-1] = replace(message, media=parts[-1].media)
    else:
        parts.append(message)
    return [parts[0], *(replace(part, reply_to_external_id=None, reply_to_quote_token=None) for part in parts[1:])]


def _shows_caption(part: OutboundMessage, capabilities: Capabilities) -> bool:
    """Whether the platform shows a text under these files."""
    return capabilities.has_captions and all(file.type not in capabilities.captionless for file in part.media)


def _groups(media: Iterable[Media], capabilities: Capabilities) -> list[tuple[Media, ...]]:
    groups: list[tuple[Media, ...]] = []
    for file in media:
        rule = capabilities.media.get(file.type)
        most = rule.max_per_message if rule else 1
        if groups and groups[-1][-1].type == file.type and len(groups[-1]) < most:
            groups[-1] = (*groups[-1], file)
        else:
            groups.append((file,))
    return groups


def check(message: OutboundMessage, situation: Situation, addressee: Addressee) -> None:
    """Raises Unsendable when policy forbids this message now or the platform cannot express it."""
    permit = decide(situation, message)
    connector = connector_for(addressee.channel.platform)
    candidate = replace(message, message_id=str(new_id()), tag=permit.tag, media=_with_places(message.media, connector))
    connector.render(candidate, _placeholder_context(situation, addressee))


def _with_places(media: Iterable[Media], connector: Connector) -> tuple[Media, ...]:
    return tuple(_with_place(file, connector) for file in media)


def _with_place(file: Media, connector: Connector) -> Media:
    if file.storage_key is None:
        will_be_uploaded = file.is_reusable and isinstance(connector, UploadsLinks)
        return replace(file, url=None, handle=PLACEHOLDER) if will_be_uploaded else file
    if connector.capabilities.needs_public_media_url:
        return replace(file, storage_key=None, url=f"{NOWHERE}/file", preview_url=file.preview_url or f"{NOWHERE}/file")
    if not connector.capabilities.can_upload_media:
        raise Unsendable(f"{connector.label} takes no files from us.", code=ErrorCode.UNSUPPORTED.value)
    return replace(file, storage_key=None, handle=PLACEHOLDER)


def _placeholder_context(situation: Situation, addressee: Addressee) -> SendContext:
    """As at the moment of sending, but without secrets: only the shape is judged."""
    channel = addressee.channel
    access = ChannelAccess(
        external_id=channel.external_id,
        parent_external_id=channel.parent_external_id,
        credentials=Credentials(values={"access_token": PLACEHOLDER}),
        base_url=NOWHERE,
        data_url=NOWHERE,
        api_version="v0.0",
        settings=channel.settings,
    )
    return SendContext(
        access=access,
        recipient_external_id=addressee.external_id,
        recipient_aliases=addressee.aliases,
        thread_type=addressee.thread_type,
        thread_key=addressee.thread_key,
        is_window_open=window_is_open(situation),
        retry_key=str(UUID(int=0)),
        now=situation.now,
    )
