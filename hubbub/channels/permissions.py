"""What the platform allows an account's token, beside what Hubbub needs."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from hubbub.channels.access import access_to, call
from hubbub.channels.models import Channel
from hubbub.connectors.base import TellsPermissions
from hubbub.connectors.registry import connector_for
from hubbub.kit.errors import HubbubError, NotFound


@dataclass(frozen=True, slots=True, kw_only=True)
class Permissions:
    """Empty throughout where a platform knows no permissions; `granted` is None when it could not be asked."""

    needed: tuple[str, ...] = ()
    granted: tuple[str, ...] | None = ()
    missing: tuple[str, ...] = ()
    problem: str = ""


def read_permissions(organization_id: UUID, channel_id: UUID) -> Permissions:
    """Asks the platform. Raises NotFound for a channel that is not there, nothing for what a platform does."""
    channel = Channel.objects.filter(organization_id=organization_id, id=channel_id).first()
    if channel is None:
        raise NotFound("There is no such channel.")
    connector, access = connector_for(channel.platform), access_to(channel)
    needed = connector.needed_permissions(access) if isinstance(connector, TellsPermissions) else ()
    if not needed or not isinstance(connector, TellsPermissions):
        return Permissions()
    try:
        granted = connector.read_permissions(call(connector.permissions_request(access)))
    except HubbubError as failure:
        return Permissions(needed=needed, granted=None, problem=failure.sentence)
    missing = tuple(name for name in needed if name not in granted)
    return Permissions(needed=needed, granted=tuple(sorted(granted)), missing=missing)
