"""One channel and what stands in the database for it: what a test of the way in looks at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hubbub.channels.models import Channel
from hubbub.contacts.models import Contact, ContactIdentity
from hubbub.conversations.models import Attachment, Conversation, Message, WaitingEffect
from hubbub.inbound.models import Event
from hubbub.organizations.database import Row, run
from hubbub.organizations.scope import organization_scope
from tests.support.factories import Tenant, make_channel, make_tenant
from tests.support.inbound import apply_all, deliver


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """A tenant with one channel."""

    tenant: Tenant
    channel: Channel

    @property
    def address(self) -> str:
        return str(self.channel.external_id)

    def receive(self, *bodies: Any) -> None:
        """Store the bodies and apply them."""
        deliver(self.channel.platform, *bodies)
        apply_all()

    def messages(self) -> list[Message]:
        """In the order shown."""
        with organization_scope(self.tenant.id):
            return list(Message.objects.filter(channel=self.channel).order_by("occurred_at", "body_position", "id"))

    def texts(self) -> list[str]:
        return [message.text for message in self.messages()]

    def conversations(self) -> list[Conversation]:
        """Oldest first."""
        with organization_scope(self.tenant.id):
            return list(Conversation.objects.filter(channel=self.channel).order_by("created_at", "id"))

    def conversation(self) -> Conversation:
        (found,) = self.conversations()
        return found

    def identities(self) -> list[ContactIdentity]:
        with organization_scope(self.tenant.id):
            found = ContactIdentity.objects.filter(channel=self.channel).select_related("contact")
            return list(found.order_by("external_id"))

    def identity(self) -> ContactIdentity:
        (found,) = self.identities()
        return found

    def contacts(self) -> list[Contact]:
        with organization_scope(self.tenant.id):
            return list(Contact.objects.filter(merged_into=None).order_by("id"))

    def events(self, **fields: Any) -> list[Event]:
        with organization_scope(self.tenant.id):
            return list(Event.objects.filter(channel=self.channel, **fields).order_by("id"))

    def states(self) -> list[str]:
        return [event.state for event in self.events()]

    def waiting(self) -> int:
        with organization_scope(self.tenant.id):
            return WaitingEffect.objects.filter(channel=self.channel).count()

    def attachments(self) -> list[Attachment]:
        with organization_scope(self.tenant.id):
            return list(Attachment.objects.filter(message__channel=self.channel).order_by("position", "id"))

    def rows(self, statement: str, **named: Any) -> list[Row]:
        with organization_scope(self.tenant.id):
            return run(statement, channel=self.channel.id, organization=self.tenant.id, **named)

    def change(self, **fields: Any) -> None:
        """Change the newest conversation."""
        with organization_scope(self.tenant.id):
            Conversation.objects.filter(id=self.conversations()[-1].id).update(**fields)


def open_shop(platform: str = "line", tenant: Tenant | None = None, **fields: Any) -> Shop:
    """A fresh one."""
    tenant = tenant or make_tenant()
    return Shop(tenant=tenant, channel=make_channel(tenant, platform, **fields))
