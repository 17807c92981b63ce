"""A small world with something in it: a channel, a customer who wrote, an answer that waits to be sent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from hubbub.channels.models import Channel
from hubbub.conversations.models import Conversation, Message
from hubbub.kit.ids import new_id
from hubbub.organizations.scope import organization_scope
from tests.support import line
from tests.support.factories import Tenant, make_channel, make_tenant
from tests.support.inbound import apply_all, deliver


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """One customer of one LINE channel."""

    tenant: Tenant
    channel: Channel
    user: str

    def says(self, *texts: str, second: float = 0, **fields: Any) -> None:
        """The customer writes; everything is applied."""
        events = [
            line.text(text, user=self.user, second=second + position, **fields) for position, text in enumerate(texts)
        ]
        deliver("line", line.body(self.channel.external_id, *events))
        apply_all()

    def conversation(self) -> Conversation:
        """The newest conversation."""
        with organization_scope(self.tenant.id):
            found = Conversation.objects.filter(channel=self.channel).order_by("-created_at", "-id").first()
        assert found is not None
        return found

    def messages(self) -> list[Message]:
        """All messages of the channel, in the order shown."""
        with organization_scope(self.tenant.id):
            return list(Message.objects.filter(channel=self.channel).order_by("occurred_at", "body_position", "id"))

    @property
    def contact_id(self) -> UUID:
        found = self.conversation().contact_id
        assert isinstance(found, UUID)
        return found


def make_talk(*texts: str, tenant: Tenant | None = None) -> Talk:
    """A fresh LINE channel, and a customer who says these texts there."""
    tenant = tenant or make_tenant()
    talk = Talk(tenant=tenant, channel=make_channel(tenant, "line"), user=f"U{new_id().hex}")
    if texts:
        talk.says(*texts)
    return talk
