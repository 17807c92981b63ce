"""Meta's envelopes: who is subscribed to what, and the body that carries one event to each of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sandbox.state import (
    ALL_FIELDS,
    META_OBJECT,
    Account,
    App,
    InstagramAccount,
    MetaAccount,
    Page,
    Thread,
    WhatsAppNumber,
)
from sandbox.webhooks.delivery import Webhook
from sandbox.world import World

Json = dict[str, Any]


def subscribers(world: World, account: Account, field: str) -> list[tuple[App, str]]:
    """The apps that get this field of this account, with the URL to post to."""
    kind = META_OBJECT[account.platform]
    found: list[tuple[App, str]] = []
    for app_id, override in _installed(world, account, field).items():
        app = world.state.apps.get(app_id)
        subscription = app.subscriptions.get(kind) if app else None
        if app is None or subscription is None:
            continue
        if ALL_FIELDS in subscription.fields or field in subscription.fields:
            found.append((app, override or subscription.callback_url))
    return found


def _installed(world: World, account: Account, field: str) -> dict[str, str]:
    """App id → override of its callback ('' when none), for the apps that this account is subscribed to."""
    if isinstance(account, WhatsAppNumber):
        return _installed_on_waba(account, field)
    if isinstance(account, InstagramAccount):
        return dict.fromkeys(_installed_on_instagram(world, account), "")
    return {app: "" for app, fields in account.subscribed.items() if ALL_FIELDS in fields or field in fields}


def _installed_on_waba(number: WhatsAppNumber, field: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for app, override in number.waba.subscribed.items():
        url = number.override.get("override_callback_uri") or override.get("override_callback_uri") or ""
        found[app] = url if field == "messages" else ""
    return found


def _installed_on_instagram(world: World, account: InstagramAccount) -> Iterable[str]:
    """Field choice per account is not honoured: any field brings all that the app asked for."""
    if account.flavour == "login":
        return [app for app, fields in account.subscribed.items() if fields]
    page = world.state.page(account.page_id)
    return [app for app, fields in page.subscribed.items() if fields] if page else []


def post_messaging(
    world: World,
    account: MetaAccount,
    thread: Thread,
    field: str,
    item: Json,
    *,
    kind: str,
    event_ids: list[str],
    message_ids: list[str] | None = None,
) -> list[Webhook]:
    """One item of ``messaging`` (``standby`` for an app that does not own the thread) to every subscribed app."""
    posted = []
    for app, url in subscribers(world, account, field):
        channel = _channel(world, account, thread, app, field)
        if channel is None:
            continue
        shown = _for_standby(item) if channel == "standby" else item
        entry = {"id": account.external_id, "time": world.clock.ms(), channel: [shown]}
        body = {"object": META_OBJECT[account.platform], "entry": [entry]}
        posted.append(_post(world, account, app, url, body, thread.peer, kind, event_ids, message_ids or []))
    return posted


def _channel(world: World, account: MetaAccount, thread: Thread, app: App, field: str) -> str | None:
    if not account.uses_routing or field in (
        "messaging_handovers",
        "messaging_handover",
        "messaging_policy_enforcement",
    ):
        return "messaging"
    owner = thread.owner_app if thread.owner_until > world.clock.now() else account.default_app
    if owner in (None, "", app.app_id):
        return "messaging"
    wanted = any(one is app for one, _ in subscribers(world, account, "standby"))
    return "standby" if wanted else None


def _for_standby(item: Json) -> Json:
    if "postback" not in item:
        return item
    return {**item, "postback": {key: value for key, value in item["postback"].items() if key != "payload"}}


def post_changes(
    world: World,
    account: Account,
    field: str,
    value: Json,
    *,
    lane: str,
    kind: str,
    event_ids: list[str],
    message_ids: list[str] | None = None,
    with_time: bool = True,
) -> list[Webhook]:
    """One item of ``changes`` to every subscribed app."""
    entry_id = account.waba.waba_id if isinstance(account, WhatsAppNumber) else account.external_id
    posted = []
    for app, url in subscribers(world, account, field):
        entry: Json = {"id": entry_id, **_changed(account, app, field, value)}
        if with_time:
            entry["time"] = int(world.clock.now())
        body = {"object": META_OBJECT[account.platform], "entry": [entry]}
        posted.append(_post(world, account, app, url, body, lane, kind, event_ids, message_ids or []))
    return posted


def _changed(account: Account, app: App, field: str, value: Json) -> Json:
    """A Page's changes: only their names for an app that did not ask for ``include_values``."""
    subscription = app.subscriptions[META_OBJECT[account.platform]]
    if isinstance(account, Page) and not subscription.include_values:
        return {"changed_fields": [field]}
    return {"changes": [{"value": value, "field": field}]}


def _post(
    world: World,
    account: Account,
    app: App,
    url: str,
    body: Json,
    lane: str,
    kind: str,
    event_ids: list[str],
    message_ids: list[str],
) -> Webhook:
    webhook = Webhook(
        platform=account.platform,
        account=account.external_id,
        kind=kind,
        url=url,
        secret=app.secret,
        body=body,
        lane=f"{app.app_id}:{account.key}:{lane}",
        event_ids=event_ids,
        message_ids=message_ids,
        api_version=world.settings.trust_new_version,
    )
    return send_webhook(world, webhook, lane)


def send_webhook(world: World, webhook: Webhook, recipient: str = "") -> Webhook:
    """Queue it, late or twice when a fault says so."""
    faults = world.faults
    late = faults.for_webhook("late_webhook", webhook.platform, webhook.account, recipient)
    if late is not None:
        world.deliveries.post_later(webhook, late.number(1.0))
    else:
        world.deliveries.post(webhook)
    if faults.for_webhook("duplicate_webhook", webhook.platform, webhook.account, recipient) is not None:
        world.deliveries.post(_copy(webhook))
    return webhook


def _copy(webhook: Webhook) -> Webhook:
    return Webhook(
        platform=webhook.platform,
        account=webhook.account,
        kind=webhook.kind,
        url=webhook.url,
        secret=webhook.secret,
        body=webhook.body,
        lane=webhook.lane,
        event_ids=webhook.event_ids,
        message_ids=webhook.message_ids,
        api_version=webhook.api_version,
        retries=webhook.retries,
    )


def watch_failures(world: World, webhook: Webhook) -> None:
    """After an hour of failures Meta unsubscribes the app from the Page's or Instagram account's webhooks."""
    if webhook.platform not in ("facebook", "instagram"):
        return
    account = world.state.account(webhook.platform, webhook.account)
    if account is None:
        return
    if webhook.status == 200:
        account.failing_since = None
    elif account.failing_since is None:
        account.failing_since = world.clock.now()
    elif world.clock.now() - account.failing_since >= world.settings.unsubscribe_after:
        _unsubscribe(world, account)


def _unsubscribe(world: World, account: Account) -> None:
    account.failing_since = None
    account.subscribed.clear()
    if isinstance(account, InstagramAccount) and (page := world.state.page(account.page_id)) is not None:
        page.subscribed.clear()


def bot_account(account: Account) -> MetaAccount:
    """The Page or Instagram account. Raises TypeError for others: a mistake of ours."""
    if isinstance(account, (Page, InstagramAccount)):
        return account
    raise TypeError(account.platform)
