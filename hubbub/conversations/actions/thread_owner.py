"""Which app owns the conversation at the platform, as far as we changed it ourselves."""

from __future__ import annotations

from hubbub.conversations.locks import lock_threads
from hubbub.conversations.models import Conversation
from hubbub.organizations.database import run
from hubbub.organizations.screens import ScreenEvent, emit

LOCK_CONTACT = "SELECT id FROM contact WHERE id = %(id)s FOR NO KEY UPDATE"
SET = """
WITH person AS (
    UPDATE contact_identity SET is_standby = %(is_standby)s, standby_changed_at = hubbub_now()
     WHERE organization_id = %(organization)s AND id = %(identity)s)
UPDATE conversation SET is_standby = %(is_standby)s, standby_changed_at = hubbub_now(), updated_at = hubbub_now()
 WHERE organization_id = %(organization)s AND id = %(id)s
"""


def set_standby(conversation: Conversation, *, is_standby: bool) -> None:
    """We passed the conversation to another app (True), or have it again: then flows and AI may answer.

    News from the platform that is younger than this wins. In the caller's transaction.
    """
    run(LOCK_CONTACT, id=conversation.contact_id)
    lock_threads([conversation.id])
    run(
        SET,
        is_standby=is_standby,
        organization=conversation.organization_id,
        id=conversation.id,
        identity=conversation.identity_id,
    )
    emit(
        [
            ScreenEvent(
                organization_id=conversation.organization_id,
                kind="conversation.changed",
                subject_id=conversation.id,
                conversation_id=conversation.id,
            )
        ]
    )
