"""/leads: people who may buy."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from hubbub.api.router import Key, item, organization_of, page, who
from hubbub.api.schemas.common import Error
from hubbub.api.schemas.desk import Lead, LeadChange, LeadFilters, Leads, NewLead
from hubbub.desk.actions import leads
from hubbub.desk.queries import leads as queries

router = Router(tags=["leads"])
FAULTS = {401: Error, 403: Error, 404: Error, 422: Error}


@router.get("", auth=Key("read"), response={200: Leads, 401: Error, 403: Error, 422: Error})
def list_leads(request: HttpRequest, filters: Query[LeadFilters]) -> HttpResponse:
    """Newest first."""
    chosen = filters.model_dump(exclude={"cursor", "limit"})
    found = queries.list_leads(organization_of(request), limit=filters.limit, cursor=filters.cursor, filters=chosen)
    return page(found.rows, found.next_cursor)


@router.post("", auth=Key("answer"), response={201: Lead, **FAULTS})
def create_lead(request: HttpRequest, body: NewLead) -> HttpResponse:
    """A lead of a contact, made by hand or by a program."""
    values = body.model_dump()
    lead = leads.add_lead(who(request), values.pop("contact_id"), values.pop("conversation_id"), **values)
    return item(queries.get_lead(organization_of(request), lead.id), 201)


@router.get("/{lead_id}", auth=Key("read"), response={200: Lead, **FAULTS})
def get_lead(request: HttpRequest, lead_id: UUID) -> HttpResponse:
    """One lead."""
    return item(queries.get_lead(organization_of(request), lead_id))


@router.patch("/{lead_id}", auth=Key("answer"), response={200: Lead, 409: Error, **FAULTS})
def change_lead(request: HttpRequest, lead_id: UUID, body: LeadChange) -> HttpResponse:
    """Change status, score, source, fields. 409 (`lead_open`) beside a newer open lead of that contact and flow."""
    leads.change_lead(who(request), lead_id, body.model_dump(exclude_none=True))
    return item(queries.get_lead(organization_of(request), lead_id))
