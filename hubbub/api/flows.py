"""/flows: conversations that run by themselves."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from hubbub.api.router import Key, item, organization_of, page, who
from hubbub.api.schemas import flows as schemas
from hubbub.api.schemas.common import Accepted, Error
from hubbub.channels.stored_templates import stored_templates
from hubbub.flows import actions, queries
from hubbub.flows.catalogue import subflows_for
from hubbub.flows.matching import Trigger
from hubbub.flows.simulation import Setting, played, start

router = Router(tags=["flows"])
FAULTS = {401: Error, 403: Error, 404: Error, 422: Error}


@router.get("", auth=Key("read"), response={200: schemas.Flows, 401: Error, 403: Error, 422: Error})
def list_flows(request: HttpRequest, filters: Query[schemas.FlowFilters]) -> HttpResponse:
    """Newest first, without their definitions."""
    chosen = filters.model_dump(exclude={"cursor", "limit"})
    found = queries.list_flows(organization_of(request), limit=filters.limit, cursor=filters.cursor, filters=chosen)
    return page(found.rows, found.next_cursor)


@router.post("", auth=Key("manage_flows"), response={201: schemas.FlowDetail, 409: Error, **FAULTS})
def create_flow(request: HttpRequest, body: schemas.NewFlow) -> HttpResponse:
    """A new flow. 422 (`faulty_flow`) lists every fault in `details.faults`; 409 when the key is taken."""
    organization_id = organization_of(request)
    new = actions.NewFlow(**_values(body.model_dump()))
    flow = actions.create_flow(who(request), organization_id, new)
    return item(queries.get_flow(organization_id, flow.id), 201)


@router.get("/{flow_id}", auth=Key("read"), response={200: schemas.FlowDetail, **FAULTS})
def get_flow(request: HttpRequest, flow_id: UUID) -> HttpResponse:
    """One flow with its definition, its versions and how many are in it."""
    return item(queries.get_flow(organization_of(request), flow_id))


@router.patch("/{flow_id}", auth=Key("manage_flows"), response={200: schemas.FlowDetail, **FAULTS})
def change_flow(request: HttpRequest, flow_id: UUID, body: schemas.FlowChange) -> HttpResponse:
    """Change what is given. Conversations in the middle of the flow finish on the version that they began."""
    organization_id = organization_of(request)
    values = _values(body.model_dump(exclude_none=True))
    version = values.pop("version", None)
    if version is not None:
        actions.use_version(who(request), organization_id, flow_id, version)
    if values or version is None:
        actions.change_flow(who(request), organization_id, flow_id, values)
    return item(queries.get_flow(organization_id, flow_id))


@router.delete("/{flow_id}", auth=Key("manage_flows"), response={200: Accepted, 409: Error, **FAULTS})
def delete_flow(request: HttpRequest, flow_id: UUID) -> HttpResponse:
    """Remove a flow with its versions, runs and counts. 409 (`flow_in_use`) while another flow calls it."""
    actions.delete_flow(who(request), organization_of(request), flow_id)
    return item({"status": "accepted"})


@router.post("/{flow_id}/test", auth=Key("manage_flows"), response={200: schemas.FlowTested, **FAULTS})
def test_flow(request: HttpRequest, flow_id: UUID, body: schemas.FlowTest) -> HttpResponse:
    """Play a conversation with the flow, or with a draft of it. Nothing is sent, asked or stored."""
    organization_id = organization_of(request)
    saved = queries.get_flow(organization_id, flow_id)
    setting = Setting(platform=body.platform, language=body.language, name=body.name, key=saved["key"])
    definition = saved["definition"] if body.definition is None else body.definition
    given = [one.model_dump(exclude_none=True) for one in body.inputs]
    simulation = start(definition, setting, subflows_for(organization_id, definition))
    stored = stored_templates(organization_id, simulation.template_names)
    simulation.use_templates({name: data for of_channel in stored.values() for name, data in of_channel.items()})
    return item({"turns": played(simulation, given)})


@router.get("/{flow_id}/counts", auth=Key("read"), response={200: schemas.FlowCounts, **FAULTS})
def flow_counts(request: HttpRequest, flow_id: UUID) -> HttpResponse:
    """How many came how far: by version, step and variant of a random split."""
    return item(queries.flow_counts(organization_of(request), flow_id))


@router.get("/{flow_id}/runs", auth=Key("read"), response={200: schemas.FlowRuns, **FAULTS})
def list_runs(request: HttpRequest, flow_id: UUID, filters: Query[schemas.RunFilters]) -> HttpResponse:
    """Who went through it, newest first; `status=failed` with the reason in `error`."""
    organization_id = organization_of(request)
    queries.get_flow(organization_id, flow_id)
    chosen = {"flow_id": flow_id, **filters.model_dump(exclude={"cursor", "limit"})}
    found = queries.list_runs(organization_id, limit=filters.limit, cursor=filters.cursor, filters=chosen)
    return page(found.rows, found.next_cursor)


def _values(given: dict[str, Any]) -> dict[str, Any]:
    if "triggers" in given:
        given["triggers"] = tuple(Trigger(**one) for one in given["triggers"])
    return given
