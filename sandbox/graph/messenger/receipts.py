"""The webhooks that follow a send: echo, delivery, read; and what the faults do to them."""

from __future__ import annotations

import asyncio
from typing import Any

from sandbox.graph.call import GraphCall
from sandbox.state import Customer, InstagramAccount, Message, MetaAccount, Thread
from sandbox.webhooks import messenger as bodies
from sandbox.webhooks.delivery import Webhook
from sandbox.webhooks.meta import post_messaging
from sandbox.world import World

Json = dict[str, Any]
LONGEST_WAIT = 10.0


async def after_send(call: GraphCall, account: MetaAccount, customer: Customer, thread: Thread, sent: Message) -> None:
    """Queue the receipts of an accepted message."""
    world = call.world
    if not world.settings.callbacks:
        return
    if world.faults.for_webhook("drop_receipt", account.platform, account.external_id, customer.id) is not None:
        return
    is_reversed = world.faults.for_webhook("status_out_of_order", account.platform, account.external_id, customer.id)
    if is_reversed is None:
        await _echo(world, account, thread, sent)
    steps = [
        step for step, is_on in ((deliver, world.settings.auto_deliver), (read, world.settings.auto_read)) if is_on
    ]
    for step in reversed(steps) if is_reversed else steps:
        step(world, account, thread, sent)
    if is_reversed is not None:
        await _echo(world, account, thread, sent)


async def _echo(world: World, account: MetaAccount, thread: Thread, sent: Message) -> None:
    faults, where = world.faults, (account.platform, account.external_id, thread.peer)
    if faults.for_webhook("echo_never", *where) is not None:
        return
    late = faults.for_webhook("echo_late", *where)
    if late is not None:
        world.deliveries.start(_echo_later(world, account, thread, sent, late.number(2.0)))
        return
    webhooks = post_echo(world, account, thread, sent)
    if faults.for_webhook("echo_twice", *where) is not None:
        post_echo(world, account, thread, sent)
    if faults.for_webhook("echo_before", *where) is not None:
        await _settled(webhooks)


async def _settled(webhooks: list[Webhook]) -> None:
    try:
        async with asyncio.timeout(LONGEST_WAIT):
            for webhook in webhooks:
                await webhook.done.wait()
    except TimeoutError:
        return


async def _echo_later(world: World, account: MetaAccount, thread: Thread, sent: Message, seconds: float) -> None:
    await asyncio.sleep(seconds)
    post_echo(world, account, thread, sent)


def post_echo(world: World, account: MetaAccount, thread: Thread, sent: Message) -> list[Webhook]:
    """Messenger: field message_echoes, with app and metadata. Instagram: inside messages, without."""
    content = bodies.echo_content(sent.body)
    if sent.reply_to:
        replied = account.message(sent.reply_to)
        content["reply_to"] = {"mid": sent.reply_to, "is_self_reply": bool(replied and replied.direction == "out")}
    if isinstance(account, InstagramAccount):
        field, echo = "messages", bodies.instagram_echo(sent.id, content)
    else:
        field, echo = "message_echoes", bodies.messenger_echo(sent.id, content, sent.app_id or "0", sent.callback_data)
    item = bodies.envelope(account.external_id, thread.peer, sent.at_ms, message=echo)
    return post_messaging(
        world, account, thread, field, item, kind="echo", event_ids=[f"echo:{sent.id}"], message_ids=[sent.id]
    )


def deliver(world: World, account: MetaAccount, thread: Thread, sent: Message) -> list[Webhook]:
    """Messenger's delivery receipt; Instagram has none."""
    if sent.status == "sent":
        sent.status = "delivered"
    if isinstance(account, InstagramAccount):
        return []
    watermark = max(sent.at_ms + 1, world.clock.ms())
    item = bodies.envelope(thread.peer, account.external_id, watermark, delivery=bodies.delivery([sent.id], watermark))
    del item["timestamp"]
    event = f"delivery:{thread.peer}:{watermark}"
    return post_messaging(world, account, thread, "message_deliveries", item, kind="delivery", event_ids=[event])


def read(world: World, account: MetaAccount, thread: Thread, sent: Message) -> list[Webhook]:
    """The person saw everything up to this message: a watermark on Messenger, the mid on Instagram."""
    for message in thread.messages:
        if message.direction == "out" and message.at_ms <= sent.at_ms:
            message.status = "read"
    now = max(world.clock.ms(), sent.at_ms + 1)
    thread.last_read_ms = now
    if isinstance(account, InstagramAccount):
        field, seen, event = "messaging_seen", {"mid": sent.id}, f"read:{sent.id}"
    else:
        field, seen, event = "message_reads", {"watermark": now}, f"read:{thread.peer}:{now}"  # type: ignore[dict-item]
    item = bodies.envelope(thread.peer, account.external_id, now, read=seen)
    return post_messaging(world, account, thread, field, item, kind="read", event_ids=[event])
