"""From rows to what the API shows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hubbub.api.links import media_url, picture_url


def conversation_shape(row: Mapping[str, Any]) -> dict[str, Any]:
    """A conversation with its person's picture by signed URL."""
    shown = {name: value for name, value in row.items() if name != "contact_avatar_key"}
    key = row["contact_avatar_key"]
    shown["contact_avatar_url"] = picture_url(key) if key else None
    return shown


def message_shape(row: Mapping[str, Any]) -> dict[str, Any]:
    """A message as docs/api.md lists it: media by signed URL, never the platform's link or our storage key."""
    shown = {name: value for name, value in row.items() if name not in HIDDEN}
    shown["reply_to"] = _reply_to(row)
    shown["attachments"] = [attachment_shape(attachment) for attachment in row["attachments"]]
    shown["content"] = _content(row["content"])
    return shown


HIDDEN = frozenset({"reply_to_id", "reply_to_external_id", "body_position"})


def _content(content: Mapping[str, Any]) -> dict[str, Any]:
    """Without what was meant for the sender: payloads and addresses of the draft, the platform's single-use tokens."""
    shown = {name: value for name, value in content.items() if name != "outbound"}
    if said := _said(content.get("outbound") or {}):
        shown["said"] = said
    if "extra" in shown:
        shown["extra"] = {name: value for name, value in shown["extra"].items() if not name.endswith("_token")}
    return shown


SAID: dict[str, tuple[str, ...]] = {
    "header": (),
    "footer": (),
    "list_button": (),
    "buttons": ("title",),
    "quick_replies": ("title",),
    "cards": ("title", "subtitle", "buttons"),
    "sections": ("title", "rows"),
    "rows": ("title", "description"),
    "template": ("name", "language"),
}
"""Part of a draft → what of it a reader sees; () is a text."""


def _said(draft: Mapping[str, Any]) -> dict[str, Any]:
    """What a customer sees of our message beside its text and files."""
    return {name: _seen(name, draft[name]) for name in SAID if draft.get(name)}


def _seen(name: str, value: Any) -> Any:
    if isinstance(value, list):
        return [_seen(name, item) for item in value]
    if not isinstance(value, Mapping):
        return value
    return {part: _seen(part, value[part]) for part in SAID.get(name, ()) if value.get(part)}


def _reply_to(row: Mapping[str, Any]) -> dict[str, Any] | None:
    if not row["reply_to_id"] and not row["reply_to_external_id"]:
        return None
    return {"id": row["reply_to_id"], "external_id": row["reply_to_external_id"] or None}


def attachment_shape(attachment: Mapping[str, Any]) -> dict[str, Any]:
    """An attachment with a URL on our own server, once its copy is there."""
    key = attachment["storage_key"]
    shown = {name: value for name, value in attachment.items() if name != "storage_key"}
    names = {"file_name": attachment["file_name"], "mime_type": attachment["mime_type"]}
    shown["url"] = media_url(key, **names) if key else None
    return shown


def scheduled_shape(row: Mapping[str, Any]) -> dict[str, Any]:
    """An answer for later: its files by signed URL, as those of a message."""
    draft = row["draft"]
    files = [_draft_file(file) for file in draft.get("media", [])]
    return {**row, "draft": {**draft, "media": files} if files else draft}


def _draft_file(file: Mapping[str, Any]) -> dict[str, Any]:
    shown = {name: value for name, value in file.items() if name != "storage_key"}
    if key := file.get("storage_key"):
        names = {"file_name": file.get("file_name") or "", "mime_type": file.get("mime_type") or ""}
        shown["url"] = media_url(key, **names)
    return shown
