"""Conversations through the API, as a client sees them."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client

from hubbub.contacts.models import Contact
from hubbub.kit.ids import new_id
from hubbub.organizations.scope import organization_scope
from tests.support.factories import make_tenant
from tests.support.talk import make_talk
from tests.support.web import api_for, signed_in

pytestmark = pytest.mark.usefixtures("database")


def test_what_a_customer_wrote_is_in_the_list_and_in_its_thread() -> None:
    talk = make_talk("hello", "is anybody there?")
    api = api_for(talk.tenant)
    [conversation] = api.get("/conversations").items
    assert conversation["last_message_text"] == "is anybody there?"
    assert (conversation["unread_count"], conversation["status"], conversation["platform"]) == (2, "active", "line")
    thread = api.get(f"/conversations/{conversation['id']}/messages", oldest_first=True).items
    assert [message["text"] for message in thread] == ["hello", "is anybody there?"]
    assert {message["direction"] for message in thread} == {"inbound"}


def test_the_list_says_whose_the_last_word_is_and_what_kind_of_word() -> None:
    talk = make_talk("hello")
    ann, user = signed_in(talk.tenant, first_name="Ann")
    [heard] = ann.get("/conversations").items
    assert (heard["last_message"]["author_type"], heard["last_message"]["type"]) == ("customer", "text")
    ann.post(f"/conversations/{heard['id']}/messages", {"text": "hi"})
    [said] = ann.get("/conversations").items
    assert (said["last_message"]["author_type"], said["last_message"]["author_user_id"]) == ("human", str(user.id))
    assert said["last_message"]["author_name"] == "Ann"
    assert ann.get(f"/conversations/{heard['id']}").body["last_message"] == said["last_message"]


def test_the_list_shows_a_person_s_picture_by_a_link_that_stays_the_same() -> None:
    talk = make_talk("hello")
    api = api_for(talk.tenant)
    assert api.get("/conversations").items[0]["contact_avatar_url"] is None
    key = default_storage.save(f"avatars/{new_id().hex}", ContentFile(b"\x89PNG\r\n\x1a\n"))
    with organization_scope(talk.tenant.id):
        Contact.objects.filter(id=talk.contact_id).update(avatar_key=key)
    [row] = api.get("/conversations").items
    assert row["contact_avatar_url"] == api.get(f"/conversations/{row['id']}").body["contact_avatar_url"]
    assert key not in str(row)
    answer = Client(SERVER_NAME="localhost").get(urlsplit(row["contact_avatar_url"]).path)
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/png")


def test_a_message_reads_under_the_names_that_are_promised() -> None:
    talk = make_talk("hello")
    message = api_for(talk.tenant).get(f"/messages/{talk.messages()[0].id}").body
    promised = (
        "id conversation_id external_id direction author_type type text attachments status occurred_at reply_to"
        " reactions is_edited is_unsent error"
    )
    assert set(promised.split()) <= set(message)


def test_pages_meet_without_gap_or_overlap() -> None:
    tenant = make_tenant()
    for number in range(5):
        make_talk(f"text {number}", tenant=tenant)
    api = api_for(tenant)
    seen: list[str] = []
    cursor = None
    while True:
        answer = api.get("/conversations", limit=2, **({"cursor": cursor} if cursor else {}))
        seen += [row["id"] for row in answer.items]
        cursor = answer.body["next_cursor"]
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) == 5


def test_a_thread_can_be_paged_in_both_directions() -> None:
    talk = make_talk("a", "b", "c")
    path = f"/conversations/{talk.conversation().id}/messages"
    api = api_for(talk.tenant)
    for oldest_first, wanted in ((True, ["a", "b", "c"]), (False, ["c", "b", "a"])):
        first = api.get(path, limit=2, oldest_first=oldest_first)
        second = api.get(path, limit=2, oldest_first=oldest_first, cursor=first.body["next_cursor"])
        assert [row["text"] for row in first.items + second.items] == wanted


@pytest.mark.parametrize(
    ("query", "is_found"),
    [
        ({"status": "active"}, True),
        ({"status": "closed"}, False),
        ({"platform": "line"}, True),
        ({"platform": "facebook"}, False),
        ({"is_unread": True}, True),
        ({"is_unread": False}, False),
        ({"is_assigned": False}, True),
        ({"priority": "urgent"}, False),
        ({"tag": "vip"}, False),
        ({"updated_since": "2020-01-01T00:00:00Z"}, True),
        ({"updated_since": "2100-01-01T00:00:00Z"}, False),
        ({"name_contains": "nobody is called that"}, False),
        ({"type": "group"}, False),
        ({"handover": "flow"}, True),
    ],
)
def test_filters_narrow_the_list(query: dict[str, object], is_found: bool) -> None:
    api = api_for(make_talk("hello").tenant)
    assert bool(api.get("/conversations", **query).items) is is_found


def test_reading_empties_the_unread_count_and_unreading_restores_one() -> None:
    talk = make_talk("a", "b")
    path = f"/conversations/{talk.conversation().id}"
    api = api_for(talk.tenant)
    assert api.post(f"{path}/read").body["unread_count"] == 0
    assert api.post(f"{path}/unread").body["unread_count"] == 1


def test_reading_up_to_a_moment_leaves_what_is_later_unread() -> None:
    talk = make_talk("a", "b")
    first = talk.messages()[0]
    path = f"/conversations/{talk.conversation().id}"
    answer = api_for(talk.tenant).post(f"{path}/read", {"through": first.occurred_at.isoformat()})
    assert answer.body["unread_count"] == 1


def test_closing_archiving_and_reopening_follow_the_lifecycle() -> None:
    talk = make_talk("hello")
    path = f"/conversations/{talk.conversation().id}"
    api = api_for(talk.tenant)
    assert api.post(f"{path}/close").body["status"] == "closed"
    assert api.post(f"{path}/archive").body["status"] == "archived"
    assert api.post(f"{path}/close").status == 409
    reopened = api.post(f"{path}/reopen").body
    assert (reopened["status"], reopened["closed_at"], reopened["archived_at"]) == ("active", None, None)


def test_reopening_beside_an_open_one_is_a_conflict_that_names_it() -> None:
    talk = make_talk("first")
    api = api_for(talk.tenant)
    old = talk.conversation()
    api.post(f"/conversations/{old.id}/archive")
    talk.says("second", second=60)
    new = talk.conversation()
    answer = api.post(f"/conversations/{old.id}/reopen")
    assert answer.status == 409
    assert answer.body["error"]["details"]["conversation_id"] == str(new.id)


def test_priority_tags_and_who_answers_can_be_changed_together() -> None:
    talk = make_talk("hello")
    body = {"priority": "urgent", "tags": ["vip", " vip ", "new"], "handover": "human", "is_auto_reply_enabled": False}
    answer = api_for(talk.tenant).patch(f"/conversations/{talk.conversation().id}", body).body
    assert (answer["priority"], answer["tags"], answer["handover"]) == ("urgent", ["new", "vip"], "human")
    assert answer["is_auto_reply_enabled"] is False


def test_a_conversation_is_given_to_members_only() -> None:
    talk = make_talk("hello")
    answer = api_for(talk.tenant).patch(f"/conversations/{talk.conversation().id}", {"assigned_to": str(new_id())})
    assert answer.status == 422


def test_a_change_is_audited_and_shown() -> None:
    from hubbub.conversations.models import RealtimeEvent
    from hubbub.organizations.models import AuditEntry

    talk = make_talk("hello")
    conversation = talk.conversation()
    api_for(talk.tenant).post(f"/conversations/{conversation.id}/close")
    with organization_scope(talk.tenant.id):
        assert AuditEntry.objects.filter(action="conversation_closed", target_id=conversation.id).count() == 1
        assert RealtimeEvent.objects.filter(kind="conversation.changed", subject_id=conversation.id).exists()


def test_a_refused_request_writes_nothing() -> None:
    talk = make_talk("hello")
    path = f"/conversations/{talk.conversation().id}"
    api = api_for(talk.tenant)
    assert api.patch(path, {"priority": "urgent", "assigned_to": str(new_id())}).status == 422
    assert api.get(path).body["priority"] == "normal"
