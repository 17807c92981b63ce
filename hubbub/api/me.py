"""/me: whoever asks."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from ninja import Router

from hubbub.api.router import Key, item, organization_of, page, person_of, who
from hubbub.api.schemas.common import Accepted, Error
from hubbub.api.schemas.people import (
    Me,
    MeChange,
    NewPushSubscription,
    NotificationPreferences,
    PushSubscription,
    PushSubscriptions,
)
from hubbub.channels import sandbox
from hubbub.desk import mailing
from hubbub.desk.actions import preferences
from hubbub.desk.queries.notifications import list_devices, list_preferences
from hubbub.desk.vapid import public_key
from hubbub.organizations.access import PERMISSIONS, Principal
from hubbub.organizations.actions import change_person
from hubbub.organizations.models import Organization
from hubbub.organizations.queries import get_person
from hubbub.organizations.screens import ScreenEvent, emit

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


@router.get("/notifications", auth=Key("read"), response={200: NotificationPreferences, 401: Error, 403: Error})
def get_notifications(request: HttpRequest) -> HttpResponse:
    """How you want to be told; the line without a channel is of all that have none of their own."""
    return item({"items": list_preferences(organization_of(request), who(request).user_id)})


@router.put(
    "/notifications", auth=Key("read"), response={200: NotificationPreferences, 401: Error, 403: Error, 422: Error}
)
def put_notifications(request: HttpRequest, body: NotificationPreferences) -> HttpResponse:
    """Replace all of your preferences."""
    principal, user_id = who(request), person_of(request)
    preferences.set_preferences(principal, user_id, [one.model_dump() for one in body.items])
    return item({"items": list_preferences(principal.organization_id, user_id)})


@router.get("/push-subscriptions", auth=Key("read"), response={200: PushSubscriptions, 401: Error, 403: Error})
def list_subscriptions(request: HttpRequest) -> HttpResponse:
    """Your devices, newest first."""
    return page(list_devices(organization_of(request), who(request).user_id), None)


@router.post(
    "/push-subscriptions", auth=Key("read"), response={201: PushSubscription, 401: Error, 403: Error, 422: Error}
)
def create_subscription(request: HttpRequest, body: NewPushSubscription) -> HttpResponse:
    """Have notifications pushed to this browser, which subscribed with `vapid_public_key`."""
    user_id = person_of(request)
    kept = preferences.subscribe(
        who(request),
        user_id,
        endpoint=body.endpoint,
        p256dh=body.keys.p256dh,
        auth=body.keys.auth,
        label=body.label,
    )
    [row] = [one for one in list_devices(organization_of(request), user_id) if one["id"] == kept.id]
    return item(row, 201)


@router.delete(
    "/push-subscriptions/{subscription_id}",
    auth=Key("read"),
    response={200: Accepted, 401: Error, 403: Error, 404: Error, 422: Error},
)
def delete_subscription(request: HttpRequest, subscription_id: UUID) -> HttpResponse:
    """Push nothing more to that device."""
    preferences.unsubscribe(who(request), person_of(request), subscription_id)
    return item({"status": "accepted"})


@router.post(
    "/push-subscriptions/{subscription_id}/test",
    auth=Key("read"),
    response={202: Accepted, 401: Error, 403: Error, 404: Error, 422: Error},
)
def test_subscription(request: HttpRequest, subscription_id: UUID) -> HttpResponse:
    """Have a notification that says no more than that it works pushed to that device."""
    preferences.send_test(who(request), person_of(request), subscription_id)
    return item({"status": "accepted"}, 202)


def _shape(request: HttpRequest) -> dict[str, Any]:
    principal = who(request)
    organization = Organization.objects.only("id", "name", "slug").get(id=principal.organization_id)
    return {
        "user": get_person(principal.user_id) if principal.user_id else None,
        "organization": {"id": organization.id, "name": organization.name, "slug": organization.slug},
        "role": principal.role,
        "permissions": _permissions(principal),
        "csrf_token": get_token(request),
        "vapid_public_key": public_key(),
        "features": {"has_push": True, "has_email": mailing.is_possible(), "has_sandbox": sandbox.is_there()},
    }


def _permissions(principal: Principal) -> list[str]:
    allowed = {name for name, roles in PERMISSIONS.items() if principal.role in roles}
    return sorted(allowed if principal.is_operator else allowed - {"operate"})
