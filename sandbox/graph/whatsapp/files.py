"""What WhatsApp takes as an image, a video, … https://developers.facebook.com/documentation/business-messaging/whatsapp/business-phone-numbers/media"""

from __future__ import annotations

from sandbox.graph.whatsapp_errors import WhatsAppError

KB, MB = 1024, 1024 * 1024
TYPES: dict[str, tuple[set[str], int]] = {
    "audio": ({"audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg"}, 16 * MB),
    "image": ({"image/jpeg", "image/png"}, 5 * MB),
    "video": ({"video/mp4", "video/3gpp"}, 16 * MB),
    "sticker": ({"image/webp"}, 500 * KB),
    "document": (set(), 100 * MB),
}
# Other types usually pass as documents; these are the listed ones.
DOCUMENTS = {
    "text/plain",
    "application/pdf",
    "application/msword",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/vnd.ms-excel",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.ms-powerpoint",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}
UPLOADS = DOCUMENTS.union(*(mimes for mimes, _ in TYPES.values()))


def judge_file(kind: str, mime: str, size: int, *, is_voice: bool = False) -> WhatsAppError | None:
    """131053 for a type or size that the kind does not take."""
    plain = mime.split(";")[0].strip().lower()
    mimes, most = TYPES[kind]
    if mimes and plain not in mimes:
        return WhatsAppError(131053, f"The media type {plain} is not supported for {kind}")
    if size > most:
        return WhatsAppError(131053, f"The file is larger than {most} bytes")
    if is_voice and plain != "audio/ogg":
        return WhatsAppError(131053, "A voice message must be ogg with opus")
    return None


def judge_upload(mime: str, size: int) -> WhatsAppError | None:
    """The type must be on the list, the size within the limit of its kind."""
    plain = mime.split(";")[0].strip().lower()
    if plain not in UPLOADS:
        return WhatsAppError(131053, f"The media type {plain} is not supported")
    kind = next((name for name, (mimes, _) in TYPES.items() if plain in mimes), "document")
    return judge_file(kind, plain, size)
