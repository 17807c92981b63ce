"""When people are at work. In the caller's transaction, shown and audited."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from hubbub.channels.models import Channel
from hubbub.desk.models import WorkingHours
from hubbub.kit.errors import InvalidInput
from hubbub.kit.json import JsonValue
from hubbub.organizations.access import Principal
from hubbub.organizations.actions import audit
from hubbub.organizations.database import run
from hubbub.organizations.screens import ScreenEvent, emit

REMOVE = """
DELETE FROM working_hours WHERE organization_id = %(organization)s AND channel_id IS NOT DISTINCT FROM %(channel)s
"""


def set_hours(principal: Principal, channel_id: UUID | None, hours: Mapping[str, JsonValue] | None) -> None:
    """Set the hours of the organisation (None) or a channel; None takes them away. The hours are sound already.

    Raises InvalidInput for a channel that is not there.
    """
    organization_id = principal.organization_id
    if channel_id and not Channel.objects.filter(organization_id=organization_id, id=channel_id).exists():
        raise InvalidInput("There is no such channel.")
    run(REMOVE, organization=organization_id, channel=channel_id)
    if hours is not None:
        WorkingHours.objects.create(organization_id=organization_id, channel_id=channel_id, hours=dict(hours))
    audit(principal, organization_id, "working_hours_changed", "channel", channel_id)
    emit(
        [
            ScreenEvent(
                organization_id=organization_id,
                kind="working_hours.changed",
                subject_id=channel_id or organization_id,
            )
        ]
    )
