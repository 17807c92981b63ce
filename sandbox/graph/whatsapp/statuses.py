"""The statuses that follow a WhatsApp send: sent, delivered, read, or failed.

https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages/status
"""

from __future__ import annotations

import asyncio
from typing import Any

from sandbox.fetching import fetch
from sandbox.graph.whatsapp.content import files_in
from sandbox.graph.whatsapp.files import judge_file
from sandbox.graph.whatsapp.outgoing_template import SendTemplate
from sandbox.graph.whatsapp_errors import WhatsAppError
from sandbox.state import Customer, Message, WhatsAppNumber
from sandbox.webhooks import whatsapp as bodies
from sandbox.webhooks.delivery import Webhook
from sandbox.webhooks.meta import post_changes
from sandbox.world import World

Json = dict[str, Any]
DAY = 86400.0
TIERS = {"TIER_50": 50, "TIER_250": 250, "TIER_2K": 2_000, "TIER_10K": 10_000, "TIER_100K": 100_000}


def count_reached(number: WhatsAppNumber, customer: Customer, now: float) -> None:
    """People reached outside the window in 24 hours. Raises WhatsAppError above the portfolio's limit."""
    most = TIERS.get(number.messaging_limit)
    if most is None or customer.id in number.reached:
        return
    number.reached = {peer: at for peer, at in number.reached.items() if now - at < DAY}
    if len(number.reached) >= most:
        raise WhatsAppError(131048, "The messaging limit of the business portfolio has been reached")
    number.reached[customer.id] = now


def hidden_failure(
    world: World, number: WhatsAppNumber, customer: Customer, kind: str, body: Json, template: SendTemplate | None
) -> WhatsAppError | None:
    """What the platform accepts and then reports in a failed status."""
    if template and template.category == "marketing" and customer.id.startswith("1"):
        return WhatsAppError(131049)
    for what, file in files_in(kind, body):
        if "id" in file and (media := world.media.get(str(file["id"]))) is not None:
            return judge_file(what, media.mime, media.size, is_voice=bool(file.get("voice")))
    if kind != "reaction":
        return None
    target = number.message(body["reaction"]["message_id"])
    if target is None or target.type == "reaction" or world.clock.ms() - target.at_ms > 30 * DAY * 1000:
        return WhatsAppError(131009, "The message cannot be reacted to")
    return None


def after_send(
    world: World,
    number: WhatsAppNumber,
    customer: Customer,
    sent: Message,
    failure: WhatsAppError | None,
    links: list[tuple[str, str]],
) -> None:
    """Queue the statuses. ``links``: (kind, URL) of the files that the platform fetches first."""
    if world.faults.for_webhook("drop_receipt", "whatsapp", number.external_id, customer.id) is not None:
        return
    late = world.faults.for_webhook("echo_late", "whatsapp", number.external_id, customer.id)
    if late is not None or links:
        pause = late.number(2.0) if late else 0.0
        world.deliveries.start(_later(world, number, customer, sent, failure, links, pause))
        return
    _post_all(world, number, customer, sent, failure)


async def _later(
    world: World,
    number: WhatsAppNumber,
    customer: Customer,
    sent: Message,
    failure: WhatsAppError | None,
    links: list[tuple[str, str]],
    pause: float,
) -> None:
    await asyncio.sleep(pause)
    for kind, url in links:
        failure = failure or await check_link(world, kind, url)
    _post_all(world, number, customer, sent, failure)


async def check_link(world: World, kind: str, url: str) -> WhatsAppError | None:
    """Fetch the file at the URL as the platform does, if it can be reached from here."""
    found = await fetch(world, url, timeout=10.0)
    if found is None:
        return None
    if found.status != 200:
        return WhatsAppError(131052, f"Downloading media from the link failed with HTTP {found.status}")
    return judge_file(kind, found.mime, found.size)


def _post_all(
    world: World, number: WhatsAppNumber, customer: Customer, sent: Message, failure: WhatsAppError | None
) -> None:
    if failure is not None:
        post_status(world, number, customer, sent, "failed", failure)
        return
    names = ["sent"]
    if sent.type != "reaction" and world.settings.auto_deliver:
        names.append("delivered")
    if sent.type != "reaction" and world.settings.auto_read:
        names.append("read")
    if world.faults.for_webhook("status_out_of_order", "whatsapp", number.external_id, customer.id) is not None:
        names.reverse()
    for name in names:
        post_status(world, number, customer, sent, name)


RANK = {"sent": 0, "delivered": 1, "read": 2, "played": 3, "failed": 4}


def post_status(
    world: World,
    number: WhatsAppNumber,
    customer: Customer,
    sent: Message,
    name: str,
    failure: WhatsAppError | None = None,
) -> list[Webhook]:
    """One status webhook; contacts come with sent, delivered and read."""
    if RANK[name] > RANK.get(sent.status, 0):
        sent.status = name
    shown = bodies.status(customer, sent, name, world.clock.ms())
    if failure is not None:
        shown["errors"] = [failure.in_status()]
    elif name in ("sent", "delivered"):
        shown["pricing"] = bodies.pricing(sent.kind, is_free=sent.kind == "service")
    parts: Json = {"statuses": [shown]}
    if failure is None:
        parts["contacts"] = [bodies.contact(customer)]
    return post_changes(
        world,
        number,
        "messages",
        bodies.value(number, **parts),
        lane=customer.id,
        kind="status",
        event_ids=[f"status:{sent.id}:{name}"],
        with_time=False,
    )
