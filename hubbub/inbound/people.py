"""Who an event is about: from a platform's ids to one contact.

A person may have several ids on one channel (WhatsApp: a number and a BSUID). An event that names two of them says
that they are the same person; if they were two contacts until then, the younger becomes part of the older.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from hubbub.connectors.events import (
    CommentReceived,
    ContactActed,
    ContactFollowed,
    ContactUnfollowed,
    IdentityChanged,
    MessageReceived,
    Party,
    PostbackReceived,
    ReactionChanged,
    ReferralReceived,
    Thread,
)
from hubbub.contacts.unify import unify
from hubbub.conversations.unify import unify_threads
from hubbub.inbound.batch import Arrival, Batch, ChannelRow
from hubbub.kit.ids import new_id
from hubbub.organizations.database import run

Key = tuple[UUID, str]
"""(channel, external id)."""

FIND = """
SELECT i.id, i.channel_id, i.external_id, i.contact_id, i.home_contact_id, i.display_name
  FROM json_to_recordset(%(rows)s::json) AS r (channel_id uuid, external_id text)
  JOIN contact_identity i ON i.channel_id = r.channel_id AND i.external_id = r.external_id
"""
INSERT_IDENTITIES = """
INSERT INTO contact_identity (id, organization_id, contact_id, home_contact_id, channel_id, external_id, username,
    display_name, is_reachable, unreachable_reason, is_standby, opt_ins, referral, profile, profile_state,
    first_seen_at)
SELECT r.id, r.organization_id, r.contact_id, r.home_contact_id, r.channel_id, r.external_id, '', '', true, '', false,
       '{}', '{}', '{}', r.profile_state, r.at
  FROM json_to_recordset(%(rows)s::json) AS r (id uuid, organization_id uuid, contact_id uuid, home_contact_id uuid,
       channel_id uuid, external_id text, profile_state text, at timestamptz)
 ORDER BY r.channel_id, r.external_id
    ON CONFLICT (channel_id, external_id) DO NOTHING
RETURNING id, channel_id, external_id, contact_id
"""
INSERT_CONTACTS = """
INSERT INTO contact (id, organization_id, name, is_name_given, avatar_url, avatar_key, language, timezone, email_index,
    is_email_verified, phone_index, is_phone_verified, attributes, is_blocked, first_seen_at, last_seen_at, updated_at)
SELECT r.id, r.organization_id, '', false, '', '', '', '', '', false, '', false, '{}', false, r.at, r.at, hubbub_now()
  FROM json_to_recordset(%(rows)s::json) AS r (id uuid, organization_id uuid, at timestamptz)
 ORDER BY r.id
"""
LOCK_CONTACTS = "SELECT id FROM contact WHERE id = ANY(%(ids)s::uuid[]) ORDER BY id FOR NO KEY UPDATE"
UPDATE_IDENTITIES = """
UPDATE contact_identity i
   SET last_seen_at = greatest(i.last_seen_at, r.seen_at),
       first_seen_at = least(i.first_seen_at, r.first_at),
       window_opened_at = greatest(i.window_opened_at, r.window_at),
       display_name = CASE WHEN r.named_at >= coalesce(i.named_at, r.named_at) THEN r.name ELSE i.display_name END,
       named_at = greatest(i.named_at, r.named_at),
       username = CASE WHEN r.username <> '' THEN r.username ELSE i.username END,
       is_standby = CASE WHEN r.standby_at >= coalesce(i.standby_changed_at, r.standby_at) THEN r.is_standby
                         ELSE i.is_standby END,
       standby_changed_at = greatest(i.standby_changed_at, r.standby_at)
  FROM json_to_recordset(%(rows)s::json) AS r (id uuid, seen_at timestamptz, first_at timestamptz,
       window_at timestamptz, named_at timestamptz, name text, username text, standby_at timestamptz, is_standby bool)
 WHERE i.id = r.id
"""
UPDATE_CONTACTS = """
UPDATE contact c
   SET last_seen_at = greatest(c.last_seen_at, r.seen_at),
       first_seen_at = least(c.first_seen_at, r.first_at),
       name = CASE WHEN c.is_name_given OR NOT r.is_named THEN c.name ELSE coalesce(
           (SELECT i.display_name FROM contact_identity i
             WHERE i.organization_id = c.organization_id AND i.contact_id = c.id AND i.named_at IS NOT NULL
             ORDER BY i.named_at DESC, i.external_id LIMIT 1), c.name) END,
       updated_at = hubbub_now()
  FROM json_to_recordset(%(rows)s::json) AS r (id uuid, seen_at timestamptz, first_at timestamptz, is_named bool)
 WHERE c.id = r.id
"""
BY_THE_PERSON = (MessageReceived, PostbackReceived, ReactionChanged, CommentReceived, ReferralReceived, ContactActed)
TELLS_WHO_OWNS = (MessageReceived, PostbackReceived)
"""Events that come to us when the thread is ours, and as `standby` when another app owns it."""
PRIVATE = Thread()
PROVISIONAL = "user_ref:"
"""Ids that Meta's plugins make up for one page view: nobody can be asked who that is."""
LONGEST_ID = 255
LONGEST_NAME = 255


@dataclass(slots=True, eq=False)
class Person:
    """The ids that this batch says are one person on one channel."""

    channel: ChannelRow
    first_at: datetime
    ids: dict[str, UUID | None] = field(default_factory=dict)
    """external id → identity id, once it is known."""
    contact_ids: set[UUID] = field(default_factory=set)
    homes: dict[UUID, UUID] = field(default_factory=dict)
    """identity id → the contact whose it is, whoever that is merged into."""
    names: dict[UUID, str] = field(default_factory=dict)
    """identity id → the name that we know."""
    thread: Thread = PRIVATE
    """Where they were seen: LINE tells who is in a group only to who names the group."""

    @property
    def contact_id(self) -> UUID:
        return min(self.contact_ids)


def party_of(arrival: Arrival) -> Party | None:
    """The person that the event is about, on whichever side the platform names them."""
    event = arrival.event
    if isinstance(event, IdentityChanged):
        return Party(external_id=event.current.external_id, aliases=(*event.current.aliases, *event.previous_ids))
    named = (getattr(event, side, None) for side in ("sender", "recipient"))
    return next((party for party in named if isinstance(party, Party) and _is_somebody(arrival, party)), None)


def _is_somebody(arrival: Arrival, party: Party) -> bool:
    """Somebody else than our own account: what we did ourselves makes no contact."""
    return bool(party.external_id) and party.external_id not in (arrival.event.address, arrival.channel.external_id)


def resolve_people(batch: Batch) -> list[Person]:
    """Give every live arrival its contact and identity, making those that are new; locks the contacts, in order."""
    people = _group(batch)
    if not people:
        return []
    _find(people.values())
    created = _create(people.values())
    for person in _distinct(people.values()):
        if len(person.contact_ids) > 1:
            _unify(person)
    _assign(batch, people)
    run(LOCK_CONTACTS, ids=sorted({person.contact_id for person in people.values()}))
    return created


def _unify(person: Person) -> None:
    contact_ids = person.contact_ids
    survivor = unify(person.channel.organization_id, contact_ids)
    unify_threads(survivor, sorted(contact_ids - {survivor}))
    person.contact_ids = {survivor}


def _group(batch: Batch) -> dict[Key, Person]:
    people: dict[Key, Person] = {}
    for arrival in batch.arrivals:
        if not arrival.is_live:
            continue
        for party in _parties(arrival):
            _join(people, arrival, party)
    return people


def _parties(arrival: Arrival) -> Iterable[Party]:
    arrival.party = party_of(arrival)
    if arrival.party is not None:
        yield arrival.party
    if isinstance(arrival.event, (ContactFollowed, ContactUnfollowed)):
        yield from (member for member in arrival.event.members if _is_somebody(arrival, member))


def _join(people: dict[Key, Person], arrival: Arrival, party: Party) -> None:
    ids = [one[:LONGEST_ID] for one in (party.external_id, *party.aliases) if one]
    known = {id(found): found for one in ids if (found := people.get((arrival.channel.id, one)))}
    person = next(iter(known.values()), None) or _person(arrival)
    for other in known.values():
        person.ids.update(other.ids)
    person.ids.update(dict.fromkeys(ids))
    person.first_at = min(person.first_at, arrival.at)
    for one in person.ids:
        people[arrival.channel.id, one] = person


def _person(arrival: Arrival) -> Person:
    return Person(arrival.channel, arrival.at, thread=getattr(arrival.event, "thread", PRIVATE))


def _distinct(people: Iterable[Person]) -> list[Person]:
    return list({id(person): person for person in people}.values())


def _find(people: Iterable[Person]) -> None:
    by_key = {(person.channel.id, one): person for person in _distinct(people) for one in person.ids}
    asked = [{"channel_id": channel, "external_id": one} for channel, one in by_key]
    for row in run(FIND, asked):
        person = by_key[row["channel_id"], row["external_id"]]
        person.ids[row["external_id"]] = row["id"]
        person.homes[row["id"]] = row["home_contact_id"]
        person.names[row["id"]] = row["display_name"]
        person.contact_ids.add(row["contact_id"])


def _create(people: Iterable[Person]) -> list[Person]:
    """Insert what is missing. Whoever loses the race against another worker takes the other's contact."""
    incomplete = [person for person in _distinct(people) if None in person.ids.values()]
    if not incomplete:
        return []
    wanted = {id(person): min(person.contact_ids, default=None) or new_id() for person in incomplete}
    rows = [
        _identity_row(person, one, wanted[id(person)])
        for person in incomplete
        for one, identity_id in person.ids.items()
        if identity_id is None
    ]
    won = {row["contact_id"] for row in run(INSERT_IDENTITIES, rows)}
    unknown = [person for person in incomplete if not person.contact_ids]
    _find(incomplete)
    strangers = [person for person in unknown if wanted[id(person)] in won]
    run(
        INSERT_CONTACTS,
        [
            {
                "id": str(wanted[id(person)]),
                "organization_id": person.channel.organization_id,
                "at": person.first_at,
            }
            for person in strangers
        ],
    )
    return strangers


def _identity_row(person: Person, external_id: str, contact_id: UUID) -> dict[str, object]:
    return {
        "id": new_id(),
        "organization_id": person.channel.organization_id,
        "contact_id": contact_id,
        "home_contact_id": min(person.homes.values(), default=contact_id),
        "channel_id": person.channel.id,
        "external_id": external_id,
        "profile_state": "none" if external_id.startswith(PROVISIONAL) else "wanted",
        "at": person.first_at,
    }


def _assign(batch: Batch, people: dict[Key, Person]) -> None:
    for arrival in batch.arrivals:
        party = arrival.party if arrival.is_live else None
        if party is None:
            continue
        person = people[arrival.channel.id, party.external_id[:LONGEST_ID]]
        arrival.contact_id = person.contact_id
        arrival.identity_id = person.ids[party.external_id[:LONGEST_ID]]
        if arrival.identity_id is not None:
            arrival.home_contact_id = person.homes.get(arrival.identity_id)
            batch.known_names[arrival.identity_id] = person.names.get(arrival.identity_id, "")


@dataclass(slots=True)
class _Sighting:
    contact_id: UUID
    seen_at: datetime | None = None
    first_at: datetime | None = None
    window_at: datetime | None = None
    named_at: datetime | None = None
    name: str = ""
    username: str = ""
    standby_at: datetime | None = None
    is_standby: bool = False


def note_sightings(batch: Batch) -> None:
    """When each person was last seen, under which name, and when they last opened the reply window."""
    sightings: dict[UUID, _Sighting] = {}
    for arrival in batch.arrivals:
        party = arrival.party if arrival.is_live else None
        if party is None or arrival.identity_id is None or arrival.contact_id is None:
            continue
        _note(sightings.setdefault(arrival.identity_id, _Sighting(arrival.contact_id)), arrival, party)
    if not sightings:
        return
    run(UPDATE_IDENTITIES, [_identity_update(key, one) for key, one in sightings.items()])
    run(UPDATE_CONTACTS, _contact_updates(batch, sightings))


def _note(sighting: _Sighting, arrival: Arrival, party: Party) -> None:
    at = arrival.at
    sighting.first_at = min(sighting.first_at or at, at)
    if isinstance(arrival.event, BY_THE_PERSON):
        sighting.seen_at = max(sighting.seen_at or at, at)
        if getattr(arrival.event, "opens_window", not isinstance(arrival.event, CommentReceived)):
            sighting.window_at = max(sighting.window_at or at, at)
    if party.name and at >= (sighting.named_at or at):
        sighting.named_at, sighting.name = at, party.name[:LONGEST_NAME]
    if party.username:
        sighting.username = party.username[:LONGEST_NAME]
    if isinstance(arrival.event, TELLS_WHO_OWNS) and at >= (sighting.standby_at or at):
        sighting.standby_at, sighting.is_standby = at, arrival.event.is_standby


def _identity_update(identity_id: UUID, sighting: _Sighting) -> dict[str, object]:
    return {
        "id": identity_id,
        "seen_at": sighting.seen_at,
        "first_at": sighting.first_at,
        "window_at": sighting.window_at,
        "named_at": sighting.named_at,
        "name": sighting.name,
        "username": sighting.username,
        "standby_at": sighting.standby_at,
        "is_standby": sighting.is_standby,
    }


def _contact_updates(batch: Batch, sightings: dict[UUID, _Sighting]) -> list[dict[str, object]]:
    folded: dict[UUID, _Sighting] = {}
    for identity_id, one in sightings.items():
        total = folded.setdefault(one.contact_id, _Sighting(one.contact_id))
        total.seen_at = max(filter(None, (total.seen_at, one.seen_at)), default=None)
        total.first_at = min(filter(None, (total.first_at, one.first_at)), default=None)
        if one.name and one.name != batch.known_names.get(identity_id):
            total.named_at = one.named_at
    return [
        {
            "id": contact_id,
            "seen_at": total.seen_at,
            "first_at": total.first_at,
            "is_named": total.named_at is not None,
        }
        for contact_id, total in folded.items()
    ]
