"""Who looks and who writes, told between web processes over Redis; without it each process knows its own screens only.

Nothing is stored there: every process says what changes, repeats everything now and then, and forgets what another one
does not repeat. Events never go this way.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections import deque
from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from hubbub.kit.errors import HubbubError
from hubbub.kit.ids import new_token
from hubbub.kit.json import as_object, as_text, dumps, loads
from hubbub.kit.logging import log_event
from hubbub.realtime.audience import Audience
from hubbub.realtime.presence import Glance
from hubbub.settings.environment import Environment

logger = logging.getLogger(__name__)

REPEAT_SECONDS: Final = 15.0
RETRY_SECONDS: Final = 1.0
MOST_UNSAID: Final = 2000
LARGEST_MESSAGE: Final = 4096


class Gossip:
    """`run` works for ever; `say` is called on the event loop and never waits."""

    def __init__(self, environment: Environment, audiences: Mapping[UUID, Audience]) -> None:
        assert environment.redis_url is not None
        self._url = environment.redis_url.get_secret_value()
        secret = environment.secret_key.get_secret_value().encode()
        self._channel = f"hubbub:{hashlib.sha256(secret).hexdigest()[:12]}:presence"
        self._audiences = audiences
        self._node = new_token(9)
        self._unsaid: deque[bytes] = deque(maxlen=MOST_UNSAID)
        self._has_news = asyncio.Event()

    def say(self, glance: Glance) -> None:
        """A screen of ours does something else now."""
        self._put({name: getattr(glance, name) for name in glance.__dataclass_fields__})

    def ask(self, organization_id: UUID) -> None:
        """Our first screen of this organisation: have the others repeat theirs."""
        self._put({"ask": organization_id})

    async def run(self) -> None:
        """Talk and listen. A Redis that is away is tried again; presence is a courtesy."""
        from redis.asyncio import Redis
        from redis.exceptions import RedisError

        while True:
            try:
                async with Redis.from_url(self._url, socket_connect_timeout=5) as redis, redis.pubsub() as heard:
                    await heard.subscribe(self._channel)
                    async with asyncio.TaskGroup() as group:
                        group.create_task(self._talk(redis))
                        group.create_task(self._repeat())
                        group.create_task(self._listen(heard))
            except* (RedisError, OSError) as failures:
                log_event(logger, logging.WARNING, "presence_interrupted", error=failures.exceptions[0])
            await asyncio.sleep(RETRY_SECONDS)

    async def _talk(self, redis: Any) -> None:
        while True:
            await self._has_news.wait()
            self._has_news.clear()
            while self._unsaid:
                await redis.publish(self._channel, self._unsaid.popleft())

    async def _repeat(self) -> None:
        while True:
            for audience in list(self._audiences.values()):
                self._tell_all_of(audience)
            await asyncio.sleep(REPEAT_SECONDS)

    async def _listen(self, heard: Any) -> None:
        async for message in heard.listen():
            data = message.get("data")
            if message.get("type") == "message" and isinstance(data, bytes) and len(data) <= LARGEST_MESSAGE:
                self._hear(data)

    def _hear(self, data: bytes) -> None:
        try:
            said = as_object(loads(data)) or {}
            if said.pop("node", None) == self._node:
                return
            asked = said.get("ask")
            audience = self._audiences.get(UUID(str(asked or said.get("organization_id"))))
            if audience is None:
                return
            if asked:
                self._tell_all_of(audience)
            else:
                audience.presence.hear(_glance(said), asyncio.get_running_loop().time())
        except (HubbubError, ValueError, TypeError, KeyError) as failure:
            log_event(logger, logging.WARNING, "presence_not_understood", error=failure)

    def _tell_all_of(self, audience: Audience) -> None:
        for glance in audience.presence.glances():
            self.say(glance)

    def _put(self, content: dict[str, Any]) -> None:
        self._unsaid.append(dumps({"node": self._node, **content}))
        self._has_news.set()


def _glance(said: Mapping[str, Any]) -> Glance:
    conversation = said["conversation_id"]
    return Glance(
        sid=as_text(said["sid"], limit=100) or "",
        organization_id=UUID(said["organization_id"]),
        user_id=UUID(said["user_id"]),
        name=as_text(said["name"], limit=300) or "",
        conversation_id=UUID(conversation) if conversation else None,
        is_typing=said["is_typing"] is True,
        kind="note" if said["kind"] == "note" else "reply",
        is_gone=said["is_gone"] is True,
    )
