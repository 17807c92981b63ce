"""From a leased message to the one call that sends it, or the reason why it cannot go now."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from hubbub.connectors.base import UploadsLinks
from hubbub.connectors.messages import Media, SendContext
from hubbub.connectors.outcomes import ErrorCode, Rejected
from hubbub.conversations.drafts import from_json
from hubbub.conversations.media import signed_media_url
from hubbub.conversations.policy import Situation, decide, window_is_open
from hubbub.kit.errors import HubbubError, Unsendable
from hubbub.kit.logging import log_event
from hubbub.outbound.jobs import ChannelCard, Leased, Ready, UsedHandle

logger = logging.getLogger(__name__)

LINK_KEY = "link:"
LINK_SECONDS = 24 * 3600
"""The platform fetches at once, but shows some files to the customer from there."""

Handles = Mapping[str, UsedHandle]
"""What `handle_key` names → the platform's handle of that file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """It cannot be sent as it is; nothing was called."""

    leased: Leased
    channel: ChannelCard
    rejected: Rejected


def prepare(leased: Leased, channel: ChannelCard, handles: Handles, now: datetime) -> Ready | Refused:
    """Policy is asked again (the message may have waited for hours), places of files are filled in, then rendered."""
    try:
        return _prepare(leased, channel, handles, now)
    except Unsendable as reason:
        return _refused(leased, channel, _code(reason), reason.sentence)
    except HubbubError as reason:
        return _refused(leased, channel, ErrorCode.UNKNOWN_ERROR, reason.sentence)
    except Exception as failure:  # noqa: BLE001 - one message that breaks a connector must not stop the others
        log_event(logger, logging.ERROR, "message_not_rendered", error=failure, message_id=leased.message_id)
        return _refused(leased, channel, ErrorCode.UNKNOWN_ERROR, "This message could not be put into its form.")


def _prepare(leased: Leased, channel: ChannelCard, handles: Handles, now: datetime) -> Ready:
    message = from_json(leased.outbound, message_id=str(leased.message_id))
    situation = _situation(leased, channel, now)
    permit = decide(situation, message)
    used = [handles[key] for file in message.media if (key := handle_key(file)) in handles]
    message = replace(message, tag=permit.tag, media=_with_places(message.media, channel, handles))
    context = SendContext(
        access=channel.access,
        recipient_external_id=leased.recipient,
        recipient_aliases=leased.recipient_aliases,
        thread_type=leased.thread_type,
        thread_key=leased.thread_key,
        is_window_open=window_is_open(situation),
        reply_token=_reply_token(leased),
        retry_key=str(leased.retry_key),
        now=now,
    )
    request = channel.connector.render(message, context)
    return Ready(leased=leased, channel=channel, message=message, context=context, request=request, handles=tuple(used))


def _reply_token(leased: Leased) -> str | None:
    """The free answer, unless it was refused, or a push of this message may have arrived."""
    is_out = leased.was_pushed or leased.last_code == ErrorCode.REPLY_TOKEN_INVALID
    return None if is_out else leased.reply_token


def _situation(leased: Leased, channel: ChannelCard, now: datetime) -> Situation:
    return Situation(
        platform=channel.platform,
        author_type=leased.author_type,
        now=now,
        window_opened_at=leased.window_opened_at,
        commented_at=leased.commented_at,
        thread_type=leased.thread_type,
    )


def _with_places(media: Sequence[Media], channel: ChannelCard, handles: Handles) -> tuple[Media, ...]:
    return tuple(_with_place(file, channel, handles) for file in media)


def _with_place(file: Media, channel: ChannelCard, handles: Handles) -> Media:
    if (used := handles.get(handle_key(file))) is not None:
        return replace(file, storage_key=None, url=None, handle=used.external_id)
    key = file.storage_key
    if key is None:
        return file
    url = signed_media_url(key, LINK_SECONDS, file_name=file.file_name or "")
    preview = file.preview_url or (url if channel.connector.capabilities.needs_public_media_url else None)
    return replace(file, storage_key=None, url=url, preview_url=preview)


def handle_key(file: Media) -> str:
    """Under which a platform's handle of the file is kept; empty for what is sent once, by its link."""
    return file.storage_key or (f"{LINK_KEY}{file.url}" if file.is_reusable and file.url else "")


def needs_upload(file: Media, channel: ChannelCard) -> bool:
    """Whether the platform takes this file by upload; otherwise it fetches it from a link when it is sent."""
    capabilities = channel.connector.capabilities
    if file.storage_key is None:
        return bool(handle_key(file)) and isinstance(channel.connector, UploadsLinks)
    return capabilities.can_upload_media and not capabilities.needs_public_media_url


def _code(reason: Unsendable) -> ErrorCode:
    return ErrorCode(reason.code) if reason.code in set(ErrorCode) else ErrorCode.UNSUPPORTED


def _refused(leased: Leased, channel: ChannelCard, code: ErrorCode, sentence: str) -> Refused:
    return Refused(leased=leased, channel=channel, rejected=Rejected(code=code, sentence=sentence))
