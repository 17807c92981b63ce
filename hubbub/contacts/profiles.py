"""Asks platforms who people are: name, picture, language. Asked once, cached, and asked again after a month."""

from __future__ import annotations

from uuid import UUID

from django.db.models.functions import Now

from hubbub.channels.access import access_to, call
from hubbub.connectors.base import FetchesProfiles
from hubbub.connectors.messages import Profile
from hubbub.connectors.registry import connector_for
from hubbub.contacts.models import Contact, ContactIdentity
from hubbub.kit.json import JsonValue
from hubbub.organizations.scope import organization_scope
from hubbub.organizations.screens import ScreenEvent, emit


def fetch_profile(
    organization_id: UUID, identity_id: UUID, *, thread_type: str = "private", thread_key: str = ""
) -> Profile | None:
    """Fetch and keep one person's profile; returns it, or None when the platform tells nothing."""
    with organization_scope(organization_id):
        identity = ContactIdentity.objects.select_related("channel").filter(id=identity_id).first()
    if identity is None:
        return None
    connector = connector_for(identity.channel.platform)
    if not isinstance(connector, FetchesProfiles):
        return None
    request = connector.profile_request(
        access_to(identity.channel), identity.external_id, thread_type=thread_type, thread_key=thread_key
    )
    profile = connector.read_profile(call(request))
    with organization_scope(organization_id):
        keep_profile(identity, profile)
    return profile


def keep_profile(identity: ContactIdentity, profile: Profile | None) -> None:
    """Write what the platform told; a name that a person of the team typed stays."""
    if profile is None:
        ContactIdentity.objects.filter(id=identity.id).update(profile_state="none", profile_fetched_at=Now())
        return
    # The contact first, as everybody does: whoever holds an identity and then waits for its contact ends in a deadlock.
    contact = Contact.objects.select_for_update(of=("self",), no_key=True).get(identities=identity.id)
    name = (profile.name or " ".join(filter(None, (profile.first_name, profile.last_name))))[:255]
    ContactIdentity.objects.filter(id=identity.id).update(
        profile_state="fetched",
        profile_fetched_at=Now(),
        profile=_facts(profile),
        display_name=name or identity.display_name,
        username=(profile.username or identity.username)[:255],
    )
    if name and not contact.is_name_given:
        contact.name = name
    contact.avatar_url = (profile.avatar_url or contact.avatar_url)[:2000]
    contact.language = contact.language or (profile.language or "")[:20]
    contact.timezone = contact.timezone or (profile.timezone or "")[:60]
    contact.save(update_fields=["name", "avatar_url", "language", "timezone", "updated_at"])
    emit([ScreenEvent(organization_id=contact.organization_id, kind="contact.changed", subject_id=contact.id)])


def _facts(profile: Profile) -> dict[str, JsonValue]:
    told: dict[str, JsonValue] = {
        "first_name": profile.first_name,
        "last_name": profile.last_name,
        "gender": profile.gender,
        **profile.extra,
    }
    return {name: value for name, value in told.items() if value is not None}
