"""Old conversations go to the archive whole and come back as they were; late news finds them there."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from io import StringIO
from typing import Any
from uuid import UUID

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage, storages
from django.core.management import CommandError, call_command

from hubbub.channels.models import Template
from hubbub.connectors.messages import OutboundKind, OutboundMessage
from hubbub.conversations import tasks
from hubbub.conversations.actions import people
from hubbub.conversations.actions.notes import write_note
from hubbub.conversations.actions.send import queue_message
from hubbub.conversations.archiving import media, moving, restoring
from hubbub.conversations.archiving.tables import DROPPED, LINKED, MOVED
from hubbub.conversations.models import ArchivedMedia, Attachment, Conversation, Message, MessageEdit, Reaction
from hubbub.desk.actions.leads import create_lead
from hubbub.desk.actions.teams import create_team
from hubbub.desk.models import Lead, TeamAssignment
from hubbub.kit import clock
from hubbub.kit.ids import new_id
from hubbub.organizations.database import run
from hubbub.organizations.scope import organization_scope
from tests.support import line
from tests.support.archive import archive, boss_of, close, closed, later, settle_automation
from tests.support.factories import Tenant, make_channel, make_tenant
from tests.support.inbound import apply_all, deliver
from tests.support.roles import acting_as
from tests.support.talk import Talk, make_talk
from tests.support.web import api_for

pytestmark = pytest.mark.usefixtures("database")
REFERENCES = """
SELECT DISTINCT c.conrelid::regclass::text AS name FROM pg_constraint c
 WHERE c.contype = 'f' AND c.confrelid IN ('conversation'::regclass, 'message'::regclass)
   AND c.conrelid <> 'conversation'::regclass
"""
BLOCKING = frozenset({"outbox", "automation_item"})
"""While they have a row, the conversation stays."""


def restore(tenant: Tenant) -> int:
    with organization_scope(tenant.id):
        found = restoring.restore(tenant.id, restoring.archived_ids(tenant.id))
    list(media.settle(tenant.id))
    return len(found)


def everything(tenant: Tenant) -> dict[str, list[Any]]:
    """Every row of the organisation that has to do with conversations, as it stands."""
    with organization_scope(tenant.id):
        return {
            table: [row["data"] for row in run(f"SELECT to_jsonb(t) AS data FROM {table} t ORDER BY to_jsonb(t)::text")]
            for table in ("conversation", "lead", "conversation_tag", *MOVED)
        }


def with_file(talk: Talk, content: bytes = b"a picture") -> Attachment:
    """The newest message has a file that is stored."""
    digest = hashlib.sha256(content).hexdigest()
    key = f"{digest[:2]}/{digest[2:4]}/{digest}"
    if not default_storage.exists(key):
        default_storage.save(key, ContentFile(content))
    with organization_scope(talk.tenant.id):
        return Attachment.objects.create(
            organization_id=talk.tenant.id,
            message_id=talk.messages()[-1].id,
            type="image",
            state="stored",
            storage_key=key,
            sha256=digest,
        )


def rich_talk() -> Talk:
    """A closed conversation with something in nearly every table."""
    talk = make_talk("one", "two")
    settle_automation(talk)
    boss = boss_of(talk.tenant)
    with organization_scope(talk.tenant.id):
        conversation, (first, second) = talk.conversation(), talk.messages()
        ours: dict[str, Any] = {"organization_id": talk.tenant.id}
        template = Template.objects.create(
            **ours, channel=talk.channel, external_id="t", name="t", language="en", components=[]
        )
        Message.objects.filter(id=second.id).update(
            reply_to_id=first.id, template_id=template.id, author_user_id=boss.actor_id, content={"extra": {"é": None}}
        )
        MessageEdit.objects.create(**ours, message=first, edit_number=1, edited_at=clock.now(), text="before")
        Reaction.objects.create(**ours, message=first, actor=talk.user, emoji="👍", reacted_at=clock.now())
        Conversation.objects.filter(id=conversation.id).update(tags=["vip"], satisfaction="4.50")
        write_note(boss, conversation.id, "a note for the team")
        team = create_team(boss, name=f"Team {new_id().hex}")
        TeamAssignment.objects.create(conversation=conversation, organization_id=talk.tenant.id, team=team)
        create_lead(boss, talk.contact_id, score=1, fields={}, source="test", conversation_id=conversation.id)
    with_file(talk, new_id().bytes)
    close(talk)
    return talk


def test_every_table_that_hangs_on_a_conversation_is_named() -> None:
    found = {row["name"] for row in run(REFERENCES)}
    assert found == set(MOVED) | set(LINKED) | set(DROPPED) | BLOCKING


def test_what_comes_back_is_what_went() -> None:
    talk = rich_talk()
    before = everything(talk.tenant)
    assert archive(talk.tenant) == 1
    gone = everything(talk.tenant)
    assert [gone.pop("lead")[0]["conversation_id"]] == [None]
    assert not any(gone.values())
    assert restore(talk.tenant) == 1
    assert everything(talk.tenant) == before
    with organization_scope(talk.tenant.id):
        assert not run("SELECT FROM archived_row UNION ALL SELECT FROM archived_conversation")


def test_what_is_open_young_or_unfinished_stays() -> None:
    active = make_talk("hello")
    young = closed("hello", tenant=active.tenant)
    assert sum(moving.archive_old(active.tenant.id, clock.now() - timedelta(days=1))) == 0
    with organization_scope(active.tenant.id):
        run(
            "UPDATE automation_lane SET due_at = now() WHERE conversation_id = %(id)s",
            id=young.conversation().id,
        )
        waiting = OutboundMessage(message_id="", kind=OutboundKind.TEXT, text="still to be sent")
        queue_message(young.conversation(), waiting, author_type="human")
        Conversation.objects.filter(id=young.conversation().id).update(status="closed")
    assert archive(active.tenant) == 0


def test_the_archive_is_read_as_the_conversation_was() -> None:
    talk = rich_talk()
    api, place = api_for(talk.tenant), f"/conversations/{talk.conversation().id}"
    before = api.get(f"{place}/messages").items
    archive(talk.tenant)
    assert api.get(place).code == "conversation_in_archive"
    assert [row["id"] for row in api.get("/archive").items] == [place.rpartition("/")[2]]
    assert api.get("/archive", contact_id=str(new_id())).items == []
    stored = place.replace("conversations", "archive")
    assert api.get(stored).body["message_count"] == 2
    after = api.get(f"{stored}/messages").items
    assert [without_links(row) for row in after] == [without_links(row) for row in before]
    page = api.get(f"{stored}/messages", limit=1).body
    assert [page["items"][0]["id"], page["next_cursor"] is None] == [before[0]["id"], False]
    assert api.get(f"{stored}/messages", limit=1, cursor=page["next_cursor"]).items[0]["id"] == before[1]["id"]
    assert api.post(f"{stored}/restore").body["status"] == "closed"
    assert api.post(f"{stored}/restore").status == 404
    assert api.get(place).status == 200


def without_links(row: dict[str, Any]) -> dict[str, Any]:
    """Links are signed anew each time."""
    return {**row, "attachments": [{**one, "url": bool(one["url"])} for one in row["attachments"]]}


def test_another_organisation_cannot_reach_it() -> None:
    talk = closed("secret")
    conversation = talk.conversation().id
    archive(talk.tenant)
    other = api_for(make_tenant())
    assert other.get("/archive").items == []
    for method, path in (("GET", ""), ("GET", "/messages"), ("POST", "/restore")):
        assert other.call(method, f"/archive/{conversation}{path}").status == 404
    with organization_scope(make_tenant().id):
        assert not run("SELECT FROM archived_row UNION ALL SELECT FROM archived_media")


def test_a_late_webhook_of_an_archived_message_makes_no_second_one() -> None:
    talk = Talk(tenant=(tenant := make_tenant()), channel=make_channel(tenant, "line"), user="Ulate")
    said = line.text("once", mid="555", user=talk.user)
    deliver("line", line.body(talk.channel.external_id, said))
    apply_all()
    settle_automation(talk)
    close(talk)
    assert archive(tenant) == 1
    deliver("line", line.body(talk.channel.external_id, {**said, "webhookEventId": new_id().hex}))
    apply_all()
    assert talk.messages() == []
    assert restore(tenant) == 1
    assert [one.text for one in talk.messages()] == ["once"]


def test_an_unsend_brings_the_conversation_back_and_is_applied() -> None:
    talk = Talk(tenant=(tenant := make_tenant()), channel=make_channel(tenant, "line"), user="Uregret")
    deliver("line", line.body(talk.channel.external_id, line.text("oops", mid="777", user=talk.user)))
    apply_all()
    settle_automation(talk)
    close(talk)
    archive(tenant)
    deliver("line", line.body(talk.channel.external_id, line.unsend("777", user=talk.user, second=9)))
    apply_all()
    assert jobs_of(tenant, "conversations.bring_back") == 1
    with acting_as("jobs"):
        with organization_scope(tenant.id):
            (conversation,) = restoring.archived_ids(tenant.id)
        tasks.bring_back(organization_id=str(tenant.id), conversation_id=str(conversation))
        tasks.bring_back(organization_id=str(tenant.id), conversation_id=str(conversation))
        tasks.settle_archived_media(organization_id=str(tenant.id))
    apply_all()
    (message,) = talk.messages()
    assert (message.text, message.is_unsent) == ("", True)


def jobs_of(tenant: Tenant, name: str) -> int:
    rows = run(
        "SELECT count(*) AS jobs FROM procrastinate_jobs WHERE task_name = %(name)s"
        " AND args->>'organization_id' = %(id)s",
        name=name,
        id=str(tenant.id),
    )
    return int(rows[0]["jobs"])


def test_a_new_message_of_somebody_archived_opens_a_conversation() -> None:
    talk = closed("long ago")
    archive(talk.tenant)
    talk.says("hello again", second=60)
    assert [one.text for one in talk.messages()] == ["hello again"]
    assert restore(talk.tenant) == 1
    assert len(talk.messages()) == 2


def test_an_answer_elsewhere_finds_what_it_answers_when_that_is_back() -> None:
    talk = closed("question")
    question = talk.messages()[0]
    answer = make_talk("answer", tenant=talk.tenant).messages()[0]
    with organization_scope(talk.tenant.id):
        Message.objects.filter(id=answer.id).update(
            reply_to_id=question.id, reply_to_external_id=question.external_id, channel_id=talk.channel.id
        )
    archive(talk.tenant)
    with organization_scope(talk.tenant.id):
        assert Message.objects.get(id=answer.id).reply_to_id is None
    restore(talk.tenant)
    with organization_scope(talk.tenant.id):
        assert Message.objects.get(id=answer.id).reply_to_id == question.id


def test_what_is_gone_meanwhile_is_left_out_on_the_way_back() -> None:
    talk = rich_talk()
    archive(talk.tenant)
    with organization_scope(talk.tenant.id):
        Template.objects.all().delete()
        run("DELETE FROM team WHERE organization_id = %(id)s", id=talk.tenant.id)
        Lead.objects.all().delete()
    assert restore(talk.tenant) == 1
    with organization_scope(talk.tenant.id):
        assert not TeamAssignment.objects.exists()
        assert Message.objects.filter(template=None).count() == 2


def test_erasing_a_person_reaches_the_archive_and_its_files() -> None:
    talk = rich_talk()
    key = only_file(talk.tenant)
    archive(talk.tenant)
    assert storages["archive"].exists(key)
    with organization_scope(talk.tenant.id):
        contact = restored_contact(talk)
        people.remove_ownerless(people.erase(boss_of(talk.tenant), contact))
    list(media.settle(talk.tenant.id))
    assert not storages["archive"].exists(key)
    assert not default_storage.exists(key)
    assert {one.text for one in talk.messages()} == {""}
    with organization_scope(talk.tenant.id):
        assert not run("SELECT FROM archived_row UNION ALL SELECT FROM archived_media")


def restored_contact(talk: Talk) -> UUID:
    (row,) = run("SELECT contact_id FROM archived_conversation WHERE channel_id = %(id)s", id=talk.channel.id)
    found: UUID = row["contact_id"]
    return found


def only_file(tenant: Tenant) -> str:
    with organization_scope(tenant.id):
        return Attachment.objects.get(state="stored").storage_key


def test_an_export_holds_what_lies_in_the_archive() -> None:
    talk = closed("remember me")
    contact = talk.contact_id
    archive(talk.tenant)
    with organization_scope(talk.tenant.id):
        found = people.export(boss_of(talk.tenant), contact)
    assert [row["text"] for row in found["messages"]] == ["remember me"]


def test_merged_people_keep_what_is_archived() -> None:
    talk = closed("mine")
    contact = talk.contact_id
    archive(talk.tenant)
    survivor = make_talk("also mine", tenant=talk.tenant)
    with organization_scope(talk.tenant.id):
        people.merge(boss_of(talk.tenant), survivor.contact_id, contact)
    restore(talk.tenant)
    assert talk.contact_id == survivor.contact_id


def test_files_follow_their_conversation_and_are_readable_all_the_way() -> None:
    talk = closed("with a file")
    key = with_file(talk, b"content of its own").storage_key
    assert sum(moving.archive_old(talk.tenant.id, later())) == 1
    assert media.open_stored(key).read() == b"content of its own"
    list(media.settle(talk.tenant.id))
    assert (default_storage.exists(key), storages["archive"].exists(key)) == (False, True)
    assert media.open_stored(key).read() == b"content of its own"
    with organization_scope(talk.tenant.id):
        restoring.restore(talk.tenant.id, restoring.archived_ids(talk.tenant.id))
    assert media.open_stored(key).read() == b"content of its own"
    list(media.settle(talk.tenant.id))
    assert (default_storage.exists(key), storages["archive"].exists(key)) == (True, False)


def test_a_file_that_somebody_else_still_shows_stays_and_comes_last() -> None:
    mine, theirs = closed("mine"), closed("theirs")
    key = with_file(mine, b"shared").storage_key
    assert with_file(theirs, b"shared").storage_key == key
    archive(mine.tenant)
    assert default_storage.exists(key)
    archive(theirs.tenant)
    assert (default_storage.exists(key), storages["archive"].exists(key)) == (False, True)
    restore(theirs.tenant)
    assert (default_storage.exists(key), storages["archive"].exists(key)) == (True, True)
    list(media.settle(mine.tenant.id))
    assert media.open_stored(key).read() == b"shared"


class Killed(BaseException):
    """Nobody catches it."""


@pytest.mark.parametrize("step", ["rows", "copy", "delete", "noted"])
def test_a_kill_at_any_point_loses_and_doubles_nothing(step: str, monkeypatch: pytest.MonkeyPatch) -> None:
    tenant = make_tenant()
    talks = [closed(f"talk {number}", tenant=tenant) for number in range(5)]
    keys = [with_file(talk, f"{step} {number}".encode()).storage_key for number, talk in enumerate(talks)]
    before = everything(tenant)
    monkeypatch.setattr(media, "AT_ONCE", 2)
    with monkeypatch.context() as broken:
        kill_at(step, broken)
        with pytest.raises(Killed):
            archive(tenant, at_once=2)
    archive(tenant, at_once=2)
    with organization_scope(tenant.id):
        assert run("SELECT count(*) AS n FROM archived_conversation")[0]["n"] == 5
        assert set(ArchivedMedia.objects.values_list("state", flat=True)) == {"away"}
    assert [media.open_stored(key).read() for key in keys] == [f"{step} {n}".encode() for n in range(5)]
    assert restore(tenant) == 5
    assert everything(tenant) == before
    assert all(default_storage.exists(key) and not storages["archive"].exists(key) for key in keys)


def kill_at(step: str, broken: pytest.MonkeyPatch) -> None:
    """The second time that this is done is the last."""
    places: dict[str, tuple[Any, str]] = {
        "rows": (moving, "show"),
        "copy": (storages["archive"], "save"),
        "delete": (default_storage, "delete"),
        "noted": (media, "_note_away"),
    }
    owner, name = places[step]
    whole = getattr(owner, name)
    calls = iter(range(100))

    def act(*given: Any, **more: Any) -> Any:
        if next(calls) == 1:
            if step == "copy":
                whole(given[0], ContentFile(b"half"))
            raise Killed
        return whole(*given, **more)

    broken.setattr(owner, name, act)


def told(tenant: Tenant, *flags: str) -> str:
    out = StringIO()
    slug = tenant.organization.slug
    call_command("archive_conversations", *flags, organization=slug, stdout=out, stderr=StringIO())
    return out.getvalue()


def test_the_command_counts_moves_and_restores() -> None:
    tenant = make_tenant()
    talks = [closed(f"talk {number}", tenant=tenant) for number in range(3)]
    ids = [str(talk.conversation().id) for talk in talks]
    assert told(tenant, "--older-than", "30") == "0 conversations archived.\n"
    with clock.frozen(clock.now() + timedelta(days=40)):
        dry = told(tenant, "--older-than", "30", "--dry-run")
        assert dry == "3 conversations with 3 messages would be archived.\n"
        assert told(tenant, "--older-than", "30") == "3 conversations archived.\n"
        assert told(tenant, "--older-than", "30") == "0 conversations archived.\n"
    assert told(tenant, "--restore", "all", "--dry-run") == "3 conversations would be restored.\n"
    assert told(tenant, "--restore", ids[0], ids[1]) == "2 conversations restored.\n"
    assert told(tenant, "--restore", "all") == "1 conversations restored.\n"
    with pytest.raises(CommandError, match="Not in the archive"):
        told(tenant, "--restore", ids[0])
    with pytest.raises(CommandError, match="at least 1"):
        told(tenant, "--older-than", "0")
