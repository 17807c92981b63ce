"""The account itself: info, webhook endpoint, quota, numbers of deliveries, chat state.

https://developers.line.biz/en/reference/messaging-api/#webhook-settings
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from sandbox.http import Response
from sandbox.ids import stable_hex
from sandbox.line.call import LineCall
from sandbox.line.errors import NOT_FOUND, LineError
from sandbox.line.routes import route
from sandbox.origins import as_public, real_url
from sandbox.webhooks.client import Unreachable
from sandbox.webhooks.signing import line_bytes, line_signature

Json = dict[str, Any]
JSON = (b"content-type", b"application/json")
DELIVERY_KINDS = ("reply", "push", "multicast", "broadcast", "pnp")


@route("GET", "/v2/bot/info")
async def info(call: LineCall) -> Json:
    """``userId`` equals the destination of the webhooks."""
    bot = call.bot
    found: Json = {
        "userId": bot.external_id,
        "basicId": bot.basic_id,
        "displayName": bot.name,
        "pictureUrl": f"{call.world.base_url}/cdn/avatars/{bot.external_id}.png",
        "chatMode": bot.chat_mode,
        "markAsReadMode": "manual" if bot.chat_mode == "chat" else "auto",
    }
    return {**found, **({"premiumId": bot.extra["premiumId"]} if "premiumId" in bot.extra else {})}


@route("GET", "/v2/bot/channel/webhook/endpoint", rate=(1000, 60.0))
async def get_endpoint(call: LineCall) -> Json:
    if not call.bot.endpoint:
        raise LineError(404, NOT_FOUND)
    return {"endpoint": call.bot.endpoint, "active": call.bot.is_active}


@route("PUT", "/v2/bot/channel/webhook/endpoint", rate=(1000, 60.0))
async def put_endpoint(call: LineCall) -> Json:
    """Sets the URL; it does not switch "Use webhook" on."""
    call.bot.endpoint = _endpoint(call, call.json().get("endpoint"))
    return {}


def _endpoint(call: LineCall, url: Any) -> str:
    if not isinstance(url, str) or len(url) > 500 or not as_public(call.world.settings, url).startswith("https://"):
        raise LineError(400, "Invalid webhook endpoint URL")
    return url


@route("POST", "/v2/bot/channel/webhook/test", rate=(60, 3600.0))
async def test_endpoint(call: LineCall) -> Json:
    """Posts a signed body without events, and tells what came back."""
    body = call.json() if call.request.body else {}
    url = _endpoint(call, body["endpoint"]) if "endpoint" in body else call.bot.endpoint
    if not url:
        raise LineError(404, NOT_FOUND)
    status, reason, detail = await _probe(call, url)
    moment = datetime.fromtimestamp(call.world.clock.now(), tz=UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return {"success": status == 200, "timestamp": moment, "statusCode": status, "reason": reason, "detail": detail}


async def _probe(call: LineCall, url: str) -> tuple[int, str, str]:
    world = call.world
    content = line_bytes({"destination": call.bot.external_id, "events": []})
    signature = line_signature(call.bot.channel_secret, content)
    headers = {"content-type": "application/json; charset=utf-8", "x-line-signature": signature}
    try:
        timeout = world.settings.line_timeout
        answer = await world.client.request("POST", real_url(world.settings, url), headers, content, timeout)
    except Unreachable as error:
        is_late = str(error) == "timeout"
        return (0, "REQUEST_TIMEOUT", "timeout") if is_late else (0, "COULD_NOT_CONNECT", str(error))
    if answer.status == 200:
        return 200, "OK", "200"
    return answer.status, "ERROR_STATUS_CODE", str(answer.status)


@route("GET", "/v2/bot/message/quota")
async def quota(call: LineCall) -> Json:
    if call.bot.quota is None:
        return {"type": "none"}
    return {"type": "limited", "value": call.bot.quota}


@route("GET", "/v2/bot/message/quota/consumption")
async def consumption(call: LineCall) -> Json:
    return {"totalUsage": call.bot.used}


@route("GET", "/v2/bot/message/delivery/{kind}", rate=(60, 3600.0))
async def deliveries(call: LineCall) -> Json:
    """What the ledger counts; days are UTC+9."""
    if call.place["kind"] not in DELIVERY_KINDS:
        raise LineError(404, NOT_FOUND)
    date = call.query.get("date", "")
    if not re.fullmatch(r"\d{8}", date):
        raise LineError(400, "The value of date must be in the format yyyyMMdd")
    now = call.world.clock.now() + 9 * 3600
    if date >= datetime.fromtimestamp(now, tz=UTC).strftime("%Y%m%d"):
        return {"status": "unready"}
    return {"status": "ready", "success": _sent_on(call, date)}


def _sent_on(call: LineCall, date: str) -> int:
    entries = call.world.ledger.read(0, call.bot.external_id)
    days = [
        datetime.fromtimestamp(entry["at"] / 1000 + 9 * 3600, tz=UTC).strftime("%Y%m%d")
        for entry in entries
        if entry["kind"] == call.place["kind"]
    ]
    return days.count(date)


@route("GET", "/v2/bot/message/progress/narrowcast")
async def progress(call: LineCall) -> Json:
    found = call.world.line_progress.get(call.query.get("requestId", ""))
    if found is None:
        raise LineError(404, NOT_FOUND)
    accepted_at, people = found
    moment = datetime.fromtimestamp(accepted_at, tz=UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    counts = {"successCount": people, "failureCount": 0, "targetCount": people}
    return {"phase": "succeeded", **counts, "acceptedTime": moment, "completedTime": moment}


@route("POST", "/v2/bot/chat/loading/start", rate=(100, 1.0))
async def loading(call: LineCall) -> Response:
    body = call.json()
    seconds = body.get("loadingSeconds", 20)
    chat = body.get("chatId")
    if not isinstance(chat, str) or not re.fullmatch(r"U[0-9a-f]{32}", chat):
        raise LineError(400, "The property, 'chatId', in the request body is invalid")
    if not isinstance(seconds, int) or isinstance(seconds, bool) or seconds % 5 or not 5 <= seconds <= 60:
        raise LineError(400, "The property, 'loadingSeconds', must be a multiple of 5 between 5 and 60")
    return Response(202, b"{}", [JSON])


@route("POST", "/v2/bot/chat/markAsRead")
async def mark_as_read(call: LineCall) -> Json:
    """Marks that message and all earlier ones; needs chat to be on."""
    token = call.json().get("markAsReadToken")
    found = _message_of(call, token)
    if found is None:
        raise LineError(400, "Invalid mark as read token")
    if call.bot.chat_mode != "chat":
        raise LineError(400, "The chat is off")
    peer, at_ms = found
    for message in call.bot.threads[peer].messages:
        if message.direction == "in" and message.at_ms <= at_ms:
            message.status = "read"
    return {}


def _message_of(call: LineCall, token: Any) -> tuple[str, int] | None:
    """The conversation and time of the message that this token was given for."""
    for peer, message in call.bot.index.values():
        if message.direction == "in" and stable_hex("read", call.bot.key, message.id) == token:
            return peer, message.at_ms
    return None
