"""/me: whoever asks."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from ninja import Router

from hubbub.api.router import Key, item, organization_of, person_of, who
from hubbub.api.schemas.common import Error
from hubbub.api.schemas.people import Me, MeChange
from hubbub.conversations.realtime import ScreenEvent, emit
from hubbub.organizations.access import PERMISSIONS, Principal
from hubbub.organizations.actions import change_person
from hubbub.organizations.models import Organization
from hubbub.organizations.queries import get_person

router = Router(tags=["me"])


@router.get("", auth=Key("read"), response={200: Me, 401: Error, 403: Error})
def get_me(request: HttpRequest) -> HttpResponse:
    """Who asks, in which organisation, and what they may do."""
    return item(_shape(request))


@router.patch("", auth=Key("read"), response={200: Me, 401: Error, 403: Error, 422: Error})
def change_me(request: HttpRequest, body: MeChange) -> HttpResponse:
    """Change one's own name and language. 422 (`needs_person`) for a machine's key."""
    user_id = person_of(request)
    change_person(user_id, body.model_dump(exclude_none=True))
    emit([ScreenEvent(organization_id=organization_of(request), kind="member.changed", subject_id=user_id)])
    return item(_shape(request))


def _shape(request: HttpRequest) -> dict[str, Any]:
    principal = who(request)
    organization = Organization.objects.only("id", "name", "slug").get(id=principal.organization_id)
    return {
        "user": get_person(principal.user_id) if principal.user_id else None,
        "organization": {"id": organization.id, "name": organization.name, "slug": organization.slug},
        "role": principal.role,
        "permissions": _permissions(principal),
        "csrf_token": get_token(request),
        "vapid_public_key": None,
        "features": {"has_push": False},
    }


def _permissions(principal: Principal) -> list[str]:
    allowed = {name for name, roles in PERMISSIONS.items() if principal.role in roles}
    return sorted(allowed if principal.is_operator else allowed - {"operate"})
