"""How one person wants to be told, and on which devices. In the caller's transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from hubbub.channels.models import Channel
from hubbub.desk.models import NotificationPreference, PushSubscription
from hubbub.desk.push import check_subscription
from hubbub.kit.errors import InvalidInput, NotFound
from hubbub.organizations.access import Principal
from hubbub.organizations.actions import audit
from hubbub.organizations.fields import blind_index
from hubbub.organizations.jobs import defer

MOST_DEVICES = 20
"""Of one person; beyond it the one that was used longest ago goes."""


def set_preferences(principal: Principal, user_id: UUID, preferences: Sequence[Mapping[str, Any]]) -> None:
    """Replace all of somebody's preferences. Each has channel_id (None: all others), in_app, push, email.

    Raises InvalidInput for a channel named twice, or one of nobody here.
    """
    channels = [one["channel_id"] for one in preferences]
    named = {one for one in channels if one is not None}
    if len(channels) != len(set(channels)):
        raise InvalidInput("Each channel can be named once.")
    if Channel.objects.filter(organization_id=principal.organization_id, id__in=named).count() != len(named):
        raise InvalidInput("There is no such channel.")
    own = NotificationPreference.objects.filter(organization_id=principal.organization_id, user_id=user_id)
    own.delete()
    NotificationPreference.objects.bulk_create(
        NotificationPreference(organization_id=principal.organization_id, user_id=user_id, **one) for one in preferences
    )
    audit(principal, principal.organization_id, "notifications_changed", "user", user_id)


def subscribe(
    principal: Principal, user_id: UUID, *, endpoint: str, p256dh: str, auth: str, label: str
) -> PushSubscription:
    """Remember a browser. The same one again is the same row, of whoever uses it now. Raises InvalidInput."""
    check_subscription(endpoint, p256dh, auth)
    rows = PushSubscription.objects.filter(organization_id=principal.organization_id)
    index = blind_index(endpoint, "push_subscription")
    rows.filter(endpoint_index=index).delete()
    _make_room(rows.filter(user_id=user_id))
    kept = PushSubscription(
        organization_id=principal.organization_id, user_id=user_id, endpoint_index=index, label=label
    )
    kept.subscription = {"endpoint": endpoint, "keys": {"p256dh": p256dh, "auth": auth}}
    kept.save()
    audit(principal, principal.organization_id, "device_added", "push_subscription", kept.id)
    return kept


def _make_room(rows: Any) -> None:
    spare = rows.order_by("-used_at", "-created_at").values_list("id", flat=True)[MOST_DEVICES - 1 :]
    rows.filter(id__in=list(spare)).delete()


def send_test(principal: Principal, user_id: UUID, subscription_id: UUID) -> None:
    """Ask for a notification on a browser of one's own. Raises NotFound."""
    rows = PushSubscription.objects.filter(organization_id=principal.organization_id, user_id=user_id)
    if not rows.filter(id=subscription_id).exists():
        raise NotFound("There is no such device of yours.")
    organization_id = str(principal.organization_id)
    defer("desk.push_test", organization_id=organization_id, subscription_id=str(subscription_id))


def unsubscribe(principal: Principal, user_id: UUID, subscription_id: UUID) -> None:
    """Forget a browser of one's own. Raises NotFound."""
    rows = PushSubscription.objects.filter(organization_id=principal.organization_id, user_id=user_id)
    removed, _ = rows.filter(id=subscription_id).delete()
    if not removed:
        raise NotFound("There is no such device of yours.")
    audit(principal, principal.organization_id, "device_removed", "push_subscription", subscription_id)
