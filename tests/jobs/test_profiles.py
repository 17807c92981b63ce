"""Who people are is asked once, kept, and never written over what a person of the team typed."""

from __future__ import annotations

import pytest
from django.core.files.storage import default_storage

from hubbub.contacts import tasks
from hubbub.contacts.models import ContactIdentity
from hubbub.conversations.models import RealtimeEvent
from hubbub.organizations.scope import organization_scope
from tests.support.outbound import Line, Platforms, connect
from tests.support.roles import acting_as

pytestmark = pytest.mark.usefixtures("database")


def identity(line: Line) -> ContactIdentity:
    with organization_scope(line.tenant.id):
        return ContactIdentity.objects.select_related("contact").get(channel=line.channel)


def ask(line: Line, **thread: str) -> ContactIdentity:
    with acting_as("jobs"):
        tasks.fetch_profile.func(organization_id=str(line.tenant.id), identity_id=str(identity(line).id), **thread)
    return identity(line)


@pytest.mark.parametrize("platform", ["facebook", "instagram", "line"])
def test_name_and_picture_are_fetched_and_the_picture_is_copied(platforms: Platforms, platform: str) -> None:
    line = connect(platforms, platform)
    found = ask(line)
    assert (found.profile_state, found.contact.name) == ("fetched", found.display_name)
    assert "Mali" in found.contact.name
    assert found.contact.avatar_url
    assert default_storage.exists(found.contact.avatar_key)
    with organization_scope(line.tenant.id):
        told = RealtimeEvent.objects.filter(kind="contact.changed", subject_id=found.contact_id).count()
    assert told == 2, "screens hear of the name, and of the picture"


def test_a_name_that_somebody_typed_stays(platforms: Platforms) -> None:
    line = connect(platforms, "line")
    with organization_scope(line.tenant.id):
        contact = identity(line).contact
        contact.name, contact.is_name_given = "Our Mali", True
        contact.save(update_fields=["name", "is_name_given"])
    assert ask(line).contact.name == "Our Mali"


def test_a_platform_that_tells_nothing_is_not_an_error(platforms: Platforms) -> None:
    line = connect(platforms, "line")
    with organization_scope(line.tenant.id):
        ContactIdentity.objects.update(external_id="U" + "0" * 32)
    found = ask(line)
    assert (found.profile_state, found.contact.avatar_url) == ("none", "")


def test_somebody_who_is_gone_is_not_asked_for(platforms: Platforms) -> None:
    line = connect(platforms, "line")
    with acting_as("jobs"):
        tasks.fetch_profile.func(organization_id=str(line.tenant.id), identity_id=str(line.tenant.id))
    assert not [call for call in platforms.calls() if "/profile" in call["path"]]
