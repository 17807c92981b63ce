"""Changing a conversation: each action is a verb, in the caller's transaction, and is shown and audited."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TypeVar
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, IntegrityError, transaction
from django.db.models import Model, QuerySet
from django.db.models.base import ModelState

from hubbub.channels.models import Channel
from hubbub.contacts.models import ContactIdentity
from hubbub.conversations.facts import record
from hubbub.conversations.lifecycle import Become, LifecycleEvent, transition
from hubbub.conversations.models import Conversation, ConversationStatus, Priority
from hubbub.kit.errors import Conflict, InvalidInput, NotFound
from hubbub.kit.json import JsonValue
from hubbub.organizations.access import Principal
from hubbub.organizations.actions import audit
from hubbub.organizations.database import Row, run
from hubbub.organizations.jobs import defer
from hubbub.organizations.models import Membership
from hubbub.organizations.screens import ScreenEvent, emit

MARK_READ = """
UPDATE conversation c
   SET read_through = greatest(c.read_through, coalesce(%(through)s::timestamptz, c.last_inbound_at)),
       unread_count = (SELECT count(*) FROM message m WHERE m.conversation_id = c.id AND m.direction = 'inbound'
                          AND m.occurred_at > greatest(c.read_through, coalesce(%(through)s::timestamptz,
                                                                                c.last_inbound_at))),
       updated_at = hubbub_now()
 WHERE c.organization_id = %(organization)s AND c.id = %(id)s
"""
MARK_UNREAD = """
UPDATE conversation c
   SET read_through = newest.occurred_at - interval '1 microsecond', unread_count = 1, updated_at = hubbub_now()
  FROM (SELECT occurred_at FROM message WHERE conversation_id = %(id)s AND direction = 'inbound'
         ORDER BY occurred_at DESC, body_position DESC, id DESC LIMIT 1) newest
 WHERE c.organization_id = %(organization)s AND c.id = %(id)s
"""
SET_STATUS = """
UPDATE conversation c SET status = n.status, status_changed_at = hubbub_now(), updated_at = hubbub_now(),
       closed_at = CASE n.status WHEN 'closed' THEN hubbub_now() WHEN 'active' THEN NULL ELSE c.closed_at END,
       archived_at = CASE n.status WHEN 'archived' THEN hubbub_now() WHEN 'active' THEN NULL ELSE c.archived_at END,
       handover = CASE n.status WHEN 'active' THEN c.handover ELSE 'flow' END
  FROM (SELECT %(status)s::varchar AS status) n
 WHERE c.organization_id = %(organization)s AND c.id = %(id)s
"""
LONGEST_TAG = 100
MOST_TAGS = 100
LOCK_FOR_WRITING = """
SELECT id, organization_id, channel_id, contact_id, identity_id, type, thread_key, status, awaiting_reply_since,
       response_count
  FROM conversation WHERE organization_id = %(organization)s AND id = ANY(%(ids)s::uuid[])
 ORDER BY id FOR NO KEY UPDATE
"""
ADDRESSES = """
SELECT id, organization_id, external_id, home_contact_id, window_opened_at FROM contact_identity
 WHERE organization_id = %(organization)s AND id = ANY(%(ids)s::uuid[])
"""
Read = TypeVar("Read", bound=Model)
FACTS = {"active": "reopened", "closed": "closed", "archived": "archived"}


def lock_conversation(organization_id: UUID, conversation_id: UUID) -> Conversation:
    """The conversation under its row lock, with its channel and identity. Raises NotFound."""
    found = _locked(organization_id, [conversation_id]).prefetch_related("channel", "identity").first()
    if found is None:
        raise NotFound("There is no such conversation.")
    return found


def lock_for_writing(organization_id: UUID, conversation_ids: Collection[UUID]) -> dict[UUID, Conversation]:
    """Those conversations that exist, by id, under their row locks, with what writing to them depends on; other fields
    are fetched when they are read."""
    rows = run(LOCK_FOR_WRITING, organization=organization_id, ids=list(conversation_ids))
    channels = Channel.objects.filter(organization_id=organization_id).in_bulk({row["channel_id"] for row in rows})
    identities = list({row["identity_id"] for row in rows if row["identity_id"]})
    addresses = run(ADDRESSES, organization=organization_id, ids=identities) if identities else []
    known = {row["id"]: _as_read(ContactIdentity, row) for row in addresses}
    found: dict[UUID, Conversation] = {}
    for row in rows:
        one = found[row["id"]] = _as_read(Conversation, row)
        one.channel = channels[one.channel_id]
        one.identity = known[one.identity_id] if one.identity_id else None
    return found


def _as_read(model: type[Read], row: Row) -> Read:
    """An object of a row with some of its columns, made as unpickling makes one: Django's constructor goes through all
    fields, which takes ten times as long."""
    state = ModelState()
    state.adding, state.db = False, DEFAULT_DB_ALIAS
    one = model.__new__(model)
    one.__dict__.update(row, _state=state)
    return one


def _locked(organization_id: UUID, conversation_ids: Collection[UUID]) -> QuerySet[Conversation]:
    rows = Conversation.objects.select_for_update(of=("self",), no_key=True).order_by("id")
    return rows.filter(organization_id=organization_id, id__in=conversation_ids)


def change_status(principal: Principal, conversation_id: UUID, event: LifecycleEvent) -> None:
    """Close, archive or reopen, by the lifecycle table.

    Raises Conflict when the table refuses, or when another conversation of that contact and channel is open; then
    `details["conversation_id"]` names it.
    """
    conversation = lock_conversation(principal.organization_id, conversation_id)
    outcome = transition(conversation.status, event)
    if not isinstance(outcome, Become):
        return
    become(conversation, outcome.status)
    run("DELETE FROM snooze WHERE conversation_id = %(id)s", id=conversation_id)
    kind = FACTS[outcome.status.value]
    record(
        kind,
        organization_id=principal.organization_id,
        channel_id=conversation.channel_id,
        conversation_id=conversation_id,
        contact_id=conversation.contact_id,
        user_id=principal.user_id,
    )
    _changed(principal, conversation_id, f"conversation_{kind}")


def become(conversation: Conversation, status: ConversationStatus) -> None:
    """Give a locked conversation its new status. Raises Conflict when another one is open in its place."""
    try:
        with transaction.atomic():
            run(SET_STATUS, status=status.value, organization=conversation.organization_id, id=conversation.id)
    except IntegrityError:
        raise _already_open(conversation) from None


def _already_open(conversation: Conversation) -> Conflict:
    same = (
        {"contact_id": conversation.contact_id, "type": "private"}
        if conversation.type == "private"
        else {"thread_key": conversation.thread_key, "type": conversation.type}
    )
    other = Conversation.objects.filter(
        organization_id=conversation.organization_id,
        channel_id=conversation.channel_id,
        status=ConversationStatus.ACTIVE,
        **same,
    ).first()
    return Conflict(
        "Another conversation of this contact on this channel is open. Go on there, or close it first.",
        code="conversation_already_open",
        details={"conversation_id": str(other.id) if other else None},
    )


def mark_read(principal: Principal, conversation_id: UUID, through: object = None) -> None:
    """Everything up to a moment (platform time; None: all) is read by the team."""
    lock_conversation(principal.organization_id, conversation_id)
    run(MARK_READ, organization=principal.organization_id, id=conversation_id, through=through)
    show_conversation(principal.organization_id, conversation_id)


def mark_unread(principal: Principal, conversation_id: UUID) -> None:
    """The newest message of the customer is unread again."""
    lock_conversation(principal.organization_id, conversation_id)
    run(MARK_UNREAD, organization=principal.organization_id, id=conversation_id)
    show_conversation(principal.organization_id, conversation_id)


def set_priority(principal: Principal, conversation_id: UUID, priority: str) -> None:
    """low, normal, high or urgent."""
    if priority not in Priority.values:
        raise InvalidInput(f"A priority is one of {', '.join(Priority.values)}.")
    _set(principal, conversation_id, "priority_changed", priority=priority)


def set_tags(principal: Principal, conversation_id: UUID, tags: Sequence[str]) -> None:
    """Replace the tags; they are kept sorted and once each."""
    cleaned: list[JsonValue] = [*sorted({tag.strip()[:LONGEST_TAG] for tag in tags if tag.strip()})]
    if len(cleaned) > MOST_TAGS:
        raise InvalidInput(f"A conversation has at most {MOST_TAGS} tags.")
    present = lock_conversation(principal.organization_id, conversation_id).tags
    changes: dict[str, JsonValue] = {
        "added": [tag for tag in cleaned if tag not in present],
        "removed": [tag for tag in present if tag not in cleaned],
    }
    if any(changes.values()):
        _set(principal, conversation_id, "tags_changed", changes, tags=cleaned)


def change_tags(principal: Principal, conversation_id: UUID, *, add: Sequence[str], remove: Sequence[str]) -> None:
    """Add some tags and take others away; the rest stays."""
    present = lock_conversation(principal.organization_id, conversation_id).tags
    unwanted = {tag.strip() for tag in remove}
    set_tags(principal, conversation_id, [*(tag for tag in present if tag not in unwanted), *add])


def assign(principal: Principal, conversation_id: UUID, user_id: UUID | None) -> None:
    """Give the conversation to a member, or to nobody. Raises InvalidInput for somebody outside the organisation."""
    if (
        user_id
        and not Membership.objects.filter(
            organization_id=principal.organization_id, user_id=user_id, is_active=True
        ).exists()
    ):
        raise InvalidInput("This person is not a member of the organisation.")
    conversation = lock_conversation(principal.organization_id, conversation_id)
    conversation.assigned_to_id = user_id
    conversation.assignment_type = "human" if user_id else "ai"
    conversation.save(update_fields=["assigned_to", "assignment_type", "updated_at"])
    run("UPDATE conversation SET assigned_at = hubbub_now() WHERE id = %(id)s", id=conversation_id)
    _changed(principal, conversation_id, "conversation_assigned", user_id=str(user_id) if user_id else None)
    if user_id and user_id != principal.user_id:
        tell(principal, conversation_id, "assigned", [user_id])


def tell(principal: Principal, conversation_id: UUID, reason: str, user_ids: Sequence[UUID]) -> None:
    """Have people notified of what whoever acts has done, as each prefers."""
    defer(
        "desk.notify",
        organization_id=str(principal.organization_id),
        conversation_id=str(conversation_id),
        reason=reason,
        user_ids=[str(one) for one in user_ids],
        actor_id=str(principal.user_id) if principal.user_id else None,
    )


def set_auto_reply(principal: Principal, conversation_id: UUID, *, is_enabled: bool) -> None:
    """Whether automation may answer in this conversation."""
    _set(principal, conversation_id, "auto_reply_changed", is_auto_reply_enabled=is_enabled)


def set_handover(principal: Principal, conversation_id: UUID, handover: str) -> None:
    """Who answers from now on: flow, ai or human."""
    if handover not in {"flow", "ai", "human"}:
        raise InvalidInput("A conversation is handed over to flow, ai or human.")
    _set(principal, conversation_id, "handed_over", handover=handover)
    record(
        "handed_over",
        organization_id=principal.organization_id,
        conversation_id=conversation_id,
        user_id=principal.user_id,
        data={"to": handover},
    )


def _set(
    principal: Principal,
    conversation_id: UUID,
    action: str,
    noted: Mapping[str, JsonValue] | None = None,
    **values: JsonValue,
) -> None:
    """`noted`: what the audit log says of it, if that is not the new values."""
    conversation = lock_conversation(principal.organization_id, conversation_id)
    for name, value in values.items():
        setattr(conversation, name, value)
    conversation.save(update_fields=[*values, "updated_at"])
    _changed(principal, conversation_id, action, **(values if noted is None else noted))


def _changed(principal: Principal, conversation_id: UUID, action: str, **data: JsonValue) -> None:
    audit(principal, principal.organization_id, action, "conversation", conversation_id, **data)
    show_conversation(principal.organization_id, conversation_id)


def show_conversation(organization_id: UUID, conversation_id: UUID) -> None:
    """Tell the screens that a conversation has changed."""
    emit(
        [
            ScreenEvent(
                organization_id=organization_id,
                kind="conversation.changed",
                subject_id=conversation_id,
                conversation_id=conversation_id,
            )
        ]
    )
