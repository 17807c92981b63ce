"""The conversation with a person of whom we know the id."""

from __future__ import annotations

from threading import Barrier, Thread
from typing import Any
from uuid import UUID

import pytest
from django.db import connections

from hubbub.contacts.models import Contact, ContactIdentity
from hubbub.conversations.actions.starting import conversation_with
from hubbub.conversations.models import Conversation
from hubbub.kit.errors import InvalidInput
from hubbub.organizations.scope import organization_scope
from tests.support.factories import make_channel, make_tenant


@pytest.fixture
def channel(database: None) -> Any:
    return make_channel(make_tenant())


def start(channel: Any, external_id: str = "4711") -> Conversation:
    with organization_scope(channel.organization_id):
        return conversation_with(channel, external_id)


def become(conversation: Conversation, status: str) -> None:
    with organization_scope(conversation.organization_id):
        Conversation.objects.filter(id=conversation.id).update(status=status)


def test_somebody_unknown_becomes_a_contact_whose_window_is_unknown(channel: Any) -> None:
    conversation = start(channel)
    with organization_scope(channel.organization_id):
        identity = ContactIdentity.objects.get(channel=channel, external_id="4711")
        assert (identity.window_opened_at, identity.contact_id) == (None, conversation.contact_id)
        assert conversation.identity_id == identity.id


def test_the_same_person_is_the_same_conversation(channel: Any) -> None:
    assert start(channel).id == start(channel).id
    assert start(channel).id != start(channel, "4712").id


def test_a_closed_conversation_goes_on_and_an_archived_one_does_not(channel: Any) -> None:
    first = start(channel)
    become(first, "closed")
    assert start(channel).id == first.id
    become(first, "archived")
    second = start(channel)
    assert second.id != first.id
    assert second.contact_id == first.contact_id


def test_an_open_conversation_comes_before_a_closed_one(channel: Any) -> None:
    first = start(channel)
    become(first, "archived")
    second = start(channel)
    become(first, "closed")
    assert start(channel).id == second.id


def test_those_who_start_at_once_meet_in_one_conversation(channel: Any) -> None:
    found: list[UUID] = []
    barrier = Barrier(4)

    def begin() -> None:
        barrier.wait()
        found.append(start(channel).id)
        connections.close_all()

    threads = [Thread(target=begin) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    assert len(set(found)) == 1
    with organization_scope(channel.organization_id):
        assert Contact.objects.filter(identities__channel=channel).count() == 1


@pytest.mark.parametrize("external_id", ["", "x" * 256])
def test_an_id_that_cannot_be_one_is_refused(channel: Any, external_id: str) -> None:
    with pytest.raises(InvalidInput, match="1 to 255"):
        start(channel, external_id)
