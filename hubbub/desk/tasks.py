"""Jobs about what a team works with."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from procrastinate.contrib.django import app

from hubbub.desk.actions import labels, notifying
from hubbub.desk.actions.notifying import Occasion
from hubbub.organizations.retries import Backoff


@app.task(name="desk.rename_tag", queue="desk", retry=Backoff())
def rename_tag(*, organization_id: str, old: str, new: str) -> None:
    labels.rename_tag(UUID(organization_id), old, new)


@app.task(name="desk.notify", queue="desk", retry=Backoff())
def notify(*, user_ids: list[str], **occasion: Any) -> None:
    notifying.notify(_occasion(**occasion), [UUID(one) for one in user_ids])


@app.task(name="desk.push", queue="desk", retry=Backoff())
def push(*, subscription_id: str, **occasion: Any) -> None:
    notifying.push_to(_occasion(**occasion), UUID(subscription_id))


@app.task(name="desk.push_test", queue="desk", retry=Backoff())
def push_test(*, organization_id: str, subscription_id: str) -> None:
    notifying.try_device(UUID(organization_id), UUID(subscription_id))


@app.task(name="desk.mail", queue="desk", retry=Backoff())
def mail(*, user_id: str, **occasion: Any) -> None:
    notifying.mail_to(_occasion(**occasion), UUID(user_id))


def _occasion(*, organization_id: str, conversation_id: str, reason: str, actor_id: str | None = None) -> Occasion:
    return Occasion(
        organization_id=UUID(organization_id),
        conversation_id=UUID(conversation_id),
        reason=reason,
        actor_id=UUID(actor_id) if actor_id else None,
    )
