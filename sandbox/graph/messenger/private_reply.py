"""The one private answer to a comment: once, within 7 days, 750 an hour.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/discovery/private-replies
"""

from __future__ import annotations

from typing import Any

from sandbox.graph.call import GraphCall
from sandbox.graph.complaints import demand
from sandbox.graph.errors import BadParameter, GraphError
from sandbox.graph.messenger import attachments, receipts
from sandbox.graph.messenger.content import INSTAGRAM_MESSAGE, MESSENGER_MESSAGE
from sandbox.graph.messenger.outgoing import keep_sent
from sandbox.graph.usage import take_window
from sandbox.state import InstagramAccount, MetaAccount

Json = dict[str, Any]
LIFETIME = 7 * 86400.0
PER_HOUR = 750


async def send_private_reply(call: GraphCall, account: MetaAccount, recipient: Json) -> Json:
    """Answers {"recipient_id", "message_id"}. Raises GraphError."""
    call.trace.platform, call.trace.accounts = account.platform, [account.external_id]
    is_instagram = isinstance(account, InstagramAccount)
    comment = call.world.state.comments.get(str(recipient.get("comment_id") or recipient.get("post_id")))
    if comment is None or comment["account"] != account.key:
        raise GraphError(100, 2534025) if is_instagram else GraphError(10903)
    message = call.params.structure("message")
    if not isinstance(message, dict) or not message:
        raise BadParameter("The parameter message is required")
    demand(INSTAGRAM_MESSAGE if is_instagram else MESSENGER_MESSAGE, message, "message")
    if comment.get("replied"):
        raise GraphError(10900)
    if call.world.clock.now() - comment["at"] > LIFETIME or comment.get("deleted"):
        raise GraphError(100, 2534025) if is_instagram else GraphError(10903)
    if is_instagram and "text" not in message:
        raise GraphError(100, 2534025)
    if is_instagram and call.app is not None and "human_agent" not in call.app.features:
        raise GraphError(10, None, "(#10) Requires the Human Agent feature")
    take_window(call, account, "private_replies", PER_HOUR, 3600.0)
    customer = account.customers[comment["from"]]
    thread = account.thread(customer.id)
    shown, _ = await attachments.resolve(call, account, message)
    comment["replied"] = True
    sent = keep_sent(call, account, thread, shown, "private_reply")
    await receipts.after_send(call, account, customer, thread, sent)
    return {"recipient_id": customer.id, "message_id": sent.id}
