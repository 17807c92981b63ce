"""Customers' files are copied into our own store: bounded, judged by content, honest about what could not be had."""

from __future__ import annotations

import base64
from io import BytesIO
from types import SimpleNamespace
from typing import Any, cast

import pytest
from django.core.files.storage import default_storage
from PIL import Image
from procrastinate import JobContext

from hubbub.conversations import attachments, tasks
from hubbub.conversations.attachments import TryLater, keep
from hubbub.conversations.models import Attachment
from hubbub.organizations.retries import DELAYS_SECONDS
from hubbub.organizations.scope import organization_scope
from tests.support.outbound import Line, Platforms, connect
from tests.support.roles import acting_as

pytestmark = pytest.mark.usefixtures("database")


def picture(colour: str = "red") -> bytes:
    file = BytesIO()
    Image.new("RGB", (8, 5), colour).save(file, "PNG")
    return file.getvalue()


def send_in(line: Line, kind: str = "image", content: bytes | None = None, **fields: Any) -> Attachment:
    """The customer sends a file; returns the attachment that waits to be copied."""
    if content is not None:
        fields["content_base64"] = base64.b64encode(content).decode()
    body = {"platform": line.platform, "account": line.channel.external_id, "from": line.who, "type": kind, **fields}
    line.platforms.post("/say", body)
    line.platforms.apply_webhooks()
    with organization_scope(line.tenant.id):
        return Attachment.objects.filter(state="pending").latest("id")


def copy(line: Line, attachment: Attachment) -> Attachment:
    """One attempt, as the jobs' role; returns what stands there then."""
    with acting_as("jobs"):
        attachments.store_attachment(line.tenant.id, attachment.id)
    return reloaded(line, attachment)


def reloaded(line: Line, attachment: Attachment) -> Attachment:
    with organization_scope(line.tenant.id):
        return Attachment.objects.get(id=attachment.id)


def changed(line: Line, attachment: Attachment, **fields: str) -> Attachment:
    with organization_scope(line.tenant.id):
        Attachment.objects.filter(id=attachment.id).update(**fields)
    return attachment


@pytest.mark.parametrize("platform", ["facebook", "instagram", "whatsapp", "line"])
def test_a_picture_is_copied_measured_and_shown(platforms: Platforms, platform: str) -> None:
    line = connect(platforms, platform)
    content = picture()
    found = copy(line, send_in(line, content=content, mime_type="image/png"))
    assert (found.state, found.mime_type, found.size_bytes) == ("stored", "image/png", len(content))
    assert (found.width, found.height) == (8, 5)
    with default_storage.open(found.storage_key) as file:
        assert file.read() == content
    told = line.row(
        "SELECT count(*) AS n FROM realtime_event WHERE kind = 'message.changed' AND subject_id = %(message)s",
        message=found.message_id,
    )
    assert told["n"] == 1


def test_whatsapp_is_asked_for_the_link_by_id_with_the_token_in_the_header(platforms: Platforms) -> None:
    line = connect(platforms, "whatsapp")
    waiting = send_in(line, content=picture("blue"), mime_type="image/png")
    assert copy(line, changed(line, waiting, source_url="")).state == "stored"
    asked = [call for call in platforms.calls() if call["path"].endswith(f"/{waiting.external_id}")]
    assert [(call["token_place"], call["status"]) for call in asked] == [("header", 200)]


def test_the_same_content_is_stored_once(platforms: Platforms) -> None:
    line = connect(platforms, "line")
    one, other = (copy(line, send_in(line, content=picture("green"))) for _ in range(2))
    assert one.storage_key == other.storage_key
    folder = one.storage_key.rpartition("/")[0]
    assert default_storage.listdir(folder)[1].count(one.sha256) == 1


def test_a_video_that_line_is_still_preparing_is_tried_later(platforms: Platforms) -> None:
    line = connect(platforms, "line")
    waiting = send_in(line, "video", transcoding=600)
    with pytest.raises(TryLater):
        copy(line, waiting)
    assert reloaded(line, waiting).state == "pending"
    platforms.put("/clock", {"advance": 601})
    try:
        assert copy(line, waiting).state == "stored"
    finally:
        platforms.put("/clock", {"offset": 0})


def test_an_expired_link_of_whatsapp_is_asked_for_anew_by_its_id(platforms: Platforms) -> None:
    line = connect(platforms, "whatsapp")
    waiting = send_in(line, content=picture("black"), mime_type="image/png")
    assert waiting.external_id
    platforms.put("/clock", {"advance": 400})
    try:
        if waiting.source_url:
            with pytest.raises(TryLater):
                copy(line, waiting)
        assert copy(line, waiting).state == "stored"
    finally:
        platforms.put("/clock", {"offset": 0})


def test_what_the_platform_no_longer_has_is_gone(platforms: Platforms) -> None:
    facebook, line = connect(platforms, "facebook"), connect(platforms, "line")
    url = f"{platforms.running.url}/cdn/nothing-here"
    by_link = copy(facebook, changed(facebook, send_in(facebook), source_url=url))
    by_id = copy(line, changed(line, send_in(line), external_id="1234567"))
    for found in (by_link, by_id):
        assert (found.state, found.storage_key) == ("gone", "")
        assert found.state_reason.endswith(".")


def test_a_platform_that_is_not_well_is_asked_again_until_the_last_attempt(platforms: Platforms) -> None:
    line = connect(platforms, "line")
    waiting = send_in(line)
    platforms.fault("500", path_contains="/content")
    ids = {"organization_id": str(line.tenant.id), "attachment_id": str(waiting.id)}
    for attempts, state in ((0, "pending"), (len(DELAYS_SECONDS), "failed")):
        context = cast(JobContext, SimpleNamespace(job=SimpleNamespace(attempts=attempts)))
        with acting_as("jobs"), pytest.raises(TryLater):
            tasks.store_attachment.func(context, **ids)
        assert reloaded(line, waiting).state == state
    assert reloaded(line, waiting).state_reason.endswith(".")


def test_a_file_that_is_too_large_is_refused(platforms: Platforms, monkeypatch: pytest.MonkeyPatch) -> None:
    line = connect(platforms, "line")
    small = SimpleNamespace(media_max_bytes=1000)
    monkeypatch.setattr(attachments, "environment", lambda: small)
    found = copy(line, send_in(line, "file", content=b"x" * 5000, filename="a.bin"))
    assert (found.state, found.storage_key) == ("refused", "")
    assert "large" in found.state_reason


@pytest.mark.parametrize(
    "content",
    [b"MZ\x90\x00" + b"\0" * 200, b"\x7fELF\x02\x01\x01" + b"\0" * 200, b"#!/bin/sh\nrm -rf /\n"],
    ids=["windows", "elf", "shell"],
)
def test_programs_are_refused_whatever_they_are_called(content: bytes) -> None:
    assert keep(BytesIO(content), "0" * 64, len(content), "image/jpeg").state == "refused"


def test_a_page_is_kept_and_called_what_it_is() -> None:
    content = b"<!DOCTYPE html><html><script>alert(1)</script></html>"
    kept = keep(BytesIO(content), "ab" * 32, len(content), "image/png")
    assert (kept.state, kept.mime_type) == ("stored", "text/html")


def test_a_picture_with_too_many_pixels_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attachments, "MOST_PIXELS", 30)
    content = picture()
    assert keep(BytesIO(content), "cd" * 32, len(content), "image/png").state == "refused"


def test_an_attachment_that_was_copied_or_taken_back_is_left_alone(platforms: Platforms) -> None:
    line = connect(platforms, "line")
    found = copy(line, send_in(line, content=picture("white")))
    assert copy(line, found).storage_key == found.storage_key
    other = send_in(line, content=picture("pink"))
    with organization_scope(line.tenant.id):
        Attachment.objects.filter(id=other.id).delete()
    with acting_as("jobs"):
        attachments.store_attachment(line.tenant.id, other.id)
        attachments.give_up(line.tenant.id, other.id)
