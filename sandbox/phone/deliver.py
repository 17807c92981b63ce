"""Signs and posts an arbitrary body, for what no action plays."""

from __future__ import annotations

import asyncio
import base64
from typing import Any

from sandbox.phone.act import CannotAct
from sandbox.phone.play import find_account
from sandbox.state import META_OBJECT, PLATFORMS, LineBot
from sandbox.webhooks.delivery import Webhook
from sandbox.webhooks.signing import line_bytes, meta_bytes
from sandbox.world import World

Json = dict[str, Any]


async def deliver(world: World, data: Json) -> Json:
    """``body`` (any JSON) or ``body_base64`` (exact bytes), signed for ``account``, ``app_id`` or with ``secret``."""
    platform = data.get("platform")
    if platform not in PLATFORMS:
        raise CannotAct(f"platform must be one of {', '.join(PLATFORMS)}.")
    secret, url = _place(world, platform, data)
    webhook = Webhook(
        platform=platform,
        account=str(data.get("account", "")),
        kind="raw",
        url=data.get("url") or url,
        secret=data.get("secret") or secret,
        body=_bytes(platform, data),
        lane=f"raw:{data.get('lane', '')}",
        event_ids=[],
        retries=bool(data.get("retries", False)),
    )
    world.deliveries.post(webhook)
    try:
        async with asyncio.timeout(float(data.get("wait_seconds", 10.0))):
            await webhook.done.wait()
    except TimeoutError:
        webhook.error = webhook.error or "no answer yet"
    return webhook.as_json()


def _bytes(platform: str, data: Json) -> bytes:
    if "body_base64" in data:
        return base64.b64decode(data["body_base64"])
    if "body" not in data:
        raise CannotAct("body is missing.")
    return line_bytes(data["body"]) if platform == "line" else meta_bytes(data["body"])


def _place(world: World, platform: str, data: Json) -> tuple[str, str]:
    """The secret and the URL of the account's app or channel."""
    default = f"{world.hub_url}/webhooks/{platform}"
    if data.get("secret") and not data.get("account") and not data.get("app_id"):
        return data["secret"], default
    if "app_id" in data:
        app = world.state.apps.get(str(data["app_id"]))
    else:
        account = find_account(world, data)
        if isinstance(account, LineBot):
            return account.channel_secret, account.endpoint or default
        app = world.state.apps.get(account.app_id)
    if app is None:
        raise CannotAct("There is no such app: PUT /_sandbox/apps/… first.")
    subscription = app.subscriptions.get(META_OBJECT[platform])
    return app.secret, subscription.callback_url if subscription else default
