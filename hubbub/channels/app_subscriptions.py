"""Where the webhooks of a whole app go, and which: one address an app and kind of object, beside the subscription of
every account. A field reaches us only when both have it.

https://developers.facebook.com/docs/graph-api/reference/app/subscriptions
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from hubbub.channels.access import access_to, call
from hubbub.channels.models import PLATFORMS, Channel
from hubbub.channels.subscriptions import Subscription, refusal_of, subscribe_in_steps, without
from hubbub.connectors.base import AppSubscription, SubscribesApp
from hubbub.connectors.messages import ChannelAccess
from hubbub.connectors.registry import connector_for
from hubbub.kit.errors import HubbubError
from hubbub.settings.environment import environment


def check_apps(channels: Iterable[Channel]) -> list[Subscription]:
    """What the platforms say of the apps behind these channels, each once. Never raises for what a platform does.

    An app whose id and secret are not known cannot be asked, and is left out.
    """
    return [_or_problem(channel, read_app) for channel in _one_an_app(channels)]


def resubscribe_apps(channels: Iterable[Channel]) -> list[Subscription]:
    """Have the webhooks of these channels' apps sent here, the full list, and read back. As `check_apps`."""
    return [_or_problem(channel, subscribe_app) for channel in _one_an_app(channels)]


def ensure_app_subscribed(channel: Channel) -> Subscription | None:
    """Subscribe again where a core field is missing; None where there is nothing to ask.

    An address of somebody else is named, not taken: that is for a person to decide. Raises InvalidInput or Unavailable.
    """
    found = read_app(channel)
    if found is None or found.is_whole or found.problem:
        return found
    return subscribe_app(channel)


def read_app(channel: Channel) -> Subscription | None:
    """What the app is subscribed to now; None where it cannot be asked. Raises InvalidInput or Unavailable."""
    connector, access = connector_for(channel.platform), access_to(channel)
    if not isinstance(connector, SubscribesApp) or not connector.app_of(access):
        return None
    return _judged(channel, connector, access)


def subscribe_app(channel: Channel) -> Subscription | None:
    """Send everything of the app here: core fields first, then extras; then read back. Raises as `read_app`."""
    connector, access = connector_for(channel.platform), access_to(channel)
    if not isinstance(connector, SubscribesApp) or not connector.app_of(access):
        return None
    before = _read(connector, access)
    token = environment().facebook_webhook_verify_token.get_secret_value()
    url = f"{environment().base_url}/webhooks/{channel.platform}"
    refusal = subscribe_in_steps(
        lambda fields: refusal_of(connector, connector.app_subscribe_request(access, url, token, fields)),
        *connector.app_fields(),
        before.fields if before else (),
    )
    return _judged(channel, connector, access, refusal)


def _read(connector: SubscribesApp, access: ChannelAccess) -> AppSubscription | None:
    return connector.read_app_subscription(call(connector.app_subscriptions_request(access)))


def _judged(channel: Channel, connector: SubscribesApp, access: ChannelAccess, refusal: str = "") -> Subscription:
    core, extras = connector.app_fields()
    found = _read(connector, access)
    fields = found.fields if found and found.is_active else ()
    missing = without(core, fields)
    return Subscription(
        external_id=connector.app_of(access),
        name=_name(channel),
        fields=fields,
        missing=missing,
        missing_extras=without(extras, fields),
        problem=(refusal if missing else "") or (_elsewhere(found) if found else ""),
    )


def _elsewhere(found: AppSubscription) -> str:
    own = environment().base_url
    if found.callback_url.startswith(f"{own}/"):
        return ""
    return f"The app's webhooks go to {found.callback_url[:200]}, not to {own}. Run resubscribe_facebook_pages."


def _name(channel: Channel) -> str:
    return f"App, for {PLATFORMS[channel.platform]}"


def _one_an_app(channels: Iterable[Channel]) -> list[Channel]:
    """A channel for each app and platform that can be asked."""
    chosen: dict[tuple[str, str], Channel] = {}
    for channel in channels:
        connector = connector_for(channel.platform)
        app_id = connector.app_of(access_to(channel)) if isinstance(connector, SubscribesApp) else ""
        if app_id:
            chosen.setdefault((app_id, channel.platform), channel)
    return list(chosen.values())


def _or_problem(channel: Channel, ask: Callable[[Channel], Subscription | None]) -> Subscription:
    try:
        found = ask(channel)
    except HubbubError as failure:
        return Subscription(external_id=_app_id(channel), name=_name(channel), problem=failure.sentence)
    assert found is not None, "_one_an_app leaves out what cannot be asked"
    return found


def _app_id(channel: Channel) -> str:
    return access_to(channel).credentials.get("app_id")
