"""Jobs about people."""

from __future__ import annotations

from uuid import UUID

from procrastinate.contrib.django import app

from hubbub.contacts import avatars, profiles
from hubbub.organizations.retries import Backoff


@app.task(name="contacts.fetch_profile", queue="profiles", retry=Backoff())
def fetch_profile(
    *, organization_id: str, identity_id: str, thread_type: str = "private", thread_key: str = ""
) -> None:
    profile = profiles.fetch_profile(
        UUID(organization_id), UUID(identity_id), thread_type=thread_type, thread_key=thread_key
    )
    if profile is not None and profile.avatar_url:
        avatars.copy_avatar(UUID(organization_id), UUID(identity_id), profile.avatar_url)


@app.task(name="contacts.copy_avatar", queue="profiles", retry=Backoff())
def copy_avatar(*, organization_id: str, identity_id: str, url: str) -> None:
    avatars.copy_avatar(UUID(organization_id), UUID(identity_id), url)
