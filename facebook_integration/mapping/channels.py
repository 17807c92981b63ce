"""Connecting under documented names: one account has one owner, and one organisation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction

from facebook_integration.mapping.scope import acting_for
from hubbub.channels.actions import Connection, connect
from hubbub.channels.models import Channel, ChannelStatus
from hubbub.kit.errors import Conflict
from hubbub.organizations.models import Project


class AlreadyConnected(Conflict, IntegrityError):
    """The account is connected already: here under this name, or by another organisation."""


def known(model: Any, external_id: str) -> Any:
    """The organisation's channel of this account under the documented model, if it may be adopted, else None.

    Raises AlreadyConnected when it was made under this model before, and is still connected.
    """
    found = Channel.objects.filter(platform=model.shown["platform"], external_id=external_id).order_by("-id").first()
    if found is None:
        return None
    is_let_go = found.status == ChannelStatus.DISCONNECTED
    if not is_let_go and model.made_as in found.settings.get("documented", []):
        raise AlreadyConnected(f"The account {external_id} is connected already.", code="channel_taken")
    found.__class__ = model
    return found


def make_page(model: Any, values: Mapping[str, Any]) -> Any:
    """The row, made or adopted; nothing is asked of the platform."""
    row = known(model, str(values.get("page_id", ""))) or model()
    for name, value in values.items():
        setattr(row, name, value)
    note(row, model.made_as)
    save_unless_taken(row)
    return row


def make_connected(model: Any, values: Mapping[str, Any]) -> Any:
    """Connect the account: the platform is asked, and its webhooks are subscribed."""
    external_id = str(values.get("platform_id", ""))
    adopted = known(model, external_id)
    before = (adopted.credentials if adopted is not None else None) or {}
    credentials = {**before, **values.get("credentials", {}), "access_token": str(values.get("access_token") or "")}
    with acting_for() as organization:
        channel: Any = connect(
            None,
            organization,
            Connection(
                platform=model.shown["platform"],
                external_id=external_id,
                credentials=credentials,
                parent_external_id=str(values.get("parent_external_id") or ""),
            ),
        )
        channel.refresh_from_db()
    channel.__class__ = model
    for name, value in values.items():
        if name not in ("platform_id", "access_token", "credentials"):
            setattr(channel, name, value)
    note(channel, model.made_as)
    channel.save()
    return channel


def note(row: Any, name: str) -> None:
    """Remember under which documented model the account was connected."""
    row.settings = {**row.settings, "documented": sorted({*row.settings.get("documented", []), name})}


def save_unless_taken(row: Any) -> None:
    """Raises AlreadyConnected where another organisation has the account."""
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        if "channel_one_owner" not in str(error):
            raise
        raise AlreadyConnected(
            "This account is connected by another organisation. It must be disconnected there first.",
            code="channel_taken",
        ) from None


def first_project(organization: Any) -> Project:
    """Where new channels go."""
    return Project.objects.filter(organization_id=organization).order_by("created_at")[0]
