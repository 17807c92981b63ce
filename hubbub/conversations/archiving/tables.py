"""What happens to each table that hangs on a conversation when it is archived. A test compares this with the database:
a new table that references conversations or messages must be named here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A table whose rows go with the conversation.

    `of`: what the rows belong to, conversation or message. `loose`: columns that become NULL on the way back when what
    they name is gone by then. `bound`: columns without whose rows the row itself stays away.
    """

    of: str = "conversation"
    key: str = "id"
    loose: Mapping[str, str] = field(default_factory=dict)
    bound: Mapping[str, str] = field(default_factory=dict)


USER = "hubbub_user"
"""The one referenced table without an organisation."""
MOVED: Mapping[str, Moved] = {
    "message_edit": Moved(of="message"),
    "attachment": Moved(of="message"),
    "reaction": Moved(of="message"),
    "processing_record": Moved(of="message"),
    "participant": Moved(bound={"contact_id": "contact"}),
    "mention": Moved(bound={"user_id": USER}),
    "note": Moved(loose={"author_user_id": USER}),
    "scheduled_message": Moved(loose={"author_user_id": USER}),
    "team_assignment": Moved(key="conversation_id", bound={"team_id": "team"}),
    "flow_run": Moved(loose={"contact_id": "contact"}, bound={"flow_id": "flow", "version_id": "flow_version"}),
    "message": Moved(
        loose={"contact_id": "contact", "author_user_id": USER, "template_id": "template"},
    ),
}
"""Moved in this order: what belongs to messages before the messages."""
CONVERSATION = Moved(loose={"assigned_to_id": USER, "identity_id": "contact_identity"})
LINKED = ("lead",)
"""Stays where it is; what names the conversation is remembered and named again when it is back."""
DROPPED = ("reply_token", "outbox_lane", "automation_lane", "snooze", "conversation_tag")
"""Means nothing once nobody writes there any more, or is made anew by the row's own trigger."""
UNFINISHED = """
       EXISTS (SELECT FROM outbox o WHERE o.conversation_id = c.id)
    OR EXISTS (SELECT FROM automation_item i WHERE i.conversation_id = c.id)
    OR EXISTS (SELECT FROM automation_lane l WHERE l.conversation_id = c.id AND l.due_at IS NOT NULL)
    OR EXISTS (SELECT FROM flow_run r WHERE r.conversation_id = c.id AND r.ended_at IS NULL AND r.due_at IS NOT NULL)
    OR EXISTS (SELECT FROM scheduled_message s WHERE s.conversation_id = c.id AND s.status = 'waiting')
    OR EXISTS (SELECT FROM message m JOIN attachment a ON a.message_id = m.id AND a.state = 'pending'
                WHERE m.conversation_id = c.id)
    OR EXISTS (SELECT FROM message m JOIN processing_record p ON p.message_id = m.id
                      AND p.status IN ('queued', 'processing') WHERE m.conversation_id = c.id)
"""
"""Somebody still works there: such a conversation stays."""
OLD = f"""c.organization_id = %(organization)s AND c.status IN ('closed', 'archived')
   AND greatest(c.created_at, c.last_message_at, c.status_changed_at, c.closed_at, c.archived_at) < %(before)s
   AND NOT ({UNFINISHED})"""
