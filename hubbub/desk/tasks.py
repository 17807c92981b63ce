"""Jobs about what a team works with."""

from __future__ import annotations

from uuid import UUID

from procrastinate.contrib.django import app

from hubbub.desk.actions import labels
from hubbub.organizations.retries import Backoff


@app.task(name="desk.rename_tag", queue="desk", retry=Backoff())
def rename_tag(*, organization_id: str, old: str, new: str) -> None:
    labels.rename_tag(UUID(organization_id), old, new)
