"""reply, push, multicast, narrowcast, broadcast, validate. https://developers.line.biz/en/reference/messaging-api/#message"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from typing import Any

from sandbox.http import Response
from sandbox.ids import stable_hex
from sandbox.line.call import LineCall
from sandbox.line.errors import BAD_REPLY_TOKEN, KEY_ACCEPTED, NOT_SENT, QUOTA_USED_UP, BadBody, LineError
from sandbox.line.objects import MESSAGES, check_context
from sandbox.line.routes import route
from sandbox.line.tokens import UUID, Accepted
from sandbox.shapes import Anything, Fields, Flag, Items, Shape, Text
from sandbox.state import LineBot, Message, Thread
from sandbox.trace import accept

Json = dict[str, Any]
WEEK = 7 * 86400.0
USER = re.compile(r"^U[0-9a-f]{32}$")
TARGET = re.compile(r"^[UCR][0-9a-f]{32}$")
QUOTABLE = {"text", "textV2", "sticker", "image", "video", "template", "flex"}
_UNITS: Shape = Items(Text(30, 1, pattern=re.compile(r"[A-Za-z0-9_]+")), 0, 1)
_COMMON: Mapping[str, Shape] = {"messages": MESSAGES, "notificationDisabled": Flag()}

REPLY = Fields({**_COMMON, "replyToken": Text()}, ("replyToken", "messages"), extra=True)
PUSH = Fields({**_COMMON, "to": Text(), "customAggregationUnits": _UNITS}, ("to", "messages"), extra=True)
MULTICAST = Fields(
    {**_COMMON, "to": Items(Text(), 1, 500), "customAggregationUnits": _UNITS}, ("to", "messages"), extra=True
)
BROADCAST = Fields({**_COMMON, "customAggregationUnits": _UNITS}, ("messages",), extra=True)
NARROWCAST = Fields(
    {**_COMMON, "recipient": Anything(), "filter": Anything(), "limit": Anything()}, ("messages",), extra=True
)


@route("POST", "/v2/bot/message/reply", is_send=True)
async def reply(call: LineCall) -> Json:
    body = call.json()
    if call.request.header(b"x-line-retry-key"):
        raise LineError(400, "The retry key is not supported for this endpoint")
    call.demand(REPLY, body)
    token = call.world.line_tokens.find(body["replyToken"], call.bot.external_id)
    if token is None or not call.bot.threads[token.peer].is_present:
        raise LineError(400, BAD_REPLY_TOKEN)
    thread = call.bot.threads[token.peer]
    _check_messages(call, body, thread)
    token.is_used = True
    sent = _keep(call, thread, body["messages"], "reply", is_delivered=True)
    _write(call, "reply", (thread.peer,), sent, body)
    return {"sentMessages": _sent_messages(sent)}


@route("POST", "/v2/bot/message/push", is_send=True)
async def push(call: LineCall) -> Json | Response:
    def send(body: Json) -> list[Json]:
        call.demand(PUSH, body)
        thread = _target(call, body["to"])
        _check_messages(call, body, thread)
        people = _people(call, thread)
        _take_quota(call.bot, people)
        sent = _keep(call, thread, body["messages"], "push", is_delivered=people > 0)
        _write(call, "push", (thread.peer,), sent, body)
        return _sent_messages(sent)

    return _once(call, "push", send)


@route("POST", "/v2/bot/message/multicast", rate=(200, 1.0), is_send=True)
async def multicast(call: LineCall) -> Json | Response:
    def send(body: Json) -> list[Json]:
        call.demand(MULTICAST, body)
        if bad := [number for number in body["to"] if not USER.match(number)]:
            raise LineError(400, f"The property, 'to[{body['to'].index(bad[0])}]', in the request body is invalid")
        _send_to_many(call, "multicast", [one for one in dict.fromkeys(body["to"]) if one in call.bot.customers], body)
        return []

    return _once(call, "multicast", send)


@route("POST", "/v2/bot/message/broadcast", rate=(60, 3600.0), is_send=True)
async def broadcast(call: LineCall) -> Json | Response:
    def send(body: Json) -> list[Json]:
        call.demand(BROADCAST, body)
        friends = [customer.id for customer in call.bot.customers.values() if customer.is_friend]
        _send_to_many(call, "broadcast", friends, body)
        return []

    return _once(call, "broadcast", send)


@route("POST", "/v2/bot/message/narrowcast", rate=(60, 3600.0), is_send=True)
async def narrowcast(call: LineCall) -> Response:
    def send(body: Json) -> list[Json]:
        call.demand(NARROWCAST, body)
        friends = [customer.id for customer in call.bot.customers.values() if customer.is_friend]
        if body.get("filter") and len(friends) < 100:
            raise LineError(403, "The target reach is too small")
        _send_to_many(call, "narrowcast", friends, body)
        call.world.line_progress[call.request_id] = (call.world.clock.now(), len(friends))
        return []

    answer = _once(call, "narrowcast", send)
    return answer if isinstance(answer, Response) else Response(202, b"{}", [(b"content-type", b"application/json")])


for _name in ("reply", "push", "multicast", "narrowcast", "broadcast"):

    @route("POST", f"/v2/bot/message/validate/{_name}")
    async def validate(call: LineCall) -> Json:
        call.demand(Fields({"messages": MESSAGES}, ("messages",), extra=True), call.json())
        return {}


def _once(call: LineCall, endpoint: str, send: Callable[[Json], list[Json]]) -> Json | Response:
    """Run the send, unless its retry key was accepted before. Raises LineError."""
    key = call.request.header(b"x-line-retry-key")
    body = call.json()
    if key:
        _check_key(call, endpoint, key)
    sent = send(body)
    if key:
        digest = hashlib.sha256(call.request.body).digest()
        accepted = Accepted(call.world.clock.now(), call.request_id, digest, sent)
        call.world.line_tokens.remember(call.bot.external_id, endpoint, key, accepted)
    return {"sentMessages": sent} if endpoint == "push" else {}


def _check_key(call: LineCall, endpoint: str, key: str) -> None:
    if not UUID.match(key):
        raise LineError(400, "The retry key is invalid")
    before = call.world.line_tokens.accepted(call.bot.external_id, endpoint, key)
    if before is None:
        return
    if before.body != hashlib.sha256(call.request.body).digest():
        raise LineError(400, "The request body differs from the one that was accepted under this retry key")
    error = LineError(409, KEY_ACCEPTED)
    if endpoint == "push":
        error.extra = {"sentMessages": before.sent}
    error.headers = [(b"x-line-accepted-request-id", before.request_id.encode())]
    raise error


def _target(call: LineCall, to: str) -> Thread:
    if not TARGET.match(to):
        raise LineError(400, "The property, 'to', in the request body is invalid (line: -, column: -)")
    thread = call.bot.threads.get(to)
    if thread is None and to in call.bot.customers:
        thread = call.bot.thread(to)
    if thread is None or not thread.is_present:
        raise LineError(400, NOT_SENT)
    return thread


def _people(call: LineCall, thread: Thread) -> int:
    """How many people get it: members of a group, else 1 or (blocked, not a friend) 0."""
    if thread.kind != "user":
        return len(thread.members)
    return int(_reaches(call, thread.peer))


def _reaches(call: LineCall, user_id: str) -> bool:
    customer = call.bot.customers.get(user_id)
    if customer is None or customer.is_blocked:
        return False
    has_written = customer.wrote_at is not None and call.world.clock.now() - customer.wrote_at <= WEEK
    return customer.is_friend or has_written


def _take_quota(bot: LineBot, people: int) -> None:
    if bot.quota is not None and bot.used + people > bot.quota:
        raise LineError(429, QUOTA_USED_UP)
    bot.used += people


def _send_to_many(call: LineCall, kind: str, user_ids: list[str], body: Json) -> None:
    _check_messages(call, body, None)
    reached = [user_id for user_id in user_ids if _reaches(call, user_id)]
    _take_quota(call.bot, len(reached))
    first: list[Message] = []
    for user_id in reached:
        sent = _keep(call, call.bot.thread(user_id), body["messages"], kind, is_delivered=True)
        first = first or sent
    _write(call, kind, tuple(user_ids), first, body)


def _check_messages(call: LineCall, body: Json, thread: Thread | None) -> None:
    problems = check_context(call.bot, body["messages"], thread)
    if problems:
        raise BadBody(problems)


def _keep(call: LineCall, thread: Thread, messages: list[Json], kind: str, is_delivered: bool) -> list[Message]:
    """Ids for all, bubbles on the phone for what arrives."""
    world, kept = call.world, []
    for body in messages:
        message_id = world.ids.line_message()
        sent = Message(
            id=message_id,
            at_ms=call.bot.next_ms(thread, world.clock.ms()),
            direction="out",
            type=body["type"],
            body=body,
            author=(body.get("sender") or {}).get("name") or call.bot.name,
            quote_token=stable_hex(call.bot.key, thread.peer, message_id) if body["type"] in QUOTABLE else "",
            kind=kind,
        )
        if is_delivered:
            call.bot.keep(thread, sent)
        kept.append(sent)
    return kept


def _sent_messages(sent: list[Message]) -> list[Json]:
    return [{"id": one.id, "quoteToken": one.quote_token} if one.quote_token else {"id": one.id} for one in sent]


def _write(call: LineCall, kind: str, recipients: tuple[str, ...], sent: list[Message], body: Json) -> None:
    accept(
        call.world,
        call.trace,
        account=call.bot.external_id,
        kind=kind,
        recipients=recipients,
        message_ids=[one.id for one in sent],
        request=body,
        retry_key=call.request.header(b"x-line-retry-key"),
    )
