"""Two contacts that were merged come apart: to each exactly what was said by them and to them, before and after."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from hubbub.contacts.models import ContactIdentity
from hubbub.conversations.models import Conversation, OutboxEntry
from hubbub.desk.models import Lead
from hubbub.kit import clock
from hubbub.kit.ids import new_id
from hubbub.organizations.database import run
from hubbub.organizations.scope import organization_scope
from tests.support.talk import Talk, make_talk
from tests.support.web import Api, api_for

pytestmark = pytest.mark.usefixtures("database")


def two_on_one_channel() -> tuple[Talk, Talk, Api]:
    """Two customers of one channel; each wrote and has an answer."""
    first = make_talk("from the first")
    api = api_for(first.tenant)
    answer(api, first, "to the first")
    second = replace(first, user=f"U{new_id().hex}")
    second.says("from the second", second=5)
    answer(api, second, "to the second")
    return first, second, api


def answer(api: Api, talk: Talk, text: str) -> None:
    """In the conversation where this customer's identity is now."""
    [thread] = api.get("/conversations", contact_id=str(contact_of(talk)), status="active").items
    assert api.post(f"/conversations/{thread['id']}/messages", {"text": text}).status == 201


def contact_of(talk: Talk) -> UUID:
    with organization_scope(talk.tenant.id):
        found: UUID = ContactIdentity.objects.get(channel=talk.channel, external_id=talk.user).contact_id
    return found


def merge(api: Api, one: UUID, other: UUID) -> None:
    assert api.post(f"/contacts/{one}/merge", {"contact_id": str(other)}).status == 200


def unmerge(api: Api, one: UUID, other: UUID) -> None:
    assert api.post(f"/contacts/{one}/unmerge", {"contact_id": str(other)}).status == 200


def said(api: Api, contact: UUID) -> set[str]:
    return {row["text"] for row in api.get(f"/contacts/{contact}/timeline").items}


def threads(api: Api, contact: UUID) -> list[dict[str, Any]]:
    return list(api.get("/conversations", contact_id=str(contact)).items)


def test_of_a_thread_that_became_one_each_gets_their_own_words_and_our_answers_back() -> None:
    first, second, api = two_on_one_channel()
    one, other = contact_of(first), contact_of(second)
    merge(api, one, other)
    unmerge(api, one, other)
    assert said(api, one) == {"from the first", "to the first"}
    assert said(api, other) == {"from the second", "to the second"}
    for contact in (one, other):
        [thread] = threads(api, contact)
        assert (thread["status"], thread["message_count"]) == ("active", 2)


def test_what_came_after_the_merge_follows_the_identity_that_said_it_and_that_it_was_said_to() -> None:
    first, second, api = two_on_one_channel()
    one, other = contact_of(first), contact_of(second)
    merge(api, one, other)
    second.says("later from the second", second=20)
    answer(api, second, "later to the second")
    first.says("later from the first", second=30)
    answer(api, first, "later to the first")
    assert len(threads(api, one)) == 1
    unmerge(api, one, other)
    assert said(api, one) == {f"{when}{way} the first" for when in ("", "later ") for way in ("from", "to")}
    assert said(api, other) == {f"{when}{way} the second" for when in ("", "later ") for way in ("from", "to")}


def test_after_they_came_apart_each_goes_on_in_a_thread_of_their_own() -> None:
    first, second, api = two_on_one_channel()
    one, other = contact_of(first), contact_of(second)
    merge(api, one, other)
    unmerge(api, one, other)
    first.says("the first again", second=40)
    second.says("the second again", second=41)
    assert said(api, one) == {"from the first", "to the first", "the first again"}
    assert said(api, other) == {"from the second", "to the second", "the second again"}
    assert [len(threads(api, contact)) for contact in (one, other)] == [1, 1]
    answer(api, second, "only to the second")
    assert "only to the second" in said(api, other) - said(api, one)


def test_a_thread_that_was_theirs_alone_comes_back_as_it_is() -> None:
    first = make_talk("from the first")
    second = make_talk("from the second", tenant=first.tenant)
    api = api_for(first.tenant)
    one, other = contact_of(first), contact_of(second)
    [before] = threads(api, other)
    merge(api, one, other)
    second.says("later from the second", second=20)
    answer_in = api.post(f"/conversations/{before['id']}/messages", {"text": "later to the second"})
    assert answer_in.status == 201
    unmerge(api, one, other)
    [after] = threads(api, other)
    assert (after["id"], after["message_count"]) == (before["id"], 3)
    assert said(api, one) == {"from the first"}


def test_what_still_waits_to_be_sent_goes_to_whom_it_was_written_for() -> None:
    first, second, api = two_on_one_channel()
    one, other = contact_of(first), contact_of(second)
    merge(api, one, other)
    unmerge(api, one, other)
    with organization_scope(first.tenant.id):
        waiting = OutboxEntry.objects.filter(channel=first.channel).select_related("message", "conversation__identity")
        found = {one.message.text: (one.conversation.identity.external_id, one.is_head) for one in waiting}
    assert found == {"to the first": (first.user, True), "to the second": (second.user, True)}


def test_a_lead_and_what_automation_has_not_seen_go_home() -> None:
    first, second, api = two_on_one_channel()
    one, other = contact_of(first), contact_of(second)
    with organization_scope(first.tenant.id):
        lead = Lead.objects.create(
            organization_id=first.tenant.id,
            contact_id=other,
            conversation=Conversation.objects.get(contact_id=other),
        )
    merge(api, one, other)
    unmerge(api, one, other)
    with organization_scope(first.tenant.id):
        home = Conversation.objects.get(contact_id=other).id
        assert Lead.objects.get(id=lead.id).conversation_id == home
        items = run("SELECT conversation_id FROM automation_item ORDER BY occurred_at")
        assert [row["conversation_id"] for row in items] == [Conversation.objects.get(contact_id=one).id, home]
        assert run("SELECT FROM reply_token WHERE conversation_id <> %(home)s", home=home) == []


def test_whoever_was_merged_into_the_other_before_comes_along() -> None:
    first, second, api = two_on_one_channel()
    third = make_talk("from the third", tenant=first.tenant)
    one, other, last = contact_of(first), contact_of(second), contact_of(third)
    merge(api, other, last)
    merge(api, one, other)
    unmerge(api, one, other)
    assert said(api, one) == {"from the first", "to the first"}
    assert said(api, other) == {"from the second", "to the second", "from the third"}
    unmerge(api, other, last)
    assert said(api, other) == {"from the second", "to the second"}
    assert said(api, last) == {"from the third"}


def note(api: Api, thread: dict[str, Any], text: str) -> None:
    assert api.post(f"/conversations/{thread['id']}/notes", {"text": text}).status == 201


def tag(api: Api, thread: dict[str, Any], *tags: str) -> None:
    assert api.patch(f"/conversations/{thread['id']}", {"tags": [*tags]}).status == 200


def notes(api: Api, contact: UUID) -> set[str]:
    return {
        row["text"] for thread in threads(api, contact) for row in api.get(f"/conversations/{thread['id']}/notes").items
    }


def tags(api: Api, contact: UUID) -> list[str]:
    return sorted(tag for thread in threads(api, contact) for tag in thread["tags"])


def with_notes_and_tags() -> tuple[Talk, Talk, Api, UUID, UUID]:
    """Each has a note and a tag of their own, and a tag that both have."""
    first, second, api = two_on_one_channel()
    one, other = contact_of(first), contact_of(second)
    for contact, name in ((one, "first"), (other, "second")):
        [thread] = threads(api, contact)
        note(api, thread, f"about the {name}")
        tag(api, thread, name, "both")
    return first, second, api, one, other


def test_while_two_are_one_all_notes_and_tags_are_together() -> None:
    _, _, api, one, other = with_notes_and_tags()
    merge(api, one, other)
    assert notes(api, one) == {"about the first", "about the second"}
    assert tags(api, one) == ["both", "first", "second"]
    assert len(api.get("/conversations", tag="second").items) == 1


def test_notes_and_tags_that_came_by_the_merge_go_home() -> None:
    _, _, api, one, other = with_notes_and_tags()
    merge(api, one, other)
    note(api, threads(api, one)[0], "about both")
    unmerge(api, one, other)
    assert notes(api, one) == {"about the first", "about both"}
    assert notes(api, other) == {"about the second"}
    assert (tags(api, one), tags(api, other)) == (["both", "first"], ["both", "second"])
    merge(api, one, other)
    unmerge(api, one, other)
    assert notes(api, other) == {"about the second"}


def test_a_tag_that_was_taken_away_meanwhile_stays_away() -> None:
    _, _, api, one, other = with_notes_and_tags()
    merge(api, one, other)
    tag(api, threads(api, one)[0], "both", "first", "new")
    unmerge(api, one, other)
    assert (tags(api, one), tags(api, other)) == (["both", "first", "new"], ["both"])


def test_a_thread_that_went_over_as_a_whole_and_was_then_shared_keeps_its_notes_apart() -> None:
    first = make_talk("from the first")
    second = make_talk("from the second", tenant=first.tenant)
    api = api_for(first.tenant)
    one, other = contact_of(first), contact_of(second)
    [thread] = threads(api, other)
    note(api, thread, "about the second")
    tag(api, thread, "second")
    merge(api, one, other)
    also_first = replace(second, user=f"U{new_id().hex}")
    also_first.says("the first, over there", second=30)
    third = contact_of(also_first)
    merge(api, one, third)
    unmerge(api, one, other)
    assert notes(api, other) == {"about the second"}
    assert tags(api, other) == ["second"]
    assert notes(api, one) == set()


def test_notes_of_whoever_was_merged_before_come_along_and_then_go_home_too() -> None:
    first, _, api, one, other = with_notes_and_tags()
    third = replace(first, user=f"U{new_id().hex}")
    third.says("from the third", second=9)
    last = contact_of(third)
    note(api, threads(api, last)[0], "about the third")
    tag(api, threads(api, last)[0], "third")
    merge(api, other, last)
    merge(api, one, other)
    assert tags(api, one) == ["both", "first", "second", "third"]
    unmerge(api, one, other)
    assert notes(api, one) == {"about the first"}
    assert notes(api, other) == {"about the second", "about the third"}
    assert (tags(api, one), tags(api, other)) == (["both", "first"], ["both", "second", "third"])
    unmerge(api, other, last)
    assert (notes(api, other), notes(api, last)) == ({"about the second"}, {"about the third"})
    assert (tags(api, other), tags(api, last)) == (["both", "second"], ["third"])


def test_what_was_to_be_said_later_and_the_team_go_home() -> None:
    first, second, api = two_on_one_channel()
    one, other = contact_of(first), contact_of(second)
    [thread] = threads(api, other)
    later = (clock.now() + timedelta(hours=2)).isoformat()
    answer = api.post(f"/conversations/{thread['id']}/scheduled", {"draft": {"text": "later"}, "due_at": later})
    assert answer.status == 201, answer.body
    team = api.post("/teams", {"name": "Service"}).body["id"]
    assert api.post(f"/teams/{team}/conversations", {"conversation_id": thread["id"]}).status == 200
    merge(api, one, other)
    assert threads(api, one)[0]["team_id"] == team
    unmerge(api, one, other)
    assert (threads(api, one)[0]["team_id"], threads(api, other)[0]["team_id"]) == (None, team)
    waiting = [len(api.get(f"/conversations/{threads(api, who)[0]['id']}/scheduled").items) for who in (one, other)]
    assert waiting == [0, 1]
