"""Reading contacts and who they are on each channel."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from hubbub.contacts.models import Contact
from hubbub.kit.errors import NotFound
from hubbub.organizations.database import Row, run
from hubbub.organizations.paging import Page, page_of, read_cursor

CONTACT_COLUMNS = """
       k.id, k.name, k.is_name_given, k.avatar_key, k.language, k.timezone, k.is_email_verified, k.is_phone_verified,
       k.email IS NOT NULL AS has_email, k.phone IS NOT NULL AS has_phone, k.attributes, k.merged_into_id, k.is_blocked,
       k.first_seen_at, k.last_seen_at, k.created_at,
       coalesce(i.platforms, '[]') AS platforms
"""
SOURCE = """
  FROM contact k
  LEFT JOIN LATERAL (
       SELECT jsonb_agg(DISTINCT h.platform) AS platforms
         FROM contact_identity x JOIN channel h ON h.organization_id = x.organization_id AND h.id = x.channel_id
        WHERE x.organization_id = k.organization_id AND x.contact_id = k.id) i ON true
"""
FILTERS: dict[str, str] = {
    "name_contains": "position(lower(%(name_contains)s) in lower(k.name)) > 0",
    "people": "k.id = ANY(%(people)s::uuid[])",
    "is_blocked": "k.is_blocked = %(is_blocked)s",
    "channel_id": """EXISTS (SELECT FROM contact_identity y WHERE y.organization_id = k.organization_id
                             AND y.contact_id = k.id AND y.channel_id = %(channel_id)s)""",
}
"""Filter → condition; values are bound. `people` is what a name is looked up as."""
NAMED = "SELECT contacts_named(%(part)s, %(most)s) AS ids"
MOST_NAMED = 10_000
IDENTITIES = """
SELECT i.id, i.channel_id, h.platform, h.name AS channel_name, i.home_contact_id, i.external_id, i.username,
       i.display_name, i.is_reachable, i.unreachable_reason, i.is_standby, i.window_opened_at, i.opt_ins, i.referral,
       i.profile, i.profile_state, i.profile_fetched_at, i.first_seen_at, i.last_seen_at
  FROM contact_identity i JOIN channel h ON h.organization_id = i.organization_id AND h.id = i.channel_id
 WHERE i.organization_id = %(organization)s AND i.contact_id = %(id)s
 ORDER BY i.first_seen_at, i.id
"""
MERGED = "SELECT id, name FROM contact WHERE organization_id = %(organization)s AND merged_into_id = %(id)s ORDER BY id"
SUGGESTIONS = """
SELECT s.id, s.reason, s.state, s.created_at, s.contact_id, a.name AS contact_name, s.other_id, b.name AS other_name
  FROM merge_suggestion s
  JOIN contact a ON a.organization_id = s.organization_id AND a.id = s.contact_id AND a.merged_into_id IS NULL
  JOIN contact b ON b.organization_id = s.organization_id AND b.id = s.other_id AND b.merged_into_id IS NULL
 WHERE s.organization_id = %(organization)s AND s.state = 'open'
 ORDER BY s.created_at DESC, s.id DESC LIMIT %(limit)s
"""


def list_contacts(organization_id: UUID, *, limit: int, cursor: str | None, filters: dict[str, Any]) -> Page:
    """Seen last first. Contacts that are merged into another one are left out."""
    chosen = {name: value for name, value in filters.items() if value is not None}
    people = contacts_named(chosen["name_contains"]) if chosen.get("name_contains") else None
    if people is not None:
        chosen = {**{name: value for name, value in chosen.items() if name != "name_contains"}, "people": people}
    conditions = ["k.organization_id = %(organization)s", "k.merged_into_id IS NULL", "k.last_seen_at IS NOT NULL"]
    conditions += [FILTERS[name] for name in chosen]
    if cursor:
        at, last = read_cursor(cursor, 2)
        conditions.append("(k.last_seen_at, k.id) < (%(at)s::timestamptz, %(last)s::uuid)")
        chosen |= {"at": at, "last": last}
    statement = (
        f"SELECT {CONTACT_COLUMNS} {SOURCE} WHERE {' AND '.join(conditions)}"
        " ORDER BY k.last_seen_at DESC, k.id DESC LIMIT %(limit)s"
    )
    rows = run(statement, organization=organization_id, limit=limit + 1, **chosen)
    return page_of(rows, limit, ("last_seen_at", "id"))


def contacts_named(part: str) -> list[UUID] | None:
    """Whose name has this part, in any case; None when so many have it that walking a list finds them at once."""
    ids: list[UUID] | None = run(NAMED, part=part, most=MOST_NAMED)[0]["ids"]
    return ids


def get_contact(organization_id: UUID, contact_id: UUID) -> Row:
    """One contact with `identities`, `merged_from`, e-mail and phone. Raises NotFound."""
    statement = f"SELECT {CONTACT_COLUMNS} {SOURCE} WHERE k.organization_id = %(organization)s AND k.id = %(id)s"
    rows = run(statement, organization=organization_id, id=contact_id)
    if not rows:
        raise NotFound("There is no such contact.")
    sealed = Contact.objects.only("id", "organization_id", "email", "phone").get(id=contact_id)
    return {
        **rows[0],
        "email": sealed.email,
        "phone": sealed.phone,
        "identities": run(IDENTITIES, organization=organization_id, id=contact_id),
        "merged_from": run(MERGED, organization=organization_id, id=contact_id),
    }


def list_suggestions(organization_id: UUID, limit: int) -> list[Row]:
    """Pairs that share a verified phone number or e-mail address, newest first."""
    return run(SUGGESTIONS, organization=organization_id, limit=limit)
