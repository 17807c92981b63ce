"""Profiles, groups, rooms, followers, account link. https://developers.line.biz/en/reference/messaging-api/#users"""

from __future__ import annotations

from typing import Any

from sandbox.line.call import LineCall
from sandbox.line.errors import NO_ACCESS, NOT_FOUND, LineError
from sandbox.line.routes import route
from sandbox.line.send import USER
from sandbox.state import Customer, Thread

Json = dict[str, Any]


def _picture(call: LineCall, customer: Customer) -> Json:
    if customer.profile.get("pictureUrl", True) is None:
        return {}
    return {"pictureUrl": customer.profile.get("pictureUrl") or f"{call.world.base_url}/cdn/avatars/{customer.id}.png"}


def _card(call: LineCall, customer: Customer) -> Json:
    return {"displayName": customer.name, "userId": customer.id, **_picture(call, customer)}


@route("GET", "/v2/bot/profile/{user_id}")
async def profile(call: LineCall) -> Json:
    """Friends, and others who wrote to the account; 404 for everybody else and for those who blocked it."""
    customer = call.bot.customers.get(call.place["user_id"])
    if customer is None or customer.is_blocked or not (customer.is_friend or customer.wrote_at is not None):
        raise LineError(404, NOT_FOUND)
    card = _card(call, customer)
    for name in ("language", "statusMessage"):
        if value := customer.profile.get(name):
            card[name] = value
    return card


def _thread(call: LineCall, kind: str) -> Thread:
    thread = call.bot.threads.get(call.place["place_id"])
    if thread is None or thread.kind != kind or not thread.is_present:
        raise LineError(404, NOT_FOUND)
    return thread


def _member(call: LineCall, kind: str) -> Json:
    thread = _thread(call, kind)
    customer = call.bot.customers.get(call.place["user_id"])
    if customer is None or customer.id not in thread.members:
        raise LineError(404, NOT_FOUND)
    return _card(call, customer)


def _member_ids(call: LineCall, kind: str) -> Json:
    if not call.bot.is_verified:
        raise LineError(403, NO_ACCESS)
    return _page(sorted(_thread(call, kind).members), "memberIds", call.query.get("start", ""), 100)


def _page(found: list[str], name: str, start: str, most: int) -> Json:
    first = int(start) if start.isdigit() else 0
    page: Json = {name: found[first : first + most]}
    if first + most < len(found):
        page["next"] = str(first + most)
    return page


def _leave(call: LineCall, kind: str) -> Json:
    _thread(call, kind).is_present = False
    return {}


for _kind in ("group", "room"):

    @route("GET", f"/v2/bot/{_kind}/{{place_id}}/member/{{user_id}}")
    async def member(call: LineCall, kind: str = _kind) -> Json:
        return _member(call, kind)

    @route("GET", f"/v2/bot/{_kind}/{{place_id}}/members/count")
    async def members_count(call: LineCall, kind: str = _kind) -> Json:
        return {"count": len(_thread(call, kind).members)}

    @route("GET", f"/v2/bot/{_kind}/{{place_id}}/members/ids")
    async def member_ids(call: LineCall, kind: str = _kind) -> Json:
        return _member_ids(call, kind)

    @route("POST", f"/v2/bot/{_kind}/{{place_id}}/leave")
    async def leave(call: LineCall, kind: str = _kind) -> Json:
        return _leave(call, kind)


@route("GET", "/v2/bot/group/{place_id}/summary")
async def group_summary(call: LineCall) -> Json:
    thread = _thread(call, "group")
    return {"groupId": thread.peer, "groupName": thread.title}


@route("GET", "/v2/bot/followers/ids")
async def followers(call: LineCall) -> Json:
    if not call.bot.is_verified:
        raise LineError(403, NO_ACCESS)
    limit = call.query.get("limit", "300")
    if not limit.isdigit() or not 1 <= int(limit) <= 1000:
        raise LineError(400, "The value of limit must be between 1 and 1000")
    found = sorted(one.id for one in call.bot.customers.values() if one.is_friend and not one.is_blocked)
    return _page(found, "userIds", call.query.get("start", ""), int(limit))


@route("POST", "/v2/bot/user/{user_id}/linkToken")
async def link_token(call: LineCall) -> Json:
    if not USER.match(call.place["user_id"]) or call.place["user_id"] not in call.bot.customers:
        raise LineError(400, "The user ID is invalid")
    return {"linkToken": call.world.ids.token()}
