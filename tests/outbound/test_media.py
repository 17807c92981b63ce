"""Files of our own store: uploaded once and used again, or fetched by the platform from a signed link."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from hubbub.channels.models import MediaHandle
from hubbub.connectors.messages import Media, OutboundKind, OutboundMessage
from hubbub.organizations.scope import organization_scope
from tests.support.outbound import Line, Platforms, connect, send_all

JPEG = b"\xff\xd8\xff\xe0" + b"picture" * 100


def stored(content: bytes = JPEG) -> str:
    key = f"tests/{hashlib.sha256(content).hexdigest()}.jpg"
    if not default_storage.exists(key):
        default_storage.save(key, ContentFile(content))
    return key


def picture(key: str, text: str | None = None) -> OutboundMessage:
    media = Media(type="image", storage_key=key, mime_type="image/jpeg", size_bytes=len(JPEG), file_name="a.jpg")
    return OutboundMessage(message_id="", kind=OutboundKind.MEDIA, media=(media,), text=text)


def uploads(platforms: Platforms, line: Line) -> int:
    edges = ("message_attachments", "/media")
    return sum(one["path"].endswith(edges) for one in platforms.calls(line.channel.external_id))


def handles(line: Line) -> list[MediaHandle]:
    with organization_scope(line.tenant.id):
        return list(MediaHandle.objects.filter(channel=line.channel))


@pytest.mark.parametrize("platform", ["facebook", "whatsapp"])
def test_a_stored_file_is_uploaded_once_and_its_id_is_used_again(platforms: Platforms, platform: str) -> None:
    line = connect(platforms, platform)
    key = stored()
    for _ in range(2):
        message = line.queue(content=picture(key))
        send_all()
        assert (line.status(message), line.message(message.id).error) == ("sent", None)
    assert uploads(platforms, line) == 1
    (handle,) = handles(line)
    assert handle.content_sha256 == hashlib.sha256(JPEG).hexdigest()
    assert len(platforms.sends(line.channel.external_id)) == 2


def test_a_handle_that_the_platform_forgot_is_replaced_once(platforms: Platforms) -> None:
    line = connect(platforms, "whatsapp")
    key = stored()
    line.queue(content=picture(key))
    send_all()
    with organization_scope(line.tenant.id):
        MediaHandle.objects.filter(channel=line.channel).update(external_id="999999999999999")
    message = line.queue(content=picture(key))
    send_all(until=lambda: line.status(message) in ("sent", "failed"))
    assert line.status(message) == "sent"
    assert uploads(platforms, line) == 2


def test_an_upload_that_fails_for_a_moment_is_made_again(platforms: Platforms) -> None:
    line = connect(platforms, "facebook")
    line.fault("500", sends=False, path_contains="message_attachments", times=1)
    message = line.queue(content=picture(stored(JPEG + b"2")))
    send_all(until=lambda: line.status(message) in ("sent", "failed"))
    assert line.status(message) == "sent"


def test_a_file_that_is_gone_fails_its_message_with_a_sentence(platforms: Platforms) -> None:
    line = connect(platforms, "facebook")
    message = line.queue(content=picture("tests/missing.jpg"))
    send_all(until=lambda: line.status(message) == "failed")
    assert (line.code(message), "Attach it again" in str(line.message(message.id).error)) == ("media_expired", True)


def test_line_fetches_the_file_from_a_signed_link(platforms: Platforms) -> None:
    line = connect(platforms, "line")
    message = line.queue(content=picture(stored(), text="look"))
    send_all()
    assert line.status(message) == "sent"
    sends: list[dict[str, Any]] = platforms.sends(line.channel.external_id)
    link = sends[0]["request"]["messages"][0]["originalContentUrl"]
    assert link.startswith("https://hub.example/media/")
    assert [one["request"]["messages"][0]["type"] for one in sends] == ["image", "text"]
