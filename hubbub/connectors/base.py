"""The contract of a connector: bytes in, values out; values in, request values out.

A connector does no I/O and has no clock, no database and no Django. The abilities below `Connector` are optional and
are found by `isinstance`. See `docs/adding-a-connector.md`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

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
from hubbub.connectors.outcomes import Outcome, Usage
from hubbub.kit.json import JsonValue


@dataclass(frozen=True, slots=True, kw_only=True)
class RawRequest:
    """A webhook call, byte for byte. Header names are lower-cased."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class RawResponse:
    status: int
    body: bytes
    content_type: str = "text/plain; charset=utf-8"


@dataclass(frozen=True, slots=True, kw_only=True)
class Secrets:
    """The candidates for one request: several signing secrets mean rotation."""

    signing: tuple[bytes, ...] = ()
    verify_tokens: tuple[bytes, ...] = ()
    accept_sha1: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CredentialField:
    """One thing that a person must enter to connect a channel."""

    name: str
    label: str
    is_secret: bool = True
    is_required: bool = True
    is_signing_secret: bool = False
    """Signs the webhooks of this channel (LINE channel secret, a Meta app secret of one's own)."""
    help: str = ""


@runtime_checkable
class Connector(Protocol):
    """Required of every platform."""

    @property
    def platform(self) -> str: ...
    @property
    def label(self) -> str: ...
    @property
    def capabilities(self) -> Capabilities: ...
    @property
    def credential_fields(self) -> tuple[CredentialField, ...]: ...

    def handshake(self, request: RawRequest, secrets: Secrets) -> RawResponse | None:
        """Answer a GET challenge: a response (200 with the challenge, or 403), or None where the platform has none."""

    def addresses(self, body: bytes) -> tuple[str, ...]:
        """Account ids named in a body that is not verified yet; a bounded scan, only to choose candidate secrets.

        Never raises.
        """

    def verify(self, request: RawRequest, secrets: Secrets) -> None:
        """Raise `BadSignature` unless one of the signing secrets made the signature of exactly these bytes."""

    def parse(self, body: bytes) -> list[InboundEvent]:
        """Every event of every entry, in order of the body. Never raises: what is odd becomes a MalformedEvent."""

    def render(self, message: OutboundMessage, context: SendContext) -> ApiRequest:
        """The one visible call for this message.

        Raises `Unsendable(sentence, code=…)` for what the platform cannot express.
        """

    def read_response(self, request: ApiRequest, response: ApiResponse) -> Outcome:
        """What an answer means. Never raises."""

    def read_usage(self, response: ApiResponse) -> Usage | None:
        """What the answer's headers say about the allowance, or None."""


@runtime_checkable
class FetchesProfiles(Protocol):
    def profile_request(
        self, access: ChannelAccess, external_id: str, *, thread_type: str, thread_key: str
    ) -> ApiRequest: ...
    def read_profile(self, response: ApiResponse) -> Profile | None:
        """None: the platform tells nothing about this person (not an error)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaSource:
    """What is known of a file to download."""

    external_id: str | None
    url: str | None
    type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaReady:
    """Bytes are to be fetched with this request (it may carry the token, to the platform's own hosts only)."""

    request: ApiRequest
    mime_type: str | None = None
    size_bytes: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaWait:
    """The platform is still preparing the file; ask again later."""

    after_seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaGone:
    """The file cannot be had any more."""

    sentence: str


@runtime_checkable
class DownloadsMedia(Protocol):
    def locate_request(self, access: ChannelAccess, source: MediaSource) -> ApiRequest | None:
        """A call that must come first (WhatsApp: id → URL; LINE: transcoding state), or None."""

    def read_location(
        self, access: ChannelAccess, source: MediaSource, response: ApiResponse | None
    ) -> MediaReady | MediaWait | MediaGone:
        """Where the bytes are. `response` is the answer to `locate_request`, or None when there was none."""


@runtime_checkable
class UploadsMedia(Protocol):
    def upload_request(self, access: ChannelAccess, file: FilePart, media_type: str) -> ApiRequest: ...
    def read_upload(self, response: ApiResponse) -> Outcome:
        """Accepted.attachment_id is the handle."""


@runtime_checkable
class UploadsLinks(Protocol):
    def upload_link_request(self, access: ChannelAccess, url: str, media_type: str) -> ApiRequest:
        """Like `upload_request`, for a file that the platform fetches itself."""


@runtime_checkable
class ShowsTyping(Protocol):
    def typing_request(
        self, context: SendContext, last_inbound_external_id: str | None, *, is_on: bool
    ) -> ApiRequest | None:
        """None where this thread cannot show it."""


@runtime_checkable
class MarksRead(Protocol):
    def mark_read_request(
        self, context: SendContext, last_inbound_external_id: str | None, mark_read_token: str | None
    ) -> ApiRequest | None: ...


@runtime_checkable
class TransfersThread(Protocol):
    def thread_control_request(
        self, context: SendContext, action: str, *, target_app_id: str | None, metadata: str | None, seconds: int | None
    ) -> ApiRequest:
        """action: pass, take, request, release, extend, owner."""


@runtime_checkable
class ModeratesComments(Protocol):
    def moderate_request(self, access: ChannelAccess, comment_external_id: str, action: str) -> ApiRequest:
        """action: hide, unhide, delete."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateInfo:
    external_id: str
    name: str
    language: str
    category: str
    status: str
    components: list[JsonValue] = field(default_factory=list)
    quality: str = ""
    rejected_reason: str = ""
    parameter_format: str = ""


@runtime_checkable
class SyncsTemplates(Protocol):
    def list_templates_request(self, access: ChannelAccess, cursor: str | None) -> ApiRequest: ...
    def read_templates(self, response: ApiResponse) -> tuple[list[TemplateInfo], str | None]:
        """The page and the next cursor. Raises HubbubError with the platform's sentence."""

    def create_template_request(self, access: ChannelAccess, definition: dict[str, JsonValue]) -> ApiRequest: ...


@runtime_checkable
class ConfiguresProfile(Protocol):
    def profile_settings_request(self, access: ChannelAccess, settings: dict[str, JsonValue]) -> ApiRequest: ...


@runtime_checkable
class TellsProfile(Protocol):
    """What stands on the account itself (greeting, menus, questions to begin with) can be read back."""

    @property
    def profile_settings(self) -> tuple[str, ...]:
        """What `profile_settings_request` takes, in the order in which it is set; it is removed in the opposite one."""

    def is_one_setting_a_call(self) -> bool: ...
    def held_profile_requests(self, access: ChannelAccess) -> tuple[ApiRequest, ...]: ...
    def read_held_profile(self, responses: Sequence[ApiResponse]) -> dict[str, JsonValue]:
        """What is set, by name, from the answers in order. Raises InvalidInput or Unavailable with the reason."""


@runtime_checkable
class ProbesAccount(Protocol):
    """Asks the platform who we are: used to check credentials on connect and later as a health probe."""

    def account_request(self, access: ChannelAccess) -> ApiRequest: ...
    def read_account(self, access: ChannelAccess, response: ApiResponse) -> AccountInfo:
        """Raises InvalidInput with the platform's reason when the credentials do not work or are another account's."""


@runtime_checkable
class TellsPermissions(Protocol):
    """What the account's token may do, told by the platform."""

    def needed_permissions(self, access: ChannelAccess) -> tuple[str, ...]:
        """What Hubbub needs; empty where the platform does not tell of such a token."""

    def permissions_request(self, access: ChannelAccess) -> ApiRequest:
        """Raises InvalidInput where the app is not known that may ask."""

    def read_permissions(self, response: ApiResponse) -> frozenset[str]:
        """Raises InvalidInput with the platform's reason."""


@runtime_checkable
class ReadsQuota(Protocol):
    """An allowance that must be asked for, because no other answer tells of it."""

    def quota_requests(self, access: ChannelAccess) -> tuple[ApiRequest, ...]: ...
    def read_quota(self, responses: Sequence[ApiResponse]) -> dict[str, JsonValue]:
        """{"used", "limit" (null: none)} from the answers, in order; empty when they do not tell."""


@runtime_checkable
class Subscribes(Protocol):
    """Webhook subscription of one account (per Page, per WABA), read back to be sure."""

    def subscribe_request(self, access: ChannelAccess, fields: Sequence[str]) -> ApiRequest: ...
    def subscriptions_request(self, access: ChannelAccess) -> ApiRequest: ...
    def read_subscriptions(self, access: ChannelAccess, response: ApiResponse) -> tuple[str, ...]:
        """The fields that are subscribed for our app."""

    def unsubscribe_request(self, access: ChannelAccess) -> ApiRequest: ...
    def default_fields(self, access: ChannelAccess) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Core fields first, then optional extras."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AppSubscription:
    """Where the webhooks of a whole app go, and which."""

    callback_url: str
    fields: tuple[str, ...]
    is_active: bool = True


@runtime_checkable
class SubscribesApp(Protocol):
    """The platform sends the webhooks of all accounts of an app to one address, which is set with the app's secret."""

    def app_of(self, access: ChannelAccess) -> str:
        """The app's id; empty where the credentials do not reach an app, or its webhooks are set by hand."""

    def app_fields(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Core fields first, then optional extras."""

    def app_subscribe_request(
        self, access: ChannelAccess, callback_url: str, verify_token: str, fields: Sequence[str]
    ) -> ApiRequest:
        """Replaces address and fields; the platform calls the address with the token at once. Raises InvalidInput."""

    def app_subscriptions_request(self, access: ChannelAccess) -> ApiRequest:
        """Raises InvalidInput where the credentials have no app."""

    def read_app_subscription(self, response: ApiResponse) -> AppSubscription | None:
        """None: the app gets no webhooks. Raises InvalidInput or Unavailable with the platform's sentence."""
