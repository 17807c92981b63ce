"""Files in messages: by URL, by attachment id, uploaded with the call; and POST /{page-id}/message_attachments.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages/saving-assets
"""

from __future__ import annotations

from typing import Any

from sandbox.graph.call import GraphCall
from sandbox.state import MetaAccount

Json = dict[str, Any]


def is_audio_or_video(message: Json) -> bool:
    attachment = message.get("attachment")
    return isinstance(attachment, dict) and attachment.get("type") in ("audio", "video")


async def resolve(call: GraphCall, account: MetaAccount, message: Json) -> str:
    """Fetch or find the files that the message names. Returns the id of a reusable one, or ''. Raises GraphError."""
    return ""
