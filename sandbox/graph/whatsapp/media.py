"""Upload, link, download, delete. https://developers.facebook.com/documentation/business-messaging/whatsapp/business-phone-numbers/media"""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

from sandbox.graph.call import GraphCall
from sandbox.graph.errors import GraphError, unknown_object
from sandbox.graph.routes import route
from sandbox.graph.whatsapp.files import judge_upload
from sandbox.http import Request, Response, json_response
from sandbox.media import Media
from sandbox.state import WhatsAppNumber
from sandbox.world import World

Json = dict[str, Any]
UPLOAD_SECONDS = 30 * 86400.0
LINK_SECONDS = 300.0


@route("number", "POST", "media")
async def upload(call: GraphCall) -> Json:
    """Multipart with messaging_product and file; lives 30 days."""
    number: WhatsAppNumber = call.node
    if not call.reaches(number):
        raise unknown_object(number.external_id, call.method)
    call.needs("whatsapp_business_messaging")
    if call.params.text("messaging_product") != "whatsapp":
        raise GraphError(100, None, "(#100) The parameter messaging_product is required.")
    file = call.params.files.get("file")
    if file is None:
        raise GraphError(100, None, "(#100) The parameter file is required.")
    mime = file.mime if file.mime and file.mime != "application/octet-stream" else call.params.text("type")
    if (error := judge_upload(mime, len(file.content))) is not None:
        raise error
    media = call.world.media.add(number.key, mime, file.content, filename=file.filename, lifetime=UPLOAD_SECONDS)
    return {"id": media.id}


def _visible(call: GraphCall) -> Media:
    media: Media = call.node
    if call.bearer.kind == "app" or not any(account.key == media.owner for account in call.bearer.accounts):
        raise unknown_object(media.id, call.method)
    wanted = call.params.text("phone_number_id")
    if wanted and media.owner != f"whatsapp:{wanted}":
        raise unknown_object(media.id, call.method)
    call.trace.platform, call.trace.accounts = "whatsapp", [media.owner.partition(":")[2]]
    return media


@route("media", "GET")
async def link(call: GraphCall) -> Json:
    """A link that works for 5 minutes, with the token."""
    media = _visible(call)
    url = call.world.media.link(f"{call.world.base_url}/lookaside", media, LINK_SECONDS)
    return {
        "messaging_product": "whatsapp",
        "url": url,
        "mime_type": media.mime,
        "sha256": media.sha256,
        "file_size": media.size,
        "id": media.id,
    }


@route("media", "DELETE")
async def delete(call: GraphCall) -> Json:
    call.world.media.remove(_visible(call).id)
    return {"success": True}


async def lookaside(world: World, request: Request) -> Response:
    """The bytes: only with the token of the account, only while the link lives."""
    scheme, _, value = request.header(b"authorization").partition(" ")
    token = world.state.tokens.get(value.strip()) if scheme.lower() == "bearer" else None
    media_id = request.path.lstrip("/").split("/")[0]
    media = world.media.get(media_id)
    is_alive = token is not None and token.invalid_subcode is None
    if token is None or not is_alive or (token.expires_at and token.expires_at <= world.clock.now()):
        return json_response({"error": "Unauthorized"}, 401)
    query = dict(parse_qsl(request.query))
    if media is None or not world.media.opens(media_id, query.get("oe", "0"), query.get("oh", "")):
        return json_response({"error": "Not found"}, 404)
    if not any(account.key == media.owner for account in token.accounts):
        return json_response({"error": "Unauthorized"}, 401)
    return Response(200, media.read(), [(b"content-type", media.mime.encode())])
