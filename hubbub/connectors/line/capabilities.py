"""What LINE can express, as data. https://developers.line.biz/en/reference/messaging-api/#message-objects"""

from __future__ import annotations

from hubbub.connectors.capabilities import Capabilities, MediaRule

MB = 1_000_000
MOST_MESSAGES = 5
"""In one call."""

CAPABILITIES = Capabilities(
    version="line-2026-11",
    text_limit=5000,
    text_unit="utf16",
    media={
        "image": MediaRule(mime_types=("image/jpeg", "image/png"), max_bytes=10 * MB, max_per_message=MOST_MESSAGES),
        "video": MediaRule(mime_types=("video/mp4",), max_bytes=200 * MB, max_per_message=MOST_MESSAGES),
        "audio": MediaRule(
            mime_types=("audio/mpeg", "audio/mp3", "audio/mp4", "audio/m4a", "audio/x-m4a"),
            max_bytes=200 * MB,
            max_per_message=MOST_MESSAGES,
        ),
    },
    quick_replies_limit=13,
    quick_reply_title_limit=20,
    quick_reply_title_unit="graphemes",
    buttons_limit=4,
    button_title_limit=20,
    button_types=("url", "postback", "message", "phone", "native"),
    button_text_limit=160,
    cards_limit=10,
    card_title_limit=40,
    card_subtitle_limit=60,
    card_buttons_limit=3,
    payload_limit=300,
    has_typing=True,
    has_mark_read=True,
    has_edits=True,
    has_unsends=True,
    can_quote=True,
    can_send_location=True,
    can_send_stickers=True,
    needs_public_media_url=True,
    reconcile="retry_key",
    sends_per_second=2000.0,
    media_sends_per_second=2000.0,
    outbound_kinds=("text", "media", "cards", "location", "sticker", "flex", "native"),
)
