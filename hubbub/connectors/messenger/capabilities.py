"""What Messenger can express, as data.

https://developers.facebook.com/docs/messenger-platform/reference/send-api
https://developers.facebook.com/documentation/business-messaging/messenger-platform/overview/rate-limiting
"""

from __future__ import annotations

from hubbub.connectors.capabilities import Capabilities, MediaRule

MB = 1024 * 1024

MAX_IMAGES = 10
"""In one message. The documentation names no number for Messenger; Instagram says ten."""

CAPABILITIES = Capabilities(
    version="messenger-2026-11",
    text_limit=2000,
    text_unit="characters",
    media={
        "image": MediaRule(
            mime_types=("image/jpeg", "image/png", "image/gif"), max_bytes=8 * MB, max_per_message=MAX_IMAGES
        ),
        "video": MediaRule(
            mime_types=("video/mp4", "video/quicktime", "video/webm", "video/ogg", "video/x-msvideo", "video/3gpp"),
            max_bytes=25 * MB,
        ),
        "audio": MediaRule(
            mime_types=(
                "audio/mpeg",
                "audio/mp4",
                "audio/m4a",
                "audio/x-m4a",
                "audio/aac",
                "audio/ogg",
                "audio/wav",
                "audio/x-wav",
                "audio/webm",
            ),
            max_bytes=25 * MB,
        ),
        "file": MediaRule(mime_types=("*/*",), max_bytes=25 * MB),
    },
    quick_replies_limit=13,
    quick_reply_title_limit=20,
    buttons_limit=3,
    button_title_limit=20,
    button_types=("url", "postback", "message", "phone", "login", "logout", "native"),
    button_text_limit=640,
    cards_limit=10,
    card_title_limit=80,
    card_subtitle_limit=80,
    card_buttons_limit=3,
    payload_limit=1000,
    reply_window_hours=24,
    human_agent_hours=7 * 24,
    has_templates=True,
    has_typing=True,
    has_mark_read=True,
    has_delivery_receipts=True,
    has_read_receipts=True,
    can_react=True,
    has_reactions=True,
    has_edits=True,
    can_quote=True,
    can_send_stickers=True,
    has_echoes=True,
    has_comments=True,
    can_upload_media=True,
    media_handle_days=90,
    reconcile="echo_metadata",
    # The Send API takes 300 a second, but over 40 a second the Page's inbox stops and the Page can no longer send.
    sends_per_second=40.0,
    media_sends_per_second=10.0,
    outbound_kinds=(
        "text",
        "media",
        "cards",
        "template",
        "sticker",
        "reaction",
        "comment_reply",
        "private_reply",
        "native",
    ),
)
