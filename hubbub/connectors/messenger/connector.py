"""Facebook Messenger: messages and comments of a Page.

https://developers.facebook.com/documentation/business-messaging/messenger-platform
"""

from __future__ import annotations

from collections.abc import Sequence

from hubbub.connectors.base import (
    AppSubscription,
    CredentialField,
    MediaGone,
    MediaReady,
    MediaSource,
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
    Profile,
    SendContext,
)
from hubbub.connectors.messenger import account, comments, media, people, templates, threads
from hubbub.connectors.messenger.answers import ANSWERS
from hubbub.connectors.messenger.capabilities import CAPABILITIES
from hubbub.connectors.messenger.parse import parse
from hubbub.connectors.messenger.render import render
from hubbub.connectors.messenger.render.form import LABEL
from hubbub.connectors.messenger.settings import PROFILE, profile_settings_request, read_profile_answer, read_request
from hubbub.connectors.meta import app, envelope, graph, moderation, signature
from hubbub.connectors.outcomes import Outcome, Usage
from hubbub.kit.json import JsonValue

PERMISSIONS = ("pages_messaging", "pages_manage_metadata", "pages_read_engagement")
"""What the token must be allowed. https://developers.facebook.com/docs/messenger-platform/overview"""
CREDENTIALS = (
    CredentialField(name="access_token", label="Page access token", help="From a person with the task Messaging."),
    CredentialField(
        name="app_id",
        label="App id",
        is_secret=False,
        is_required=False,
        help="The Meta app, when this channel has one of its own.",
    ),
    CredentialField(
        name="app_secret",
        label="App secret",
        is_required=False,
        is_signing_secret=True,
        help="Only when this channel has an app of its own; it signs the channel's webhooks.",
    ),
)


class MessengerConnector:
    """Requests and answers of Messenger. Stateless: everything comes with the arguments."""

    @property
    def platform(self) -> str:
        return "facebook"

    @property
    def label(self) -> str:
        return LABEL

    @property
    def capabilities(self) -> Capabilities:
        return CAPABILITIES

    @property
    def credential_fields(self) -> tuple[CredentialField, ...]:
        return CREDENTIALS

    # What comes in

    def handshake(self, request: RawRequest, secrets: Secrets) -> RawResponse:
        return signature.handshake(request, secrets)

    def addresses(self, body: bytes) -> tuple[str, ...]:
        return envelope.addresses(body)

    def verify(self, request: RawRequest, secrets: Secrets) -> None:
        signature.verify(request, secrets)

    def parse(self, body: bytes) -> list[InboundEvent]:
        return parse(body)

    # What goes out

    def render(self, message: OutboundMessage, context: SendContext) -> ApiRequest:
        return render(message, context)

    def read_response(self, request: ApiRequest, response: ApiResponse) -> Outcome:
        return ANSWERS.response(request, response)

    def read_usage(self, response: ApiResponse) -> Usage | None:
        return graph.read_usage(response)

    def typing_request(
        self,
        context: SendContext,
        last_inbound_external_id: str | None,  # noqa: ARG002  WhatsApp needs it
        *,
        is_on: bool,
    ) -> ApiRequest | None:
        return threads.sender_action(context, "typing_on" if is_on else "typing_off")

    def mark_read_request(
        self,
        context: SendContext,
        last_inbound_external_id: str | None,  # noqa: ARG002  WhatsApp needs it
        mark_read_token: str | None,  # noqa: ARG002  LINE needs it
    ) -> ApiRequest | None:
        return threads.sender_action(context, "mark_seen")

    def thread_control_request(
        self, context: SendContext, action: str, *, target_app_id: str | None, metadata: str | None, seconds: int | None
    ) -> ApiRequest:
        return threads.thread_control_request(
            context, action, target_app_id=target_app_id, metadata=metadata, seconds=seconds
        )

    def moderate_request(self, access: ChannelAccess, comment_external_id: str, action: str) -> ApiRequest:
        return moderation.moderate_request(access, comment_external_id, action, comments.MODERATION)

    # People and files

    def profile_request(
        self,
        access: ChannelAccess,
        external_id: str,
        *,
        thread_type: str,  # noqa: ARG002  LINE needs it
        thread_key: str,  # noqa: ARG002  LINE needs it
    ) -> ApiRequest:
        return people.profile_request(access, external_id)

    def read_profile(self, response: ApiResponse) -> Profile | None:
        return people.read_profile(response)

    def locate_request(self, access: ChannelAccess, source: MediaSource) -> ApiRequest | None:  # noqa: ARG002
        """Nothing to ask: the webhook gave the link."""
        return None

    def read_location(
        self,
        access: ChannelAccess,  # noqa: ARG002  the links carry their own signature
        source: MediaSource,
        response: ApiResponse | None,  # noqa: ARG002
    ) -> MediaReady | MediaGone:
        return media.read_location(source)

    def upload_request(self, access: ChannelAccess, file: FilePart, media_type: str) -> ApiRequest:
        return media.upload_request(access, file, media_type)

    def upload_link_request(self, access: ChannelAccess, url: str, media_type: str) -> ApiRequest:
        return media.upload_link_request(access, url, media_type)

    def read_upload(self, response: ApiResponse) -> Outcome:
        return ANSWERS.upload(response)

    # The account

    def needed_permissions(self, access: ChannelAccess) -> tuple[str, ...]:  # noqa: ARG002
        return PERMISSIONS

    def permissions_request(self, access: ChannelAccess) -> ApiRequest:
        return app.token_request(access)

    def read_permissions(self, response: ApiResponse) -> frozenset[str]:
        return app.read_scopes(response, "Messenger")

    def account_request(self, access: ChannelAccess) -> ApiRequest:
        return account.account_request(access)

    def read_account(self, access: ChannelAccess, response: ApiResponse) -> AccountInfo:
        return account.read_account(access, response)

    def profile_settings_request(self, access: ChannelAccess, settings: dict[str, JsonValue]) -> ApiRequest:
        return profile_settings_request(access, settings)

    @property
    def profile_settings(self) -> tuple[str, ...]:
        return PROFILE

    def is_one_setting_a_call(self) -> bool:
        return False

    def held_profile_requests(self, access: ChannelAccess) -> tuple[ApiRequest, ...]:
        return (read_request(access, PROFILE),)

    def read_held_profile(self, responses: Sequence[ApiResponse]) -> dict[str, JsonValue]:
        return read_profile_answer(responses[0])

    def list_templates_request(self, access: ChannelAccess, cursor: str | None) -> ApiRequest:
        return templates.list_templates_request(access, cursor)

    def read_templates(self, response: ApiResponse) -> tuple[list[TemplateInfo], str | None]:
        return templates.read_templates(response)

    def create_template_request(self, access: ChannelAccess, definition: dict[str, JsonValue]) -> ApiRequest:
        return templates.create_template_request(access, definition)

    def subscribe_request(self, access: ChannelAccess, fields: Sequence[str]) -> ApiRequest:
        return account.subscribe_request(access, fields)

    def subscriptions_request(self, access: ChannelAccess) -> ApiRequest:
        return account.subscriptions_request(access)

    def read_subscriptions(self, access: ChannelAccess, response: ApiResponse) -> tuple[str, ...]:
        return account.read_subscriptions(access, response)

    def unsubscribe_request(self, access: ChannelAccess) -> ApiRequest:
        return account.unsubscribe_request(access)

    def default_fields(self, access: ChannelAccess) -> tuple[tuple[str, ...], tuple[str, ...]]:  # noqa: ARG002
        return account.default_fields()

    # The app's own subscription

    def app_of(self, access: ChannelAccess) -> str:
        return app.app_of(access)

    def app_fields(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        return account.default_fields()

    def app_subscribe_request(
        self, access: ChannelAccess, callback_url: str, verify_token: str, fields: Sequence[str]
    ) -> ApiRequest:
        return app.subscribe_request(access, callback_url, verify_token, fields, "page")

    def app_subscriptions_request(self, access: ChannelAccess) -> ApiRequest:
        return app.subscriptions_request(access)

    def read_app_subscription(self, response: ApiResponse) -> AppSubscription | None:
        return app.subscription_in(ANSWERS.need_told(response), "page")
