"""Putting conversations off. In the caller's transaction, shown and audited."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from hubbub.conversations.actions.addressing import database_now
from hubbub.conversations.actions.lifecycle import lock_conversation, show_conversation
from hubbub.conversations.models import ConversationStatus
from hubbub.kit.errors import Conflict, InvalidInput
from hubbub.organizations.access import Principal
from hubbub.organizations.actions import audit
from hubbub.organizations.database import run
from hubbub.organizations.jobs import defer
from hubbub.organizations.scope import organization_scope

LONGEST = timedelta(days=366)
SNOOZE = """
INSERT INTO snooze (conversation_id, organization_id, until, inbound_count, snoozed_by_id, snoozed_at)
SELECT c.id, c.organization_id, %(until)s, c.inbound_count, %(user)s, hubbub_now() FROM conversation c
 WHERE c.organization_id = %(organization)s AND c.id = %(id)s
    ON CONFLICT (conversation_id) DO UPDATE SET until = excluded.until, inbound_count = excluded.inbound_count,
       snoozed_by_id = excluded.snoozed_by_id, snoozed_at = excluded.snoozed_at
"""
UNSNOOZE = "DELETE FROM snooze WHERE organization_id = %(organization)s AND conversation_id = %(id)s RETURNING until"
ENDED = """
DELETE FROM snooze z USING conversation c
 WHERE z.organization_id = %(organization)s AND z.conversation_id = %(id)s AND c.id = z.conversation_id
   AND z.until <= hubbub_now()
RETURNING c.inbound_count <= z.inbound_count AS held
"""


def snooze(principal: Principal, conversation_id: UUID, until: datetime | None = None) -> None:
    """Out of sight until a moment (None: no moment), and in any case until the customer writes again.

    Raises NotFound, Conflict for one that is not open, InvalidInput for a moment that is past or over a year away.
    """
    conversation = lock_conversation(principal.organization_id, conversation_id)
    if conversation.status != ConversationStatus.ACTIVE:
        raise Conflict("Only an open conversation can be snoozed. Reopen it first.", code="not_open")
    now = database_now()
    if until is not None and (until.tzinfo is None or not now < until <= now + LONGEST):
        raise InvalidInput("Snooze until a moment that is to come, within a year, with its time zone.")
    values: dict[str, Any] = {
        "organization": principal.organization_id,
        "id": conversation_id,
        "user": principal.user_id,
    }
    run(SNOOZE, until=until, **values)
    if until is not None:
        defer(
            "reminders.end_snooze",
            at=until,
            organization_id=str(principal.organization_id),
            conversation_id=str(conversation_id),
        )
    moment = until.isoformat() if until else None
    audit(principal, principal.organization_id, "conversation_snoozed", "conversation", conversation_id, until=moment)
    show_conversation(principal.organization_id, conversation_id)


def unsnooze(principal: Principal, conversation_id: UUID) -> None:
    """In sight again. Raises NotFound."""
    lock_conversation(principal.organization_id, conversation_id)
    if run(UNSNOOZE, organization=principal.organization_id, id=conversation_id):
        audit(principal, principal.organization_id, "conversation_unsnoozed", "conversation", conversation_id)
        show_conversation(principal.organization_id, conversation_id)


def end_snooze(organization_id: UUID, conversation_id: UUID) -> None:
    """The moment has come: tell the screens, once. One that was put off again, or ended before, is left alone."""
    with organization_scope(organization_id):
        ended = run(ENDED, organization=organization_id, id=conversation_id)
        if ended and ended[0]["held"]:
            audit(None, organization_id, "conversation_unsnoozed", "conversation", conversation_id)
            show_conversation(organization_id, conversation_id)
