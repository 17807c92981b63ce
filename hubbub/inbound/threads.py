"""Which conversation an event belongs to, by the lifecycle table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from hubbub.connectors.events import (
    CommentReceived,
    MessageEchoed,
    MessageReceived,
    PostbackReceived,
    Thread,
    ThreadType,
)
from hubbub.conversations.lifecycle import Become, BeginAnother, LifecycleEvent, customer_wrote, transition
from hubbub.conversations.models import ConversationStatus
from hubbub.inbound.batch import Arrival, Batch, ChannelRow, ConversationRow
from hubbub.inbound.deeds import deed_of
from hubbub.kit.ids import new_id
from hubbub.organizations.database import run
from hubbub.organizations.screens import ScreenEvent
from hubbub.settings.environment import environment

OPENING = (MessageReceived, MessageEchoed, PostbackReceived, CommentReceived)
"""What is shown as a message opens or reopens a conversation. What automation may answer begins the first one, which
no list shows until something is said there. Other events find one, if there is one."""

Key = tuple[UUID, str]
"""(channel, "contact:…" or "thread:…")."""

COLUMNS = """c.id, c.channel_id, c.contact_id, c.thread_key, c.type, c.status, c.closed_at, c.last_outbound_at,
       c.read_through, c.is_standby"""
FIND_PRIVATE = """
SELECT r.key, f.id
  FROM json_to_recordset(%(rows)s::json) AS r (key text, channel_id uuid, contact_id uuid)
 CROSS JOIN LATERAL (
       SELECT c.id FROM conversation c
        WHERE c.channel_id = r.channel_id AND c.contact_id = r.contact_id AND c.type = 'private'
        ORDER BY (c.status = 'active') DESC, c.id DESC LIMIT 1) f
"""
FIND_THREAD = """
SELECT r.key, f.id
  FROM json_to_recordset(%(rows)s::json) AS r (key text, channel_id uuid, thread_key text)
 CROSS JOIN LATERAL (
       SELECT c.id FROM conversation c
        WHERE c.channel_id = r.channel_id AND c.thread_key = r.thread_key AND c.type <> 'private'
        ORDER BY (c.status = 'active') DESC, c.id DESC LIMIT 1) f
"""
LOCK = f"SELECT {COLUMNS} FROM conversation c WHERE c.id = ANY(%(ids)s::uuid[]) ORDER BY c.id FOR NO KEY UPDATE"  # noqa: S608
INSERT = """
INSERT INTO conversation (id, organization_id, project_id, channel_id, contact_id, identity_id, type, thread_key,
    status, priority, title, summary, tags, metadata, is_ai_enabled, is_auto_reply_enabled, handover,
    is_standby, standby_changed_at, assignment_type, resolution, message_count, inbound_count, outbound_count,
    unread_count, last_message_text, response_count, response_seconds_total, updated_at, status_changed_at)
SELECT r.id, r.organization_id, r.project_id, r.channel_id, r.contact_id, r.identity_id, r.type, r.thread_key,
       'active', 'normal', coalesce(r.title, ''), '', '[]', '{}', true, true, 'flow', coalesce(i.is_standby, false),
       i.standby_changed_at, 'ai', '', 0, 0, 0, 0, '', 0, 0, hubbub_now(), hubbub_now()
  FROM json_to_recordset(%(rows)s::json) AS r (id uuid, organization_id uuid, project_id uuid, channel_id uuid,
       contact_id uuid, identity_id uuid, type text, thread_key text, title text)
  LEFT JOIN contact_identity i ON i.id = r.identity_id
 ORDER BY r.channel_id, r.contact_id, r.thread_key
    ON CONFLICT DO NOTHING
RETURNING id
"""
OPENED = """
INSERT INTO fact (id, organization_id, kind, at, channel_id, conversation_id, contact_id, data)
SELECT r.fact_id, r.organization_id, 'conversation_opened', hubbub_now(), r.channel_id, r.id, r.contact_id, '{}'
  FROM json_to_recordset(%(rows)s::json)
    AS r (fact_id uuid, id uuid, organization_id uuid, channel_id uuid, contact_id uuid)
"""
REOPEN = """
UPDATE conversation SET status = 'active', closed_at = NULL, status_changed_at = hubbub_now(), updated_at = hubbub_now()
 WHERE id = ANY(%(ids)s::uuid[])
"""
REOPENED = """
INSERT INTO fact (id, organization_id, kind, at, channel_id, conversation_id, contact_id, data)
SELECT r.fact_id, r.organization_id, 'reopened', hubbub_now(), r.channel_id, r.id, r.contact_id, '{}'
  FROM json_to_recordset(%(rows)s::json)
    AS r (fact_id uuid, id uuid, organization_id uuid, channel_id uuid, contact_id uuid)
"""
LONGEST_KEY = 255


@dataclass(slots=True, kw_only=True)
class Slot:
    """What this batch wants of one conversation."""

    channel: ChannelRow
    contact_id: UUID | None
    identity_id: UUID | None
    thread: Thread
    event: LifecycleEvent = LifecycleEvent.WE_WROTE_ELSEWHERE
    first_at: datetime
    opens: bool = False
    begins: bool = False
    """Only where there has never been one."""
    conversation: ConversationRow | None = None


def resolve_threads(batch: Batch) -> dict[UUID, ConversationRow]:
    """Give every live arrival its conversation, opening and reopening by the table; locks them in order of id."""
    slots = _slots(batch)
    _look_up(slots)
    _reopen(batch, _decide(slots))
    _open_missing(batch, slots)
    for arrival in batch.arrivals:
        key = thread_key(arrival) if arrival.is_live else None
        if key is not None and (found := slots[key].conversation) is not None:
            arrival.conversation_id = found.id
    return {slot.conversation.id: slot.conversation for slot in slots.values() if slot.conversation}


def thread_key(arrival: Arrival) -> Key | None:
    """The conversation's key, or None when the event names neither a person nor a group."""
    thread: Thread | None = getattr(arrival.event, "thread", None)
    if thread is not None and thread.type is not ThreadType.PRIVATE:
        return (arrival.channel.id, f"thread:{thread.key[:LONGEST_KEY]}")
    if arrival.contact_id is None:
        return None
    return (arrival.channel.id, f"contact:{arrival.contact_id}")


def _slots(batch: Batch) -> dict[Key, Slot]:
    slots: dict[Key, Slot] = {}
    for arrival in batch.arrivals:
        key = thread_key(arrival) if arrival.is_live else None
        if key is None:
            continue
        slot = slots.get(key) or slots.setdefault(key, _slot(arrival, key))
        slot.first_at = min(slot.first_at, arrival.at)
        slot.identity_id = slot.identity_id or arrival.identity_id
        slot.opens = slot.opens or isinstance(arrival.event, OPENING)
        slot.begins = slot.begins or deed_of(arrival) is not None
        if _is_by_customer(arrival):
            slot.event = LifecycleEvent.CUSTOMER_WROTE
    return slots


def _slot(arrival: Arrival, key: Key) -> Slot:
    thread: Thread = getattr(arrival.event, "thread", None) or Thread()
    return Slot(
        channel=arrival.channel,
        contact_id=arrival.contact_id if thread.type is not ThreadType.GROUP else None,
        identity_id=arrival.identity_id,
        thread=Thread(type=thread.type, key=key[1].partition(":")[2] if thread.key else "", title=thread.title),
        first_at=arrival.at,
    )


def _is_by_customer(arrival: Arrival) -> bool:
    event = arrival.event
    if isinstance(event, CommentReceived):
        return event.verb == "added" and not event.is_ours
    return isinstance(event, (MessageReceived, PostbackReceived))


def _look_up(slots: dict[Key, Slot]) -> None:
    names = {f"{channel}|{rest}": (channel, rest) for channel, rest in slots}
    found = {**_find(FIND_PRIVATE, names, "contact"), **_find(FIND_THREAD, names, "thread")}
    rows = {row["id"]: ConversationRow(**row) for row in run(LOCK, ids=sorted(set(found.values())))}
    for name, conversation_id in found.items():
        slots[names[name]].conversation = rows.get(conversation_id)


def _find(statement: str, names: dict[str, Key], sort: str) -> dict[str, UUID]:
    column = {"contact": "contact_id", "thread": "thread_key"}[sort]
    asked = [
        {"key": name, "channel_id": channel, column: rest.partition(":")[2]}
        for name, (channel, rest) in names.items()
        if rest.startswith(sort + ":")
    ]
    return {row["key"]: row["id"] for row in run(statement, asked)} if asked else {}


def _decide(slots: dict[Key, Slot]) -> list[Slot]:
    """Those to be reopened; a slot that begins another conversation forgets the one that it found."""
    reopened = []
    for slot in slots.values():
        found = slot.conversation
        if found is None or not slot.opens:
            continue
        event = slot.event
        if event is LifecycleEvent.CUSTOMER_WROTE:
            event = customer_wrote(found.closed_at, slot.first_at, environment().reopen_hours)
        outcome = transition(found.status, event)
        if isinstance(outcome, BeginAnother):
            slot.conversation = None
        elif isinstance(outcome, Become) and outcome.status is ConversationStatus.ACTIVE:
            reopened.append(slot)
    return reopened


def _reopen(batch: Batch, slots: Sequence[Slot]) -> None:
    rows = [slot.conversation for slot in slots if slot.conversation]
    if not rows:
        return
    run(REOPEN, ids=[row.id for row in rows])
    run(REOPENED, [_reopened(slot, slot.conversation) for slot in slots if slot.conversation])
    for slot in slots:
        if slot.conversation:
            slot.conversation.status = ConversationStatus.ACTIVE
            batch.show(_screen_event("conversation.changed", slot, slot.conversation.id))


def _reopened(slot: Slot, conversation: ConversationRow) -> dict[str, object]:
    return {
        "fact_id": new_id(),
        "id": conversation.id,
        "organization_id": slot.channel.organization_id,
        "channel_id": slot.channel.id,
        "contact_id": slot.contact_id,
    }


def _open_missing(batch: Batch, slots: dict[Key, Slot]) -> None:
    missing = {key: slot for key, slot in slots.items() if (slot.opens or slot.begins) and slot.conversation is None}
    if not missing:
        return
    rows = [_row(slot) for slot in missing.values()]
    inserted = {row["id"] for row in run(INSERT, rows)}
    new = [row for row in rows if row["id"] in inserted]
    if new:
        run(OPENED, [{**row, "fact_id": new_id()} for row in new])
    _look_up(missing)
    for slot in missing.values():
        if slot.conversation is not None and slot.conversation.id in inserted:
            slot.conversation.is_new = True
            batch.show(_screen_event("conversation.created", slot, slot.conversation.id))


def _row(slot: Slot) -> dict[str, object]:
    return {
        "id": new_id(),
        "organization_id": slot.channel.organization_id,
        "project_id": slot.channel.project_id,
        "channel_id": slot.channel.id,
        "contact_id": slot.contact_id,
        "identity_id": slot.identity_id if slot.contact_id and slot.identity_id else None,
        "type": slot.thread.type.value,
        "thread_key": slot.thread.key,
        "title": slot.thread.title[:500] if slot.thread.title else "",
    }


def _screen_event(kind: str, slot: Slot, conversation_id: UUID) -> ScreenEvent:
    return ScreenEvent(
        organization_id=slot.channel.organization_id,
        kind=kind,
        subject_id=conversation_id,
        conversation_id=conversation_id,
    )
