"""Five flows that are useful as they come, and an example of how flows are written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from hubbub.channels.models import Channel
from hubbub.flows.actions import NewFlow, change_flow, create_flow
from hubbub.flows.exchange import read_file
from hubbub.flows.files import read_json
from hubbub.flows.models import Flow
from hubbub.kit.errors import InvalidInput, NotFound
from hubbub.organizations.access import Principal

KINDS = ("welcome", "lead_generation", "customer_service", "faq", "feedback")
FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True, kw_only=True)
class Installed:
    """What became of a predefined flow."""

    flow: Flow
    what: str
    """created, replaced, or kept: there was one already and nobody forced it."""


def install(
    principal: Principal | None,
    organization_id: UUID,
    kind: str,
    *,
    channel_id: UUID | None = None,
    is_forced: bool = False,
) -> Installed:
    """Give an organisation, or one of its channels, the predefined flow of this kind, switched on.

    One that is there stays as somebody may have changed it; `is_forced` puts a new version in its place. Raises
    InvalidInput for another kind, NotFound for the channel.
    """
    values = values_of(kind)
    key = kind.replace("_", "-")
    if channel_id is not None:
        key = f"{key}-{_account(organization_id, channel_id).lower()}"
        values["channel_ids"] = (channel_id,)
    flow = Flow.objects.filter(organization_id=organization_id, key=key).first()
    if flow is None:
        made = create_flow(principal, organization_id, NewFlow(key=key, **values))
        return Installed(flow=made, what="created")
    if not is_forced:
        return Installed(flow=flow, what="kept")
    return Installed(flow=change_flow(principal, organization_id, flow.id, values), what="replaced")


def values_of(kind: str) -> dict[str, Any]:
    """The fields of a predefined flow, as NewFlow has them. Raises InvalidInput for another kind."""
    if kind not in KINDS:
        raise InvalidInput(f"There is no predefined flow {kind!r}: choose among {', '.join(KINDS)}.")
    [flow] = read_file(read_json(FOLDER / f"{kind}.json"))
    values: Mapping[str, Any] = flow.values
    return dict(values)


def _account(organization_id: UUID, channel_id: UUID) -> str:
    channel = Channel.objects.filter(organization_id=organization_id, id=channel_id).only("external_id").first()
    if channel is None:
        raise NotFound("There is no such channel.")
    return channel.external_id
