"""LINE's webhook events. https://developers.line.biz/en/reference/messaging-api/#webhook-event-objects"""

from __future__ import annotations

from typing import Any

from sandbox.state import LineBot, Thread
from sandbox.webhooks.delivery import Webhook
from sandbox.webhooks.meta import send_webhook
from sandbox.world import World

Json = dict[str, Any]
WITH_REPLY_TOKEN = {
    "message",
    "messageEdited",
    "follow",
    "join",
    "memberJoined",
    "postback",
    "videoPlayComplete",
    "beacon",
    "accountLink",
    "membership",
}


def source(thread: Thread, user_id: str) -> Json:
    """Where the event comes from; in a group or room with the person, when they consented."""
    if thread.kind == "user":
        return {"type": "user", "userId": thread.peer}
    place = {"type": thread.kind, f"{thread.kind}Id": thread.peer}
    return {**place, "userId": user_id} if user_id else place


def event(world: World, bot: LineBot, thread: Thread, user_id: str, kind: str, at_ms: int, content: Json) -> Json:
    """The common envelope, then what is particular. Standby has no reply token."""
    found: Json = {
        "type": kind,
        "mode": "active",
        "timestamp": at_ms,
        "source": source(thread, user_id),
        "webhookEventId": world.ids.ulid(at_ms),
        "deliveryContext": {"isRedelivery": False},
    }
    if kind in WITH_REPLY_TOKEN:
        found["replyToken"] = world.line_tokens.issue(world.ids.hex(16), bot.external_id, thread.peer)
    return {**found, **content}


def post_events(world: World, bot: LineBot, lane: str, events: list[Json], message_ids: list[str]) -> list[Webhook]:
    """One webhook with these events, unless the console's "Use webhook" is off."""
    if not bot.is_active or not bot.endpoint:
        return []
    webhook = Webhook(
        platform="line",
        account=bot.external_id,
        kind=events[0]["type"],
        url=bot.endpoint,
        secret=bot.channel_secret,
        body={"destination": bot.external_id, "events": events},
        lane=f"{bot.key}:{lane}",
        event_ids=[one["webhookEventId"] for one in events],
        message_ids=message_ids,
        retries=bot.redelivers,
    )
    return [send_webhook(world, webhook, lane)]


def watch_reply_tokens(world: World, webhook: Webhook) -> None:
    """After each attempt the reply tokens' minute starts anew."""
    if webhook.platform == "line" and isinstance(webhook.body, dict):
        for one in webhook.body["events"]:
            if "replyToken" in one:
                world.line_tokens.delivered(one["replyToken"])
