"""/deliveries: raw webhook calls, for operators. One may carry several tenants' entries."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from hubbub.api.router import Key, item, page
from hubbub.api.schemas.common import Error
from hubbub.api.schemas.events import Deliveries, DeliveryDetail, DeliveryFilters
from hubbub.inbound import queries

router = Router(tags=["deliveries"])
FAULTS = {401: Error, 403: Error, 404: Error, 422: Error}


@router.get("", auth=Key("operate"), response={200: Deliveries, 401: Error, 403: Error, 422: Error})
def list_deliveries(request: HttpRequest, filters: Query[DeliveryFilters]) -> HttpResponse:  # noqa: ARG001
    """Newest first. Needs a key made with --operator."""
    found = queries.list_deliveries(**filters.model_dump())
    return page(found.rows, found.next_cursor)


@router.get("/{delivery_id}", auth=Key("operate"), response={200: DeliveryDetail, **FAULTS})
def get_delivery(request: HttpRequest, delivery_id: UUID) -> HttpResponse:  # noqa: ARG001
    """One call with its exact bytes."""
    return item(queries.get_delivery(delivery_id))
