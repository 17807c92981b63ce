"""/work: what lanes and jobs are doing."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from ninja import Router

from hubbub.api.router import Key, item, organization_of
from hubbub.api.schemas.common import Error
from hubbub.api.schemas.work import Work
from hubbub.desk.queries.work import work_of

router = Router(tags=["work"])


@router.get("", auth=Key("read"), response={200: Work, 401: Error, 403: Error})
def get_work(request: HttpRequest) -> HttpResponse:
    """How much waits, and for how long: automation, outbox, jobs, dead letters. Of this organisation only."""
    return item(work_of(organization_of(request)))
