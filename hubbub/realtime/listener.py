"""One connection a web process that waits for new events, and looks by itself once a second in case it hears none."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import unquote, urlsplit
from uuid import UUID

import psycopg
from psycopg.rows import dict_row

from hubbub.kit.logging import log_event
from hubbub.processes.roles import with_login
from hubbub.realtime.audience import Audience
from hubbub.realtime.queries import MOST_STEPS, SINCE, Change
from hubbub.realtime.relay import CHANNEL
from hubbub.settings.database import logins
from hubbub.settings.environment import environment

logger = logging.getLogger(__name__)

LOOK_SECONDS: Final = 1.0
RETRY_SECONDS: Final = 0.5
NAME: Final = "hubbub web, listening"
"""How the connection is called in pg_stat_activity."""
HEADS = "SELECT organization_id, last_seq FROM realtime_heads(%(organizations)s::uuid[])"
SCOPE = "SELECT set_config('hubbub.organization', %s, true)"
Connection = psycopg.AsyncConnection[dict[str, Any]]


async def listen(audiences: Mapping[UUID, Audience]) -> None:
    """Publish what is new to the audiences, for ever. A connection that is lost is made anew; nothing is missed."""
    while True:
        try:
            async with await psycopg.AsyncConnection.connect(
                listening_url(), autocommit=True, row_factory=dict_row, connect_timeout=5, application_name=NAME
            ) as connection:
                await connection.execute(f"LISTEN {CHANNEL}")
                while True:
                    await publish_new(connection, audiences)
                    async for _ in connection.notifies(timeout=LOOK_SECONDS, stop_after=1):
                        pass
        except psycopg.Error as failure:
            log_event(logger, logging.WARNING, "realtime_listener_interrupted", error=failure)
            await asyncio.sleep(RETRY_SECONDS)


async def publish_new(connection: Connection, audiences: Mapping[UUID, Audience]) -> None:
    """Read what the relay has numbered since the last look."""
    begun = {key: one.last_seq for key, one in audiences.items() if one.last_seq is not None}
    if not begun:
        return
    rows = await (await connection.execute(HEADS, {"organizations": list(begun)})).fetchall()
    for row in rows:
        audience = audiences.get(row["organization_id"])
        if audience is None:
            continue
        if row["last_seq"] < begun[audience.organization_id]:
            audience.begin_anew(row["last_seq"])
        while audience.last_seq is not None and audience.last_seq < row["last_seq"]:
            if not await _publish_some(connection, audience, audience.last_seq):
                audience.begin_anew(row["last_seq"])


async def _publish_some(connection: Connection, audience: Audience, begin: int) -> bool:
    """Up to MOST_STEPS events; False when the next one is not there any more. There may be newer ones, too."""
    values = {"organization": audience.organization_id, "seq": begin, "limit": MOST_STEPS}
    async with connection.transaction():
        await connection.execute(SCOPE, [str(audience.organization_id)])
        rows = await (await connection.execute(SINCE, values)).fetchall()
    if not rows or rows[0]["seq"] != begin + 1:
        return False
    audience.publish([Change(**row) for row in rows])
    return True


def listening_url() -> str:
    """The web role's URL, past a transaction pooler where one is set: LISTEN belongs to a session."""
    found, direct = logins(), environment().database_direct_url
    if direct is None:
        return found.url_for("web")
    url = direct.get_secret_value()
    database = unquote(urlsplit(url).path.lstrip("/")) or found.database
    return with_login(url, found.role_of("web"), found.password_of("web"), database)
