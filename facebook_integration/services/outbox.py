"""One Page's way out: messages take their place in the conversation's order, and go out later or at once."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass
from typing import Any

from django.apps import apps

from hubbub.channels.models import Channel
from hubbub.connectors.messages import OutboundMessage
from hubbub.conversations.actions.resending import cancel_message
from hubbub.conversations.actions.send import queue_message
from hubbub.conversations.actions.starting import conversation_with
from hubbub.conversations.actions.thread_owner import set_standby
from hubbub.conversations.models import Conversation, Message
from hubbub.kit.errors import Conflict, InvalidInput
from hubbub.organizations.database import run
from hubbub.organizations.models import User
from hubbub.organizations.scope import organization_scope
from hubbub.outbound.inline import InlineSender

TAKEN_BACK = "This message could not go out in time, so the program that wrote it took it back."
LAST_CODE = "SELECT last_code FROM outbox WHERE message_id = %(id)s"


def only_messenger(page: Channel) -> Channel:
    """The channel, if it is a Page on Messenger. Raises InvalidInput for any other.

    Of a documented model its plain row: the hub's own code reads the hub's own words.
    """
    if page.platform != "facebook":
        raise InvalidInput(f"This is a channel of {page.get_platform_display()}, not a Page on Messenger.")
    if type(page) is Channel:
        return page
    plain = copy(page)
    plain.__class__ = Channel
    return plain


def as_documented(message: Message) -> Message:
    """The same message under its documented model (a proxy: the same row with the documented names)."""
    if apps.is_installed("facebook_integration"):
        model: Any = apps.get_app_config("facebook_integration").get_model("FacebookMessage")
        message.__class__ = model
    return message


@dataclass(frozen=True, slots=True, kw_only=True)
class PageOutbox:
    """Writes as `author`, a person of the team, or as the program itself."""

    page: Channel
    author: User | None = None

    def conversation(self, psid: str) -> Conversation:
        """The conversation with this person, in the caller's transaction if there is one."""
        with organization_scope(self.page.organization_id):
            return conversation_with(self.page, psid)

    def queue(self, psid: str, content: OutboundMessage, client_id: str | None = None) -> Message:
        """Queue it, in the caller's transaction if there is one. Raises Unsendable, Conflict, InvalidInput."""
        with organization_scope(self.page.organization_id):
            return queue_message(
                self.conversation(psid),
                content,
                author_type="human" if self.author is not None else "system",
                author_user=self.author,
                client_id=client_id,
            )

    def send(self, message: Message, seconds: float) -> Message:
        """See a queued message through; returns it as it stands after at most `seconds`."""
        conversation = Conversation(
            id=message.conversation_id, organization_id=message.organization_id, channel_id=message.channel_id
        )
        InlineSender(conversation).send([message.id], seconds)
        return self.fresh(message)

    def drain(self, psid: str, seconds: float) -> bool:
        """Send what waits for this person; False when that took too long."""
        return InlineSender(self.conversation(psid)).drain(seconds)

    def note_owner(self, psid: str, *, is_ours: bool) -> None:
        """Who owns the conversation has changed by our own doing: flows pause, or go on."""
        with organization_scope(self.page.organization_id):
            set_standby(self.conversation(psid), is_standby=not is_ours)

    def why_waiting(self, message: Message) -> str:
        """The code for which a queued message is to be tried again; empty when it was not tried yet."""
        with organization_scope(self.page.organization_id):
            rows = run(LAST_CODE, id=message.id)
        return str(rows[0]["last_code"]) if rows else ""

    def take_back(self, message: Message) -> bool:
        """Cancel it if it is not on its way yet."""
        try:
            with organization_scope(self.page.organization_id):
                cancel_message(message, TAKEN_BACK)
        except Conflict:
            return False
        return True

    def fresh(self, message: Message) -> Message:
        """The message as it stands now."""
        with organization_scope(self.page.organization_id):
            return Message.objects.get(id=message.id)
