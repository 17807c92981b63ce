"""What a new message sets going: automation, jobs for media and profiles, LINE's reply token."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from hubbub.connectors.base import FetchesProfiles
from hubbub.connectors.events import CommentReceived, MessageReceived, PostbackReceived
from hubbub.connectors.registry import CONNECTORS
from hubbub.inbound.batch import Arrival, Batch
from hubbub.inbound.deeds import deed_of, is_answered
from hubbub.inbound.people import PROVISIONAL, Person
from hubbub.inbound.store import WITH_MEDIA, content_of
from hubbub.kit.ids import new_id
from hubbub.kit.json import JsonValue
from hubbub.organizations.database import run
from hubbub.organizations.jobs import defer_many

WITH_PROFILES = frozenset(name for name, one in CONNECTORS.items() if isinstance(one, FetchesProfiles))
WAKE_AUTOMATION = """
WITH wanted AS (
    SELECT * FROM json_to_recordset(%(rows)s::json) AS r (id uuid, organization_id uuid, conversation_id uuid,
           at timestamptz, position int, type text, content jsonb)),
items AS (
    INSERT INTO automation_item (id, organization_id, conversation_id, occurred_at, body_position, type, content)
    SELECT r.id, r.organization_id, r.conversation_id, r.at, r.position, r.type, r.content FROM wanted r
        ON CONFLICT DO NOTHING)
INSERT INTO automation_lane AS l (conversation_id, organization_id, pending_since, due_at, attempts, last_error)
SELECT DISTINCT r.conversation_id, r.organization_id, hubbub_now(), hubbub_now(), 0, '' FROM wanted r
 ORDER BY r.conversation_id
    ON CONFLICT (conversation_id) DO UPDATE
   SET pending_since = coalesce(l.pending_since, excluded.pending_since),
       due_at = least(coalesce(l.due_at, excluded.due_at), excluded.due_at)
"""
REPLY_TOKENS = """
INSERT INTO reply_token (id, organization_id, conversation_id, channel_id, token, received_at, occurred_at)
SELECT r.id, r.organization_id, r.conversation_id, r.channel_id, r.token, r.received_at, r.at
  FROM json_to_recordset(%(rows)s::json) AS r (id uuid, organization_id uuid, conversation_id uuid, channel_id uuid,
       token text, received_at timestamptz, at timestamptz)
 ORDER BY r.channel_id, r.token
    ON CONFLICT DO NOTHING
"""
PENDING_ATTACHMENTS = """
SELECT id, organization_id FROM attachment WHERE message_id = ANY(%(ids)s::uuid[]) AND state = 'pending'
"""


def follow_up(batch: Batch, new: Sequence[Arrival], filled: Sequence[Arrival], strangers: Sequence[Person]) -> None:
    """Everything that new messages, files that came late and new people need next, in the same transaction."""
    _wake_automation(batch, new)
    _keep_reply_tokens(batch)
    _fetch_media([*new, *filled])
    _fetch_profiles(strangers)


def _wake_automation(batch: Batch, new: Sequence[Arrival]) -> None:
    rows = [_item(one, one.message_id, "", {}) for one in new if _is_for_automation(one)]
    rows += [_item(one, one.id, *deed) for one in batch.arrivals if (deed := deed_of(one)) and one.conversation_id]
    if rows:
        run(WAKE_AUTOMATION, rows)


def _item(arrival: Arrival, item_id: UUID | None, kind: str, content: dict[str, JsonValue]) -> dict[str, object]:
    return {
        "id": item_id,
        "organization_id": arrival.channel.organization_id,
        "conversation_id": arrival.conversation_id,
        "at": arrival.at,
        "position": arrival.position,
        "type": kind,
        "content": content,
    }


def _is_for_automation(arrival: Arrival) -> bool:
    if not is_answered(arrival.channel):
        return False
    event = arrival.event
    if isinstance(event, CommentReceived):
        return not event.is_ours
    if not isinstance(event, (MessageReceived, PostbackReceived)) or event.is_standby:
        return False
    return not content_of(arrival).extra.get("is_history")


def _keep_reply_tokens(batch: Batch) -> None:
    rows = [
        {
            "id": new_id(),
            "organization_id": arrival.channel.organization_id,
            "conversation_id": arrival.conversation_id,
            "channel_id": arrival.channel.id,
            "token": token[:255],
            "received_at": arrival.received_at,
            "at": arrival.at,
        }
        for arrival in batch.arrivals
        if arrival.is_live and arrival.conversation_id and (token := getattr(arrival.event, "reply_token", None))
    ]
    if rows:
        run(REPLY_TOKENS, rows)


def _fetch_media(new: Sequence[Arrival]) -> None:
    ids = [
        arrival.message_id
        for arrival in new
        if arrival.channel.platform in WITH_MEDIA
        and any(part.is_downloadable for part in content_of(arrival).attachments)
    ]
    if ids:
        defer_many(
            "conversations.store_attachment",
            [
                {"organization_id": str(row["organization_id"]), "attachment_id": str(row["id"])}
                for row in run(PENDING_ATTACHMENTS, ids=ids)
            ],
        )


def _fetch_profiles(strangers: Sequence[Person]) -> None:
    wanted: list[dict[str, JsonValue]] = [
        {
            "organization_id": str(person.channel.organization_id),
            "identity_id": str(identity_id),
            "thread_type": person.thread.type.value,
            "thread_key": person.thread.key,
        }
        for person in strangers
        if person.channel.platform in WITH_PROFILES
        for external_id, identity_id in person.ids.items()
        if identity_id is not None and not external_id.startswith(PROVISIONAL)
    ]
    if wanted:
        defer_many("contacts.fetch_profile", wanted)
