"""The inbound lane as one would write it with Django's ORM: one delivery, one transaction, the same effects."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from hubbub.channels.models import Channel
from hubbub.connectors.events import MessageReceived
from hubbub.connectors.registry import connector_for
from hubbub.contacts.models import Contact, ContactIdentity
from hubbub.conversations.models import AutomationItem, AutomationLane, Conversation, Message, RealtimeEvent
from hubbub.inbound.models import Delivery, Event


def apply_one() -> int | None:
    """Apply the next delivery; how many messages it brought, None when none waits."""
    with transaction.atomic():
        waiting = Delivery.objects.filter(processed_at=None).order_by("seq")
        delivery = waiting.select_for_update(skip_locked=True, no_key=True).first()
        if delivery is None:
            return None
        events = connector_for(delivery.platform).parse(bytes(delivery.body))
        applied = sum(_apply(delivery, event) for event in events if isinstance(event, MessageReceived))
        delivery.processed_at, delivery.state, delivery.event_count = timezone.now(), "applied", len(events)
        delivery.save(update_fields=["processed_at", "state", "event_count"])
        return applied


def _apply(delivery: Delivery, event: MessageReceived) -> bool:
    channel = Channel.objects.only("id", "organization_id", "project_id").get(
        platform=delivery.platform, external_id=event.address
    )
    if Message.objects.filter(channel=channel, external_id=event.external_id).exists():
        return False
    at = event.occurred_at or delivery.received_at
    identity = _identity(channel, event.sender.external_id, at)
    conversation = _conversation(channel, identity)
    message = Message.objects.create(
        organization_id=channel.organization_id,
        conversation=conversation,
        channel=channel,
        contact_id=identity.contact_id,
        direction="inbound",
        author_type="customer",
        type=event.content.type.value,
        text=event.content.text or "",
        raw=event.raw,
        external_id=event.external_id,
        status="received",
        occurred_at=at,
        received_at=delivery.received_at,
        processed_at=timezone.now(),
    )
    _count(conversation, message)
    _follow_up(channel, conversation, message)
    _record(delivery, channel, conversation, message, event)
    return True


def _identity(channel: Channel, external_id: str, at: datetime) -> Any:
    identity = (
        ContactIdentity.objects.select_related("contact").filter(channel=channel, external_id=external_id).first()
    )
    if identity is None:
        contact = Contact.objects.create(organization_id=channel.organization_id, first_seen_at=at)
        identity = ContactIdentity.objects.create(
            organization_id=channel.organization_id,
            contact=contact,
            home_contact_id=contact.id,
            channel=channel,
            external_id=external_id,
            first_seen_at=at,
        )
    identity.last_seen_at = identity.window_opened_at = identity.contact.last_seen_at = at
    identity.save(update_fields=["last_seen_at", "window_opened_at"])
    identity.contact.save(update_fields=["last_seen_at"])
    return identity


def _conversation(channel: Channel, identity: ContactIdentity) -> Conversation:
    found: Conversation | None = (
        Conversation.objects.select_for_update(no_key=True)
        .filter(channel=channel, contact_id=identity.contact_id, status="active")
        .first()
    )
    return found or Conversation.objects.create(
        organization_id=channel.organization_id,
        project_id=channel.project_id,
        channel=channel,
        contact_id=identity.contact_id,
        identity=identity,
    )


def _count(conversation: Conversation, message: Message) -> None:
    conversation.message_count += 1
    conversation.inbound_count += 1
    conversation.unread_count += 1
    conversation.last_message_id = message.id
    conversation.last_message_text = message.text[:200]
    conversation.last_message_at = conversation.last_inbound_at = message.occurred_at
    conversation.first_message_at = conversation.first_message_at or message.occurred_at
    conversation.awaiting_reply_since = conversation.awaiting_reply_since or message.occurred_at
    conversation.save(
        update_fields=[
            "message_count",
            "inbound_count",
            "unread_count",
            "last_message_id",
            "last_message_text",
            "last_message_at",
            "last_inbound_at",
            "first_message_at",
            "awaiting_reply_since",
        ]
    )


def _follow_up(channel: Channel, conversation: Conversation, message: Message) -> None:
    AutomationItem.objects.create(
        id=message.id,
        organization_id=channel.organization_id,
        conversation=conversation,
        occurred_at=message.occurred_at,
    )
    now = timezone.now()
    AutomationLane.objects.update_or_create(
        conversation=conversation,
        defaults={"organization_id": channel.organization_id, "pending_since": now, "due_at": now},
    )
    for kind, subject in (("message.created", message.id), ("conversation.changed", conversation.id)):
        RealtimeEvent.objects.create(
            organization_id=channel.organization_id, kind=kind, subject_id=subject, conversation_id=conversation.id
        )


def _record(
    delivery: Delivery, channel: Channel, conversation: Conversation, message: Message, event: MessageReceived
) -> None:
    Event.objects.create(
        organization_id=channel.organization_id,
        received_at=delivery.received_at,
        channel=channel,
        delivery_id=delivery.id,
        platform=delivery.platform,
        kind=event.kind,
        event_key=event.event_key,
        occurred_at=event.occurred_at,
        state="applied",
        contact_id=message.contact_id,
        conversation_id=conversation.id,
        message_id=message.id,
        raw=event.raw,
        applied_at=timezone.now(),
    )
