"""One thing that somebody does, and what came of it."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sandbox.samples import sample
from sandbox.state import Account, Customer, Message, Thread
from sandbox.webhooks.delivery import Webhook
from sandbox.world import World

Json = dict[str, Any]
MIME_OF_KIND = {
    "image": "image/jpeg",
    "sticker": "image/webp",
    "audio": "audio/ogg",
    "video": "video/mp4",
    "file": "application/pdf",
    "document": "application/pdf",
}


class CannotAct(ValueError):
    """The control API was asked for something impossible; the sentence says what to do."""


@dataclass(slots=True)
class Act:
    """Who does what where. ``data`` is the body of the control call."""

    world: World
    account: Account
    customer: Customer
    thread: Thread
    data: Json
    at_ms: int

    def text(self, name: str, default: str | None = None) -> str:
        """A string of the body. Raises CannotAct when it is missing and has no default."""
        value = self.data.get(name, default)
        if not isinstance(value, str):
            raise CannotAct(f"{name} must be a string.")
        return value

    def target(self, direction: str | None = None) -> Message:
        """The message named by ``message_id``, else the newest (of that direction) of the conversation."""
        wanted = self.data.get("message_id")
        if wanted is not None:
            found = self.account.message(str(wanted))
            if found is None:
                raise CannotAct(f"The message {wanted} is not known here.")
            return found
        for message in reversed(self.thread.messages):
            if direction in (None, message.direction):
                return message
        raise CannotAct("There is no message in this conversation yet.")

    def keep(self, message_id: str, kind: str, body: Json, reply_to: str | None = None) -> Message:
        """Put a message of the customer on the phone."""
        message = Message(
            id=message_id,
            at_ms=self.at_ms,
            direction="in",
            type=kind,
            body=body,
            author=self.customer.name,
            reply_to=reply_to,
        )
        return self.account.keep(self.thread, message)

    def file(self, kind: str) -> tuple[str, bytes, str]:
        """MIME type, content and file name of what is sent: given in the body, or a sample."""
        mime = self.data.get("mime_type") or MIME_OF_KIND.get(kind, "application/octet-stream")
        encoded = self.data.get("content_base64")
        content = sample(mime, self.data.get("size")) if encoded is None else base64.b64decode(encoded)
        extension = mime.split(";")[0].split("/")[-1].replace("mpeg", "mp3" if "audio" in mime else "mpeg")
        return mime, content, self.data.get("filename") or f"{kind}.{extension}"


@dataclass(slots=True)
class Acted:
    """The webhooks that went out, and the id of the message (or the event) that the act made."""

    webhooks: list[Webhook] = field(default_factory=list)
    message_id: str = ""
    extra: Json = field(default_factory=dict)


Action = Callable[[Act], Acted]
