"""The documented models, over the hub's own rows. What each name stands for: `mapping/table.py`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from facebook_integration.mapping import channels, table
from facebook_integration.mapping.flows import FlowModel
from facebook_integration.mapping.model import DocumentedModel
from facebook_integration.mapping.querysets import DocumentedManager
from facebook_integration.mapping.scope import acting_for
from hubbub.channels.models import Channel, Template
from hubbub.contacts.models import Contact, ContactIdentity
from hubbub.conversations.actions.starting import conversation_with
from hubbub.conversations.models import Message
from hubbub.flows.models import Flow
from hubbub.inbound.models import Event
from hubbub.kit import clock
from hubbub.kit.errors import InvalidInput
from hubbub.kit.ids import new_id


class ChannelModel(DocumentedModel):
    """A connected account."""

    made_as: ClassVar[str]

    def complete(self: Any) -> None:
        super().complete()
        if not self.external_id:
            raise InvalidInput("The account's id on the platform is needed.")
        if not self.credentials or not self.credentials.get("access_token"):
            raise InvalidInput("An access token is needed.")
        if self.project_id is None:
            self.project = channels.first_project(self.organization_id)

    def remove(self: Any, *args: Any, **options: Any) -> Any:  # noqa: ARG002
        """Let the account go; its history stays."""
        from hubbub.channels.actions import disconnect
        from hubbub.organizations.access import Principal
        from hubbub.organizations.models import Role

        disconnect(
            Principal(
                organization_id=self.organization_id,
                role=Role.OWNER,
                actor_type="system",
                actor_id=self.organization_id,
            ),
            self.id,
        )
        return 1, {self._meta.label: 1}


class FacebookPage(ChannelModel, Channel):
    """A Page on Messenger."""

    documented = table.PAGE
    shown = {"platform": "facebook"}
    made_as = "page"
    deletes_plainly = False
    objects: ClassVar[Any] = DocumentedManager()

    class Meta:
        proxy = True
        verbose_name = "Facebook Page"

    def __str__(self) -> str:
        return f"{self.name} (ID: {self.external_id})"

    @classmethod
    def make(cls, values: Mapping[str, Any]) -> Any:
        return channels.make_page(cls, values)


class PlatformIntegration(ChannelModel, Channel):
    """A connected account of any platform."""

    documented = table.INTEGRATION
    made_as = "integration"
    deletes_plainly = False
    objects: ClassVar[Any] = DocumentedManager()

    class Meta:
        proxy = True
        verbose_name = "Platform Integration"

    @classmethod
    def make(cls, values: Mapping[str, Any]) -> Any:
        if "platform" not in cls.shown:
            raise InvalidInput("Make a FacebookIntegration or a WhatsAppIntegration.")
        return channels.make_connected(cls, values)


class FacebookIntegration(PlatformIntegration):
    documented = table.FACEBOOK_INTEGRATION
    shown = {"platform": "facebook"}

    class Meta:
        proxy = True
        verbose_name = "Facebook Integration"
        verbose_name_plural = "Facebook Integrations"

    def __str__(self) -> str:
        return f"{self.name} (ID: {self.external_id})"


class WhatsAppIntegration(PlatformIntegration):
    documented = table.WHATSAPP_INTEGRATION
    shown = {"platform": "whatsapp"}

    class Meta:
        proxy = True
        verbose_name = "WhatsApp Integration"
        verbose_name_plural = "WhatsApp Integrations"

    def __str__(self) -> str:
        return f"{self.name} (ID: {self.external_id})"


class FacebookUser(DocumentedModel, ContactIdentity):
    """A person on one Page."""

    documented = table.USER
    shown = {"channel__platform": "facebook"}
    objects: ClassVar[Any] = DocumentedManager()

    class Meta:
        proxy = True
        verbose_name = "Facebook User"

    @classmethod
    def make(cls, values: Mapping[str, Any]) -> Any:
        with acting_for() as organization:
            contact = values.get("customer") or Contact(organization_id=organization, first_seen_at=clock.now())
            row: Any = cls()
            row.contact = contact
            for name, value in values.items():
                setattr(row, name, value)
            contact.name = contact.name or row.display_name
            contact.save()
            row.contact = contact
            row.save(force_insert=True)
        return row

    def complete(self: Any) -> None:
        super().complete()
        if self.home_contact_id is None:
            self.home_contact_id = self.contact_id


class FacebookMessage(DocumentedModel, Message):
    """One message, in or out. Rows made here are history: `FacebookMessengerService` sends."""

    documented = table.MESSAGE
    shown = {"channel__platform": "facebook"}
    objects: ClassVar[Any] = DocumentedManager()

    class Meta:
        proxy = True
        verbose_name = "Facebook Message"

    @classmethod
    def make(cls, values: Mapping[str, Any]) -> Any:
        given = dict(values)
        user = given.pop("user", None) or given.pop("facebook_user", None)
        if user is None:
            raise InvalidInput("A message needs its user: the person on the Page.")
        given.pop("page", None)
        row = cls(conversation=conversation_with(user.channel, user.external_id), channel=user.channel, **given)
        row.contact_id = user.contact_id
        row.save(force_insert=True)
        return row

    def complete(self: Any) -> None:
        super().complete()
        self.direction = self.direction or "inbound"
        is_inbound = self.direction == "inbound"
        self.author_type = self.author_type or ("customer" if is_inbound else "system")
        self.type = self.type or "text"
        self.__dict__["status"] = self.__dict__.get("status") or ("received" if is_inbound else "sent")
        self.occurred_at = self.occurred_at or self.sent_at or clock.now()


class FacebookTemplate(DocumentedModel, Template):
    """A template with `{{variables}}`, filled in when it is sent."""

    documented = table.TEMPLATE
    shown = {"parameter_format": "stored"}
    objects: ClassVar[Any] = DocumentedManager()

    class Meta:
        proxy = True
        verbose_name = "Facebook Template"

    def complete(self: Any) -> None:
        super().complete()
        self.external_id = self.external_id or f"stored-{new_id()}"
        self.__dict__["status"] = self.__dict__.get("status") or "stored"
        self.components = self.components or {"template_data": {}, "variables": []}


class FacebookConversationFlow(FlowModel, Flow):
    """A conversation that runs by itself."""

    objects: ClassVar[Any] = DocumentedManager()

    class Meta:
        proxy = True
        verbose_name = "Facebook Conversation Flow"


class FacebookWebhookEvent(DocumentedModel, Event):
    """One thing that a webhook told. Webhooks make these rows."""

    documented = table.EVENT
    shown = {"platform": "facebook"}
    objects: ClassVar[Any] = DocumentedManager()

    class Meta:
        proxy = True
        verbose_name = "Facebook Webhook Event"

    @classmethod
    def make(cls, values: Mapping[str, Any]) -> Any:  # noqa: ARG003
        raise InvalidInput(
            "Events are made by webhooks. Hand a body to FacebookWebhookHandler(page).process_webhook_event(data)."
        )


__all__ = [
    "FacebookConversationFlow",
    "FacebookIntegration",
    "FacebookMessage",
    "FacebookPage",
    "FacebookTemplate",
    "FacebookUser",
    "FacebookWebhookEvent",
    "PlatformIntegration",
    "WhatsAppIntegration",
]
