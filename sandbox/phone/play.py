"""Plays one act: finds account and person, does it, waits for the hub's answer."""

from __future__ import annotations

import asyncio
from typing import Any

from sandbox.phone import line, meta, meta_more, whatsapp
from sandbox.phone.act import Act, Acted, Action, CannotAct
from sandbox.state import PLATFORMS, Account
from sandbox.webhooks.delivery import Webhook
from sandbox.world import World

Json = dict[str, Any]
ACTIONS: dict[str, dict[str, Action]] = {
    "facebook": {**meta.ACTIONS, **meta_more.MORE},
    "instagram": {**meta.ACTIONS, **meta_more.MORE},
    "whatsapp": whatsapp.ACTIONS,
    "line": line.ACTIONS,
}
WAIT_SECONDS = 10.0


async def play(world: World, data: Json) -> Json:
    """Raises CannotAct with a sentence."""
    act, acted = _act(world, data)
    if data.get("wait", True):
        await _settle(acted.webhooks, float(data.get("wait_seconds", WAIT_SECONDS)))
    return _report(act, acted)


def _act(world: World, data: Json) -> tuple[Act, Acted]:
    act = prepare(world, data)
    name = data.get("action", "message")
    action = ACTIONS[act.account.platform].get(name)
    if action is None:
        known = ", ".join(sorted(ACTIONS[act.account.platform]))
        raise CannotAct(f"There is no action {name!r} on {act.account.platform}. Choose from: {known}.")
    return act, action(act)


async def play_batch(world: World, acts: list[Json]) -> Json:
    """Several acts whose events arrive in one POST per callback, as Meta and LINE batch them. Raises CannotAct."""
    held: list[Webhook] = []
    world.deliveries.held = held
    try:
        reports = [_act(world, data) for data in acts]
    finally:
        world.deliveries.held = None
    merged: dict[tuple[str, str], Webhook] = {}
    for webhook in held:
        _merge(merged, webhook)
    for webhook in merged.values():
        world.deliveries.post(webhook)
    await _settle(list(merged.values()), WAIT_SECONDS)
    return {
        "acts": [
            {"message_id": acted.message_id, "customer_id": act.customer.id, **acted.extra} for act, acted in reports
        ],
        "webhooks": [webhook.as_json() for webhook in merged.values()],
    }


def _merge(merged: dict[tuple[str, str], Webhook], webhook: Webhook) -> None:
    """Entries (LINE: events) of later ones go into the first of the same callback and account's secret."""
    key = (webhook.url, webhook.secret)
    first = merged.setdefault(key, webhook)
    if first is webhook or not isinstance(first.body, dict) or not isinstance(webhook.body, dict):
        return
    name = "events" if webhook.platform == "line" else "entry"
    first.body[name] += webhook.body[name]
    first.event_ids += webhook.event_ids
    first.message_ids += webhook.message_ids


def prepare(world: World, data: Json) -> Act:
    """Find the account and the person. Raises CannotAct."""
    account = find_account(world, data)
    name = data.get("from", "Customer")
    if not isinstance(name, str) or not name:
        raise CannotAct("from must be a name or an id.")
    customer = account.customer(name)
    thread = account.thread(customer.id)
    group = data.get("group") or data.get("room")
    if group:
        thread = line.group_thread(account, str(group), "group" if data.get("group") else "room")
    now = world.clock.ms() - int(float(data.get("ago", 0)) * 1000)
    at_ms = int(data["at_ms"]) if "at_ms" in data else now if data.get("ago") else account.next_ms(thread, now)
    return Act(world, account, customer, thread, data, at_ms)


def find_account(world: World, data: Json) -> Account:
    """``account`` may be left out when the platform has only one. Raises CannotAct."""
    platform = data.get("platform")
    if platform not in PLATFORMS:
        raise CannotAct(f"platform must be one of {', '.join(PLATFORMS)}.")
    wanted = data.get("account")
    known = [account for account in world.state.accounts.values() if account.platform == platform]
    if wanted is None and len(known) == 1:
        return known[0]
    found = world.state.account(platform, str(wanted))
    if found is None:
        names = ", ".join(account.external_id for account in known) or "none yet: PUT /_sandbox/accounts/… first"
        raise CannotAct(f"There is no {platform} account {wanted!r}. Known: {names}.")
    return found


async def _settle(webhooks: list[Webhook], seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            for webhook in webhooks:
                await webhook.done.wait()
    except TimeoutError:
        return


def _report(act: Act, acted: Acted) -> Json:
    last = acted.webhooks[-1] if acted.webhooks else None
    report: Json = {
        "message_id": acted.message_id,
        "customer_id": act.customer.id,
        "conversation": act.thread.peer,
        "event_ids": [event for webhook in acted.webhooks for event in webhook.event_ids],
        "webhook_ids": [webhook.id for webhook in acted.webhooks],
        "status": last.status if last else None,
        "acked": bool(acted.webhooks) and all(webhook.state == "acked" for webhook in acted.webhooks),
        "attempts": sum(webhook.attempts for webhook in acted.webhooks),
        **acted.extra,
    }
    if not acted.webhooks:
        report["reason"] = "No app is subscribed to this, so the platform sends no webhook."
    elif last is not None and last.error:
        report["reason"] = last.error
    return report
