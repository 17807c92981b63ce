"""Flows as a file that people can read, compare and keep beside their code."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction

from hubbub.channels.models import Channel
from hubbub.flows.actions import PLAIN, NewFlow, change_flow, channels_of, create_flow, triggers_of
from hubbub.flows.matching import Trigger
from hubbub.flows.models import Flow
from hubbub.kit.errors import InvalidInput
from hubbub.kit.json import JsonValue, as_list, as_object, as_text
from hubbub.organizations.access import Principal
from hubbub.organizations.scope import organization_scope

FORMAT = "hubbub.flows/1"
PLAIN_DEFAULTS: Mapping[str, JsonValue] = {
    "flow_type": "custom",
    "description": "",
    "is_active": False,
    "priority": 5,
    "working_hours": {},
}
TYPES: Mapping[str, type | tuple[type, ...]] = {
    "key": str,
    "name": str,
    "flow_type": str,
    "description": str,
    "is_active": bool,
    "priority": int,
    "working_hours": dict,
    "channels": list,
    "triggers": list,
    "definition": dict,
}
"""What a flow in a file may have; key, name and definition must be there."""
NEEDED = ("key", "name", "definition")


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What an import does, or would do, to one flow."""

    key: str
    name: str
    what: str
    """created, changed, unchanged."""
    fields: tuple[str, ...] = ()


def export_flows(organization_id: UUID, keys: Collection[str] | None = None) -> str:
    """All flows, or those with these keys, as JSON text: by key, one field a line, ending in a line break.

    The same flows always give the same text; there are no ids and no times of this installation in it. Raises
    InvalidInput for a key that does not exist.
    """
    flows = Flow.objects.filter(organization_id=organization_id).select_related("current_version").order_by("key")
    chosen = [flow for flow in flows if flow.current_version and (keys is None or flow.key in keys)]
    if missing := sorted(set(keys or ()) - {flow.key for flow in chosen}):
        raise InvalidInput(f"There is no flow with the key {missing[0]!r}.")
    document = {"format": FORMAT, "flows": [_written(flow) for flow in chosen]}
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def _written(flow: Flow) -> dict[str, Any]:
    names = Channel.objects.filter(organization_id=flow.organization_id, id__in=channels_of(flow))
    return {
        "key": flow.key,
        "name": flow.name,
        **{name: getattr(flow, name) for name in PLAIN if name != "name"},
        "channels": sorted(f"{one.platform}:{one.external_id}" for one in names.only("platform", "external_id")),
        "triggers": [_written_trigger(trigger) for trigger in triggers_of(flow)],
        "definition": flow.current_version.definition,
    }


def _written_trigger(trigger: Trigger) -> dict[str, JsonValue]:
    written: dict[str, JsonValue] = {"type": trigger.type}
    if trigger.value:
        written["value"] = trigger.value
    if trigger.settings:
        written["settings"] = dict(sorted(trigger.settings.items()))
    return written


def import_flows(
    principal: Principal | None, organization_id: UUID, document: JsonValue, *, is_dry_run: bool = False
) -> list[Change]:
    """Make or change flows as a file says, by key; flows that it does not name stay. All or nothing.

    A dry run writes nothing and tells the same. Raises InvalidInput for a file of another shape, FaultyFlow for a flow
    with faults.
    """
    flows = read_file(document)
    keys = [flow.key for flow in flows]
    with organization_scope(organization_id), transaction.atomic():
        changes = [_import_one(principal, organization_id, flow, keys) for flow in flows]
        if is_dry_run:
            transaction.set_rollback(True)
    return changes


def read_file(document: JsonValue) -> list[FileFlow]:
    """The flows of an exported file, or one flow alone. Raises InvalidInput."""
    whole = as_object(document) or {}
    parts = as_list(whole.get("flows")) if "flows" in whole else [document]
    if "flows" in whole and whole.get("format") != FORMAT:
        raise InvalidInput(f'A file of flows begins with "format": "{FORMAT}".')
    flows = [_read(part, place) for place, part in enumerate(parts)]
    if len({flow.key for flow in flows}) < len(flows):
        raise InvalidInput("Two flows of the file have the same key.")
    return flows


@dataclass(frozen=True, slots=True, kw_only=True)
class FileFlow:
    """A flow as a file has it."""

    key: str
    values: Mapping[str, Any]
    """As NewFlow has them."""
    channels: Sequence[str]
    """platform:account id."""


def _read(part: JsonValue, place: int) -> FileFlow:
    flow = as_object(part)
    if flow is None:
        raise InvalidInput(f"flows[{place}] is no object.")
    for name, value in flow.items():
        if name not in TYPES:
            raise InvalidInput(f"flows[{place}] has {name!r}, which no flow has: {', '.join(TYPES)}.")
        if not isinstance(value, TYPES[name]) or (name == "priority" and isinstance(value, bool)):
            raise InvalidInput(f"flows[{place}].{name} has the wrong type.")
    if missing := [name for name in NEEDED if not flow.get(name)]:
        raise InvalidInput(f"flows[{place}] has no {missing[0]}.")
    values: dict[str, Any] = {**PLAIN_DEFAULTS, **flow}
    values["triggers"] = read_triggers(flow.get("triggers"), f"flows[{place}].triggers")
    channels = [as_text(one) or "" for one in as_list(values.pop("channels", []))]
    return FileFlow(key=values.pop("key"), values=values, channels=channels)


def read_triggers(value: JsonValue, place: str = "triggers") -> tuple[Trigger, ...]:
    """Triggers as JSON has them. Raises InvalidInput for another shape; what is wrong inside, actions find."""
    triggers = []
    for number, part in enumerate(as_list(value)):
        one = as_object(part) or {}
        kind, word, settings = one.get("type"), one.get("value", ""), as_object(one.get("settings", {}))
        if not isinstance(kind, str) or not isinstance(word, str) or settings is None or set(one) - TRIGGER_NAMES:
            raise InvalidInput(f'{place}[{number}] is {{"type": …, "value": …, "settings": {{…}}}}.')
        triggers.append(Trigger(type=kind, value=word, settings=settings))
    return tuple(triggers)


TRIGGER_NAMES = frozenset({"type", "value", "settings"})


def _import_one(principal: Principal | None, organization_id: UUID, wanted: FileFlow, keys: Sequence[str]) -> Change:
    values = {**wanted.values, "channel_ids": _channel_ids(organization_id, wanted.channels)}
    flow = Flow.objects.filter(organization_id=organization_id, key=wanted.key).first()
    if flow is None:
        create_flow(principal, organization_id, NewFlow(key=wanted.key, **values), known_keys=keys)
        return Change(key=wanted.key, name=values["name"], what="created")
    fields = _differing(flow, values)
    if fields:
        change_flow(principal, organization_id, flow.id, {name: values[name] for name in fields}, known_keys=keys)
    return Change(key=wanted.key, name=values["name"], what="changed" if fields else "unchanged", fields=fields)


def _differing(flow: Flow, values: Mapping[str, Any]) -> tuple[str, ...]:
    now = {name: getattr(flow, name) for name in PLAIN} | {
        "definition": json.dumps(flow.current_version.definition) if flow.current_version else "",
        "triggers": triggers_of(flow),
        "channel_ids": channels_of(flow),
    }
    wanted = {**values, "definition": json.dumps(values["definition"])}
    return tuple(sorted(name for name, value in wanted.items() if now[name] != value))


def _channel_ids(organization_id: UUID, names: Sequence[str]) -> tuple[UUID, ...]:
    """By platform and account id. Raises InvalidInput for one that is not connected here."""
    there = {
        f"{channel.platform}:{channel.external_id}": channel.id
        for channel in Channel.objects.filter(organization_id=organization_id)
        .exclude(status="disconnected")
        .only("platform", "external_id")
    }
    if missing := sorted(set(names) - set(there)):
        raise InvalidInput(f"The channel {missing[0]!r} is not connected here; change or remove it in the file.")
    return tuple(sorted(there[name] for name in names))
