"""Reply tokens and retry keys: what may be used once, and how long.

https://developers.line.biz/en/docs/messaging-api/retrying-api-request/
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from sandbox.clock import Clock

Json = dict[str, Any]
REPLY_SECONDS = 60.0
REDELIVERED_SECONDS = 20 * 60.0
RETRY_SECONDS = 86400.0
UUID = re.compile(r"^[0-9a-fA-F]{8}-([0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}$")


@dataclass(slots=True)
class ReplyToken:
    bot: str
    peer: str
    made_at: float
    delivered_at: float
    is_used: bool = False


@dataclass(slots=True)
class Accepted:
    """A request that was accepted under a retry key."""

    at: float
    request_id: str
    body: bytes
    sent: list[Json]


@dataclass(slots=True)
class LineTokens:
    """All reply tokens and retry keys of the pretended LINE."""

    clock: Clock
    replies: dict[str, ReplyToken] = field(default_factory=dict)
    keys: dict[tuple[str, str, str], Accepted] = field(default_factory=dict)

    def issue(self, token: str, bot: str, peer: str) -> str:
        now = self.clock.now()
        self.replies[token] = ReplyToken(bot, peer, now, now)
        if len(self.replies) > 20_000:
            self.replies.pop(next(iter(self.replies)))
        return token

    def delivered(self, token: str) -> None:
        """A webhook with this token was just tried (again): its minute starts anew."""
        if (known := self.replies.get(token)) is not None:
            known.delivered_at = self.clock.now()

    def find(self, token: str, bot: str) -> ReplyToken | None:
        """The token if it can still be used; None otherwise, whatever the reason."""
        known = self.replies.get(token)
        now = self.clock.now()
        if known is None or known.bot != bot or known.is_used:
            return None
        if now - known.delivered_at > REPLY_SECONDS or now - known.made_at > REDELIVERED_SECONDS:
            return None
        return known

    def accepted(self, bot: str, endpoint: str, key: str) -> Accepted | None:
        """The request accepted under this key within 24 hours."""
        found = self.keys.get((bot, endpoint, key))
        return found if found and self.clock.now() - found.at < RETRY_SECONDS else None

    def remember(self, bot: str, endpoint: str, key: str, accepted: Accepted) -> None:
        self.keys[bot, endpoint, key] = accepted
        if len(self.keys) > 50_000:
            self.keys.pop(next(iter(self.keys)))
