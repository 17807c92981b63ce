"""What WhatsApp can express, as data.

https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/send-messages
https://developers.facebook.com/documentation/business-messaging/whatsapp/business-phone-numbers/media
https://developers.facebook.com/documentation/business-messaging/whatsapp/throughput
"""

from __future__ import annotations

from hubbub.connectors.capabilities import Capabilities, MediaRule

KB, MB = 1024, 1024 * 1024

TEXT_LIMIT = 4096
CAPTION_LIMIT = 1024
BODY_LIMIT = 1024
LIST_BODY_LIMIT = 4096
HEADER_LIMIT = FOOTER_LIMIT = 60
LABEL_LIMIT = 20
REPLY_BUTTONS = 3
BUTTON_ID_LIMIT = 256
LIST_ROWS = LIST_SECTIONS = 10
ROW_ID_LIMIT = 200
ROW_TITLE_LIMIT = SECTION_TITLE_LIMIT = 24
ROW_DESCRIPTION_LIMIT = 72

CAPABILITIES = Capabilities(
    version="whatsapp-2026-11",
    text_limit=TEXT_LIMIT,
    text_unit="characters",
    caption_limit=CAPTION_LIMIT,
    has_captions=True,
    captionless=("audio", "sticker"),
    media={
        "image": MediaRule(mime_types=("image/jpeg", "image/png"), max_bytes=5 * MB),
        "video": MediaRule(mime_types=("video/mp4", "video/3gpp"), max_bytes=16 * MB),
        "audio": MediaRule(
            mime_types=("audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg"), max_bytes=16 * MB
        ),
        "file": MediaRule(
            mime_types=(
                "text/plain",
                "application/pdf",
                "application/msword",
                "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
                "application/vnd.ms-excel",
                "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                "application/vnd.ms-powerpoint",
                "application/vnd.openxmlformats-officedocument.presentationml.presentation",
            ),
            max_bytes=100 * MB,
        ),
        # 500 KB is for animated stickers; still ones may have 100 KB, which the platform judges.
        "sticker": MediaRule(mime_types=("image/webp",), max_bytes=500 * KB),
    },
    quick_replies_limit=LIST_ROWS,
    quick_reply_title_limit=LABEL_LIMIT,
    buttons_limit=REPLY_BUTTONS,
    button_title_limit=LABEL_LIMIT,
    button_types=("postback", "message", "url", "share_phone", "share_location", "native"),
    button_text_limit=BODY_LIMIT,
    list_rows_limit=LIST_ROWS,
    payload_limit=ROW_ID_LIMIT,
    reply_window_hours=24,
    has_templates=True,
    has_typing=True,
    has_mark_read=True,
    has_delivery_receipts=True,
    has_read_receipts=True,
    can_react=True,
    has_reactions=True,
    has_edits=True,
    has_unsends=True,
    can_quote=True,
    can_send_location=True,
    can_send_contacts=True,
    can_send_stickers=True,
    has_echoes=True,
    can_upload_media=True,
    media_handle_days=30,
    reconcile="callback_data",
    sends_per_second=80.0,
    media_sends_per_second=80.0,
    recipient_seconds_per_send=6.0,
    recipient_burst=45,
    outbound_kinds=(
        "text",
        "media",
        "list",
        "template",
        "location",
        "contact",
        "sticker",
        "reaction",
        "native",
    ),
)
