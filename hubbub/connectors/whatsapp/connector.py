"""WhatsApp: one phone number of the Cloud API is one channel. The contract's methods, each delegating to its file."""

from __future__ import annotations

from collections.abc import Sequence

from hubbub.connectors.base import (
    CredentialField,
    MediaGone,
    MediaReady,
    MediaSource,
    MediaWait,
    RawRequest,
    RawResponse,
    Secrets,
    TemplateInfo,
)
from hubbub.connectors.capabilities import Capabilities
from hubbub.connectors.events import InboundEvent
from hubbub.connectors.messages import (
    AccountInfo,
    ApiRequest,
    ApiResponse,
    ChannelAccess,
    FilePart,
    OutboundMessage,
    SendContext,
)
from hubbub.connectors.meta import app, graph, signature
from hubbub.connectors.outcomes import Outcome, Usage
from hubbub.connectors.whatsapp import account, answers, chat, media, parse, render, templates
from hubbub.connectors.whatsapp.capabilities import CAPABILITIES
from hubbub.kit.json import JsonValue

PERMISSIONS = ("whatsapp_business_messaging", "whatsapp_business_management")
"""What the token must be allowed. https://developers.facebook.com/documentation/business-messaging/whatsapp/permissions"""


class WhatsAppConnector:
    """See `hubbub.connectors.base` for the contract.

    Addresses are phone-number ids; news of an account as a whole have the id of the WhatsApp Business account.
    Names and pictures of people cannot be asked for: names come with their messages.
    """

    platform = "whatsapp"
    label = "WhatsApp"
    capabilities: Capabilities = CAPABILITIES
    credential_fields = (
        CredentialField(
            name="access_token",
            label="Access token",
            help="A system user's token with whatsapp_business_messaging and whatsapp_business_management.",
        ),
        CredentialField(
            name="app_secret",
            label="App secret",
            is_required=False,
            is_signing_secret=True,
            help="Meta App Dashboard, App settings, Basic; only when the number belongs to an app of its own.",
        ),
        CredentialField(
            name="app_id",
            label="App ID",
            is_secret=False,
            is_required=False,
            help="Meta App Dashboard, App settings, Basic; only when the number belongs to an app of its own.",
        ),
    )

    def handshake(self, request: RawRequest, secrets: Secrets) -> RawResponse | None:
        return signature.handshake(request, secrets)

    def addresses(self, body: bytes) -> tuple[str, ...]:
        return parse.addresses(body)

    def verify(self, request: RawRequest, secrets: Secrets) -> None:
        signature.verify(request, secrets)

    def parse(self, body: bytes) -> list[InboundEvent]:
        return parse.parse(body)

    def render(self, message: OutboundMessage, context: SendContext) -> ApiRequest:
        return render.render(message, context)

    def read_response(self, request: ApiRequest, response: ApiResponse) -> Outcome:
        return answers.read_response(request, response)

    def read_usage(self, response: ApiResponse) -> Usage | None:
        return graph.read_usage(response)

    def locate_request(self, access: ChannelAccess, source: MediaSource) -> ApiRequest | None:
        return media.locate_request(access, source)

    def read_location(
        self, access: ChannelAccess, source: MediaSource, response: ApiResponse | None
    ) -> MediaReady | MediaWait | MediaGone:
        return media.read_location(access, source, response)

    def upload_request(self, access: ChannelAccess, file: FilePart, media_type: str) -> ApiRequest:
        return media.upload_request(access, file, media_type)

    def read_upload(self, response: ApiResponse) -> Outcome:
        return media.read_upload(response)

    def typing_request(
        self, context: SendContext, last_inbound_external_id: str | None, *, is_on: bool
    ) -> ApiRequest | None:
        return chat.typing_request(context, last_inbound_external_id, is_on=is_on)

    def mark_read_request(
        self,
        context: SendContext,
        last_inbound_external_id: str | None,
        mark_read_token: str | None,  # noqa: ARG002 - WhatsApp names the message instead
    ) -> ApiRequest | None:
        return chat.mark_read_request(context, last_inbound_external_id)

    def list_templates_request(self, access: ChannelAccess, cursor: str | None) -> ApiRequest:
        return templates.list_templates_request(access, cursor)

    def read_templates(self, response: ApiResponse) -> tuple[list[TemplateInfo], str | None]:
        return templates.read_templates(response)

    def create_template_request(self, access: ChannelAccess, definition: dict[str, JsonValue]) -> ApiRequest:
        return templates.create_template_request(access, definition)

    def needed_permissions(self, access: ChannelAccess) -> tuple[str, ...]:  # noqa: ARG002
        return PERMISSIONS

    def permissions_request(self, access: ChannelAccess) -> ApiRequest:
        return app.token_request(access)

    def read_permissions(self, response: ApiResponse) -> frozenset[str]:
        return app.read_scopes(response, "WhatsApp")

    def account_request(self, access: ChannelAccess) -> ApiRequest:
        return account.account_request(access)

    def read_account(self, access: ChannelAccess, response: ApiResponse) -> AccountInfo:
        return account.read_account(access, response)

    def subscribe_request(self, access: ChannelAccess, fields: Sequence[str]) -> ApiRequest:  # noqa: ARG002 - app-wide
        return account.subscribe_request(access)

    def subscriptions_request(self, access: ChannelAccess) -> ApiRequest:
        return account.subscriptions_request(access)

    def read_subscriptions(self, access: ChannelAccess, response: ApiResponse) -> tuple[str, ...]:
        return account.read_subscriptions(access, response)

    def unsubscribe_request(self, access: ChannelAccess) -> ApiRequest:
        return account.unsubscribe_request(access)

    def default_fields(self, access: ChannelAccess) -> tuple[tuple[str, ...], tuple[str, ...]]:  # noqa: ARG002
        return account.CORE_FIELDS, account.OPTIONAL_FIELDS
