"""Jobs about channels."""

from __future__ import annotations

from uuid import UUID

from procrastinate.contrib.django import app

from hubbub.channels import sync, syncing
from hubbub.organizations.retries import Backoff


@app.task(name="channels.sync_channel", queue="channels", retry=Backoff())
def sync_channel(*, organization_id: str, channel_id: str) -> None:
    sync.sync_channel(UUID(organization_id), UUID(channel_id))


@app.periodic(cron="* * * * *")
@app.task(name="channels.start_due_syncs", queue="channels", queueing_lock="channels.start_due_syncs")
def start_due_syncs(timestamp: int) -> None:  # noqa: ARG001 - Procrastinate hands the planned time over
    syncing.start_due()


@app.task(name="channels.sync_templates", queue="channels", retry=Backoff())
def sync_templates(*, organization_id: str, channel_id: str) -> None:
    sync.sync_templates(UUID(organization_id), UUID(channel_id))
