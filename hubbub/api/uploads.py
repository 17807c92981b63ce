"""/uploads: a file for a message that is written next. The answer's id carries what was stored, signed."""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass
from typing import BinaryIO, cast
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from ninja import File, Router
from ninja import UploadedFile as NinjaFile

from hubbub.api.router import Key, item, organization_of
from hubbub.api.schemas.common import Error
from hubbub.api.schemas.messages import Upload
from hubbub.conversations.attachments import keep
from hubbub.kit.errors import HubbubError, InvalidInput, TooLarge
from hubbub.kit.json import as_list, as_text, dumps, loads
from hubbub.kit.signing import hmac_sha256, same
from hubbub.settings.environment import environment

router = Router(tags=["uploads"])
SIGNATURE_BYTES = 16
LONGEST_NAME = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredUpload:
    """What an upload id stands for."""

    storage_key: str
    mime_type: str
    size_bytes: int
    file_name: str


@router.post("", auth=Key("answer"), response={201: Upload, 401: Error, 403: Error, 413: Error, 422: Error})
def upload(request: HttpRequest, file: File[NinjaFile]) -> HttpResponse:
    """multipart/form-data with one `file`. Its `upload_id` is used in `media` of a message; it does not expire."""
    stored = store(file)
    body = {
        "upload_id": sign_upload(organization_of(request), stored),
        "mime_type": stored.mime_type,
        "size_bytes": stored.size_bytes,
        "file_name": stored.file_name,
    }
    return item(body, 201)


def store(file: UploadedFile[bytes]) -> StoredUpload:
    """Put it into the media store, by its content. Raises TooLarge, or InvalidInput for what is never kept."""
    size = file.size or 0
    if size > environment().media_max_bytes:
        raise TooLarge(f"A file may have at most {environment().media_max_bytes} bytes.")
    if size == 0:
        raise InvalidInput("The file is empty.")
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    copied = keep(cast(BinaryIO, file.file), digest.hexdigest(), size, file.content_type or "")
    if copied.state != "stored":
        raise InvalidInput(copied.reason)
    return StoredUpload(
        storage_key=copied.storage_key,
        mime_type=copied.mime_type,
        size_bytes=size,
        file_name=(file.name or "")[-LONGEST_NAME:],
    )


def sign_upload(organization_id: UUID, stored: StoredUpload) -> str:
    """An id that only this organisation can use."""
    payload = dumps([stored.storage_key, stored.mime_type, stored.size_bytes, stored.file_name])
    return base64.urlsafe_b64encode(_signature(organization_id, payload) + payload).decode().rstrip("=")


def open_upload(organization_id: UUID, upload_id: str) -> StoredUpload:
    """What the id stands for. Raises InvalidInput for an id that is not ours or another organisation's."""
    try:
        raw = base64.urlsafe_b64decode(upload_id + "=" * (-len(upload_id) % 4))
        signature, payload = raw[:SIGNATURE_BYTES], raw[SIGNATURE_BYTES:]
        if not same(signature, _signature(organization_id, payload)):
            raise InvalidInput("")
        key, mime_type, size, name = as_list(loads(payload))
    except (binascii.Error, ValueError, HubbubError):
        raise InvalidInput("This upload_id is not one that POST /uploads gave out.") from None
    return StoredUpload(
        storage_key=as_text(key) or "",
        mime_type=as_text(mime_type) or "",
        size_bytes=int(str(size)),
        file_name=as_text(name) or "",
    )


def _signature(organization_id: UUID, payload: bytes) -> bytes:
    secret = environment().secret_key.get_secret_value().encode()
    return hmac_sha256(secret, b"upload:" + organization_id.bytes + payload)[:SIGNATURE_BYTES]
