"""The jobs lane: Procrastinate's worker, for what is slow or rare (media, profiles, syncs, upkeep)."""

from __future__ import annotations

import asyncio
from threading import Event
from typing import cast

from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector

CONCURRENCY = 4
FETCH_SECONDS = 1.0


def run(stop: Event) -> None:
    """Work until `stop` is set; a job under way is finished first."""
    asyncio.run(_work(stop))


async def _work(stop: Event) -> None:
    connector = cast(DjangoConnector, app.connector)
    worker_app = app.with_connector(connector.get_worker_connector())
    async with worker_app.open_async():
        working = asyncio.create_task(
            worker_app.run_worker_async(
                concurrency=CONCURRENCY,
                fetch_job_polling_interval=FETCH_SECONDS,
                install_signal_handlers=False,
                delete_jobs="successful",
            )
        )
        while not stop.is_set() and not working.done():
            await asyncio.sleep(0.1)
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)
