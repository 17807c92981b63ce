"""What is noted of one call while it is answered, and how faults and the record go round every handler."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from sandbox.faults import Rule
from sandbox.http import CUT, Request, Response
from sandbox.world import World

Json = dict[str, Any]


@dataclass(slots=True)
class Trace:
    """Filled by the handler: whose call it is, where its token stood, what was accepted or refused."""

    platform: str
    accounts: list[str] = field(default_factory=list)
    token_place: str = ""
    is_send: bool = False
    ledger_number: int = 0
    code: int | None = None
    subcode: int | None = None
    message: str = ""
    fault: str = ""
    usage: float | None = None


async def answer(
    world: World,
    trace: Trace,
    request: Request,
    handle: Callable[[], Awaitable[Response]],
    faulty: Callable[[Rule], Response | None],
) -> Response:
    """The handler's answer, or what the faults make of it. ``faulty`` writes a platform's error for a fault."""
    rule = _rule(world, trace, request)
    response = await _before(rule, faulty) if rule else None
    if response is None:
        if rule is not None and rule.fault == "usage":
            trace.usage = rule.number(100.0)
        response = await handle()
        if rule is not None and rule.fault == "answer_lost":
            response = _lose(world, trace, rule, response)
    if world.settings.latency_ms:
        await asyncio.sleep(world.settings.latency_ms / 1000)
    if trace.ledger_number and not response.is_cut and request.is_gone():
        world.ledger.mark_unanswered(trace.ledger_number)
    return response


def _rule(world: World, trace: Trace, request: Request) -> Rule | None:
    if not world.faults.has_call_rules:
        return None
    rule = world.faults.for_call(
        platform=trace.platform,
        accounts=trace.accounts,
        path=request.path,
        method=request.method,
        is_send=trace.is_send,
    )
    if rule is not None:
        trace.fault = rule.fault
    return rule


async def _before(rule: Rule, faulty: Callable[[Rule], Response | None]) -> Response | None:
    if rule.fault == "slow":
        await asyncio.sleep(rule.number(1.0))
        return None
    if rule.fault == "refuse_before":
        return CUT
    return faulty(rule)


def _lose(world: World, trace: Trace, rule: Rule, response: Response) -> Response:
    if response.status >= 300:
        world.faults.give_back(rule)
        trace.fault = ""
        return response
    if trace.ledger_number:
        world.ledger.mark_unanswered(trace.ledger_number)
    return CUT


def note(world: World, trace: Trace, request: Request, status: int) -> None:
    """Put the call on the list of calls."""
    world.calls.add(
        world.clock.ms(),
        trace.platform,
        trace.accounts[0] if trace.accounts else "",
        request.method,
        request.path,
        trace.token_place,
        status,
        trace.code,
        trace.subcode,
        trace.message,
        trace.fault,
    )


def accept(
    world: World,
    trace: Trace,
    *,
    account: str,
    kind: str,
    recipients: tuple[str, ...],
    message_ids: list[str],
    request: Any,
    retry_key: str = "",
    metadata: str = "",
    callback_data: str = "",
) -> None:
    """Write an accepted send into the ledger."""
    trace.is_send = True
    entry: Json = {
        "at": world.clock.ms(),
        "platform": trace.platform,
        "account": account,
        "kind": kind,
        "recipient": recipients[0] if recipients else "",
        "message_id": message_ids[0] if message_ids else "",
        "message_ids": message_ids,
        "request": request,
        "token_place": trace.token_place,
        "retry_key": retry_key,
        "metadata": metadata,
        "biz_opaque_callback_data": callback_data,
    }
    if len(recipients) > 1:
        entry["recipients"] = list(recipients)
    trace.ledger_number = world.ledger.write(entry)
