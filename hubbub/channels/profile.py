"""What stands on the account itself: greeting, menus, questions to begin with. Ours is kept, so that it can be seen
when somebody has changed it over there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID

from hubbub.channels.access import access_to, call
from hubbub.channels.actions import KEPT_AS, lock_channel
from hubbub.channels.models import PLATFORMS, Channel
from hubbub.connectors.base import ConfiguresProfile, TellsProfile
from hubbub.connectors.messages import ApiRequest, ApiResponse, ChannelAccess
from hubbub.connectors.outcomes import Accepted, Outcome, Rejected
from hubbub.connectors.registry import connector_for
from hubbub.kit.errors import HubbubError, InvalidInput, NotFound, Unavailable
from hubbub.kit.json import JsonValue, as_object, loads
from hubbub.organizations.access import Principal
from hubbub.organizations.actions import audit


class _Profiled(ConfiguresProfile, TellsProfile, Protocol):
    @property
    def platform(self) -> str: ...
    def read_response(self, request: ApiRequest, response: ApiResponse) -> Outcome: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountProfile:
    """`ours` is what was set here last, `theirs` what the platform has now; None when it could not be asked."""

    settable: tuple[str, ...] = ()
    ours: Mapping[str, JsonValue] = field(default_factory=dict)
    theirs: Mapping[str, JsonValue] | None = None
    drift: tuple[str, ...] = ()
    problem: str = ""


def read_profile(organization_id: UUID, channel_id: UUID) -> AccountProfile:
    """Asks the platform. Raises NotFound for a channel that is not there, nothing for what a platform does."""
    channel = Channel.objects.filter(organization_id=organization_id, id=channel_id).first()
    if channel is None:
        raise NotFound("There is no such channel.")
    connector = _profiled(channel)
    return AccountProfile() if connector is None else _compared(channel, connector)


def write_profile(principal: Principal, channel_id: UUID, values: Mapping[str, JsonValue]) -> AccountProfile:
    """Sets what is given, at the platform first; null takes away, what is not given stays.

    Raises InvalidInput with the platform's reason, Unavailable when nothing is known of the outcome.
    """
    channel = lock_channel(principal.organization_id, channel_id)
    connector = _profiled(channel)
    if connector is None:
        raise InvalidInput(f"{PLATFORMS[channel.platform]} has no menus or greetings to set.")
    if strange := sorted(set(values) - set(connector.profile_settings)):
        raise InvalidInput(f"There is no {strange[0]!r} to set: use {', '.join(connector.profile_settings)}.")
    access = access_to(channel)
    for step in _steps(connector, values):
        _keep(channel, _set(connector, access, step))
    audit(
        principal, channel.organization_id, "channel_profile_changed", "channel", channel_id, fields=[*sorted(values)]
    )
    return _compared(channel, connector)


def _profiled(channel: Channel) -> _Profiled | None:
    connector = connector_for(channel.platform)
    is_able = isinstance(connector, ConfiguresProfile) and isinstance(connector, TellsProfile)
    return connector if is_able else None  # type: ignore[return-value] # both were asked in the line before


def _steps(connector: _Profiled, values: Mapping[str, JsonValue]) -> Iterator[dict[str, JsonValue]]:
    """What can go into one call: what is removed goes first, from the last that depends on others."""
    order = connector.profile_settings
    removed: dict[str, JsonValue] = {name: None for name in reversed(order) if name in values and not values[name]}
    given = {name: values[name] for name in order if values.get(name)}
    for part in (removed, given):
        if connector.is_one_setting_a_call():
            yield from ({name: value} for name, value in part.items())
        elif part:
            yield part


def _set(connector: _Profiled, access: ChannelAccess, step: dict[str, JsonValue]) -> dict[str, JsonValue]:
    """Makes one call; what was set, in the platform's shape."""
    request = connector.profile_settings_request(access, step)
    outcome = connector.read_response(request, call(request))
    if isinstance(outcome, Rejected):
        raise InvalidInput(outcome.admin_sentence or outcome.sentence)
    if not isinstance(outcome, Accepted):
        raise Unavailable(f"{PLATFORMS[connector.platform]} did not take it now. Try again in a few minutes.")
    sent = (as_object(loads(request.body)) if request.body else None) or {}
    return {name: value and sent.get(name, value) for name, value in step.items()}


def _keep(channel: Channel, done: Mapping[str, JsonValue]) -> None:
    kept = {**_ours(channel), **done}
    channel.settings = {**channel.settings, KEPT_AS: {name: value for name, value in kept.items() if value}}
    channel.save(update_fields=["settings", "updated_at"])


def _ours(channel: Channel) -> dict[str, JsonValue]:
    return as_object(channel.settings.get(KEPT_AS)) or {}


def _compared(channel: Channel, connector: _Profiled) -> AccountProfile:
    settable, ours = connector.profile_settings, _ours(channel)
    access = access_to(channel)
    try:
        theirs = connector.read_held_profile([call(request) for request in connector.held_profile_requests(access)])
    except HubbubError as failure:
        return AccountProfile(settable=settable, ours=ours, problem=failure.sentence)
    drift = tuple(name for name in settable if not is_held(ours.get(name), theirs.get(name)))
    return AccountProfile(settable=settable, ours=ours, theirs=theirs, drift=drift)


def is_held(ours: JsonValue, theirs: JsonValue) -> bool:
    """Whether the platform has what we set; it may tell more of it than we said."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        return all(is_held(value, theirs.get(name)) for name, value in ours.items())
    if isinstance(ours, list) and isinstance(theirs, list):
        return len(ours) == len(theirs) and all(is_held(*pair) for pair in zip(ours, theirs, strict=True))
    return (ours or None) == (theirs or None)
