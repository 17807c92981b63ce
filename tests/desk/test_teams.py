"""Teams, and whose conversation it is."""

from __future__ import annotations

from typing import Any

import pytest

from hubbub.conversations.actions.lifecycle import assign
from hubbub.conversations.actions.people import merge
from hubbub.conversations.models import AutomationLane, Conversation, Fact, RealtimeEvent
from hubbub.desk.actions.assigning import assign_to_agent, assign_to_team, hand_over
from hubbub.desk.actions.teams import change_team, create_team, remove_member, set_member
from hubbub.desk.models import Team, TeamAssignment
from hubbub.kit.errors import Conflict, InvalidInput
from hubbub.kit.ids import new_id
from hubbub.organizations.models import AuditEntry, Membership, Role, User
from hubbub.organizations.scope import organization_scope
from tests.support.factories import make_tenant
from tests.support.people import make_member, principal_of
from tests.support.talk import Talk, make_talk
from tests.support.web import api_for

pytestmark = pytest.mark.usefixtures("database")


class Desk:
    """An organisation with one team, and customers who write."""

    def __init__(self) -> None:
        self.tenant = make_tenant()
        self.boss = make_member(self.tenant, Role.MANAGER)
        self.principal = principal_of(self.tenant, self.boss)
        with organization_scope(self.tenant.id):
            self.team = create_team(self.principal, name="Sales")

    def member(self, *, is_away: bool = False) -> User:
        user = make_member(self.tenant)
        with organization_scope(self.tenant.id):
            set_member(self.principal, self.team.id, user.id, is_away=is_away)
        return user

    def talk(self) -> Talk:
        return make_talk("hello", tenant=self.tenant)

    def to_team(self, talk: Talk, team: str = "Sales", **options: Any) -> Conversation:
        with organization_scope(self.tenant.id):
            assign_to_team(self.principal, talk.conversation().id, team, **options)
        return talk.conversation()


def test_the_member_with_the_fewest_open_conversations_gets_the_next_one() -> None:
    desk = Desk()
    members = {desk.member().id for _ in range(3)}
    given = [desk.to_team(desk.talk()).assigned_to_id for _ in range(6)]
    assert {given.count(member) for member in members} == {2}


def test_closed_conversations_do_not_count() -> None:
    desk = Desk()
    busy, other = desk.member(), desk.member()
    for owner in (busy, busy, other):
        talk = desk.talk()
        with organization_scope(desk.tenant.id):
            assign(desk.principal, talk.conversation().id, owner.id)
            if owner is busy:
                Conversation.objects.filter(id=talk.conversation().id).update(status="closed")
    assert desk.to_team(desk.talk()).assigned_to_id == busy.id


def test_whoever_is_away_or_gone_is_passed_over() -> None:
    desk = Desk()
    away, gone, blocked, watcher = (desk.member() for _ in range(4))
    here = desk.member()
    with organization_scope(desk.tenant.id):
        set_member(desk.principal, desk.team.id, away.id, is_away=True)
        Membership.objects.filter(user=gone).update(is_active=False)
        Membership.objects.filter(user=watcher).update(role=Role.VIEWER)
        User.objects.filter(id=blocked.id).update(is_active=False)
    assert {desk.to_team(desk.talk()).assigned_to_id for _ in range(3)} == {here.id}


def test_a_conversation_waits_for_a_team_in_which_nobody_is_present() -> None:
    desk = Desk()
    desk.member(is_away=True)
    talk = desk.talk()
    assert desk.to_team(talk, note="Wants a red one").assigned_to_id is None
    with organization_scope(desk.tenant.id):
        kept = TeamAssignment.objects.get(conversation_id=talk.conversation().id)
    assert (kept.team_id, kept.note) == (desk.team.id, "Wants a red one")


def test_a_member_of_the_team_keeps_the_conversation() -> None:
    desk = Desk()
    owner = desk.member()
    desk.member()
    talks = [desk.talk() for _ in range(3)]
    with organization_scope(desk.tenant.id):
        for talk in talks:
            assign(desk.principal, talk.conversation().id, owner.id)
    assert desk.to_team(talks[0]).assigned_to_id == owner.id


def test_a_team_is_found_by_its_name_in_any_case_and_by_its_id() -> None:
    desk = Desk()
    user = desk.member()
    for name in ("sales", " SALES ", str(desk.team.id)):
        assert desk.to_team(desk.talk(), name).assigned_to_id == user.id


@pytest.mark.parametrize("team", ["Nobody", "", "01890a5d-ac96-774b-bcce-b302099a8057", "x" * 5000])
def test_an_unknown_team_is_named_in_a_sentence(team: str) -> None:
    desk = Desk()
    with pytest.raises(InvalidInput, match="There is no team called"):
        desk.to_team(desk.talk(), team)


def test_a_team_that_is_off_takes_nothing_new() -> None:
    desk = Desk()
    with organization_scope(desk.tenant.id):
        change_team(desk.principal, desk.team.id, {"is_active": False})
    with pytest.raises(InvalidInput, match="takes no new conversations"):
        desk.to_team(desk.talk())


def test_another_organisation_s_team_is_unknown() -> None:
    desk, other = Desk(), Desk()
    with pytest.raises(InvalidInput, match="There is no team called"):
        desk.to_team(desk.talk(), str(other.team.id))


def test_two_teams_cannot_share_a_name() -> None:
    desk = Desk()
    with organization_scope(desk.tenant.id):
        with pytest.raises(Conflict, match="already"):
            create_team(desk.principal, name=" sales ")
        assert Team.objects.count() == 1


def test_an_agent_is_found_by_user_name_address_full_name_and_id() -> None:
    desk = Desk()
    unique = new_id().hex[-8:]
    user = make_member(
        desk.tenant,
        username=f"nok{unique}",
        email=f"nok{unique}@shop.example",
        first_name="Nok",
        last_name="Boonmee",
    )
    for name in (f"NOK{unique}", f"nok{unique}@shop.example", "nok boonmee", str(user.id)):
        talk = desk.talk()
        with organization_scope(desk.tenant.id):
            assert assign_to_agent(desk.principal, talk.conversation().id, name) == user.id
        assert talk.conversation().assigned_to_id == user.id


def test_an_unknown_agent_and_an_ambiguous_one_are_refused() -> None:
    desk = Desk()
    stranger = make_member(make_tenant())
    for _ in range(2):
        make_member(desk.tenant, first_name="Nok", last_name="Boonmee")
    conversation = desk.talk().conversation()
    with organization_scope(desk.tenant.id):
        for name in ("Nobody", "", " ", str(stranger.id), stranger.username):
            with pytest.raises(InvalidInput, match="Nobody of the team"):
                assign_to_agent(desk.principal, conversation.id, name)
        with pytest.raises(InvalidInput, match="Several people"):
            assign_to_agent(desk.principal, conversation.id, "Nok Boonmee")


def test_handing_over_leaves_a_note_is_shown_and_counted_once() -> None:
    desk = Desk()
    talk = desk.talk()
    conversation = talk.conversation()
    with organization_scope(desk.tenant.id):
        for _ in range(2):
            hand_over(desk.principal, conversation.id, "human", note="Asks for a refund")
        facts = list(Fact.objects.filter(conversation_id=conversation.id, kind="handed_over"))
        shown = RealtimeEvent.objects.filter(conversation_id=conversation.id, kind="conversation.changed").count()
        audited = AuditEntry.objects.filter(target_id=conversation.id, action="handed_over")
        assert "refund" not in str([entry.data for entry in audited])
    kept = talk.conversation()
    assert kept.handover == "human"
    assert kept.metadata["handover"]["note"] == "Asks for a refund"
    assert [fact.data for fact in facts] == [{"to": "human"}]
    assert shown >= 1


def test_giving_back_removes_the_note() -> None:
    desk = Desk()
    talk = desk.talk()
    with organization_scope(desk.tenant.id):
        hand_over(desk.principal, talk.conversation().id, "human", note="Asks for a refund")
        hand_over(desk.principal, talk.conversation().id, "flow")
    kept = talk.conversation()
    assert (kept.handover, kept.metadata) == ("flow", {})


def test_automation_looks_at_what_is_given_back() -> None:
    desk = Desk()
    conversation_id = desk.talk().conversation().id
    with organization_scope(desk.tenant.id):
        lane = AutomationLane.objects.filter(conversation_id=conversation_id)
        lane.update(due_at=None)
        hand_over(desk.principal, conversation_id, "human")
        assert lane.get().due_at is None
        hand_over(desk.principal, conversation_id, "flow")
        assert lane.get().due_at is not None


def test_the_team_follows_when_two_threads_become_one() -> None:
    desk = Desk()
    desk.member()
    first = desk.talk()
    second = Talk(tenant=desk.tenant, channel=first.channel, user=f"U{new_id().hex}")
    second.says("me too")
    moved = second.conversation()
    survivor, other = first.messages()[0].contact_id, moved.contact_id
    assert survivor
    assert other
    with organization_scope(desk.tenant.id):
        assign_to_team(desk.principal, moved.id, "Sales")
        merge(desk.principal, survivor, other)
        kept = Conversation.objects.get(channel=first.channel, status="active")
        assert TeamAssignment.objects.get(team=desk.team).conversation_id == kept.id


def test_over_the_api_a_team_is_made_filled_and_given_work() -> None:
    tenant = make_tenant()
    api = api_for(tenant, Role.MANAGER)
    user = make_member(tenant, first_name="Nok", last_name="Boonmee")
    team = api.post("/teams", {"name": "Support", "description": "Helps"}).body
    assert api.post("/teams", {"name": "SUPPORT"}).code == "team_exists"
    path = f"/teams/{team['id']}"
    assert api.put(f"{path}/members/{user.id}").body["members"][0]["name"] == "Nok Boonmee"
    assert api.put(f"{path}/members/{user.id}", {"is_away": True}).body["members"][0]["is_away"] is True
    assert api.put(f"{path}/members/{user.id}", {"is_away": False}).body["member_count"] == 1
    conversation = make_talk("hello", tenant=tenant).conversation()
    given = api.post(f"{path}/conversations", {"conversation_id": str(conversation.id), "note": "VIP"})
    assert given.body == {"assigned_to_id": str(user.id)}
    assert [one["team_id"] for one in api.get("/conversations", team_id=team["id"]).items] == [team["id"]]
    assert api.get("/conversations", team_id=str(new_id())).items == []
    assert api.get(path).body["open_conversations"] == 1
    assert api.delete(f"{path}/conversations/{conversation.id}").status == 200
    assert api.delete(f"{path}/conversations/{conversation.id}").status == 404
    assert api.delete(f"{path}/members/{user.id}").body["members"] == []
    assert api.delete(f"{path}/members/{user.id}").status == 404
    assert api.patch(path, {"name": "Help", "is_active": False}).body["name"] == "Help"
    assert [one["name"] for one in api.get("/teams").items] == ["Help"]
    assert api.delete(path).status == 200
    assert api.get(path).status == 404


def test_a_stranger_cannot_be_taken_into_a_team() -> None:
    tenant = make_tenant()
    api = api_for(tenant, Role.MANAGER)
    team = api.post("/teams", {"name": "Support"}).body
    stranger = make_member(make_tenant())
    assert api.put(f"/teams/{team['id']}/members/{stranger.id}").status == 422


def test_who_leaves_a_team_keeps_their_conversations() -> None:
    desk = Desk()
    user = desk.member()
    talk = desk.talk()
    desk.to_team(talk)
    with organization_scope(desk.tenant.id):
        remove_member(desk.principal, desk.team.id, user.id)
    assert talk.conversation().assigned_to_id == user.id


def test_over_the_api_a_handover_carries_a_note() -> None:
    tenant = make_tenant()
    conversation = make_talk("hello", tenant=tenant).conversation()
    api = api_for(tenant, Role.AGENT)
    path = f"/conversations/{conversation.id}"
    shown = api.patch(path, {"handover": "human", "handover_note": "Call back"}).body
    assert shown["metadata"]["handover"]["note"] == "Call back"
    assert api.patch(path, {"handover": "flow"}).body["metadata"] == {}
