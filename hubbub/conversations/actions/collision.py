"""Two people answer at once: the second one is asked."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from hubbub.conversations.actions.lifecycle import lock_conversation
from hubbub.kit.errors import Conflict, NotFound
from hubbub.organizations.access import Principal
from hubbub.organizations.database import run

SEEN = """
SELECT created_at FROM message
 WHERE organization_id = %(organization)s AND conversation_id = %(conversation)s AND id = %(seen)s
"""
ANSWERED = """
SELECT m.id, m.author_user_id, m.author_name, m.occurred_at FROM message m
 WHERE m.organization_id = %(organization)s AND m.conversation_id = %(conversation)s AND m.direction = 'outbound'
   AND m.author_type = 'human' AND m.status <> 'failed' AND m.created_at > %(since)s
   AND (m.author_user_id IS NULL OR m.author_user_id <> %(me)s)
 ORDER BY m.occurred_at DESC, m.body_position DESC, m.id DESC LIMIT 1
"""
NOBODY = UUID(int=0)


def refuse_if_answered(principal: Principal, conversation_id: UUID, seen_message_id: UUID) -> None:
    """Raises Conflict (`answered_meanwhile`, with who, when and the message) when a colleague has answered after what
    the author has seen; NotFound when the message that they saw is not of this conversation.

    Holds the conversation, so that nobody answers between this and what follows in the transaction.
    """
    lock_conversation(principal.organization_id, conversation_id)
    values: dict[str, Any] = {"organization": principal.organization_id, "conversation": conversation_id}
    seen = run(SEEN, seen=seen_message_id, **values)
    if not seen:
        raise NotFound("The message that you saw last is not of this conversation.")
    found = run(ANSWERED, since=seen[0]["created_at"], me=principal.user_id or NOBODY, **values)
    if found:
        answer = found[0]
        name = answer["author_name"] or "Somebody"
        raise Conflict(
            f"{name} has answered meanwhile. Read it, and send yours if it is still needed.",
            code="answered_meanwhile",
            details={
                "message_id": str(answer["id"]),
                "user_id": str(answer["author_user_id"]) if answer["author_user_id"] else None,
                "name": answer["author_name"],
                "at": answer["occurred_at"].isoformat(),
            },
        )
