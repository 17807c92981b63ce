"""Which webhooks reach us: every account is subscribed at its own address, never at /me, where each account would take
the place of the one before. What is written down was read back from the platform.

https://developers.facebook.com/docs/graph-api/reference/page/subscribed_apps
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from hubbub.channels.access import access_to, call
from hubbub.channels.models import PLATFORMS, Channel
from hubbub.connectors.base import Connector, Subscribes
from hubbub.connectors.messages import ApiRequest, ChannelAccess
from hubbub.connectors.outcomes import Rejected
from hubbub.connectors.registry import connector_for
from hubbub.kit.errors import HubbubError
from hubbub.organizations.scope import organization_scope


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """The webhook fields of one account, as read from the platform."""

    external_id: str
    name: str
    fields: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    """Of the core: without these, messages or what becomes of them do not reach us."""
    missing_extras: tuple[str, ...] = ()
    """Good to have; an app that may not have one of them works all the same."""
    problem: str = ""
    """A sentence, where the platform could not be asked or refused."""

    @property
    def is_whole(self) -> bool:
        """Whether everything that is needed reaches us."""
        return not self.problem and not self.missing

    @property
    def complaint(self) -> str:
        """A sentence about what does not reach us; empty when everything does."""
        return self.problem or (f"Webhooks are missing: {', '.join(self.missing)}." if self.missing else "")


def check_subscription(channel: Channel) -> Subscription:
    """What the platform says is subscribed. Never raises for what a platform does: the reason is `problem`."""
    return _or_problem(channel, read_subscription)


def resubscribe(channel: Channel) -> Subscription:
    """Subscribe to the full list anew, read back, and write down what holds. Never raises, as `check_subscription`."""
    found = _or_problem(channel, subscribe)
    with organization_scope(channel.organization_id):
        note_subscription(channel.id, found)
    return found


def _or_problem(channel: Channel, ask: Callable[[Channel], Subscription | None]) -> Subscription:
    try:
        found = ask(channel)
    except HubbubError as failure:
        return Subscription(external_id=channel.external_id, name=channel.name, problem=failure.sentence)
    if found is not None:
        return found
    label = PLATFORMS[channel.platform]
    return Subscription(
        external_id=channel.external_id, name=channel.name, problem=f"{label} has no subscription to set."
    )


def note_subscription(channel_id: UUID, found: Subscription, app: Subscription | None = None) -> None:
    """Write down what was read back of the account and, where it was asked, of its app. In the organisation's scope."""
    is_whole = found.is_whole and (app is None or app.is_whole)
    Channel.objects.filter(id=channel_id).update(subscribed_fields=list(found.fields), is_subscribed=is_whole)


def ensure_subscribed(channel: Channel) -> Subscription | None:
    """Subscribe again where a core field is missing. None: nothing to do. Raises InvalidInput or Unavailable."""
    found = read_subscription(channel)
    return found if found is None or found.is_whole else subscribe(channel)


def read_subscription(channel: Channel) -> Subscription | None:
    """What is subscribed now; None where nothing can be (LINE). Raises InvalidInput or Unavailable."""
    connector = connector_for(channel.platform)
    return _read(channel, connector, access_to(channel)) if isinstance(connector, Subscribes) else None


def subscribe(channel: Channel) -> Subscription | None:
    """Subscribe to the full list, core fields first, then extras, and read back. Raises as `read_subscription`.

    One name that the app may not have fails a whole call: extras that are refused together are tried one by one.
    """
    connector = connector_for(channel.platform)
    if not isinstance(connector, Subscribes):
        return None
    access = access_to(channel)
    before = connector.read_subscriptions(access, call(connector.subscriptions_request(access)))
    refusal = subscribe_in_steps(
        lambda fields: refusal_of(connector, connector.subscribe_request(access, fields)),
        *connector.default_fields(access),
        before,
    )
    return _read(channel, connector, access, refusal)


def subscribe_in_steps(
    ask: Callable[[Sequence[str]], str], core: Sequence[str], extras: Sequence[str], before: Sequence[str]
) -> str:
    """Ask for the core and what there was before, then for the extras, always with the full list; "" or the refusal.

    `ask` makes one call, and says why it was refused. One name that the app may not have fails a whole call: what is
    refused together is tried one by one.
    """
    taken = list(dict.fromkeys([*core, *before]))
    refusal = ask(taken)
    if refusal and len(taken) > len(core):
        taken = list(core)
        refusal = ask(taken)
    more = without(extras, taken)
    if refusal or not more or not ask([*taken, *more]):
        return refusal
    for name in more:
        if not ask([*taken, name]):
            taken.append(name)
    return ""


def _read(channel: Channel, connector: Subscribes, access: ChannelAccess, refusal: str = "") -> Subscription:
    core, extras = connector.default_fields(access)
    fields = connector.read_subscriptions(access, call(connector.subscriptions_request(access)))
    missing = without(core, fields)
    return Subscription(
        external_id=channel.external_id,
        name=channel.name,
        fields=tuple(fields),
        missing=missing,
        missing_extras=without(extras, fields),
        problem=refusal if missing else "",
    )


def refusal_of(connector: object, request: ApiRequest) -> str:
    """The platform's reason when it certainly refused the call; else empty, and reading back decides."""
    assert isinstance(connector, Connector)
    outcome = connector.read_response(request, call(request))
    return (outcome.admin_sentence or outcome.sentence) if isinstance(outcome, Rejected) else ""


def without(wanted: Iterable[str], found: Iterable[str]) -> tuple[str, ...]:
    have = set(found)
    return tuple(name for name in wanted if name not in have)
