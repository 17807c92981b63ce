"""Coupons. https://developers.line.biz/en/reference/messaging-api/#coupon"""

from __future__ import annotations

from typing import Any

from sandbox.line.call import LineCall
from sandbox.line.errors import NOT_FOUND, LineError
from sandbox.line.routes import route

Json = dict[str, Any]


@route("POST", "/v2/bot/coupon", rate=(200, 1.0))
async def create(call: LineCall) -> Json:
    body = call.json()
    if not body.get("title"):
        raise LineError(400, "The request body has 1 error(s)", [{"message": "May not be empty", "property": "title"}])
    coupon_id = call.world.ids.token()[:24]
    call.bot.coupons[coupon_id] = {**body, "couponId": coupon_id, "status": "RUNNING"}
    return {"couponId": coupon_id}


@route("GET", "/v2/bot/coupon", rate=(200, 1.0))
async def coupons(call: LineCall) -> Json:
    return {"items": [{"couponId": one["couponId"], "title": one["title"]} for one in call.bot.coupons.values()]}


def _coupon(call: LineCall) -> Json:
    found = call.bot.coupons.get(call.place["coupon_id"])
    if found is None:
        raise LineError(404, NOT_FOUND)
    return found


@route("GET", "/v2/bot/coupon/{coupon_id}", rate=(200, 1.0))
async def coupon(call: LineCall) -> Json:
    return _coupon(call)


@route("PUT", "/v2/bot/coupon/{coupon_id}/close", rate=(200, 1.0))
async def close(call: LineCall) -> Json:
    _coupon(call)["status"] = "CLOSED"
    return {}
