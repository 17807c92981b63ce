"""What a platform can express, as data: the server checks against it, and the web app shows just that."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field

from hubbub.kit.text import Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaRule:
    """Which files of one type the platform takes when we send."""

    mime_types: tuple[str, ...]
    max_bytes: int
    max_per_message: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    version: str
    """Changes whenever a value below changes, so that clients can cache."""
    text_limit: int
    text_unit: Unit
    caption_limit: int = 0
    has_captions: bool = False
    """False: a text beside a file becomes a message of its own when queued."""
    captionless: tuple[str, ...] = ()
    """Types of files that show no text beside them although `has_captions`: their text is a message of its own too."""
    media: dict[str, MediaRule] = field(default_factory=dict)
    quick_replies_limit: int = 0
    quick_reply_title_limit: int = 0
    quick_reply_title_unit: Unit = "characters"
    buttons_limit: int = 0
    button_title_limit: int = 0
    button_types: tuple[str, ...] = ()
    button_text_limit: int = 0
    cards_limit: int = 0
    card_title_limit: int = 0
    card_subtitle_limit: int = 0
    card_buttons_limit: int = 0
    list_rows_limit: int = 0
    payload_limit: int = 0
    reply_window_hours: int | None = None
    """None: the platform has no window (LINE)."""
    human_agent_hours: int | None = None
    has_templates: bool = False
    has_typing: bool = False
    has_mark_read: bool = False
    has_delivery_receipts: bool = False
    has_read_receipts: bool = False
    can_react: bool = False
    reaction_emojis: tuple[str, ...] | None = None
    """None: any emoji."""
    has_reactions: bool = False
    has_edits: bool = False
    has_unsends: bool = False
    can_quote: bool = False
    can_send_location: bool = False
    can_send_contacts: bool = False
    can_send_stickers: bool = False
    has_echoes: bool = False
    has_comments: bool = False
    can_upload_media: bool = False
    media_handle_days: int = 0
    """How long an uploaded file's id can be used again."""
    needs_public_media_url: bool = False
    reconcile: str = "none"
    """How a send whose answer was lost is settled: "retry_key", "callback_data", "echo_metadata" or "none"."""
    sends_per_second: float = 0.0
    media_sends_per_second: float = 0.0
    recipient_seconds_per_send: float = 0.0
    recipient_burst: int = 0
    outbound_kinds: tuple[str, ...] = ()

    def as_json(self) -> dict[str, object]:
        """For the API."""
        return asdict(self)
