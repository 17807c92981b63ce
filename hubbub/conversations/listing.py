"""The list of conversations: what it can be narrowed to, its orders, and how many there are.

A page is found by walking an index, never by sorting what fits: the indexes begin with what a list is cut by
(organisation, status, whose), and end with what it is ordered by. Where a list spans several beginnings, a page of each
is taken, and these are merged.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from hubbub.contacts.queries import contacts_named
from hubbub.conversations.models.conversation import NOBODY
from hubbub.conversations.queries import CONVERSATION_COLUMNS, CONVERSATION_JOINS, HOLDS
from hubbub.organizations.database import Row, run
from hubbub.organizations.paging import Page, page_of, read_cursor

SORTS = ("recent", "waiting", "priority")
PRIORITIES = ("urgent", "high", "normal", "low")
STATUSES = ("active", "closed", "archived")
MOST_COUNTED = 1000
CLOSES_AT = """CASE WHEN (SELECT h.platform FROM channel h WHERE h.id = c.channel_id) <> 'line'
       THEN (SELECT i.window_opened_at FROM contact_identity i WHERE i.id = c.identity_id) + interval '24 hours' END"""
"""As `policy.RULES`: where a free reply has an end, it is a day after the customer's last act."""

FILTERS: dict[str, str] = {
    "status": "c.status = %(status)s",
    "channel_id": "c.channel_id = %(channel_id)s",
    "project_id": "c.project_id = %(project_id)s",
    "contact_id": "c.contact_id = %(contact_id)s",
    "platform": "c.channel_id IN (SELECT h.id FROM channel h WHERE h.platform = %(platform)s)",
    "priority": "c.priority = %(priority)s",
    "type": "c.type = %(type)s",
    "handover": "c.handover = %(handover)s",
    "assigned_to": "c.assigned_to_id = %(assigned_to)s",
    "team_id": """EXISTS (SELECT FROM team_assignment a WHERE a.conversation_id = c.id
                          AND a.team_id = %(team_id)s)""",
    "is_assigned": "(c.assigned_to_id IS NULL) <> %(is_assigned)s",
    "is_unread": "(c.unread_count > 0) = %(is_unread)s",
    "tag": """c.id IN (SELECT t.conversation_id FROM conversation_tag t
                        WHERE t.organization_id = %(organization)s AND t.tag = %(tag)s)""",
    "updated_since": "c.updated_at >= %(updated_since)s",
    "name_contains": """EXISTS (SELECT FROM contact k WHERE k.id = c.contact_id
                                   AND position(lower(%(name_contains)s) in lower(k.name)) > 0)""",
    "people": "c.contact_id = ANY(%(people)s::uuid[])",
    "channels": "c.channel_id = ANY(%(channels)s::uuid[])",
    "mentioned": """c.id = ANY(ARRAY(SELECT x.conversation_id FROM mention x
                            WHERE x.organization_id = %(organization)s AND x.user_id = %(mentioned)s))""",
    "unseen_by": """c.id = ANY(ARRAY(SELECT x.conversation_id FROM mention x
                            WHERE x.organization_id = %(organization)s AND x.user_id = %(unseen_by)s
                              AND x.seen_at IS NULL))""",
    "is_snoozed": f"""c.id = ANY(ARRAY(SELECT z.conversation_id FROM snooze z
                             WHERE z.organization_id = %(organization)s))
                      AND EXISTS (SELECT FROM snooze z WHERE {HOLDS})""",  # noqa: S608
    "is_in_sight": f"(EXISTS (SELECT FROM snooze z WHERE {HOLDS})) IS NOT TRUE",
    "window": f"""(%(window)s <> 'closing' OR c.last_message_at > hubbub_now() - interval '25 hours')
        AND (%(window)s <> 'closed' OR c.type <> 'private' OR c.last_inbound_at <= hubbub_now() - interval '24 hours')
        AND %(window)s = (
        SELECT CASE WHEN w.at IS NULL OR w.at > hubbub_now() + interval '2 hours' THEN 'open'
                    WHEN w.at > hubbub_now() THEN 'closing' ELSE 'closed' END FROM (SELECT {CLOSES_AT} AS at) w)""",  # noqa: S608
}
"""Filter → condition. The values are bound; nothing that somebody sends becomes SQL.

`is_in_sight` is written so that it stays a question asked of each row: as a join it is planned by what is known of a
table that is nearly empty, and may cost a page its index. `people` and `channels` are what `looked_up` makes of others.
"""

FEW = frozenset({"is_snoozed", "mentioned", "unseen_by", "people"})
"""Filters that name few conversations by their ids: these are looked up and sorted, whatever the order."""
INDEXED = ("status", "assigned_to", "is_assigned", "is_unread")
"""Filters that choose where in an index a list begins."""
RECENT = "c.last_message_at DESC, c.id DESC"
LONGEST_WAIT = "c.awaiting_reply_since, c.id"
BRANCH = """
SELECT c.id, c.last_message_at, c.awaiting_reply_since FROM conversation c
 WHERE {conditions} ORDER BY {order} LIMIT %(limit)s
"""
SHOWN = """
SELECT x.* FROM ({chosen} ORDER BY {order} LIMIT %(limit)s) y
 CROSS JOIN LATERAL (SELECT {columns} FROM conversation c {joins}
                      WHERE c.organization_id = %(organization)s AND c.id = y.id LIMIT 1) x
 ORDER BY {order_shown}
"""
"""LIMIT 1 has each row looked up by its id, whatever the planner believes of the tables beside."""
OF_ALL = """
SELECT c.* FROM unnest(%(statuses)s::varchar[]) s (status)
 CROSS JOIN unnest(%(unassigned)s::bool[]) u (is_unassigned)
 CROSS JOIN unnest(%(unread)s::bool[]) r (is_unread)
 CROSS JOIN LATERAL ({branch}) c
"""
OF_CHANNELS = """
SELECT c.* FROM unnest(%(statuses)s::varchar[]) s (status)
 CROSS JOIN unnest(%(channels)s::uuid[], %(since)s::timestamptz[]) h (id, since)
 CROSS JOIN LATERAL ({branch}) c
"""
OF_STATUSES = "SELECT c.* FROM unnest(%(statuses)s::varchar[]) s (status) CROSS JOIN LATERAL ({branch}) c"
OF_ONE = "SELECT c.* FROM ({branch}) c"
OF_A_CHANNEL = (FILTERS["channel_id"], FILTERS["channels"], FILTERS["contact_id"])
BEGINNING = (
    "c.status = s.status",
    "(c.assigned_to_id IS NULL) = u.is_unassigned",
    "(c.unread_count > 0) = r.is_unread",
)
OF_CHANNEL = ("c.channel_id = h.id", "c.last_message_at > h.since")
CHANNELS = """
SELECT h.id, h.platform <> 'line' AS has_window,
       CASE WHEN h.platform <> 'line' AND %(window)s::varchar IN ('open', 'closing')
            THEN hubbub_now() - interval '25 hours' ELSE '-infinity' END::text AS since FROM channel h
 WHERE h.organization_id = %(organization)s AND (%(platform)s::varchar IS NULL OR h.platform = %(platform)s)
 ORDER BY h.id
"""
MOST_CHANNELS = 30
"""A page of each is read, in each status; beyond that, walking all conversations meets them soon enough."""
WHOSE = f"CASE WHEN {{0}}.assigned_to_id IS NULL THEN '{NOBODY}'::uuid ELSE {{0}}.assigned_to_id END"
"""As the indexes have it."""
OF_EVERYBODY = """
SELECT c.* FROM (
WITH RECURSIVE who (id) AS (
  (SELECT {key} FROM conversation o WHERE {whose} {beginning} ORDER BY {key} LIMIT 1)
  UNION ALL
  SELECT (SELECT {key} FROM conversation o WHERE {whose} AND {key} > who.id ORDER BY {key} LIMIT 1)
    FROM who WHERE who.id IS NOT NULL)
SELECT b.* FROM who CROSS JOIN LATERAL ({theirs}) b) c
"""
"""Whoever has such conversations, found by steps from one to the next."""
WAITING = "{0}.organization_id = %(organization)s AND {0}.status = 'active' AND {0}.awaiting_reply_since IS NOT NULL"
RANKED = """{0}.organization_id = %(organization)s AND {0}.status = 'active' AND {0}.priority <> 'normal'
       AND {0}.priority = %(rank)s AND {0}.last_message_at IS NOT NULL"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a list of conversations is asked for. `filters` has only names of `FILTERS`; None values do not count.

    `sort`: recent: newest activity first; waiting: open ones in which a customer waits, the longest first; priority:
    open ones, the most urgent first. Snoozed ones are left out, but for `is_snoozed`, `contact_id` and `with_snoozed`.
    """

    organization_id: UUID
    limit: int = 50
    cursor: str | None = None
    sort: str = "recent"
    with_snoozed: bool = False
    filters: Mapping[str, Any] = field(default_factory=dict)
    since: Sequence[str] = ()
    """For each of `channels`, from when on its conversations can be meant (`looked_up`)."""

    @property
    def chosen(self) -> dict[str, Any]:
        """The filters that count."""
        chosen = {name: value for name, value in self.filters.items() if value is not None}
        if chosen.get("is_snoozed") is False or not (self.with_snoozed or {"is_snoozed", "contact_id"} & chosen.keys()):
            chosen = {**chosen, "is_in_sight": True}
            chosen.pop("is_snoozed", None)
        return chosen


Statement = tuple[str, dict[str, Any]]


def list_conversations(wanted: Wanted) -> Page:
    """One page, in the order of `wanted.sort`. Raises InvalidInput for a cursor of another list."""
    wanted = looked_up(wanted)
    if wanted.sort == "priority":
        return _by_priority(wanted)
    statement, parameters = conversation_list_sql(wanted)
    key = "awaiting_reply_since" if wanted.sort == "waiting" else "last_message_at"
    return page_of(run(statement, **parameters), wanted.limit, (key, "id"))


def looked_up(wanted: Wanted) -> Wanted:
    """The same list, whose filters name the people and channels that are meant, where these are few enough."""
    filters, since = dict(wanted.filters), wanted.since
    people = contacts_named(filters["name_contains"]) if filters.get("name_contains") else None
    if people is not None:
        filters = {**filters, "people": people, "name_contains": None}
    if filters.get("platform") or filters.get("window"):
        platform, window = filters.get("platform"), filters.get("window")
        found = run(CHANNELS, organization=wanted.organization_id, platform=platform, window=window)
        meant = [row for row in found if row["has_window"] or window in (None, "open")]
        if len(meant) <= MOST_CHANNELS:
            since = [row["since"] for row in meant]
            filters = {**filters, "channels": [row["id"] for row in meant], "platform": None}
    return replace(wanted, filters=filters, since=since)


def conversation_list_sql(wanted: Wanted) -> Statement:
    """The statement and its bound values, for the list and for the test that looks at its plan."""
    return _waiting(wanted) if wanted.sort == "waiting" else _recent(wanted)


def _by_priority(wanted: Wanted) -> Page:
    """One priority after the other, until the page is full. The cursor says in which one it ended."""
    rows: list[Row] = []
    first = read_cursor(wanted.cursor, 3)[1] if wanted.cursor else 0
    for rank, priority in enumerate(PRIORITIES):
        if rank < int(str(first)) or len(rows) > wanted.limit:
            continue
        statement, parameters = priority_sql(wanted, priority, is_continued=bool(wanted.cursor) and rank == first)
        found = run(statement, **{**parameters, "limit": wanted.limit + 1 - len(rows)})
        rows += [{**row, "rank": rank} for row in found]
    page = page_of(rows, wanted.limit, ("last_message_at", "rank", "id"))
    shown = [{name: value for name, value in row.items() if name != "rank"} for row in page.rows]
    return Page(rows=shown, next_cursor=page.next_cursor)


def priority_sql(wanted: Wanted, priority: str, *, is_continued: bool = False) -> Statement:
    """The open conversations of one priority, newest activity first."""
    chosen = {**wanted.chosen, "status": "active"}
    after = read_cursor(wanted.cursor or "", 3) if is_continued else None
    cursor = _after("(c.last_message_at, c.id) <", after[0], after[2]) if after else _nothing()
    if priority == "normal":
        return _statement(wanted, {**chosen, "priority": priority}, RECENT, cursor)
    conditions = [RANKED.format("c")]
    return _statement(wanted, chosen, RECENT, _and(cursor, conditions, {"rank": priority}), RANKED.format("o"))


def _recent(wanted: Wanted) -> Statement:
    cursor = _nothing()
    if wanted.cursor:
        cursor = _after("(c.last_message_at, c.id) <", *read_cursor(wanted.cursor, 2))
    return _statement(wanted, wanted.chosen, RECENT, cursor)


def _waiting(wanted: Wanted) -> Statement:
    cursor = _nothing()
    if wanted.cursor:
        cursor = _after("(c.awaiting_reply_since, c.id) >", *read_cursor(wanted.cursor, 2))
    extra = _and(cursor, [WAITING.format("c")], {})
    return _statement(wanted, {**wanted.chosen, "status": "active"}, LONGEST_WAIT, extra, WAITING.format("o"))


Extra = tuple[list[str], dict[str, Any]]


def _nothing() -> Extra:
    return [], {}


def _after(comparison: str, at: object, last: object) -> Extra:
    return [f"{comparison} (%(cursor_at)s::timestamptz, %(cursor_id)s::uuid)"], {"cursor_at": at, "cursor_id": last}


def _and(extra: Extra, conditions: Sequence[str], values: Mapping[str, Any]) -> Extra:
    return [*extra[0], *conditions], {**extra[1], **values}


def _statement(wanted: Wanted, chosen: Mapping[str, Any], order: str, extra: Extra, whose: str = "") -> Statement:
    """`whose`: the index goes by person, and this condition (on `o`) says which rows of it are meant."""
    conditions = ["c.organization_id = %(organization)s", "c.last_message_at IS NOT NULL", *extra[0]]
    conditions += [FILTERS[name] for name in chosen if name not in INDEXED]
    parameters = {"organization": wanted.organization_id, "limit": wanted.limit + 1, **chosen, **extra[1]}
    branch = BRANCH.replace("{order}", order)
    merged = _merged(branch, conditions, chosen, whose)
    parameters["statuses"] = [chosen["status"]] if "status" in chosen else list(STATUSES)
    parameters["since"] = [*wanted.since]
    parameters["unread"] = [chosen["is_unread"]] if "is_unread" in chosen else [True, False]
    parameters["unassigned"] = [not chosen["is_assigned"]] if "is_assigned" in chosen else [True, False]
    shown = SHOWN.format(
        columns=CONVERSATION_COLUMNS,
        joins=CONVERSATION_JOINS,
        chosen=merged,
        order=order,
        order_shown=order.replace("c.", "y."),
    )
    return shown, parameters


def _merged(branch: str, conditions: Sequence[str], chosen: Mapping[str, Any], whose: str) -> str:
    narrow = [FILTERS[name] for name in chosen if name in INDEXED]
    if FEW & chosen.keys():
        return OF_ONE.format(branch=_where(branch, [*conditions, *narrow]))
    if whose:
        unread = [FILTERS["is_unread"]] if "is_unread" in chosen else []
        return _of_people(branch, [*conditions, *unread], chosen, whose)
    return _of_statuses(branch, conditions, chosen, narrow)


def _of_statuses(branch: str, conditions: Sequence[str], chosen: Mapping[str, Any], narrow: Sequence[str]) -> str:
    """By the index that has the fewest rows to pass over. Unread ones are few in most lists, read ones are not."""
    if "assigned_to" in chosen:
        return OF_STATUSES.format(branch=_where(branch, [*conditions, *narrow, "c.status = s.status"]))
    if not chosen.get("is_unread"):
        if "channels" in chosen:
            own = [one for one in conditions if one != FILTERS["channels"]]
            return OF_CHANNELS.format(branch=_where(branch, [*own, *narrow, "c.status = s.status", *OF_CHANNEL]))
        if "channel_id" in chosen or "contact_id" in chosen:
            return OF_STATUSES.format(branch=_where(branch, [*conditions, *narrow, "c.status = s.status"]))
    return OF_ALL.format(branch=_where(branch, [*map(_asked_of_each_row, conditions), *BEGINNING]))


def _asked_of_each_row(condition: str) -> str:
    """The same, so that the planner does not take the channel's index for it, in which unread ones are scattered."""
    return f"({condition}) IS TRUE" if condition in OF_A_CHANNEL else condition


def _of_people(branch: str, conditions: Sequence[str], chosen: Mapping[str, Any], whose: str) -> str:
    is_assigned = chosen.get("is_assigned")
    if "assigned_to" in chosen:
        owner = "%(assigned_to)s::uuid" if is_assigned is not False else "NULL"
        return OF_ONE.format(branch=_where(branch, [*conditions, f"{WHOSE.format('c')} = {owner}"]))
    if is_assigned is False:
        return OF_ONE.format(branch=_where(branch, [*conditions, f"{WHOSE.format('c')} = '{NOBODY}'::uuid"]))
    key = WHOSE.format("o")
    theirs = _where(branch, [*conditions, f"{WHOSE.format('c')} = who.id"])
    beginning = f"AND {key} > '{NOBODY}'::uuid" if is_assigned else ""
    return OF_EVERYBODY.format(key=key, whose=whose, theirs=theirs, beginning=beginning)


def _where(branch: str, conditions: Sequence[str]) -> str:
    return branch.replace("{conditions}", " AND ".join(conditions))


IN_SIGHT = FILTERS["is_in_sight"]
COUNTS: dict[str, str] = {
    "mine": f"c.status = 'active' AND c.assigned_to_id = %(me)s AND {IN_SIGHT}",
    "unassigned": f"c.status = 'active' AND (c.assigned_to_id IS NULL) = true AND {IN_SIGHT}",
    "all": f"c.status = 'active' AND {IN_SIGHT}",
    "mentions": FILTERS["unseen_by"].replace("%(unseen_by)s", "%(me)s"),
    "snoozed": FILTERS["is_snoozed"],
    "archived": "c.status = 'archived'",
}
"""What each of the inbox's own lists counts."""
COUNT = """
SELECT count(*)::int AS count FROM (
  SELECT FROM conversation c WHERE {conditions} AND c.last_message_at IS NOT NULL LIMIT %(most)s) x
"""
COUNT_BY_CHANNEL = f"""
SELECT h.id, x.count FROM channel h
 CROSS JOIN LATERAL (SELECT count(*)::int AS count FROM (
       SELECT FROM conversation c
        WHERE c.organization_id = %(organization)s AND c.channel_id = h.id AND c.status = 'active'
          AND {IN_SIGHT} AND c.last_message_at IS NOT NULL LIMIT %(most)s) y) x
 WHERE h.organization_id = %(organization)s AND x.count > 0
"""  # noqa: S608 - our own words


def count_lists(organization_id: UUID, me: UUID) -> Row:
    """How many conversations each list of the inbox has, at most 1,000 each; `by_channel`: {id: count} of open ones."""
    values: dict[str, Any] = {"organization": organization_id, "me": me, "most": MOST_COUNTED}
    own = "c.organization_id = %(organization)s AND "
    parts = [f"({COUNT.format(conditions=own + condition)}) AS {name}" for name, condition in COUNTS.items()]
    [row] = run(f"SELECT {', '.join(parts)}", **values)
    return {**row, "by_channel": {str(one["id"]): one["count"] for one in run(COUNT_BY_CHANNEL, **values)}}


def count_conversations(wanted: Wanted) -> int:
    """How many there are of a list, at most 1,000."""
    chosen = looked_up(wanted).chosen
    conditions = ["c.organization_id = %(organization)s", *(FILTERS[name] for name in chosen)]
    statement = COUNT.format(conditions=" AND ".join(conditions))
    values = {"organization": wanted.organization_id, "most": MOST_COUNTED, **chosen}
    count: int = run(statement, **values)[0]["count"]
    return count
