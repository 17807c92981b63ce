"""Making and changing flows, in the caller's transaction. A faulty one is refused with the list of all its faults."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import Max
from django.utils.text import slugify

from hubbub.channels.models import Channel
from hubbub.flows.engine import faults_of
from hubbub.flows.hours import faults_of_hours
from hubbub.flows.matching import Trigger, faults_of_trigger
from hubbub.flows.models import Flow, FlowChannel, FlowTrigger, FlowVersion, TriggerType
from hubbub.flows.subflows import subflow_keys
from hubbub.kit import clock
from hubbub.kit.errors import Conflict, InvalidInput, NotFound
from hubbub.kit.json import JsonValue, dumps
from hubbub.organizations.access import Principal
from hubbub.organizations.actions import audit
from hubbub.organizations.database import run
from hubbub.organizations.screens import ScreenEvent, emit

KEY = re.compile(r"[a-z0-9][a-z0-9_-]{0,99}")
LONGEST_DEFINITION = 500_000
"""Bytes of a definition as JSON."""
MOST_TRIGGERS = 50
MOST_FLOWS = 500
PRIORITIES = range(-100, 101)
PLAIN = ("name", "flow_type", "description", "is_active", "priority", "working_hours")
DELETE = (
    "DELETE FROM flow_step_count WHERE organization_id = %(organization)s AND flow_id = %(flow)s",
    "DELETE FROM flow_run WHERE organization_id = %(organization)s AND flow_id = %(flow)s",
    "DELETE FROM flow_trigger WHERE organization_id = %(organization)s AND flow_id = %(flow)s",
    "DELETE FROM flow_channel WHERE organization_id = %(organization)s AND flow_id = %(flow)s",
    "UPDATE flow SET current_version_id = NULL WHERE organization_id = %(organization)s AND id = %(flow)s",
    "DELETE FROM flow_version WHERE organization_id = %(organization)s AND flow_id = %(flow)s",
    "DELETE FROM flow WHERE organization_id = %(organization)s AND id = %(flow)s",
)


class FaultyFlow(InvalidInput):
    """A flow that cannot be saved; `details["faults"]` lists every fault with its place."""

    code = "faulty_flow"

    def listed(self) -> str:
        """Every fault on a line of its own."""
        faults: list[dict[str, str]] = self.details["faults"]  # type: ignore[assignment]
        return "\n".join(f"{fault['place']}: {fault['sentence']}" for fault in faults)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewFlow:
    """A flow as somebody asks for it. Without `key` its name makes one."""

    name: str
    definition: JsonValue
    key: str = ""
    flow_type: str = "custom"
    description: str = ""
    triggers: Sequence[Trigger] = ()
    channel_ids: Sequence[UUID] = ()
    """Empty: all of the organisation's channels."""
    is_active: bool = False
    priority: int = 5
    working_hours: Mapping[str, JsonValue] = field(default_factory=dict)


def create_flow(
    principal: Principal | None, organization_id: UUID, new: NewFlow, *, known_keys: Iterable[str] = ()
) -> Flow:
    """A new flow with its first version. `known_keys`: flows that will be there too, which it may call.

    Raises FaultyFlow with every fault, Conflict when the key is taken, NotFound for a foreign channel.
    """
    _refuse(_faults(organization_id, new, {*known_keys, new.key}))
    if Flow.objects.filter(organization_id=organization_id).count() >= MOST_FLOWS:
        raise InvalidInput(f"An organisation has at most {MOST_FLOWS} flows.")
    flow = Flow(organization_id=organization_id, key=_free_key(organization_id, new))
    for name in PLAIN:
        setattr(flow, name, getattr(new, name))
    flow.save()
    _add_version(flow, new.definition)
    _set_triggers(flow, new.triggers)
    _set_channels(flow, new.channel_ids)
    _changed(principal, flow, "flow_created", name=flow.name)
    return flow


def change_flow(
    principal: Principal | None,
    organization_id: UUID,
    flow_id: UUID,
    values: Mapping[str, Any],
    *,
    known_keys: Iterable[str] = (),
) -> Flow:
    """Change what is given: the fields of NewFlow but `key`. Another definition becomes a new version; runs that have
    begun finish on theirs. Raises FaultyFlow, NotFound."""
    flow = lock_flow(organization_id, flow_id)
    now = _as_new(flow, values)
    _refuse(_faults(organization_id, now, {*known_keys, flow.key}))
    for name in PLAIN:
        setattr(flow, name, getattr(now, name))
    flow.save()
    if "definition" in values:
        _add_version(flow, now.definition)
    if "triggers" in values:
        _set_triggers(flow, now.triggers)
    if "channel_ids" in values:
        _set_channels(flow, now.channel_ids)
    _changed(principal, flow, "flow_changed", fields=[*sorted(values)])
    return flow


def new_version(
    principal: Principal | None, organization_id: UUID, flow_id: UUID, definition: JsonValue
) -> FlowVersion:
    """Save another definition, from which new runs begin. The same one again stays the version that it is.

    Raises FaultyFlow, NotFound.
    """
    flow = change_flow(principal, organization_id, flow_id, {"definition": definition})
    version: FlowVersion = flow.current_version
    return version


def use_version(principal: Principal | None, organization_id: UUID, flow_id: UUID, number: int) -> Flow:
    """Let new runs begin on an older version again. Raises NotFound."""
    flow = lock_flow(organization_id, flow_id)
    version = FlowVersion.objects.filter(organization_id=organization_id, flow=flow, number=number).first()
    if version is None:
        raise NotFound(f"This flow has no version {number}.")
    _refuse(_faults_of_definition(organization_id, version.definition, {flow.key}))
    flow.current_version = version
    flow.save(update_fields=["current_version", "updated_at"])
    _changed(principal, flow, "flow_changed", fields=["version"], version=number)
    return flow


def activate(principal: Principal | None, organization_id: UUID, flow_id: UUID) -> Flow:
    """Let it start. Raises NotFound, FaultyFlow when this program does not take its definition any more."""
    return change_flow(principal, organization_id, flow_id, {"is_active": True})


def deactivate(principal: Principal | None, organization_id: UUID, flow_id: UUID) -> Flow:
    """Let it start no more. Runs that have begun finish. Raises NotFound."""
    flow = lock_flow(organization_id, flow_id)
    flow.is_active = False
    flow.save(update_fields=["is_active", "updated_at"])
    _changed(principal, flow, "flow_changed", fields=["is_active"])
    return flow


def delete_flow(principal: Principal | None, organization_id: UUID, flow_id: UUID) -> None:
    """Remove a flow with its versions, runs and counts. Who is in the middle of it is in no flow any more.

    Raises NotFound, or Conflict when another flow calls it.
    """
    flow = lock_flow(organization_id, flow_id)
    if callers := _callers(flow):
        raise Conflict(f"The flow {callers[0]!r} calls this one: change that first.", code="flow_in_use")
    _changed(principal, flow, "flow_deleted", name=flow.name, key=flow.key)
    for statement in DELETE:
        run(statement, organization=organization_id, flow=flow_id)


def lock_flow(organization_id: UUID, flow_id: UUID) -> Flow:
    """The flow under its row lock. Raises NotFound."""
    found = (
        Flow.objects.select_for_update(of=("self",), no_key=True)
        .filter(organization_id=organization_id, id=flow_id)
        .first()
    )
    if found is None:
        raise NotFound("There is no such flow.")
    return found


def triggers_of(flow: Flow) -> tuple[Trigger, ...]:
    """What starts it, in order."""
    rows = FlowTrigger.objects.filter(organization_id=flow.organization_id, flow=flow).order_by("position", "id")
    return tuple(Trigger(type=row.type, value=row.value, settings=row.settings) for row in rows)


def channels_of(flow: Flow) -> tuple[UUID, ...]:
    """The channels it is limited to."""
    rows = FlowChannel.objects.filter(organization_id=flow.organization_id, flow=flow)
    return tuple(rows.order_by("channel_id").values_list("channel_id", flat=True))


def _as_new(flow: Flow, values: Mapping[str, Any]) -> NewFlow:
    now: dict[str, Any] = {name: getattr(flow, name) for name in PLAIN}
    now["definition"] = flow.current_version.definition if flow.current_version else {}
    now["triggers"], now["channel_ids"] = triggers_of(flow), channels_of(flow)
    return NewFlow(key=flow.key, **{**now, **values})


def refuse_definition(definition: JsonValue) -> None:
    """Raise FaultyFlow with every fault of a definition that stands by itself."""
    _refuse(_faults_of_document(definition))


def _refuse(faults: Sequence[Mapping[str, JsonValue]]) -> None:
    if faults:
        first = faults[0]
        more = f" {len(faults) - 1} more faults are in the list." if len(faults) > 1 else ""
        raise FaultyFlow(f"{first['place']}: {first['sentence']}{more}", details={"faults": list(faults)})


def _faults(organization_id: UUID, flow: NewFlow, known_keys: set[str]) -> list[dict[str, JsonValue]]:
    faults = [_fault("name", "A flow needs a name.")] if not flow.name.strip() else []
    if flow.priority not in PRIORITIES:
        faults.append(_fault("priority", f"A priority lies between {PRIORITIES[0]} and {PRIORITIES[-1]}."))
    faults += [_fault("working_hours", sentence) for sentence in faults_of_hours(dict(flow.working_hours))]
    if len(flow.triggers) > MOST_TRIGGERS:
        faults.append(_fault("triggers", f"A flow has at most {MOST_TRIGGERS} triggers."))
    for place, trigger in enumerate(flow.triggers):
        faults += [_fault(f"triggers[{place}]", sentence) for sentence in faults_of_trigger(trigger)]
    return faults + _faults_of_definition(organization_id, flow.definition, known_keys)


def _faults_of_definition(
    organization_id: UUID, definition: JsonValue, known_keys: set[str]
) -> list[dict[str, JsonValue]]:
    faults = _faults_of_document(definition)
    called = subflow_keys(definition) - known_keys
    there = Flow.objects.filter(organization_id=organization_id, key__in=called).values_list("key", flat=True)
    gone = sorted(called - set(there)) if called else []
    return faults + [_fault("definition", f"It calls the flow {key!r}, which does not exist.") for key in gone]


def _faults_of_document(definition: JsonValue) -> list[dict[str, JsonValue]]:
    if len(dumps(definition)) > LONGEST_DEFINITION:
        return [_fault("definition", f"A definition has at most {LONGEST_DEFINITION} bytes.")]
    return [_fault(f"definition.{one.place}", one.sentence) for one in faults_of(definition)]


def _fault(place: str, sentence: str) -> dict[str, JsonValue]:
    return {"place": place.rstrip("."), "sentence": sentence}


def _free_key(organization_id: UUID, new: NewFlow) -> str:
    taken = set(Flow.objects.filter(organization_id=organization_id).values_list("key", flat=True))
    if new.key:
        if not KEY.fullmatch(new.key):
            raise InvalidInput("A flow's key has small letters, digits, - and _, at most 100.")
        if new.key in taken:
            raise Conflict(f"There is a flow with the key {new.key!r} already.", code="flow_exists")
        return new.key
    wanted = slugify(new.name)[:90].strip("-_") or "flow"
    return next(key for key in (wanted, *(f"{wanted}-{n}" for n in range(2, MOST_FLOWS + 2))) if key not in taken)


def _add_version(flow: Flow, definition: JsonValue) -> None:
    current = flow.current_version
    if current is not None and dumps(current.definition) == dumps(definition):
        return
    last = FlowVersion.objects.filter(organization_id=flow.organization_id, flow=flow).aggregate(last=Max("number"))
    flow.current_version = FlowVersion.objects.create(
        organization_id=flow.organization_id, flow=flow, number=(last["last"] or 0) + 1, definition=definition
    )
    flow.save(update_fields=["current_version", "updated_at"])


def _set_triggers(flow: Flow, triggers: Sequence[Trigger]) -> None:
    if triggers_of(flow) == tuple(triggers):
        return
    now = clock.now() if any(trigger.type == TriggerType.SCHEDULE for trigger in triggers) else None
    FlowTrigger.objects.filter(organization_id=flow.organization_id, flow=flow).delete()
    FlowTrigger.objects.bulk_create(
        FlowTrigger(
            organization_id=flow.organization_id,
            flow=flow,
            position=place,
            type=trigger.type,
            value=trigger.value,
            settings=dict(trigger.settings),
            fired_at=now,
        )
        for place, trigger in enumerate(triggers)
    )


def _set_channels(flow: Flow, channel_ids: Sequence[UUID]) -> None:
    wanted = sorted(set(channel_ids))
    if channels_of(flow) == tuple(wanted):
        return
    there = Channel.objects.filter(organization_id=flow.organization_id, id__in=wanted).count()
    if there != len(wanted):
        raise NotFound("There is no such channel.")
    FlowChannel.objects.filter(organization_id=flow.organization_id, flow=flow).delete()
    FlowChannel.objects.bulk_create(
        FlowChannel(organization_id=flow.organization_id, flow=flow, channel_id=channel_id) for channel_id in wanted
    )


def _callers(flow: Flow) -> list[str]:
    others = Flow.objects.filter(organization_id=flow.organization_id, current_version__isnull=False)
    rows = others.exclude(id=flow.id).order_by("key").values_list("key", "current_version__definition")
    return [key for key, definition in rows if flow.key in subflow_keys(definition)]


def _changed(principal: Principal | None, flow: Flow, action: str, **data: JsonValue) -> None:
    audit(principal, flow.organization_id, action, "flow", flow.id, **data)
    emit([ScreenEvent(organization_id=flow.organization_id, kind="flow.changed", subject_id=flow.id)])
