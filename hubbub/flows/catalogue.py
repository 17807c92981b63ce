"""The flows of an organisation, ready for use: triggers compiled, definitions read once.

A book is kept as long as its organisation's stamp stays; asking for the stamp is one look at one row, so a change
counts from the next batch on. Definitions are kept by the id of their version, which never changes.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from threading import Lock
from types import MappingProxyType
from typing import Any, Generic, TypeVar
from uuid import UUID

from hubbub.flows.engine import Definition, FaultyDefinition, read_definition
from hubbub.flows.hours import is_within
from hubbub.flows.matching import ORDER, Fits, Trigger, TriggerFacts, compile_trigger, interrupts
from hubbub.flows.subflows import subflow_keys
from hubbub.kit.errors import NotFound
from hubbub.kit.json import JsonValue
from hubbub.organizations.database import run

MOST_BOOKS = 500
MOST_DEFINITIONS = 2000
STAMP = "SELECT stamp FROM flow_stamp WHERE organization_id = %(organization)s"
FLOWS = """
SELECT f.id, f.key, f.name, f.flow_type, f.is_active, f.priority, f.working_hours, v.id AS version_id, v.number,
       v.definition,
       (SELECT coalesce(jsonb_agg(c.channel_id), '[]') FROM flow_channel c
         WHERE c.organization_id = f.organization_id AND c.flow_id = f.id) AS channels,
       (SELECT coalesce(jsonb_agg(jsonb_build_object('type', t.type, 'value', t.value, 'settings', t.settings)
                                  ORDER BY t.position, t.id), '[]') FROM flow_trigger t
         WHERE t.organization_id = f.organization_id AND t.flow_id = f.id) AS triggers
  FROM flow f JOIN flow_version v ON v.organization_id = f.organization_id AND v.id = f.current_version_id
 WHERE f.organization_id = %(organization)s
 ORDER BY f.created_at, f.id
"""
DEFINITIONS = """
SELECT v.id, v.definition, f.key
  FROM flow_version v JOIN flow f ON f.organization_id = v.organization_id AND f.id = v.flow_id
 WHERE v.id = ANY(%(ids)s::uuid[])
"""

Key = TypeVar("Key")
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowVersionRef:
    """A flow as it is now, and what a run of it needs to end as it began."""

    flow_id: UUID
    version_id: UUID
    key: str
    name: str
    flow_type: str
    number: int
    subflow_versions: Mapping[str, UUID] = field(default_factory=dict)
    """The versions of the flows that it calls, and of those that these call, by key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One trigger of an active flow."""

    ref: FlowVersionRef
    fits: Fits
    interrupts: bool
    channels: frozenset[UUID]
    working_hours: Mapping[str, JsonValue]

    def takes(self, channel_id: UUID, facts: TriggerFacts) -> bool:
        """Whether it starts its flow now, here, for this."""
        is_here = not self.channels or channel_id in self.channels
        return is_here and self.fits(facts) and is_within(self.working_hours, facts.now)


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowBook:
    """An organisation's flows at one moment. Nothing here asks the database."""

    stamp: int
    entries: tuple[Entry, ...] = ()
    """In the order in which they are asked."""
    refs: Mapping[str, FlowVersionRef] = field(default_factory=dict)
    """Every flow by its key, also those that are switched off."""

    def match(self, channel_id: UUID, facts: TriggerFacts, *, is_in_run: bool = False) -> FlowVersionRef | None:
        """The flow that this starts, or None. In the middle of a run only triggers that interrupt count."""
        for entry in self.entries:
            if (entry.interrupts or not is_in_run) and entry.takes(channel_id, facts):
                return entry.ref
        return None


class _Kept(Generic[Key, Value]):
    """The values used last, up to a number."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._values: OrderedDict[Key, Value] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Key) -> Value | None:
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
            return self._values.get(key)

    def put(self, key: Key, value: Value) -> None:
        with self._lock:
            self._values[key] = value
            self._values.move_to_end(key)
            while len(self._values) > self._most:
                self._values.popitem(last=False)


_books: _Kept[UUID, FlowBook] = _Kept(MOST_BOOKS)
_definitions: _Kept[UUID, Definition | FaultyDefinition] = _Kept(MOST_DEFINITIONS)


def flows_of(organization_id: UUID) -> FlowBook:
    """The organisation's flows as they are now. In its scope."""
    rows = run(STAMP, organization=organization_id)
    stamp = rows[0]["stamp"] if rows else 0
    book = _books.get(organization_id)
    if book is None or book.stamp != stamp:
        # The stamp was read first: what changes meanwhile moves it again.
        book = _read_book(organization_id, stamp) if stamp else FlowBook(stamp=0)
        _books.put(organization_id, book)
    return book


def _read_book(organization_id: UUID, stamp: int) -> FlowBook:
    rows = run(FLOWS, organization=organization_id)
    calls = {row["key"]: subflow_keys(row["definition"]) for row in rows}
    versions = {row["key"]: row["version_id"] for row in rows}
    refs = {row["key"]: _ref(row, _called(row["key"], calls, versions)) for row in rows}
    entries = [
        (-row["priority"], ORDER[trigger.type], _entry(row, refs[row["key"]], trigger))
        for row in rows
        if row["is_active"]
        for trigger in (Trigger(**one) for one in row["triggers"])
    ]
    entries.sort(key=lambda one: one[:2])
    return FlowBook(stamp=stamp, entries=tuple(entry for *_, entry in entries), refs=MappingProxyType(refs))


def _ref(row: Mapping[str, Any], subflow_versions: Mapping[str, UUID]) -> FlowVersionRef:
    return FlowVersionRef(
        flow_id=row["id"],
        version_id=row["version_id"],
        key=row["key"],
        name=row["name"],
        flow_type=row["flow_type"],
        number=row["number"],
        subflow_versions=subflow_versions,
    )


def _entry(row: Mapping[str, Any], ref: FlowVersionRef, trigger: Trigger) -> Entry:
    return Entry(
        ref=ref,
        fits=compile_trigger(trigger),
        interrupts=interrupts(trigger),
        channels=frozenset(UUID(channel) for channel in row["channels"]),
        working_hours=row["working_hours"],
    )


def _called(key: str, calls: Mapping[str, frozenset[str]], versions: Mapping[str, UUID]) -> dict[str, UUID]:
    """The versions of all flows that can be reached from this one."""
    found: dict[str, UUID] = {}
    ahead = [*calls[key]]
    while ahead:
        name = ahead.pop()
        if name in versions and name not in found:
            found[name] = versions[name]
            ahead += calls[name]
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Definitions:
    """Definitions by the id of their version."""

    by_version: Mapping[UUID, Definition | FaultyDefinition]

    def of(self, version_id: UUID) -> Definition:
        """The definition. Raises NotFound when the version is gone, FaultyDefinition when it cannot be read (it was
        saved by a version of this program that read more)."""
        found = self.by_version.get(version_id)
        if found is None:
            raise NotFound("This version of the flow is gone.")
        if isinstance(found, FaultyDefinition):
            raise found
        return found

    @property
    def templates(self) -> frozenset[str]:
        """The stored templates that any of them sends, by name."""
        read = [one for one in self.by_version.values() if isinstance(one, Definition)]
        return frozenset().union(*(one.templates for one in read))

    def subflows(self, versions: Mapping[str, UUID]) -> dict[str, Definition]:
        """Sub-flows by key; what is gone or cannot be read is left out, and the run fails where it is called."""
        found = {key: self.by_version.get(version_id) for key, version_id in versions.items()}
        return {key: one for key, one in found.items() if one is not None and not isinstance(one, FaultyDefinition)}


def definitions_of(version_ids: Iterable[UUID]) -> Definitions:
    """The definitions of these versions: one statement for those that were not read before."""
    wanted = set(version_ids)
    found = {version_id: one for version_id in wanted if (one := _definitions.get(version_id)) is not None}
    if missing := sorted(wanted - set(found)):
        for row in run(DEFINITIONS, ids=missing):
            found[row["id"]] = _compiled(row["definition"], row["key"])
            _definitions.put(row["id"], found[row["id"]])
    return Definitions(by_version=found)


def subflows_for(organization_id: UUID, document: JsonValue) -> dict[str, Definition]:
    """The sub-flows that a definition can reach, by key, as they are now: for trying out a draft."""
    refs = flows_of(organization_id).refs
    called = [refs[key] for key in subflow_keys(document) if key in refs]
    versions = {key: version for ref in called for key, version in ref.subflow_versions.items()}
    versions |= {ref.key: ref.version_id for ref in called}
    return definitions_of(versions.values()).subflows(versions)


def versions_of(refs: Iterable[FlowVersionRef]) -> set[UUID]:
    """What `definitions_of` has to read to run these flows."""
    return {version for ref in refs for version in (ref.version_id, *ref.subflow_versions.values())}


def _compiled(document: JsonValue, key: str) -> Definition | FaultyDefinition:
    try:
        return read_definition(document, key)
    except FaultyDefinition as faulty:
        return faulty
