"""Jobs about conversations."""

from __future__ import annotations

from uuid import UUID

from procrastinate import JobContext
from procrastinate.contrib.django import app

from hubbub.conversations import attachments, upkeep
from hubbub.conversations.actions import scheduling, snoozing
from hubbub.conversations.archiving import media as archived_media
from hubbub.conversations.archiving import restoring
from hubbub.organizations.retries import Backoff, is_last_attempt
from hubbub.organizations.scope import organization_scope


@app.task(name="conversations.store_attachment", queue="media", retry=Backoff(), pass_context=True)
def store_attachment(context: JobContext, *, organization_id: str, attachment_id: str) -> None:
    try:
        attachments.store_attachment(UUID(organization_id), UUID(attachment_id))
    except Exception:
        if is_last_attempt(context.job.attempts):
            attachments.give_up(UUID(organization_id), UUID(attachment_id))
        raise


@app.task(name="conversations.bring_back", queue="media", retry=Backoff())
def bring_back(*, organization_id: str, conversation_id: str) -> None:
    with organization_scope(UUID(organization_id)):
        restoring.restore(UUID(organization_id), [UUID(conversation_id)])


@app.task(name="conversations.settle_archived_media", queue="media", retry=Backoff())
def settle_archived_media(*, organization_id: str) -> None:
    for _ in archived_media.settle(UUID(organization_id)):
        pass


@app.task(name="reminders.end_snooze", queue="reminders", retry=Backoff())
def end_snooze(*, organization_id: str, conversation_id: str) -> None:
    snoozing.end_snooze(UUID(organization_id), UUID(conversation_id))


@app.task(name="reminders.send_scheduled", queue="reminders", retry=Backoff())
def send_scheduled(*, organization_id: str, scheduled_id: str) -> None:
    scheduling.send_scheduled(UUID(organization_id), UUID(scheduled_id))


@app.periodic(cron="7 * * * *")
@app.task(name="maintenance.keep_partitions", queue="maintenance", queueing_lock="maintenance.keep_partitions")
def keep_partitions(timestamp: int) -> None:  # noqa: ARG001 - Procrastinate hands the planned time over
    upkeep.keep_partitions()
