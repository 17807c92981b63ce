"""Sender actions: typing, seen, react, unreact."""

from __future__ import annotations

from typing import Any

from sandbox.graph.call import GraphCall
from sandbox.graph.errors import BadParameter, GraphError
from sandbox.graph.messenger.window import check_owner, check_reachable
from sandbox.graph.usage import take_send
from sandbox.state import Customer, InstagramAccount, MetaAccount
from sandbox.trace import accept

Json = dict[str, Any]
ACTIONS = ("typing_on", "typing_off", "mark_seen", "react", "unreact")


async def sender_action(call: GraphCall, account: MetaAccount, customer: Customer) -> Json:
    """Answers {"recipient_id"}. Raises GraphError."""
    if call.params.has("message"):
        raise GraphError(100, 2018014)
    action = call.params.text("sender_action")
    if action not in ACTIONS:
        raise BadParameter(f"Param sender_action must be one of {{{', '.join(ACTIONS)}}}")
    check_reachable(account, customer)
    check_owner(call, account, account.thread(customer.id))
    take_send(call, account, is_audio_video=False)
    if action in ("react", "unreact"):
        _react(call, account, customer, action)
    elif action == "mark_seen":
        account.thread(customer.id).last_read_ms = call.world.clock.ms()
    return {"recipient_id": customer.id}


def _react(call: GraphCall, account: MetaAccount, customer: Customer, action: str) -> None:
    payload = call.params.structure("payload")
    if not isinstance(payload, dict) or not isinstance(payload.get("message_id"), str):
        raise BadParameter("The parameter payload[message_id] is required")
    message = account.message(payload["message_id"])
    if message is None or account.index[message.id][0] != customer.id:
        raise BadParameter("The message in payload[message_id] does not exist in this conversation")
    reaction = payload.get("reaction")
    if action == "unreact":
        message.reactions.pop(account.external_id, None)
    elif not isinstance(reaction, str) or not reaction:
        raise BadParameter("The parameter payload[reaction] is required")
    elif isinstance(account, InstagramAccount) and reaction.isascii() and reaction != "love":
        raise BadParameter("Param payload[reaction] must be love or an emoji")
    else:
        message.reactions[account.external_id] = reaction
    accept(
        call.world,
        call.trace,
        account=account.external_id,
        kind="reaction",
        recipients=(customer.id,),
        message_ids=[message.id],
        request={
            name: value for name, value in call.params.body.items() if not name.startswith(("access", "appsecret"))
        },
    )
