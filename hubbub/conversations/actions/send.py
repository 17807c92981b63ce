"""Writing to customers: checked, put into order and stored as queued, all in the caller's transaction.

A sender delivers it afterwards (`hubbub.outbound`). What a policy forbids or the platform cannot express is refused
here, with a sentence, before anything is stored. One statement a table, however many conversations are written to.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction

from hubbub.channels.models import Channel, ChannelStatus
from hubbub.connectors.messages import OutboundMessage
from hubbub.connectors.outcomes import ErrorCode
from hubbub.connectors.registry import connector_for
from hubbub.conversations.actions.addressing import addressed, addressee, database_now, situation_of
from hubbub.conversations.actions.lifecycle import become, lock_for_writing
from hubbub.conversations.actions.parts import check, split
from hubbub.conversations.actions.template_words import with_words
from hubbub.conversations.actions.writing import AUTHORS, Writing, answers_a_question, store, we_wrote
from hubbub.conversations.lifecycle import Become, LifecycleEvent, transition
from hubbub.conversations.models import Conversation, ConversationStatus, Message
from hubbub.conversations.outbox import NewEntry, Priority, enqueue
from hubbub.kit.errors import Conflict, HubbubError, InvalidInput, NotFound, Unsendable
from hubbub.kit.ids import new_id
from hubbub.organizations.database import run
from hubbub.organizations.models import User

LONGEST_CLIENT_ID = 100
PRIORITIES = {"human": Priority.PERSON}
INSTANT = timedelta(microseconds=1)
"""Between things that are queued at once: the order in which they are shown."""
KNOWN = """
SELECT client_id, id, conversation_id FROM message
 WHERE organization_id = %(organization)s AND client_id = ANY(%(client_ids)s)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """One thing that an author wants to say. `content.message_id` is ignored.

    `author_type`: human, ai, flow or system. `client_id`: the same one again is the same message, queued once. `at`:
    not before that moment; it takes its place in the order then.
    """

    conversation_id: UUID
    content: OutboundMessage
    author_type: str
    author_user: User | None = None
    client_id: str | None = None
    reply_to: Message | None = None
    priority: int | None = None
    at: datetime | None = None


Queued = UUID | HubbubError
"""The message (the first one, where the platform needs several), or why nothing was queued."""


def queue_message(
    conversation: Conversation,
    content: OutboundMessage,
    *,
    author_type: str,
    author_user: User | None = None,
    client_id: str | None = None,
    reply_to: Message | None = None,
    priority: int | None = None,
    at: datetime | None = None,
) -> Message:
    """Queue what an author wrote, as in `Wanted`; returns its message.

    Raises Unsendable (policy, or the platform cannot express it), Conflict (archived; another conversation is open;
    the client id belongs to another conversation), InvalidInput.
    """
    wanted = Wanted(
        conversation_id=conversation.id,
        content=content,
        author_type=author_type,
        author_user=author_user,
        client_id=client_id,
        reply_to=reply_to,
        priority=priority,
        at=at,
    )
    (queued,) = queue_messages(conversation.organization_id, [wanted])
    if isinstance(queued, HubbubError):
        raise queued
    return Message.objects.get(organization_id=conversation.organization_id, id=queued)


def queue_messages(organization_id: UUID, wanted: Sequence[Wanted]) -> list[Queued]:
    """Queue what authors wrote in one organisation's conversations, in this order; returns one result for each.

    What is refused changes nothing, and holds up none of the others.
    """
    conversations = lock_for_writing(organization_id, {one.conversation_id for one in wanted})
    try:
        with transaction.atomic():
            return _queue(organization_id, wanted, conversations)
    except IntegrityError:  # one of the client ids was used elsewhere a moment ago, and is known by now
        with transaction.atomic():
            return _queue(organization_id, wanted, lock_for_writing(organization_id, list(conversations)))


def _queue(organization_id: UUID, wanted: Sequence[Wanted], conversations: Mapping[UUID, Conversation]) -> list[Queued]:
    known = _known(organization_id, wanted)
    now = database_now()
    results: list[Queued] = []
    writings: list[Writing] = []
    for one in wanted:
        try:
            moment = now + len(writings) * INSTANT
            queued = _already_queued(one, known) or _write(one, conversations, moment, writings)
        except HubbubError as refused:
            results.append(refused)
        else:
            results.append(queued)
            if one.client_id is not None:
                known[one.client_id] = (queued, one.conversation_id)
    if writings:
        store(writings)
        enqueue([entry for writing in writings for entry in _entries(writing)])
        we_wrote(writings)
    return results


def _known(organization_id: UUID, wanted: Sequence[Wanted]) -> dict[str, tuple[UUID, UUID]]:
    """Client id → (message, conversation), of those that were used before."""
    client_ids = [one.client_id for one in wanted if one.client_id is not None]
    rows = run(KNOWN, organization=organization_id, client_ids=client_ids) if client_ids else []
    return {row["client_id"]: (row["id"], row["conversation_id"]) for row in rows}


def is_known(organization_id: UUID, client_id: str | None) -> bool:
    """Whether a message with this client id was queued before: asking again sends nothing."""
    return client_id is not None and bool(run(KNOWN, organization=organization_id, client_ids=[client_id]))


def _already_queued(wanted: Wanted, known: Mapping[str, tuple[UUID, UUID]]) -> UUID | None:
    if wanted.client_id is None or wanted.client_id not in known:
        return None
    message_id, conversation_id = known[wanted.client_id]
    if conversation_id != wanted.conversation_id:
        raise Conflict("This client id was used in another conversation; take a new one.", code="client_id_used")
    return message_id


def _write(wanted: Wanted, conversations: Mapping[UUID, Conversation], now: datetime, writings: list[Writing]) -> UUID:
    """Check it and add it to what is to be written; returns the id of its message."""
    _check_arguments(wanted)
    conversation = conversations.get(wanted.conversation_id)
    if conversation is None:
        raise NotFound("There is no such conversation.")
    channel = open_channel(conversation)
    content = addressed(wanted.content, conversation, wanted.reply_to)
    content = with_words(content, channel.organization_id, channel.id)
    situation = situation_of(conversation, wanted.author_type, content, now)
    parts = split(content, connector_for(channel.platform).capabilities)
    for part in parts:
        check(part, situation, addressee(conversation, part))
    reopen(conversation)
    writing = _writing(wanted, conversation, tuple(parts), now)
    writings.append(writing)
    _foresee(writing)
    return writing.ids[0]


def _check_arguments(wanted: Wanted) -> None:
    if wanted.author_type not in AUTHORS:
        raise InvalidInput(f"author_type is one of {', '.join(AUTHORS)}.")
    if wanted.client_id is not None and not 0 < len(wanted.client_id) <= LONGEST_CLIENT_ID:
        raise InvalidInput(f"A client id has 1 to {LONGEST_CLIENT_ID} characters.")
    if wanted.at is not None and wanted.at.tzinfo is None:
        raise InvalidInput("The time of sending needs a time zone.")


def open_channel(conversation: Conversation) -> Channel:
    """The channel to write on. Raises Unsendable when it was disconnected."""
    channel: Channel = conversation.channel
    if channel.status == ChannelStatus.DISCONNECTED:
        raise Unsendable(
            "This channel was disconnected. Connect it again before you write.",
            code=ErrorCode.CREDENTIALS_INVALID.value,
        )
    return channel


def reopen(conversation: Conversation) -> None:
    """Writing to a closed conversation opens it. Raises Conflict where the lifecycle table refuses."""
    outcome = transition(conversation.status, LifecycleEvent.WE_WROTE)
    if isinstance(outcome, Become):
        become(conversation, ConversationStatus(outcome.status))


def _writing(wanted: Wanted, conversation: Conversation, parts: tuple[OutboundMessage, ...], now: datetime) -> Writing:
    is_answer = answers_a_question(conversation, wanted.author_type)
    default = PRIORITIES.get(wanted.author_type, Priority.MACHINE)
    return Writing(
        conversation=conversation,
        parts=parts,
        ids=tuple(new_id() for _ in parts),
        author_type=wanted.author_type,
        author_user=wanted.author_user,
        client_id=wanted.client_id,
        reply_to=wanted.reply_to,
        now=now,
        awaited_since=conversation.awaiting_reply_since if is_answer else None,
        is_first_response=not conversation.response_count,
        priority=int(default if wanted.priority is None else wanted.priority),
        at=wanted.at,
    )


def _foresee(writing: Writing) -> None:
    """What the next thing said in this conversation will find."""
    writing.conversation.status = ConversationStatus.ACTIVE
    if writing.shown:
        writing.conversation.awaiting_reply_since = None
        writing.conversation.response_count += writing.awaited_since is not None


def _entries(writing: Writing) -> list[NewEntry]:
    return [
        NewEntry(
            message_id=message_id,
            organization_id=writing.conversation.organization_id,
            channel_id=writing.conversation.channel_id,
            conversation_id=writing.conversation.id,
            priority=writing.priority,
            at=writing.at,
        )
        for message_id in writing.ids
    ]
