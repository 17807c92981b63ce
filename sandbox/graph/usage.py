"""Rates of Graph, and the headers that tell how much of them is used.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/overview/rate-limiting
"""

from __future__ import annotations

import orjson

from sandbox.graph.call import GraphCall
from sandbox.graph.errors import GraphError
from sandbox.graph.whatsapp_errors import WhatsAppError
from sandbox.state import InstagramAccount, MetaAccount

DAY, HOUR = 86400.0, 3600.0
CALLS_PER_ENGAGED_USER = 200
TEXT_PER_SECOND = {"facebook": 300.0, "page": 300.0, "login": 100.0}
AV_PER_SECOND = 10.0
BUSINESS_CODE = {"facebook": 80006, "instagram": 80002}
BUSINESS_TYPE = {"facebook": "messenger", "instagram": "instagram"}


def _too_fast(account: MetaAccount) -> GraphError:
    return GraphError(613, 2534040 if account.platform == "instagram" else None)


def take_api_call(call: GraphCall, account: MetaAccount) -> None:
    """200 calls per engaged user in 24 hours. Raises GraphError."""
    world = call.world
    if not world.limits_on:
        return
    most = CALLS_PER_ENGAGED_USER * max(1, account.engaged_users)
    if not world.limits.count(f"calls:{account.key}", most, DAY, world.clock.now()):
        raise GraphError(BUSINESS_CODE[account.platform])


def take_send(call: GraphCall, account: MetaAccount, is_audio_video: bool) -> None:
    """300 texts or 10 audio and video files in a second. Raises GraphError."""
    world = call.world
    if not world.limits_on:
        return
    take_api_call(call, account)
    flavour = account.flavour if isinstance(account, InstagramAccount) else "facebook"
    rate = AV_PER_SECOND if is_audio_video else TEXT_PER_SECOND[flavour]
    kind = "av" if is_audio_video else "text"
    if not world.limits.take(f"send:{kind}:{account.key}", rate, world.clock.now()):
        raise _too_fast(account)


def take_rate(call: GraphCall, account: MetaAccount, what: str, per_second: float) -> None:
    """A bucket of its own (conversations: 2 in a second). Raises GraphError."""
    world = call.world
    if world.limits_on and not world.limits.take(f"{what}:{account.key}", per_second, world.clock.now()):
        raise _too_fast(account)


def take_window(call: GraphCall, account: MetaAccount, what: str, most: int, seconds: float) -> None:
    """A rolling window of its own (profile: 10 in 10 minutes). Raises GraphError."""
    world = call.world
    if world.limits_on and not world.limits.count(f"{what}:{account.key}", most, seconds, world.clock.now()):
        raise _too_fast(account)


def take_management(call: GraphCall, waba_id: str, is_active: bool) -> None:
    """WhatsApp's management edges: 5,000 calls an hour for an active account, else 200. Raises GraphError."""
    world = call.world
    most = 5000 if is_active else 200
    if world.limits_on and not world.limits.count(f"waba:{waba_id}", most, HOUR, world.clock.now()):
        raise WhatsAppError(80007)


def usage_headers(call: GraphCall) -> list[tuple[bytes, bytes]]:
    """Percentages; absent while hardly anything is used."""
    account = call.node
    if not isinstance(account, MetaAccount):
        return []
    forced = call.trace.usage
    most = CALLS_PER_ENGAGED_USER * max(1, account.engaged_users)
    percent = forced if forced is not None else 100.0 * call.world.limits.used(f"calls:{account.key}") / most
    if percent < 1:
        return []
    share = {"call_count": int(percent), "total_cputime": int(percent) // 4, "total_time": int(percent) // 4}
    business = {"type": BUSINESS_TYPE[account.platform], **share}
    business["estimated_time_to_regain_access"] = 10 if percent >= 100 else 0
    return [
        (b"x-app-usage", orjson.dumps(share)),
        (b"x-business-use-case-usage", orjson.dumps({account.external_id: [business]})),
    ]
