"""Files of our store that a platform must have before a message with them can go; its ids for them are kept."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from hubbub.connectors.base import UploadsLinks, UploadsMedia
from hubbub.connectors.messages import ApiRequest, ChannelAccess, FilePart, Media
from hubbub.connectors.outcomes import Accepted, ErrorCode, Outcome, Rejected, RetryLater, Uncertain
from hubbub.conversations.archiving.media import open_stored
from hubbub.conversations.drafts import from_json
from hubbub.conversations.media import digest_in
from hubbub.kit.errors import HubbubError
from hubbub.kit.ids import new_id
from hubbub.kit.logging import log_event
from hubbub.organizations.database import run
from hubbub.outbound.calls import exchange
from hubbub.outbound.jobs import CallRecord, ChannelCard, Leased, UsedHandle
from hubbub.outbound.prepare import LINK_KEY, handle_key, needs_upload

logger = logging.getLogger(__name__)

KNOWN = """
SELECT h.channel_id, h.content_sha256, h.media_type, h.external_id
  FROM json_to_recordset(%(rows)s::json) AS r (channel_id uuid, content_sha256 text, media_type text)
  JOIN media_handle h ON h.channel_id = r.channel_id AND h.content_sha256 = r.content_sha256
       AND h.media_type = r.media_type AND h.expires_at > hubbub_now()
"""
KEEP = """
INSERT INTO media_handle (id, organization_id, channel_id, content_sha256, media_type, external_id, expires_at)
SELECT r.id, r.organization_id, r.channel_id, r.content_sha256, r.media_type, r.external_id,
       hubbub_now() + make_interval(days => r.days)
  FROM json_to_recordset(%(rows)s::json) AS r (id uuid, organization_id uuid, channel_id uuid, content_sha256 text,
       media_type text, external_id text, days int)
 ORDER BY r.channel_id, r.content_sha256, r.media_type
    ON CONFLICT (channel_id, content_sha256, media_type)
    DO UPDATE SET external_id = excluded.external_id, expires_at = excluded.expires_at
"""
DROP = """
DELETE FROM media_handle h USING json_to_recordset(%(rows)s::json) AS r (channel_id uuid, external_id text)
 WHERE h.channel_id = r.channel_id AND h.external_id = r.external_id
"""
MARGIN_DAYS = 1

HandleKey = tuple[UUID, str, str]
"""(channel, content digest, media type)"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Uploaded:
    """What came of bringing a message's files to its platform."""

    leased: Leased
    channel: ChannelCard
    handles: dict[str, UsedHandle]
    """What `handle_key` names → handle, of those that worked."""
    outcome: Outcome | None
    """Why the message cannot go now; None when every file is there."""
    records: tuple[CallRecord, ...]


def content_key(key: str) -> str:
    """The digest that names the content; for keys without one, and for links, a digest of the key."""
    digest = "" if key.startswith(LINK_KEY) else digest_in(key)
    return digest or hashlib.sha256(key.encode()).hexdigest()


def known_handles(wanted: Sequence[tuple[ChannelCard, Media]]) -> dict[HandleKey, UsedHandle]:
    """The handles that are still good, for files that must be uploaded."""
    rows = [
        {"channel_id": channel.id, "content_sha256": content_key(handle_key(file)), "media_type": file.type}
        for channel, file in wanted
    ]
    found = run(KNOWN, rows) if rows else []
    return {
        (row["channel_id"], row["content_sha256"], row["media_type"]): UsedHandle(
            content_sha256=row["content_sha256"],
            media_type=row["media_type"],
            external_id=row["external_id"],
            is_cached=True,
        )
        for row in found
    }


def files_to_upload(leased: Leased, channel: ChannelCard) -> list[Media]:
    """Those of a message's files that its platform takes by upload."""
    if not leased.outbound.get("media"):
        return []
    try:
        files = from_json(leased.outbound).media
    except HubbubError:
        return []  # rendering will refuse it with a sentence
    return [file for file in files if needs_upload(file, channel)]


def upload(leased: Leased, channel: ChannelCard, missing: Sequence[Media], known: Mapping[str, UsedHandle]) -> Uploaded:
    """Bring the missing files to the platform, in a worker thread. Never raises; stops at the first that fails."""
    handles, records = dict(known), []
    for file in missing:
        outcome, record = _upload(channel, file)
        records.append(record)
        if not isinstance(outcome, Accepted) or not outcome.attachment_id:
            why = outcome if not isinstance(outcome, Accepted) else _no_handle()
            return Uploaded(leased=leased, channel=channel, handles=handles, outcome=why, records=_made(records))
        key = handle_key(file)
        handles[key] = UsedHandle(
            content_sha256=content_key(key), media_type=file.type, external_id=outcome.attachment_id
        )
    return Uploaded(leased=leased, channel=channel, handles=handles, outcome=None, records=_made(records))


def _made(records: Sequence[CallRecord | None]) -> tuple[CallRecord, ...]:
    return tuple(record for record in records if record is not None)


def _upload(channel: ChannelCard, file: Media) -> tuple[Outcome, CallRecord | None]:
    connector = channel.connector
    assert isinstance(connector, UploadsMedia)
    try:
        request = _upload_request(connector, channel.access, file)
    except OSError:
        gone = "The file is no longer in our store. Attach it again."
        return Rejected(code=ErrorCode.MEDIA_EXPIRED, sentence=gone), None
    except HubbubError as reason:
        return Rejected(code=ErrorCode.MEDIA_REFUSED, sentence=reason.sentence), None
    except Exception as failure:  # noqa: BLE001 - the store or a connector broke; the message must end all the same
        log_event(logger, logging.ERROR, "upload_not_made", error=failure, platform=channel.platform)
        return Rejected(code=ErrorCode.UNKNOWN_ERROR, sentence="The file could not be read from our store."), None
    outcome, _, record = exchange(channel, request, read=connector.read_upload)
    return _repeatable(outcome), record


def _upload_request(connector: UploadsMedia, access: ChannelAccess, file: Media) -> ApiRequest:
    if file.storage_key is None and isinstance(connector, UploadsLinks):
        return connector.upload_link_request(access, file.url or "", file.type)
    return connector.upload_request(access, _part(file), file.type)


def _part(file: Media) -> FilePart:
    with open_stored(file.storage_key or "") as stored:
        content = stored.read()
    content_type = file.mime_type or "application/octet-stream"
    return FilePart(name="file", file_name=file.file_name or file.type, content_type=content_type, content=content)


def _repeatable(outcome: Outcome) -> Outcome:
    """Nobody sees an upload: one whose answer is lost is made again."""
    if isinstance(outcome, Uncertain):
        return RetryLater(code=outcome.code, sentence="The upload's answer was lost; we upload again.")
    return outcome


def _no_handle() -> Outcome:
    return RetryLater(code=ErrorCode.UNREADABLE_ANSWER, sentence="The platform gave no id for the file; we try again.")


def keep_handles(uploaded: Sequence[Uploaded]) -> None:
    """Remember the platform's ids until shortly before they expire."""
    rows = [
        {
            "id": new_id(),
            "organization_id": one.channel.organization_id,
            "channel_id": one.channel.id,
            "content_sha256": handle.content_sha256,
            "media_type": handle.media_type,
            "external_id": handle.external_id,
            "days": max(one.channel.connector.capabilities.media_handle_days - MARGIN_DAYS, 0),
        }
        for one in uploaded
        for handle in one.handles.values()
    ]
    distinct = {(row["channel_id"], row["content_sha256"], row["media_type"]): row for row in rows}
    if distinct:
        run(KEEP, [*distinct.values()])


def drop_handles(used: Sequence[tuple[UUID, UsedHandle]]) -> None:
    """The platform does not know these any more."""
    if used:
        run(DROP, [{"channel_id": channel_id, "external_id": handle.external_id} for channel_id, handle in used])
