"""Keeps a copy of a person's picture: the platforms' links expire."""

from __future__ import annotations

from uuid import UUID

from django.core.files.base import File
from django.core.files.storage import default_storage

from hubbub.channels.access import platform_client
from hubbub.contacts.models import Contact
from hubbub.kit.http import DownloadFailed, HttpRequest
from hubbub.organizations.scope import organization_scope
from hubbub.organizations.screens import ScreenEvent, emit

MOST_BYTES = 8 * 1024 * 1024
PICTURES = ("image/jpeg", "image/png", "image/webp", "image/gif")


def copy_avatar(organization_id: UUID, identity_id: UUID, url: str) -> None:
    """Download the picture into our store. A link that has died is not worth another attempt."""
    try:
        download = platform_client().download(
            HttpRequest(method="GET", url=url), max_bytes=MOST_BYTES, allowed_types=PICTURES
        )
    except DownloadFailed:
        return
    with download:
        key = f"avatars/{download.sha256[:2]}/{download.sha256}"
        if not default_storage.exists(key):
            default_storage.save(key, File(download.file))
    with organization_scope(organization_id):
        contacts = Contact.objects.filter(identities__id=identity_id)
        contacts.update(avatar_key=key)
        emit(
            [
                ScreenEvent(organization_id=organization_id, kind="contact.changed", subject_id=contact_id)
                for contact_id in contacts.values_list("id", flat=True)
            ]
        )
