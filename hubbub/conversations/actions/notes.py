"""Notes of the team in a conversation, and whom they are meant for. In the caller's transaction, shown and audited."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from hubbub.conversations.actions.lifecycle import lock_conversation, tell
from hubbub.conversations.models import Mention, Note
from hubbub.kit.errors import InvalidInput, NotAllowed, NotFound
from hubbub.organizations.access import MANAGING, Principal
from hubbub.organizations.actions import audit
from hubbub.organizations.database import run
from hubbub.organizations.queries import active_members, name_of
from hubbub.organizations.screens import ScreenEvent, emit

LONGEST_NOTE = 20_000
MOST_MENTIONED = 50
SEEN = """
UPDATE mention SET seen_at = hubbub_now()
 WHERE organization_id = %(organization)s AND conversation_id = %(conversation)s AND user_id = %(user)s
   AND seen_at IS NULL
RETURNING id
"""


def write_note(principal: Principal, conversation_id: UUID, text: str, mentions: Sequence[UUID] = ()) -> Note:
    """A note of whoever writes, for everybody, and in particular for those mentioned.

    Raises NotFound; InvalidInput for an empty note, or somebody who is not a member.
    """
    wanted = list(dict.fromkeys(mentions))
    _check(principal.organization_id, text, wanted)
    conversation = lock_conversation(principal.organization_id, conversation_id)
    note = Note.objects.create(
        organization_id=principal.organization_id,
        conversation=conversation,
        author_user_id=principal.user_id,
        author_name=name_of(principal),
        text=text,
    )
    Mention.objects.bulk_create(
        Mention(organization_id=principal.organization_id, note=note, conversation=conversation, user_id=user_id)
        for user_id in wanted
    )
    audit(principal, principal.organization_id, "note_written", "note", note.id)
    if wanted:
        tell(principal, conversation_id, "mentioned", wanted)
    _show(principal.organization_id, "note.created", note, mentions=[str(user_id) for user_id in wanted])
    return note


def _check(organization_id: UUID, text: str, mentions: Sequence[UUID]) -> None:
    if not text.strip():
        raise InvalidInput("A note needs a text.")
    if len(text) > LONGEST_NOTE:
        raise InvalidInput(f"A note has at most {LONGEST_NOTE} characters.")
    if len(mentions) > MOST_MENTIONED:
        raise InvalidInput(f"A note mentions at most {MOST_MENTIONED} people.")
    if mentions and active_members(organization_id, mentions) != set(mentions):
        raise InvalidInput("Somebody who is mentioned is not a member of the organisation.")


def delete_note(principal: Principal, note_id: UUID) -> Note:
    """Remove a note: one's own; managers remove any. Returns what it was. Raises NotFound, NotAllowed."""
    note = Note.objects.filter(organization_id=principal.organization_id, id=note_id).first()
    if note is None:
        raise NotFound("There is no such note.")
    is_own = principal.user_id is not None and note.author_user_id == principal.user_id
    if not is_own and principal.role not in MANAGING:
        raise NotAllowed("Only its author, or a manager, can remove a note.")
    lock_conversation(principal.organization_id, note.conversation_id)
    Note.objects.filter(id=note_id).delete()
    audit(principal, principal.organization_id, "note_deleted", "note", note_id)
    _show(principal.organization_id, "note.changed", note)
    return note


def see_mentions(principal: Principal, conversation_id: UUID) -> None:
    """Whoever asks has looked at what mentions them in this conversation. Raises NotFound."""
    lock_conversation(principal.organization_id, conversation_id)
    if principal.user_id is None:
        return
    values: dict[str, Any] = {
        "organization": principal.organization_id,
        "conversation": conversation_id,
        "user": principal.user_id,
    }
    if run(SEEN, **values):
        emit(
            [
                ScreenEvent(
                    organization_id=principal.organization_id,
                    kind="mention.changed",
                    subject_id=principal.user_id,
                    conversation_id=conversation_id,
                )
            ]
        )


def _show(organization_id: UUID, kind: str, note: Note, mentions: Sequence[str] = ()) -> None:
    emit(
        [
            ScreenEvent(
                organization_id=organization_id,
                kind=kind,
                subject_id=note.id,
                conversation_id=note.conversation_id,
                data={"mentions": [*mentions]},
            )
        ]
    )
