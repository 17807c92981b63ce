"""What agents do with conversations beside answering: notes, labels, snoozing, many at once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from hubbub.conversations.actions.snoozing import end_snooze
from hubbub.conversations.models import Conversation, RealtimeEvent
from hubbub.desk.tasks import rename_tag
from hubbub.kit import clock
from hubbub.kit.ids import new_id
from hubbub.organizations.database import run
from hubbub.organizations.models import Role
from hubbub.organizations.scope import organization_scope
from tests.support.factories import Tenant
from tests.support.roles import acting_as
from tests.support.talk import Talk, make_talk
from tests.support.web import Api, api_for, signed_in

pytestmark = pytest.mark.usefixtures("database")


def place(talk: Talk, *rest: str) -> str:
    return "/".join(["/conversations", str(talk.conversation().id), *rest])


def kinds(tenant: Tenant) -> list[str]:
    with organization_scope(tenant.id):
        return list(RealtimeEvent.objects.order_by("created_at", "id").values_list("kind", flat=True))


def listed(api: Api, **query: Any) -> list[str]:
    return [row["id"] for row in api.get("/conversations", **query).items]


def test_a_person_reads_and_changes_who_they_are() -> None:
    talk = make_talk("hello")
    api, user = signed_in(talk.tenant, email="mali@example.com")
    assert api.patch("/me", {"name": "Mali  Boonmee", "language": "th"}).status == 200
    me = api.get("/me").body
    assert me["user"] == {
        "id": str(user.id),
        "name": "Mali Boonmee",
        "email": "mali@example.com",
        "language": "th",
    }
    assert (me["role"], me["organization"]["id"]) == ("agent", str(talk.tenant.id))
    assert "answer" in me["permissions"]
    assert "manage_channels" not in me["permissions"]
    assert me["csrf_token"]
    assert "member.changed" in kinds(talk.tenant)


def test_a_machine_s_key_is_nobody() -> None:
    api = api_for(make_talk("hello").tenant)
    assert api.get("/me").body["user"] is None
    assert api.patch("/me", {"name": "x"}).code == "needs_person"


def test_members_are_listed_by_name_with_those_who_left() -> None:
    talk = make_talk("hello")
    api, _ = signed_in(talk.tenant, Role.MANAGER, first_name="Zoe", last_name="Z")
    signed_in(talk.tenant, first_name="Ann", is_active=False)  # type: ignore[arg-type]
    shown = [(row["name"], row["role"], row["is_active"]) for row in api.get("/members").items]
    assert shown == [("Ann", "agent", False), ("Zoe Z", "manager", True)]


def test_a_note_is_for_the_team_and_told_to_whom_it_mentions() -> None:
    talk = make_talk("hello")
    (ann, _), (bob, user) = signed_in(talk.tenant, first_name="Ann"), signed_in(talk.tenant)
    note = ann.post(place(talk, "notes"), {"text": "look at this", "mentions": [str(user.id)]})
    assert note.status == 201
    assert (note.body["author"]["name"], note.body["mentions"]) == ("Ann", [str(user.id)])
    assert [one["text"] for one in bob.get(place(talk, "notes")).items] == ["look at this"]
    assert len(talk.messages()) == 1
    assert listed(bob, mentions="unseen") == listed(bob, mentions="me") == [str(talk.conversation().id)]
    assert listed(ann, mentions="me") == []
    assert bob.get("/conversations/counts").body["mentions"] == 1
    assert bob.post(place(talk, "mentions", "seen")).status == 200
    assert (listed(bob, mentions="unseen"), len(listed(bob, mentions="me"))) == ([], 1)
    assert {"note.created", "mention.changed"} <= set(kinds(talk.tenant))


def test_only_members_can_be_mentioned() -> None:
    talk, other = make_talk("hello"), make_talk("theirs")
    ann, _ = signed_in(talk.tenant)
    _, stranger = signed_in(other.tenant)
    for who in (stranger.id, new_id()):
        assert ann.post(place(talk, "notes"), {"text": "x", "mentions": [str(who)]}).code == "invalid_input"


def test_a_note_is_removed_by_its_author_or_a_manager() -> None:
    talk = make_talk("hello")
    (ann, _), (bob, _), (boss, _) = (signed_in(talk.tenant, role) for role in (Role.AGENT, Role.AGENT, Role.MANAGER))
    first, second = (ann.post(place(talk, "notes"), {"text": text}).body["id"] for text in ("a", "b"))
    assert bob.delete(f"/notes/{first}").status == 403
    assert (ann.delete(f"/notes/{first}").status, boss.delete(f"/notes/{second}").status) == (200, 200)
    assert ann.get(place(talk, "notes")).items == []


def test_notes_come_in_pages_newest_first() -> None:
    talk = make_talk("hello")
    api = api_for(talk.tenant)
    for number in range(3):
        api.post(place(talk, "notes"), {"text": str(number)})
    first = api.get(place(talk, "notes"), limit=2)
    second = api.get(place(talk, "notes"), limit=2, cursor=first.body["next_cursor"])
    assert [one["text"] for one in [*first.items, *second.items]] == ["2", "1", "0"]


def test_what_the_team_wrote_goes_with_the_person() -> None:
    talk = make_talk("hello")
    api = api_for(talk.tenant)
    api.post(place(talk, "notes"), {"text": "likes red"})
    person = f"/contacts/{talk.contact_id}"
    assert [one["text"] for one in api.get(f"{person}/export").body["notes"]] == ["likes red"]
    assert api.post(f"{person}/erase").status == 200
    assert api.get(place(talk, "notes")).items == []


def test_a_label_is_a_tag_with_a_colour_and_conversations_follow_its_name() -> None:
    talk, other = make_talk("hello"), make_talk("theirs")
    api = api_for(talk.tenant)
    label = api.post("/labels", {"name": "VIP", "color": "#FF0000"}).body
    assert api.post("/labels", {"name": "vip"}).code == "label_exists"
    assert api_for(other.tenant).post("/labels", {"name": "vip"}).status == 201
    assert api.post(place(talk, "tags"), {"add": ["VIP", "late"], "remove": []}).body["tags"] == ["VIP", "late"]
    assert api.get("/labels").items[0]["count"] == 1
    assert api.patch(f"/labels/{label['id']}", {"name": "Gold"}).body["count"] == 1
    assert listed(api, label="Gold") == listed(api, tag="late") == [str(talk.conversation().id)]
    assert listed(api, label="VIP") == []
    assert api.delete(f"/labels/{label['id']}").status == 200
    assert api.get(place(talk)).body["tags"] == ["late"]
    assert {"label.changed", "conversation.changed"} <= set(kinds(talk.tenant))


def test_a_big_label_is_renamed_in_portions(monkeypatch: pytest.MonkeyPatch) -> None:
    talk = make_talk("hello")
    talks = [talk, *(make_talk("hello", tenant=talk.tenant) for _ in range(2))]
    api = api_for(talk.tenant)
    label = api.post("/labels", {"name": "old"}).body
    for one in talks:
        api.post(place(one, "tags"), {"add": ["old"]})
    monkeypatch.setattr("hubbub.desk.actions.labels.PORTION", 2)
    api.patch(f"/labels/{label['id']}", {"name": "new"})
    assert (len(listed(api, tag="new")), len(listed(api, tag="old"))) == (2, 1)
    with acting_as("jobs"):
        rename_tag.func(organization_id=str(talk.tenant.id), old="old", new="new")
    assert (len(listed(api, tag="new")), len(listed(api, tag="old"))) == (3, 0)


def test_a_snoozed_conversation_is_out_of_sight_until_the_customer_writes() -> None:
    talk = make_talk("hello")
    api = api_for(talk.tenant)
    shown = api.post(place(talk, "snooze"), {"until_reply": True}).body
    assert (shown["is_snoozed"], shown["snoozed_until"]) == (True, None)
    assert listed(api) == []
    assert listed(api, is_snoozed=True) == listed(api, with_snoozed=True) == [shown["id"]]
    assert listed(api, contact_id=talk.contact_id) == [shown["id"]]
    assert api.get("/conversations/counts").body["snoozed"] == 1
    talk.says("are you there?", second=5)
    assert listed(api) == [shown["id"]]
    assert api.get(place(talk)).body["is_snoozed"] is False
    counts = api.get("/conversations/counts").body
    assert (counts["snoozed"], counts["all"], counts["unassigned"]) == (0, 1, 1)


def test_a_snooze_ends_at_its_moment_and_screens_are_told_once() -> None:
    talk = make_talk("hello")
    api = api_for(talk.tenant)
    until = clock.now() + timedelta(hours=1)
    assert api.post(place(talk, "snooze"), {"until": until.isoformat()}).status == 200
    conversation_id = talk.conversation().id
    [job] = run(
        "SELECT scheduled_at FROM procrastinate_jobs WHERE args ->> 'conversation_id' = %(id)s", id=str(conversation_id)
    )
    assert job["scheduled_at"] == until
    before = len(kinds(talk.tenant))
    with acting_as("jobs"):
        end_snooze(talk.tenant.id, conversation_id)
        assert len(kinds(talk.tenant)) == before
        with organization_scope(talk.tenant.id):
            run("SELECT set_config('hubbub.clock_shift', '2 hours', false)")
        for _ in range(2):
            end_snooze(talk.tenant.id, conversation_id)
    assert kinds(talk.tenant)[before:] == ["conversation.changed"]
    assert listed(api) == [str(conversation_id)]


def test_unsnoozing_takes_it_back_and_closing_ends_it() -> None:
    talk = make_talk("hello")
    api = api_for(talk.tenant)
    api.post(place(talk, "snooze"), {"until_reply": True})
    assert api.post(place(talk, "unsnooze")).body["is_snoozed"] is False
    api.post(place(talk, "snooze"), {"until_reply": True})
    assert api.post(place(talk, "close")).body["is_snoozed"] is False
    assert api.post(place(talk, "snooze"), {"until_reply": True}).code == "not_open"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"until_reply": True, "until": "2100-01-01T00:00:00Z"},
        {"until": "2020-01-01T00:00:00Z"},
        {"until": "2200-01-01T00:00:00Z"},
        {"until": "2100-01-01T00:00:00"},
    ],
)
def test_a_snooze_needs_a_moment_to_come(body: dict[str, Any]) -> None:
    talk = make_talk("hello")
    assert api_for(talk.tenant).post(place(talk, "snooze"), body).status == 422


def test_what_happened_is_told_with_who_did_it() -> None:
    talk = make_talk("hello")
    ann, user = signed_in(talk.tenant, first_name="Ann")
    ann.patch(place(talk), {"assigned_to": str(user.id), "priority": "high"})
    ann.post(place(talk, "tags"), {"add": ["vip"]})
    ann.post(place(talk, "close"))
    talk.says("one more thing", second=5)
    lines = ann.get(place(talk, "activity")).items
    told = [(line["kind"], line["actor"]["name"]) for line in lines]
    assert told[1:] == [("closed", "Ann"), ("tags_changed", "Ann"), ("assigned", "Ann"), ("priority_changed", "Ann")]
    assert (lines[0]["kind"], lines[0]["actor"]["type"]) == ("reopened", "customer")
    assert lines[2]["data"] == {"added": ["vip"], "removed": []}
    assert lines[3]["data"]["name"] == "Ann"
    pages = [ann.get(place(talk, "activity"), limit=3)]
    pages.append(ann.get(place(talk, "activity"), limit=3, cursor=pages[0].body["next_cursor"]))
    assert [line["id"] for one in pages for line in one.items] == [line["id"] for line in lines]


def test_somebody_who_answers_after_a_colleague_is_asked() -> None:
    talk = make_talk("hello")
    (ann, user), (bob, _) = signed_in(talk.tenant, first_name="Ann"), signed_in(talk.tenant)
    seen = str(talk.messages()[0].id)
    first = ann.post(place(talk, "messages"), {"text": "I am here", "seen_message_id": seen})
    assert first.status == 201
    again = ann.post(place(talk, "messages"), {"text": "and I said", "seen_message_id": seen})
    assert again.status == 201, "one's own answer is no collision"
    refused = bob.post(place(talk, "messages"), {"text": "me too", "seen_message_id": seen, "client_id": "b1"})
    assert (refused.status, refused.code) == (409, "answered_meanwhile")
    details = refused.body["error"]["details"]
    assert (details["user_id"], details["name"], details["message_id"]) == (str(user.id), "Ann", again.body["id"])
    sent = bob.post(place(talk, "messages"), {"text": "me too", "seen_message_id": again.body["id"], "client_id": "b1"})
    assert sent.status == 201
    repeated = bob.post(place(talk, "messages"), {"text": "me too", "seen_message_id": seen, "client_id": "b1"})
    assert (repeated.status, repeated.body["id"]) == (201, sent.body["id"])
    forced = ann.post(place(talk, "messages"), {"text": "yes", "seen_message_id": seen, "is_confirmed": True})
    assert forced.status == 201
    foreign = ann.post(place(talk, "messages"), {"text": "x", "seen_message_id": str(new_id())})
    assert foreign.status == 404


@pytest.mark.parametrize(("then", "status", "is_snoozed"), [("close", "closed", False), ("snooze", "active", True)])
def test_an_answer_can_end_the_matter(then: str, status: str, is_snoozed: bool) -> None:
    talk = make_talk("hello")
    api = api_for(talk.tenant)
    assert api.post(place(talk, "messages"), {"text": "done", "then": then}).status == 201
    row = api.get(place(talk)).body
    assert (row["status"], row["is_snoozed"]) == (status, is_snoozed)


def test_many_are_changed_at_once_and_each_answers_for_itself() -> None:
    talk = make_talk("hello")
    other, foreign = make_talk("hello", tenant=talk.tenant), make_talk("theirs")
    api, user = signed_in(talk.tenant)
    ids = [str(one.conversation().id) for one in (talk, other, foreign)]
    api.post(place(other, "archive"))
    answer = api.post("/conversations/bulk", {"ids": ids, "action": "close"})
    assert [(one["id"], one["is_ok"]) for one in answer.body["items"]] == [
        (ids[0], True),
        (ids[1], False),
        (ids[2], False),
    ]
    assert [one["error"]["code"] for one in answer.body["items"][1:]] == ["conversation_archived", "not_found"]
    for action, value, name, wanted in (
        ("reopen", None, "status", "active"),
        ("assign", str(user.id), "assigned_to_id", str(user.id)),
        ("assign", None, "assigned_to_id", None),
        ("priority", "high", "priority", "high"),
        ("label", "vip", "tags", ["vip"]),
        ("unlabel", "vip", "tags", []),
        ("snooze", None, "is_snoozed", True),
        ("unsnooze", None, "is_snoozed", False),
        ("read", None, "unread_count", 0),
        ("unread", None, "unread_count", 1),
        ("archive", None, "status", "archived"),
    ):
        [one] = api.post("/conversations/bulk", {"ids": ids[:1], "action": action, "value": value}).body["items"]
        assert one["is_ok"], one
        assert api.get(place(talk)).body[name] == wanted


@pytest.mark.parametrize(
    ("action", "value"),
    [
        ("assign", "x"),
        ("snooze", "soon"),
        ("label", None),
        ("close", "now"),
        ("priority", None),
        ("snooze", "2100-01-01"),
    ],
)
def test_a_value_that_does_not_fit_its_action_is_refused(action: str, value: str | None) -> None:
    talk = make_talk("hello")
    body = {"ids": [str(talk.conversation().id)], "action": action, "value": value}
    answer = api_for(talk.tenant).post("/conversations/bulk", body)
    assert answer.status == 422 or not answer.body["items"][0]["is_ok"]


def test_counts_and_filters_agree() -> None:
    talk = make_talk("hello")
    talks = [talk, *(make_talk("hello", tenant=talk.tenant) for _ in range(3))]
    api, user = signed_in(talk.tenant)
    api.patch(place(talks[0]), {"assigned_to": str(user.id)})
    api.post(place(talks[1], "archive"))
    counts = api.get("/conversations/counts").body
    assert {name: counts[name] for name in ("mine", "unassigned", "all", "archived")} == {
        "mine": len(listed(api, status="active", assigned_to="me")),
        "unassigned": len(listed(api, status="active", is_assigned=False)),
        "all": len(listed(api, status="active")),
        "archived": len(listed(api, status="archived")),
    }
    assert (counts["mine"], counts["unassigned"], counts["all"], counts["archived"]) == (1, 2, 3, 1)
    assert counts["by_channel"] == {str(one.channel.id): 1 for one in (talks[0], *talks[2:])}


def test_the_order_is_what_was_asked_for() -> None:
    talk = make_talk()
    talks = [make_talk(tenant=talk.tenant) for _ in range(4)]
    for second, one in enumerate(talks):
        one.says("hello", second=second)
    api, user = signed_in(talk.tenant)
    a, b, c, d = (str(one.conversation().id) for one in talks)
    assert listed(api) == [d, c, b, a]
    api.patch(f"/conversations/{b}", {"priority": "urgent"})
    api.patch(f"/conversations/{a}", {"priority": "low"})
    api.patch(f"/conversations/{c}", {"assigned_to": str(user.id), "priority": "high"})
    assert listed(api, sort="priority") == [b, c, d, a]
    assert listed(api, sort="priority", assigned_to="me") == [c]
    assert listed(api, sort="priority", is_assigned=False) == [b, d, a]
    assert listed(api, sort="waiting") == [a, b, c, d]
    assert listed(api, sort="waiting", is_assigned=True) == [c]
    assert api.post(f"/conversations/{b}/messages", {"text": "hi"}).status == 201
    assert listed(api, sort="waiting") == [a, c, d]
    assert listed(api, sort="waiting", is_assigned=False) == [a, d]


@pytest.mark.parametrize("sort", ["recent", "waiting", "priority"])
def test_pages_of_every_order_meet(sort: str) -> None:
    talk = make_talk()
    talks = [make_talk("hello", tenant=talk.tenant) for _ in range(7)]
    api, user = signed_in(talk.tenant)
    for one, priority in zip(talks, ("urgent", "low", "normal", "high", "normal", "low", "urgent"), strict=True):
        api.patch(place(one), {"priority": priority})
    api.patch(place(talks[2]), {"assigned_to": str(user.id)})
    whole = listed(api, sort=sort)
    assert len(whole) == 7
    for limit in (1, 2, 3, 7):
        first = api.get("/conversations", sort=sort, limit=limit)
        seen, cursor = [row["id"] for row in first.items], first.body["next_cursor"]
        while cursor:
            answer = api.get("/conversations", sort=sort, limit=limit, cursor=cursor)
            seen += [row["id"] for row in answer.items]
            cursor = answer.body["next_cursor"]
        assert seen == whole


def test_a_window_that_closes_soon_can_be_asked_for() -> None:
    from hubbub.channels.models import Channel
    from hubbub.contacts.models import ContactIdentity

    talk = make_talk("hello")
    api = api_for(talk.tenant)
    assert (len(listed(api, window="open")), len(listed(api, window="closed"))) == (1, 0)
    for hours, window in ((1, "open"), (23, "closing"), (25, "closed")):
        with organization_scope(talk.tenant.id):
            Channel.objects.filter(id=talk.channel.id).update(platform="whatsapp")
            opened_at = clock.now() - timedelta(hours=hours)
            ContactIdentity.objects.update(window_opened_at=opened_at)
            Conversation.objects.update(last_message_at=opened_at)
        found = {name for name in ("open", "closing", "closed") if listed(api, window=name)}
        assert found == {window}


def test_what_the_team_wrote_stays_when_two_people_turn_out_to_be_one() -> None:
    first = make_talk("hello")
    second = Talk(tenant=first.tenant, channel=first.channel, user=f"U{new_id().hex}")
    second.says("it is me", second=3)
    api, user = signed_in(first.tenant, Role.MANAGER)
    rows = sorted(api.get("/conversations").items, key=lambda row: row["last_message_at"])
    (kept, other), due_at = rows, (clock.now() + timedelta(hours=1)).isoformat()
    api.post(f"/conversations/{other['id']}/notes", {"text": "likes red", "mentions": [str(user.id)]})
    api.post(f"/conversations/{other['id']}/scheduled", {"draft": {"text": "later"}, "due_at": due_at})
    api.post(f"/conversations/{other['id']}/tags", {"add": ["vip"]})
    for one in rows:
        assert api.post(f"/conversations/{one['id']}/snooze", {"until_reply": True}).status == 200
    assert api.post(f"/contacts/{kept['contact_id']}/merge", {"contact_id": other["contact_id"]}).status == 200
    assert listed(api, status="active") == listed(api, mentions="unseen") == [kept["id"]]
    assert [one["text"] for one in api.get(f"/conversations/{kept['id']}/notes").items] == ["likes red"]
    assert len(api.get(f"/conversations/{kept['id']}/scheduled").items) == 1
    assert listed(api, tag="vip") == [kept["id"]]
