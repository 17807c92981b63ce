"""What Instagram can express, as data.

https://developers.facebook.com/documentation/business-messaging/instagram-messaging/features/send-message
https://developers.facebook.com/documentation/business-messaging/instagram-messaging/features/quick-replies
https://developers.facebook.com/documentation/business-messaging/instagram-messaging/features/generic-template
https://developers.facebook.com/documentation/business-messaging/instagram-messaging/features/button-template
"""

from __future__ import annotations

from hubbub.connectors.capabilities import Capabilities, MediaRule

MB = 1024 * 1024

CAPABILITIES = Capabilities(
    version="instagram-2026-11",
    # One line of the page says characters; bytes are the smaller measure, and what other pages say.
    text_limit=1000,
    text_unit="bytes",
    media={
        "image": MediaRule(mime_types=("image/png", "image/jpeg", "image/gif"), max_bytes=8 * MB, max_per_message=10),
        "audio": MediaRule(
            mime_types=(
                "audio/aac",
                "audio/mp4",
                "audio/m4a",
                "audio/x-m4a",
                "audio/wav",
                "audio/x-wav",
                "audio/wave",
                "audio/vnd.wave",
            ),
            max_bytes=25 * MB,
        ),
        "video": MediaRule(
            mime_types=(
                "video/mp4",
                "video/ogg",
                "video/avi",
                "video/x-msvideo",
                "video/msvideo",
                "video/quicktime",
                "video/webm",
            ),
            max_bytes=25 * MB,
        ),
        "file": MediaRule(mime_types=("application/pdf",), max_bytes=25 * MB),
    },
    quick_replies_limit=13,
    quick_reply_title_limit=20,
    buttons_limit=3,
    button_title_limit=20,
    button_types=("url", "postback"),
    button_text_limit=640,
    cards_limit=10,
    card_title_limit=80,
    card_subtitle_limit=80,
    card_buttons_limit=3,
    payload_limit=1000,
    reply_window_hours=24,
    human_agent_hours=7 * 24,
    has_typing=True,
    has_mark_read=True,
    has_read_receipts=True,
    can_react=True,
    has_reactions=True,
    has_edits=True,
    has_unsends=True,
    can_quote=True,
    can_send_stickers=True,
    has_echoes=True,
    has_comments=True,
    can_upload_media=True,
    media_handle_days=90,
    # 300 through a Page; the pages about Instagram Login still say 100.
    sends_per_second=100.0,
    media_sends_per_second=10.0,
    outbound_kinds=("text", "media", "cards", "sticker", "reaction", "comment_reply", "private_reply", "native"),
)
