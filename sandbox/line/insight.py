"""Statistics, next-day data in UTC+9. https://developers.line.biz/en/reference/messaging-api/#insight"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from sandbox.line.call import LineCall
from sandbox.line.errors import LineError
from sandbox.line.routes import route

Json = dict[str, Any]


def _is_ready(call: LineCall) -> bool:
    date = call.query.get("date", "")
    if not re.fullmatch(r"\d{8}", date):
        raise LineError(400, "The value of date must be in the format yyyyMMdd")
    return date < datetime.fromtimestamp(call.world.clock.now() + 9 * 3600, tz=UTC).strftime("%Y%m%d")


@route("GET", "/v2/bot/insight/followers", rate=(60, 3600.0))
async def followers(call: LineCall) -> Json:
    if not _is_ready(call):
        return {"status": "unready"}
    people = list(call.bot.customers.values())
    friends = sum(1 for one in people if one.is_friend)
    blocks = sum(1 for one in people if one.is_blocked)
    return {"status": "ready", "followers": friends + blocks, "targetedReaches": friends, "blocks": blocks}


@route("GET", "/v2/bot/insight/message/delivery", rate=(60, 3600.0))
async def delivery(call: LineCall) -> Json:
    if not _is_ready(call):
        return {"status": "unready"}
    sends = call.world.ledger.read(0, call.bot.external_id)
    kinds = {"reply": "apiReply", "push": "apiPush", "multicast": "apiMulticast", "broadcast": "apiBroadcast"}
    counts = {name: sum(1 for one in sends if one["kind"] == kind) for kind, name in kinds.items()}
    return {"status": "ready", **counts}
