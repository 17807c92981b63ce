"""What a thread brings along into a merge beside its messages, remembered so that un-merge can give it back.

Messages know whose identity said them, leads and runs whose they are. Notes, tags, what is to be said later and the
team do not: for these a `merged_thread` is written.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from hubbub.organizations.database import run

FOLLOW = "UPDATE merged_thread SET conversation_id = %(target)s WHERE conversation_id = %(source)s"
REMEMBER = """
INSERT INTO merged_thread (id, organization_id, conversation_id, contact_id, notes, scheduled, tags, added_tags,
       has_team)
SELECT gen_random_uuid(), s.organization_id, t.id, s.contact_id,
       (SELECT coalesce(jsonb_agg(n.id), '[]') FROM note n WHERE n.conversation_id = s.id),
       (SELECT coalesce(jsonb_agg(l.id), '[]') FROM scheduled_message l
         WHERE l.conversation_id = s.id AND l.status = 'waiting'),
       s.tags,
       (SELECT coalesce(jsonb_agg(x), '[]') FROM jsonb_array_elements_text(s.tags) x
         WHERE s.id = t.id OR NOT t.tags ? x),
       EXISTS (SELECT FROM team_assignment a WHERE a.conversation_id = s.id)
           AND (s.id = t.id OR NOT EXISTS (SELECT FROM team_assignment a WHERE a.conversation_id = t.id))
  FROM conversation s JOIN conversation t ON t.id = %(target)s
 WHERE s.id = %(source)s
"""
SHARE_TAGS = """
UPDATE conversation t SET tags = (
       SELECT coalesce(jsonb_agg(DISTINCT x ORDER BY x), '[]') FROM jsonb_array_elements_text(t.tags || s.tags) x)
  FROM conversation s WHERE t.id = %(target)s AND s.id = %(source)s AND NOT t.tags @> s.tags
"""
GIVE_BACK = (
    """UPDATE note SET conversation_id = %(target)s WHERE conversation_id = %(source)s
            AND id IN (SELECT x::uuid FROM merged_thread, jsonb_array_elements_text(notes) x
                        WHERE conversation_id = %(source)s AND contact_id = ANY(%(people)s::uuid[]))""",
    """UPDATE mention SET conversation_id = %(target)s WHERE conversation_id = %(source)s
          AND note_id IN (SELECT id FROM note WHERE conversation_id = %(target)s)""",
    """UPDATE scheduled_message SET conversation_id = %(target)s
          WHERE conversation_id = %(source)s AND status = 'waiting'
            AND id IN (SELECT x::uuid FROM merged_thread, jsonb_array_elements_text(scheduled) x
                        WHERE conversation_id = %(source)s AND contact_id = ANY(%(people)s::uuid[]))""",
    """UPDATE team_assignment SET conversation_id = %(target)s
          WHERE conversation_id = %(source)s AND EXISTS (SELECT FROM merged_thread
                WHERE has_team AND conversation_id = %(source)s AND contact_id = ANY(%(people)s::uuid[]))""",
    """UPDATE conversation t SET tags = (
                SELECT coalesce(jsonb_agg(DISTINCT x ORDER BY x), '[]')
                  FROM merged_thread b, jsonb_array_elements_text(b.tags) x
                 WHERE s.tags ? x AND b.conversation_id = %(source)s AND b.contact_id = ANY(%(people)s::uuid[]))
           FROM conversation s WHERE t.id = %(target)s AND s.id = %(source)s""",
    """UPDATE conversation s SET tags = (
                SELECT coalesce(jsonb_agg(x ORDER BY x), '[]') FROM jsonb_array_elements_text(s.tags) x
                 WHERE NOT EXISTS (SELECT FROM merged_thread b WHERE b.added_tags ? x
                                      AND b.conversation_id = s.id AND b.contact_id = ANY(%(people)s::uuid[]))
                    OR EXISTS (SELECT FROM merged_thread o WHERE o.conversation_id = s.id AND o.tags ? x
                                  AND o.contact_id <> ALL(%(people)s::uuid[])))
          WHERE s.id = %(source)s""",
    """UPDATE merged_thread SET conversation_id = %(target)s
        WHERE conversation_id = %(source)s AND contact_id = ANY(%(people)s::uuid[])""",
)
"""A tag that somebody took away since then does not come back."""
FORGET = "DELETE FROM merged_thread WHERE conversation_id = %(thread)s AND contact_id = %(contact)s"


def remember_brought(target: UUID, source: UUID) -> None:
    """`source`, still its own contact's, will be emptied into `target`, or goes over as it is when both are one."""
    if source != target:
        run(FOLLOW, target=target, source=source)
    run(REMEMBER, target=target, source=source)
    if source != target:
        run(SHARE_TAGS, target=target, source=source)


def give_brought_back(source: UUID, target: UUID, contact: UUID, people: Sequence[UUID]) -> None:
    """What these people's threads brought into `source` goes to `target`, which is this contact's."""
    for statement in GIVE_BACK:
        run(statement, source=source, target=target, people=list(people))
    forget_brought(target, contact)


def forget_brought(thread: UUID, contact: UUID) -> None:
    """The thread is the contact's own again."""
    run(FORGET, thread=thread, contact=contact)
