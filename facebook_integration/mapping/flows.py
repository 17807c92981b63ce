"""Flows under documented names. Their steps, triggers and Pages stand in rows of their own, so actions write them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from facebook_integration.mapping.model import DocumentedModel
from facebook_integration.mapping.names import Name, as_model
from facebook_integration.mapping.scope import acting_for

PLAIN = ("name", "flow_type", "description", "is_active", "priority", "working_hours")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending(Name):
    """Written when the object is saved; read from the rows behind it."""

    key: str

    @property
    def hub_fields(self) -> tuple[str, ...]:
        return ()

    @property
    def is_plain(self) -> bool:
        return False

    def read(self, row: Any) -> Any:
        pending = row.__dict__.get("_pending", {})
        if self.key in pending:
            return pending[self.key]
        with acting_for(row.organization_id):
            return READERS[self.key](row)

    def write(self, row: Any, value: Any) -> None:
        row.__dict__.setdefault("_pending", {})[self.key] = value


def _page(row: Any) -> Any:
    first = row.flow_channels.select_related("channel").order_by("id").first()
    return as_model(first.channel, "FacebookPage") if first is not None else None


def _trigger(row: Any, name: str) -> str:
    first = row.triggers.order_by("position", "id").first()
    return getattr(first, name) if first is not None else ""


READERS: dict[str, Callable[[Any], Any]] = {
    "page": _page,
    "trigger_type": lambda row: _trigger(row, "type"),
    "trigger_value": lambda row: _trigger(row, "value"),
    "flow_steps": lambda row: row.current_version.definition if row.current_version is not None else {},
}


class FlowModel(DocumentedModel):
    """Saves through the flow actions, which list every fault of a definition."""

    documented: ClassVar[Mapping[str, Name]] = {
        "page": Pending(path="flow_channels__channel", to="FacebookPage", key="page"),
        "trigger_type": Pending(path="triggers__type", key="trigger_type"),
        "trigger_value": Pending(path="triggers__value", key="trigger_value"),
        "flow_steps": Pending(path="current_version__definition", key="flow_steps"),
    }
    writes_plainly = False
    deletes_plainly = False

    def store(self: Any, *args: Any, **options: Any) -> None:  # noqa: ARG002
        from hubbub.flows.actions import NewFlow, change_flow, create_flow

        values = {name: getattr(self, name) for name in PLAIN} | self._rows()
        if self._state.adding:
            made = create_flow(None, self.organization_id, NewFlow(**{"definition": {}, **values}))
        else:
            made = change_flow(None, self.organization_id, self.id, values)
        self.__dict__.pop("_pending", None)
        self.__dict__.update({name: value for name, value in made.__dict__.items() if name != "_state"})
        self._state.adding, self._state.db = False, made._state.db  # noqa: SLF001
        self._state.fields_cache.clear()

    def _rows(self: Any) -> Mapping[str, Any]:
        from hubbub.flows.matching import Trigger

        pending = self.__dict__.get("_pending", {})
        values: dict[str, Any] = {}
        if "flow_steps" in pending:
            values["definition"] = pending["flow_steps"]
        if "page" in pending:
            values["channel_ids"] = [pending["page"].id] if pending["page"] is not None else []
        if {"trigger_type", "trigger_value"} & set(pending):
            values["triggers"] = (Trigger(type=self.trigger_type, value=self.trigger_value, settings={}),)
        return values

    def remove(self: Any, *args: Any, **options: Any) -> Any:  # noqa: ARG002
        from hubbub.flows.actions import delete_flow

        delete_flow(None, self.organization_id, self.id)
        return 1, {self._meta.label: 1}
