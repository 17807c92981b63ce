"""Where an answer goes, and what the rules for it depend on."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from hubbub.connectors.messages import OutboundKind, OutboundMessage
from hubbub.connectors.outcomes import ErrorCode
from hubbub.contacts.models import ContactIdentity
from hubbub.conversations.actions.parts import Addressee
from hubbub.conversations.models import Conversation, Message
from hubbub.conversations.policy import Permit, Situation, permits
from hubbub.kit.errors import InvalidInput, Unsendable
from hubbub.organizations.database import run

NOW = "SELECT hubbub_now() AS now"
PRIVATE_REPLY_SENT = """
SELECT 1 FROM message
 WHERE conversation_id = %(conversation)s AND direction = 'outbound' AND status <> 'failed'
   AND content -> 'outbound' ->> 'kind' = 'private_reply'
   AND content -> 'outbound' ->> 'comment_external_id' = %(comment)s
 LIMIT 1
"""


def addressed(content: OutboundMessage, conversation: Conversation, reply_to: Message | None) -> OutboundMessage:
    """The content with where it goes: the message that it answers, the comment under which it stands."""
    if conversation.type == "public":
        return _comment_reply(content, conversation, reply_to)
    if reply_to is None:
        return content
    if reply_to.conversation_id != conversation.id:
        raise InvalidInput("The message that you reply to is in another conversation.")
    if not reply_to.external_id:
        raise Unsendable("The message that you reply to has not reached the platform yet.", code="reply_to_not_sent")
    return replace(content, reply_to_external_id=reply_to.external_id, reply_to_quote_token=_quote_token(reply_to))


def _quote_token(message: Message) -> str | None:
    token = (message.content.get("extra") or {}).get("quote_token") or message.metadata.get("quote_token")
    return str(token) if token else None


def _comment_reply(content: OutboundMessage, conversation: Conversation, reply_to: Message | None) -> OutboundMessage:
    """Under a post a text answers a comment publicly, unless it is meant to be private."""
    kind = OutboundKind.COMMENT_REPLY if content.kind is OutboundKind.TEXT else content.kind
    comment = reply_to or newest_comment(conversation)
    given = content.comment_external_id or (comment.external_id if comment is not None else None)
    if not given:
        raise Unsendable("There is no comment to answer.", code=ErrorCode.RECIPIENT_UNKNOWN.value)
    return replace(content, kind=kind, comment_external_id=given)


def newest_comment(conversation: Conversation) -> Message | None:
    """The last thing that somebody said under a post."""
    return (
        Message.objects.filter(conversation_id=conversation.id, direction="inbound", external_id__isnull=False)
        .order_by("-occurred_at", "-body_position", "-id")
        .first()
    )


def situation_of(
    conversation: Conversation,
    author_type: str,
    content: OutboundMessage | None,
    now: datetime,
    *,
    comment: Message | None = None,
) -> Situation:
    """What the policy table needs to know. `content` None: of whatever might be written."""
    if content is not None and content.kind is OutboundKind.PRIVATE_REPLY:
        comment = _comment_for_private_reply(conversation, content)
    identity = conversation.identity
    return Situation(
        platform=conversation.channel.platform,
        author_type=author_type,
        now=now,
        window_opened_at=identity.window_opened_at if identity is not None else None,
        commented_at=comment.occurred_at if comment is not None else None,
        thread_type=conversation.type,
    )


def _comment_for_private_reply(conversation: Conversation, content: OutboundMessage) -> Message | None:
    """Each comment can be answered privately once."""
    comment = content.comment_external_id
    if not comment:
        raise Unsendable("Say which comment is to be answered privately.", code=ErrorCode.RECIPIENT_UNKNOWN.value)
    if run(PRIVATE_REPLY_SENT, conversation=conversation.id, comment=comment):
        raise Unsendable(
            "This comment was answered privately already; the platform allows it once. Answer publicly, or wait until "
            "the customer writes to you.",
            code=ErrorCode.ALREADY_DONE.value,
        )
    return Message.objects.filter(channel_id=conversation.channel_id, external_id=comment).first()


def addressee(conversation: Conversation, content: OutboundMessage) -> Addressee:
    """The person or thread at the platform. A template may need another of the person's ids: their phone number."""
    identity = conversation.identity
    return Addressee(
        channel=conversation.channel,
        external_id=identity.external_id if identity is not None else "",
        thread_type=conversation.type,
        thread_key=conversation.thread_key,
        aliases=_aliases(conversation) if content.template is not None else (),
    )


def _aliases(conversation: Conversation) -> tuple[str, ...]:
    if conversation.type != "private" or conversation.identity_id is None or conversation.contact_id is None:
        return ()
    others = ContactIdentity.objects.filter(
        organization_id=conversation.organization_id,
        contact_id=conversation.contact_id,
        channel_id=conversation.channel_id,
    ).exclude(id=conversation.identity_id)
    return tuple(others.order_by("external_id").values_list("external_id", flat=True))


def database_now() -> datetime:
    """The moment, by the clock that leases and windows go by."""
    now: datetime = run(NOW)[0]["now"]
    return now


def ways_to_write(conversation: Conversation, author_type: str) -> list[Permit]:
    """What may be sent in this conversation now, for the composer; empty: nothing."""
    comment = newest_comment(conversation) if conversation.type == "public" else None
    return permits(situation_of(conversation, author_type, None, database_now(), comment=comment))
