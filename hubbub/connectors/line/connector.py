"""LINE: one Messaging API channel is one LINE Official Account. The contract's methods, each delegating to its file."""

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
)
from hubbub.connectors.capabilities import Capabilities
from hubbub.connectors.events import InboundEvent
from hubbub.connectors.line import account, answers, chat, configure, media, parse, profile, render, signature
from hubbub.connectors.line.capabilities import CAPABILITIES
from hubbub.connectors.messages import (
    AccountInfo,
    ApiRequest,
    ApiResponse,
    ChannelAccess,
    OutboundMessage,
    Profile,
    SendContext,
)
from hubbub.connectors.outcomes import Outcome, Usage
from hubbub.kit.json import JsonValue

CONSOLE = "LINE Developers Console, your Messaging API channel"


class LineConnector:
    """See `hubbub.connectors.base` for the contract. Addresses are bot user ids, LINE's `destination`."""

    platform = "line"
    label = "LINE"
    capabilities: Capabilities = CAPABILITIES
    credential_fields = (
        CredentialField(
            name="channel_secret",
            label="Channel secret",
            is_signing_secret=True,
            help=f"{CONSOLE}, tab Basic settings.",
        ),
        CredentialField(
            name="access_token",
            label="Channel access token",
            help=f"{CONSOLE}, tab Messaging API: a long-lived token.",
        ),
        CredentialField(
            name="channel_id",
            label="Channel ID",
            is_secret=False,
            is_required=False,
            help=f"{CONSOLE}, tab Basic settings.",
        ),
    )

    def handshake(self, request: RawRequest, secrets: Secrets) -> RawResponse | None:  # noqa: ARG002
        """LINE sends no GET challenge; its check is a signed POST without events."""
        return None

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

    def read_usage(self, response: ApiResponse) -> Usage | None:  # noqa: ARG002
        """LINE's answers say nothing about what is left of the rate limits or the monthly quota."""
        return None

    def quota_requests(self, access: ChannelAccess) -> tuple[ApiRequest, ...]:
        return account.quota_requests(access)

    def read_quota(self, responses: Sequence[ApiResponse]) -> dict[str, JsonValue]:
        return account.read_quota(responses)

    def profile_request(
        self,
        access: ChannelAccess,
        external_id: str,
        *,
        thread_type: str,  # noqa: ARG002 - the key tells it: private chats have none, rooms and groups differ by it
        thread_key: str,
    ) -> ApiRequest:
        return profile.profile_request(access, external_id, thread_key=thread_key)

    def read_profile(self, response: ApiResponse) -> Profile | None:
        return profile.read_profile(response)

    def locate_request(self, access: ChannelAccess, source: MediaSource) -> ApiRequest | None:
        return media.locate_request(access, source)

    def read_location(
        self, access: ChannelAccess, source: MediaSource, response: ApiResponse | None
    ) -> MediaReady | MediaWait | MediaGone:
        return media.read_location(access, source, response)

    def typing_request(
        self,
        context: SendContext,
        last_inbound_external_id: str | None,  # noqa: ARG002 - LINE shows it in the chat, below no message
        *,
        is_on: bool,
    ) -> ApiRequest | None:
        return chat.typing_request(context, is_on=is_on)

    def mark_read_request(
        self,
        context: SendContext,
        last_inbound_external_id: str | None,  # noqa: ARG002 - LINE's token names the message
        mark_read_token: str | None,
    ) -> ApiRequest | None:
        return chat.mark_read_request(context, mark_read_token)

    def account_request(self, access: ChannelAccess) -> ApiRequest:
        return account.account_request(access)

    def read_account(self, access: ChannelAccess, response: ApiResponse) -> AccountInfo:
        return account.read_account(access, response)

    def profile_settings_request(self, access: ChannelAccess, settings: dict[str, JsonValue]) -> ApiRequest:
        return configure.profile_settings_request(access, settings)

    @property
    def profile_settings(self) -> tuple[str, ...]:
        return configure.PROFILE

    def is_one_setting_a_call(self) -> bool:
        return True

    def held_profile_requests(self, access: ChannelAccess) -> tuple[ApiRequest, ...]:
        return configure.held_profile_requests(access)

    def read_held_profile(self, responses: Sequence[ApiResponse]) -> dict[str, JsonValue]:
        return configure.read_held_profile(responses)
