"""May this message go to this person now? Windows, tags, blocks, thread owners.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/policy/
"""

from __future__ import annotations

from typing import Any

from sandbox.graph.call import GraphCall
from sandbox.graph.errors import BadParameter, GraphError
from sandbox.state import Customer, InstagramAccount, MetaAccount, Thread

Json = dict[str, Any]
HUMAN_AGENT_SECONDS = 7 * 86400.0
DEAD_TAGS = {"CONFIRMED_EVENT_UPDATE", "ACCOUNT_UPDATE", "POST_PURCHASE_UPDATE"}
TYPES = ("RESPONSE", "UPDATE", "MESSAGE_TAG", "UTILITY")


def check_window(call: GraphCall, account: MetaAccount, customer: Customer, template: str) -> None:
    """``template``: the template's type, or ''. Raises GraphError."""
    kind = call.params.text("messaging_type")
    tag = call.params.text("tag")
    if kind and kind not in TYPES:
        raise BadParameter(f"Param messaging_type must be one of {{{', '.join(TYPES)}}}")
    if tag and kind != "MESSAGE_TAG":
        raise BadParameter("Param tag can only be used with messaging_type MESSAGE_TAG")
    if kind == "UTILITY" and template == "utility" and not isinstance(account, InstagramAccount):
        return
    seconds = customer.window_seconds
    if kind == "MESSAGE_TAG":
        seconds = max(seconds, _tag_seconds(call, account, tag, template))
    if customer.wrote_at is None or call.world.clock.now() - customer.wrote_at > seconds:
        raise GraphError(10, 2534022 if isinstance(account, InstagramAccount) else 2018278)


def _tag_seconds(call: GraphCall, account: MetaAccount, tag: str, template: str) -> float:
    if tag in DEAD_TAGS:
        raise BadParameter(f"The message tag {tag} is no longer supported")
    if tag == "HUMAN_AGENT":
        if call.app is not None and "human_agent" not in call.app.features:
            raise GraphError(10, None, "(#10) Requires the Human Agent feature")
        return HUMAN_AGENT_SECONDS
    if tag == "CUSTOMER_FEEDBACK" and not isinstance(account, InstagramAccount):
        if template != "customer_feedback":
            raise BadParameter("The tag CUSTOMER_FEEDBACK needs a customer_feedback template")
        return HUMAN_AGENT_SECONDS
    raise BadParameter(f"Param tag must be one of {{HUMAN_AGENT, CUSTOMER_FEEDBACK}}, got {tag!r}")


def check_reachable(account: MetaAccount, customer: Customer) -> None:
    """Raises GraphError when the person blocked the account, or the account may not send."""
    is_instagram = isinstance(account, InstagramAccount)
    if account.is_restricted:
        raise GraphError(100, 2534029) if is_instagram else GraphError(10, 1893063)
    if customer.is_blocked:
        raise GraphError(551, 1545041)


def check_owner(call: GraphCall, account: MetaAccount, thread: Thread) -> None:
    """With Conversation Routing on, only the thread's owner sends (the default app while it is idle)."""
    if not account.uses_routing:
        return
    owner = thread.owner_app if thread.owner_until > call.world.clock.now() else account.default_app
    if owner and owner != call.app_id:
        raise GraphError(100, 2534037) if isinstance(account, InstagramAccount) else GraphError(2018300)
