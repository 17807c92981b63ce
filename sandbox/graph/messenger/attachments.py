"""Files in messages: by URL, by attachment id, uploaded with the call; and POST /{page-id}/message_attachments.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages/saving-assets
"""

from __future__ import annotations

import copy
from typing import Any

from sandbox.fetching import Fetched, fetch
from sandbox.graph.access import for_platform, own_account
from sandbox.graph.call import GraphCall
from sandbox.graph.complaints import demand
from sandbox.graph.errors import BadParameter, GraphError
from sandbox.graph.messenger.content import INSTAGRAM_MESSAGE, MESSENGER_MESSAGE
from sandbox.graph.routes import route
from sandbox.media import Media
from sandbox.state import InstagramAccount, MetaAccount, Page

Json = dict[str, Any]
MB = 1024 * 1024
LIFETIME = 90 * 86400.0
LINK_SECONDS = 14 * 86400.0
LARGEST = {"image": 8 * MB, "audio": 25 * MB, "video": 25 * MB, "file": 25 * MB}
FETCH_SECONDS = {"video": 75.0}
INSTAGRAM_TYPES = {
    "image": {"image/png", "image/jpeg", "image/gif"},
    "audio": {"audio/aac", "audio/m4a", "audio/mp4", "audio/x-m4a", "audio/wav", "audio/x-wav", "video/mp4"},
    "video": {"video/mp4", "video/ogg", "video/x-msvideo", "video/avi", "video/quicktime", "video/webm"},
    "file": {"application/pdf"},
}


def is_audio_or_video(message: Json) -> bool:
    attachment = message.get("attachment")
    return isinstance(attachment, dict) and attachment.get("type") in ("audio", "video")


def take_upload(call: GraphCall, account: MetaAccount, message: Any) -> None:
    """A file that came with the call (part ``filedata``) becomes an attachment id in the message."""
    file = call.params.files.get("filedata")
    attachment = message.get("attachment") if isinstance(message, dict) else None
    if file is None or not isinstance(attachment, dict):
        return
    kind = str(attachment.get("type"))
    if kind not in LARGEST:
        raise BadParameter("Param message[attachment][type] must be one of {image, audio, video, file}")
    if isinstance(account, InstagramAccount) and not file.filename.isascii():
        raise GraphError(100, 2018047)
    _judge(account, kind, Fetched(200, file.mime, len(file.content), file.content))
    payload = attachment.get("payload") or {}
    media = _keep(call, account, kind, file.mime, file.content, file.filename)
    media.is_reusable = payload.get("is_reusable") in (True, "true")
    attachment["payload"] = {"attachment_id": media.id}


def _keep(call: GraphCall, account: MetaAccount, kind: str, mime: str, content: bytes, filename: str = "") -> Media:
    return call.world.media.add(account.key, mime, content, filename=filename, kind=kind, lifetime=LIFETIME)


async def resolve(call: GraphCall, account: MetaAccount, message: Json) -> tuple[Json, str]:
    """Fetch or find the files that the message names. Raises GraphError.

    Returns the message as the person sees it (with links instead of ids) and the id of a reusable file, or ''.
    """
    attachments = message.get("attachments") or [message.get("attachment")]
    attachment_id = ""
    shown = message
    for position, attachment in enumerate(attachments):
        if not isinstance(attachment, dict) or attachment["type"] not in LARGEST:
            continue
        payload = attachment["payload"]
        if "url" in payload:
            attachment_id = await _by_url(call, account, attachment["type"], payload) or attachment_id
        else:
            shown = copy.deepcopy(shown) if shown is message else shown
            place = shown["attachments"][position] if "attachments" in shown else shown["attachment"]
            place["payload"] = {"url": _by_id(call, account, attachment["type"], payload["attachment_id"])}
    if (message.get("attachment") or {}).get("type") == "template":
        _check_template(call, account, message["attachment"]["payload"])
    return shown, attachment_id


async def _by_url(call: GraphCall, account: MetaAccount, kind: str, payload: Json) -> str:
    found = await fetch(call.world, payload["url"], FETCH_SECONDS.get(kind, 10.0))
    if found is not None:
        if found.status != 200:
            raise GraphError(100, 2018294 if kind == "video" and not found.status else 2018008)
        _judge(account, kind, found)
    if payload.get("is_reusable") is not True:
        return ""
    content, mime = (found.content, found.mime) if found else (b"", "")
    return _keep(call, account, kind, mime, content).id


def _judge(account: MetaAccount, kind: str, found: Fetched) -> None:
    """Raises GraphError for the wrong type, or too many bytes."""
    if found.size > LARGEST[kind]:
        raise GraphError(100, 2018109)
    if isinstance(account, InstagramAccount):
        fits = found.mime in INSTAGRAM_TYPES[kind]
    else:
        fits = kind == "file" or found.mime.startswith(f"{kind}/")
    if not fits:
        raise GraphError(100, 2018047)


def _by_id(call: GraphCall, account: MetaAccount, kind: str, attachment_id: Any) -> str:
    """A link to a file of this account. Raises GraphError 2018074 for foreign, wrong or old ids."""
    media = call.world.media.get(str(attachment_id))
    if media is None or media.owner != account.key or media.kind != kind:
        raise GraphError(100, 2018074)
    return call.world.media.link(f"{call.world.base_url}/cdn", media, LINK_SECONDS)


def _check_template(call: GraphCall, account: MetaAccount, payload: Json) -> None:
    elements = payload.get("elements", [])
    if payload["template_type"] == "media" and "attachment_id" in elements[0]:
        _by_id(call, account, elements[0]["media_type"], elements[0]["attachment_id"])
    if payload["template_type"] == "product" and isinstance(account, Page) and account.catalog is not None:
        _check_products(elements, account.catalog)


def _check_products(elements: list[Json], catalog: set[str]) -> None:
    if not all(str(element["id"]) in catalog for element in elements):
        raise GraphError(100, 2018320)


@route("page instagram", "POST", "message_attachments")
@route("instagram", "POST", "messageattachments")
async def upload(call: GraphCall) -> Json:
    """Answers {"attachment_id"}; it lives 90 days and belongs to this account."""
    account = for_platform(call, own_account(call, "pages_messaging", "instagram_business_manage_messages"))
    message = call.params.structure("message")
    if not isinstance(message, dict) or "attachment" not in message:
        raise BadParameter("The parameter message[attachment] is required")
    take_upload(call, account, message)
    if "filedata" in call.params.files:
        return {"attachment_id": message["attachment"]["payload"]["attachment_id"]}
    demand(INSTAGRAM_MESSAGE if isinstance(account, InstagramAccount) else MESSENGER_MESSAGE, message, "message")
    attachment = message["attachment"]
    if attachment["type"] not in LARGEST or "url" not in attachment["payload"]:
        raise BadParameter("The parameter message[attachment][payload][url] is required")
    payload = {**attachment["payload"], "is_reusable": True}
    return {"attachment_id": await _by_url(call, account, attachment["type"], payload)}
