"""`messaging_type` and `tag`: why a message may go out.

https://developers.facebook.com/docs/messenger-platform/reference/send-api
https://developers.facebook.com/documentation/business-messaging/messenger-platform/changelog
"""

from __future__ import annotations

from hubbub.connectors.messages import OutboundMessage
from hubbub.connectors.meta.templates import JsonObject, refuse
from hubbub.connectors.outcomes import ErrorCode
from hubbub.kit.json import dig

RESPONSE: JsonObject = {"messaging_type": "RESPONSE"}
UTILITY: JsonObject = {"messaging_type": "UTILITY"}
HUMAN_AGENT: JsonObject = {"messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"}
CUSTOMER_FEEDBACK: JsonObject = {"messaging_type": "MESSAGE_TAG", "tag": "CUSTOMER_FEEDBACK"}

REMOVED_TAGS = frozenset(("confirmed_event_update", "account_update", "post_purchase_update"))
"""Since 27 April 2026 any request with one of them is an error."""


def purpose_of(message: OutboundMessage, content: JsonObject) -> JsonObject:
    """`messaging_type` and perhaps `tag` for a message with this content; refuses tags that do not fit it."""
    tag = (message.tag or "").lower()
    if tag in REMOVED_TAGS:
        refuse(
            f"Facebook removed the tag {tag.upper()} on 27 April 2026. Use an approved utility template instead.",
            ErrorCode.UNSUPPORTED,
        )
    is_template = "template" in content
    if is_template and tag in ("", "utility"):
        return UTILITY
    if tag == "utility" or is_template:
        refuse("An approved utility template goes with the tag utility, and with no other. Correct the tag.")
    if tag == "customer_feedback":
        return _feedback(content)
    if tag not in ("", "human_agent"):
        refuse(f"Facebook Messenger has no tag called {tag[:50]!r}. Use human_agent, customer_feedback or utility.")
    return HUMAN_AGENT if tag else RESPONSE


def _feedback(content: JsonObject) -> JsonObject:
    if dig(content, "attachment", "payload", "template_type") != "customer_feedback":
        refuse("The tag customer_feedback is only for the customer feedback template. Use that template.")
    return CUSTOMER_FEEDBACK
