"""Instagram: messages, stories and comments of a professional account, through its Page or by Instagram Login.

https://developers.facebook.com/documentation/business-messaging/instagram-messaging/get-started
https://developers.facebook.com/documentation/instagram-platform/instagram-api-with-instagram-login
"""

from __future__ import annotations

from collections.abc import Sequence

from hubbub.connectors.base import (
    AppSubscription,
    CredentialField,
    MediaGone,
    MediaReady,
    MediaSource,
    MediaWait,
    RawRequest,
    RawResponse,
    Secrets,
)
from hubbub.connectors.capabilities import Capabilities
from hubbub.connectors.events import InboundEvent
from hubbub.connectors.instagram import account, comments, media, profile, threads, webhook
from hubbub.connectors.instagram.answers import ANSWERS
from hubbub.connectors.instagram.calls import LABEL, is_login
from hubbub.connectors.instagram.capabilities import CAPABILITIES
from hubbub.connectors.instagram.render import render
from hubbub.connectors.instagram.settings import PROFILE, profile_settings_request, read_profile_answer, read_requests
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
from hubbub.connectors.meta import app, envelope, graph, moderation, signature
from hubbub.connectors.meta.answers import READ
from hubbub.connectors.outcomes import Outcome, Usage
from hubbub.kit.json import JsonValue

PERMISSIONS = (
    "instagram_basic",
    "instagram_manage_messages",
    "instagram_manage_comments",
    "pages_manage_metadata",
    "pages_read_engagement",
)
"""What the token must be allowed. https://developers.facebook.com/docs/messenger-platform/instagram"""
CREDENTIALS = (
    CredentialField(
        name="access_token",
        label="Access token",
        help="Of the Page that is linked to the account; with Instagram Login, of the account itself.",
    ),
    CredentialField(
        name="flavour",
        label="Connection",
        is_secret=False,
        is_required=False,
        help='"page" through the linked Facebook Page (the default), or "instagram_login" without a Page.',
    ),
    CredentialField(
        name="page_id",
        label="Page id",
        is_secret=False,
        is_required=False,
        help="The linked Facebook Page. Not with Instagram Login.",
    ),
    CredentialField(
        name="app_id",
        label="App id",
        is_secret=False,
        is_required=False,
        help="The Meta app, or the Instagram app of Instagram Login.",
    ),
    CredentialField(
        name="app_secret",
        label="App secret",
        is_required=False,
        is_signing_secret=True,
        help="Only when this channel has an app of its own; it signs the channel's webhooks.",
    ),
)


class InstagramConnector:
    """Requests and answers of Instagram. Stateless: everything comes with the arguments."""

    @property
    def platform(self) -> str:
        return "instagram"

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
        return webhook.parse(body)

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

    # Files and people

    def upload_request(self, access: ChannelAccess, file: FilePart, media_type: str) -> ApiRequest:
        return media.upload_request(access, file, media_type)

    def read_upload(self, response: ApiResponse) -> Outcome:
        return ANSWERS.response(READ, response)

    def locate_request(self, access: ChannelAccess, source: MediaSource) -> ApiRequest | None:  # noqa: ARG002
        """Nothing to ask: the webhook gave the link."""
        return None

    def read_location(
        self, access: ChannelAccess, source: MediaSource, response: ApiResponse | None
    ) -> MediaReady | MediaWait | MediaGone:
        return media.read_location(access, source, response)

    def profile_request(
        self,
        access: ChannelAccess,
        external_id: str,
        *,
        thread_type: str,  # noqa: ARG002  LINE needs them
        thread_key: str,  # noqa: ARG002
    ) -> ApiRequest:
        return profile.profile_request(access, external_id)

    def read_profile(self, response: ApiResponse) -> Profile | None:
        return profile.read_profile(response)

    # Our account

    def needed_permissions(self, access: ChannelAccess) -> tuple[str, ...]:
        return () if is_login(access) else PERMISSIONS

    def permissions_request(self, access: ChannelAccess) -> ApiRequest:
        return app.token_request(access)

    def read_permissions(self, response: ApiResponse) -> frozenset[str]:
        return app.read_scopes(response, "Instagram")

    def account_request(self, access: ChannelAccess) -> ApiRequest:
        return account.account_request(access)

    def read_account(self, access: ChannelAccess, response: ApiResponse) -> AccountInfo:
        return account.read_account(access, response)

    def default_fields(self, access: ChannelAccess) -> tuple[tuple[str, ...], tuple[str, ...]]:
        return account.default_fields(access)

    def subscribe_request(self, access: ChannelAccess, fields: Sequence[str]) -> ApiRequest:
        return account.subscribe_request(access, fields)

    def subscriptions_request(self, access: ChannelAccess) -> ApiRequest:
        return account.subscriptions_request(access)

    def read_subscriptions(self, access: ChannelAccess, response: ApiResponse) -> tuple[str, ...]:
        return account.read_subscriptions(access, response)

    def unsubscribe_request(self, access: ChannelAccess) -> ApiRequest:
        return account.unsubscribe_request(access)

    def profile_settings_request(self, access: ChannelAccess, settings: dict[str, JsonValue]) -> ApiRequest:
        return profile_settings_request(access, settings)

    @property
    def profile_settings(self) -> tuple[str, ...]:
        return PROFILE

    def is_one_setting_a_call(self) -> bool:
        return False

    def held_profile_requests(self, access: ChannelAccess) -> tuple[ApiRequest, ...]:
        return read_requests(access)

    def read_held_profile(self, responses: Sequence[ApiResponse]) -> dict[str, JsonValue]:
        return read_profile_answer(responses)

    # The app's own subscription

    def app_of(self, access: ChannelAccess) -> str:
        return account.app_of(access)

    def app_fields(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        return account.app_fields()

    def app_subscribe_request(
        self, access: ChannelAccess, callback_url: str, verify_token: str, fields: Sequence[str]
    ) -> ApiRequest:
        return app.subscribe_request(access, callback_url, verify_token, fields, "instagram")

    def app_subscriptions_request(self, access: ChannelAccess) -> ApiRequest:
        return app.subscriptions_request(access)

    def read_app_subscription(self, response: ApiResponse) -> AppSubscription | None:
        return app.subscription_in(ANSWERS.need_told(response), "instagram")
