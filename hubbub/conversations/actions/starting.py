"""The conversation with a person of whom we know the platform's id, also when they never wrote to us."""

from __future__ import annotations

from django.db import IntegrityError, transaction

from hubbub.channels.models import Channel
from hubbub.contacts.models import Contact, ContactIdentity
from hubbub.conversations.facts import record
from hubbub.conversations.models import Conversation, ConversationStatus
from hubbub.kit import clock
from hubbub.kit.errors import InvalidInput
from hubbub.organizations.screens import ScreenEvent, emit

LONGEST_ID = 255


def conversation_with(channel: Channel, external_id: str) -> Conversation:
    """The open private conversation with this person, else the one last closed, else a new one.

    A person we do not know becomes a contact whose window is unknown: the platform decides whether a message may go.
    In the caller's transaction.
    """
    if not 0 < len(external_id) <= LONGEST_ID:
        raise InvalidInput(f"A person's id on the platform has 1 to {LONGEST_ID} characters.")
    identity = _identity(channel, external_id) or _meet(channel, external_id)
    return _thread(identity) or _open(channel, identity)


def _identity(channel: Channel, external_id: str) -> ContactIdentity | None:
    known = ContactIdentity.objects.filter(organization_id=channel.organization_id, channel_id=channel.id)
    return known.filter(external_id=external_id).first()


def _meet(channel: Channel, external_id: str) -> ContactIdentity:
    """Make the contact; whoever loses the race against the person's own first message takes theirs."""
    try:
        with transaction.atomic():
            now = clock.now()
            contact = Contact.objects.create(organization_id=channel.organization_id, first_seen_at=now)
            return ContactIdentity.objects.create(
                organization_id=channel.organization_id,
                contact=contact,
                home_contact_id=contact.id,
                channel_id=channel.id,
                external_id=external_id,
                first_seen_at=now,
            )
    except IntegrityError:
        identity = _identity(channel, external_id)
        assert identity is not None
        return identity


def _thread(identity: ContactIdentity) -> Conversation | None:
    rows = Conversation.objects.filter(
        organization_id=identity.organization_id,
        channel_id=identity.channel_id,
        contact_id=identity.contact_id,
        type="private",
    ).exclude(status=ConversationStatus.ARCHIVED)
    return rows.order_by("status", "-id").first()  # "active" comes before "closed"


def _open(channel: Channel, identity: ContactIdentity) -> Conversation:
    try:
        with transaction.atomic():
            conversation = Conversation.objects.create(
                organization_id=channel.organization_id,
                project_id=channel.project_id,
                channel_id=channel.id,
                contact_id=identity.contact_id,
                identity=identity,
                status_changed_at=clock.now(),
            )
    except IntegrityError:
        found = _thread(identity)
        assert found is not None
        return found
    _tell(conversation)
    return conversation


def _tell(conversation: Conversation) -> None:
    record(
        "conversation_opened",
        organization_id=conversation.organization_id,
        channel_id=conversation.channel_id,
        conversation_id=conversation.id,
        contact_id=conversation.contact_id,
    )
    emit(
        [
            ScreenEvent(
                organization_id=conversation.organization_id,
                kind="conversation.created",
                subject_id=conversation.id,
                conversation_id=conversation.id,
            )
        ]
    )
