"""/working-hours: when people are at work."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from ninja import Router

from hubbub.api.router import Key, organization_of, page, who
from hubbub.api.schemas.common import Error
from hubbub.api.schemas.hours import HoursIn, WorkingHours
from hubbub.desk.actions.hours import set_hours
from hubbub.desk.queries.hours import list_hours
from hubbub.flows.hours import faults_of_hours, is_within
from hubbub.kit import clock
from hubbub.kit.errors import InvalidInput

router = Router(tags=["working hours"])


@router.get("", auth=Key("read"), response={200: WorkingHours, 401: Error, 403: Error})
def get_hours(request: HttpRequest) -> HttpResponse:
    """The organisation's hours first, then those of channels that have their own."""
    return _shown(request)


@router.put("", auth=Key("manage_desk"), response={200: WorkingHours, 401: Error, 403: Error, 422: Error})
def put_hours(request: HttpRequest, body: HoursIn) -> HttpResponse:
    """Set the hours of the organisation, or of one channel; the others stay."""
    faults = faults_of_hours(body.hours or {})
    if body.hours is not None and (faults or not body.hours or "is_outside" in body.hours):
        raise InvalidInput(faults[0] if faults else "Give a time zone and days; null takes the hours away.")
    set_hours(who(request), body.channel_id, body.hours)
    return _shown(request)


def _shown(request: HttpRequest) -> HttpResponse:
    now = clock.now()
    rows = list_hours(organization_of(request))
    return page([{**row, "is_open": is_within(row["hours"], now)} for row in rows], None)
