"""What concerns a person and everything that was said with them: merge, un-merge, export, erase."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from hubbub.contacts.actions import lock_contact, merge_identities, unmerge_identities
from hubbub.contacts.models import Contact, ContactIdentity
from hubbub.contacts.queries import get_contact
from hubbub.conversations.archiving.media import remove_stored
from hubbub.conversations.archiving.restoring import restore_of
from hubbub.conversations.outbox import lock_for_cancelling, release_settled
from hubbub.conversations.queries import CONVERSATION_COLUMNS, CONVERSATION_SOURCE, MESSAGE_COLUMNS, MESSAGE_SOURCE
from hubbub.conversations.unify import give_thread, lock_threads, part_thread, unify_threads
from hubbub.kit.errors import Conflict
from hubbub.organizations.access import Principal
from hubbub.organizations.actions import audit
from hubbub.organizations.database import Row, run
from hubbub.organizations.screens import ScreenEvent, emit

ERASED = "Erased contact"
THEIR_THREADS = f"""
SELECT {CONVERSATION_COLUMNS} {CONVERSATION_SOURCE}
 WHERE c.organization_id = %(organization)s AND c.contact_id = %(id)s ORDER BY c.created_at, c.id
"""
THEIR_MESSAGES = f"""
SELECT {MESSAGE_COLUMNS} FROM message m {MESSAGE_SOURCE}
 WHERE m.organization_id = %(organization)s
   AND (m.contact_id = %(id)s OR m.conversation_id = ANY(%(threads)s::uuid[]))
 ORDER BY m.occurred_at, m.body_position, m.id
"""  # noqa: S608
SHARED = """
SELECT c.id, c.identity_id = ANY(%(identities)s::uuid[]) AS is_theirs_now,
       count(m.id) FILTER (WHERE m.contact_id = ANY(%(people)s::uuid[])) AS theirs,
       count(m.id) FILTER (WHERE m.contact_id <> ALL(%(people)s::uuid[])) AS of_others
  FROM conversation c LEFT JOIN message m ON m.conversation_id = c.id
 WHERE c.organization_id = %(organization)s AND c.contact_id = %(survivor)s AND c.type = 'private'
   AND c.channel_id IN (SELECT channel_id FROM contact_identity WHERE id = ANY(%(identities)s::uuid[]))
 GROUP BY c.id, c.organization_id ORDER BY c.id
"""
"""The survivor's threads on the channels where the other one is. A message keeps whose identity it came from or went
to, whoever that was merged into then."""
TOUCHED = """
SELECT m.id, m.conversation_id FROM message m
 WHERE m.organization_id = %(organization)s
   AND (m.contact_id = ANY(%(people)s::uuid[]) OR m.conversation_id = ANY(%(threads)s::uuid[]))
"""
ERASE_MESSAGES = """
UPDATE message SET text = '', content = '{}', raw = NULL, author_name = CASE direction WHEN 'inbound' THEN '' ELSE
       author_name END, author_avatar_url = '', mentions = '[]', hashtags = '[]', intent = NULL, metadata = '{}',
       error = NULL, visibility = 'deleted'
 WHERE id = ANY(%(messages)s::uuid[])
"""
ERASE_BESIDE = (
    "DELETE FROM message_edit WHERE message_id = ANY(%(messages)s::uuid[])",
    "DELETE FROM processing_record WHERE message_id = ANY(%(messages)s::uuid[])",
    """DELETE FROM reaction WHERE message_id = ANY(%(messages)s::uuid[])
           OR (organization_id = %(organization)s AND actor = ANY(%(externals)s::text[]))""",
    "DELETE FROM receipt_mark WHERE contact_id = ANY(%(people)s::uuid[])",
    "DELETE FROM reply_token WHERE conversation_id = ANY(%(threads)s::uuid[])",
    "DELETE FROM merge_suggestion WHERE contact_id = ANY(%(people)s::uuid[]) OR other_id = ANY(%(people)s::uuid[])",
    """DELETE FROM merged_thread
        WHERE contact_id = ANY(%(people)s::uuid[]) OR conversation_id = ANY(%(threads)s::uuid[])""",
    "DELETE FROM scheduled_message WHERE conversation_id = ANY(%(threads)s::uuid[])",
    "DELETE FROM note WHERE conversation_id = ANY(%(threads)s::uuid[])",
    "DELETE FROM flow_run WHERE conversation_id = ANY(%(threads)s::uuid[])",
    "DELETE FROM lead WHERE contact_id = ANY(%(people)s::uuid[])",
    "UPDATE team_assignment SET note = '' WHERE conversation_id = ANY(%(threads)s::uuid[])",
    """UPDATE event SET raw = '{}', error = '' WHERE organization_id = %(organization)s
          AND (contact_id = ANY(%(people)s::uuid[]) OR conversation_id = ANY(%(threads)s::uuid[])
               OR message_id = ANY(%(messages)s::uuid[]))""",
    """UPDATE conversation SET title = '', summary = '', metadata = '{}', tags = '[]', last_message_text = '',
              status = 'archived', archived_at = coalesce(archived_at, hubbub_now()), updated_at = hubbub_now()
        WHERE id = ANY(%(threads)s::uuid[])""",
    """UPDATE conversation c SET last_message_text = '' WHERE c.last_message_id = ANY(%(messages)s::uuid[])""",
)
ERASE_FILES = """
DELETE FROM attachment WHERE message_id = ANY(%(messages)s::uuid[]) RETURNING storage_key
"""


def merge(principal: Principal, survivor: UUID, other: UUID) -> None:
    """`other` becomes part of `survivor`; open threads on the same channel become one."""
    merge_identities(principal.organization_id, survivor, other)
    unify_threads(survivor, [other])
    audit(principal, principal.organization_id, "contacts_merged", "contact", survivor, other=str(other))
    _show(principal.organization_id, survivor, other)


def unmerge(principal: Principal, survivor: UUID, other: UUID) -> None:
    """Take the two apart again: identities go home, and with them what was said by them and to them, before the merge
    and after it, and what their threads brought along: notes, tags, what was to be said later, the team."""
    identities, family = unmerge_identities(principal.organization_id, survivor, other)
    lock_threads([survivor])
    wanted: dict[str, Any] = {"organization": principal.organization_id, "survivor": survivor}
    for row in run(SHARED, identities=identities, people=family, **wanted):
        _part(row, other, family)
    audit(principal, principal.organization_id, "contacts_unmerged", "contact", survivor, other=str(other))
    _show(principal.organization_id, survivor, other)


def _part(row: Row, other: UUID, family: list[UUID]) -> None:
    """A thread that is theirs alone goes as a whole; of a mixed one what is theirs."""
    if row["theirs"] and row["of_others"]:
        part_thread(row["id"], other, family)
    elif row["theirs"] or (row["is_theirs_now"] and not row["of_others"]):
        give_thread(row["id"], other)


def export(principal: Principal, contact_id: UUID) -> dict[str, Any]:
    """Everything that is kept of a person: contact, identities, conversations, messages (as rows)."""
    organization = principal.organization_id
    contact = get_contact(organization, contact_id)
    restore_of(organization, [contact_id])
    conversations = run(THEIR_THREADS, organization=organization, id=contact_id)
    threads = [row["id"] for row in conversations]
    messages = run(THEIR_MESSAGES, organization=organization, id=contact_id, threads=threads)
    audit(principal, organization, "contact_exported", "contact", contact_id)
    return {"contact": contact, "conversations": conversations, "messages": messages}


def erase(principal: Principal, contact_id: UUID) -> list[str]:
    """Remove what a person said and who they are; a tombstone stays, so that nothing points nowhere.

    Returns the storage keys of files that may have become ownerless: the caller removes them after the commit.
    """
    organization = principal.organization_id
    contact = lock_contact(organization, contact_id)
    if contact.attributes.get("erased"):
        raise Conflict("This contact was erased already.", code="already_erased")
    people = [contact_id, *Contact.objects.filter(merged_into_id=contact_id).values_list("id", flat=True)]
    restore_of(organization, people)
    wanted = _reach(organization, people)
    _cancel_queued(wanted["messages"])
    keys = [row["storage_key"] for row in run(ERASE_FILES, **wanted) if row["storage_key"]]
    for statement in (*ERASE_BESIDE, ERASE_MESSAGES):
        run(statement, **wanted)
    keys += [_bury(one) for one in Contact.objects.filter(id__in=people)]
    audit(principal, organization, "contact_erased", "contact", contact_id, messages=len(wanted["messages"]))
    _show(organization, contact_id)
    return [key for key in dict.fromkeys(keys) if key]


def _reach(organization: UUID, people: list[UUID]) -> dict[str, Any]:
    """Everything that hangs on these contacts."""
    rows = run(
        "SELECT id FROM conversation WHERE organization_id = %(organization)s AND type = 'private'"
        " AND contact_id = ANY(%(people)s::uuid[]) ORDER BY id FOR NO KEY UPDATE",
        organization=organization,
        people=people,
    )
    threads = [row["id"] for row in rows]
    messages = [row["id"] for row in run(TOUCHED, organization=organization, people=people, threads=threads)]
    externals = list(ContactIdentity.objects.filter(contact_id__in=people).values_list("external_id", flat=True))
    return {
        "organization": organization,
        "people": people,
        "threads": threads,
        "messages": messages,
        "externals": externals,
    }


def _cancel_queued(messages: list[UUID]) -> None:
    queued = lock_for_cancelling(messages)
    run(
        "UPDATE message SET status = 'failed', failed_at = hubbub_now() WHERE id = ANY(%(ids)s::uuid[])",
        ids=queued,
    )
    if queued:
        release_settled(queued)


def _bury(contact: Contact) -> str:
    """Empty the contact and its identities; returns the key of its picture."""
    for identity in contact.identities.all():
        identity.external_id = f"erased:{identity.id}"
        identity.username = identity.display_name = ""
        identity.profile, identity.opt_ins, identity.referral = {}, {}, {}
        identity.opt_in_tokens = None
        identity.is_reachable, identity.unreachable_reason = False, "Erased."
        identity.profile_state = "none"
        identity.save()
    key = contact.avatar_key
    contact.name, contact.is_name_given = ERASED, True
    contact.avatar_url = contact.avatar_key = contact.language = contact.timezone = ""
    contact.email = contact.phone = None
    contact.email_index = contact.phone_index = ""
    contact.is_email_verified = contact.is_phone_verified = False
    contact.attributes = {"erased": True}
    contact.save()
    return key


def remove_ownerless(keys: Sequence[str]) -> None:
    """Remove files that no row of any organisation names any more; content-addressed files may be shared."""
    for row in run("SELECT key FROM ownerless_media(%(keys)s::text[]) AS key", keys=list(keys)):
        remove_stored(row["key"])


def _show(organization_id: UUID, *contact_ids: UUID) -> None:
    emit(
        [
            ScreenEvent(organization_id=organization_id, kind="contact.changed", subject_id=contact_id)
            for contact_id in contact_ids
        ]
    )
