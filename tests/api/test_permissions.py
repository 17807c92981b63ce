"""Every route × every role × our own, a foreign and an unknown id."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any

import pytest
from django.db import connection

from hubbub.channels.models import Template
from hubbub.contacts.models import MergeSuggestion
from hubbub.conversations.models import Note, ProcessingRecord, ScheduledMessage
from hubbub.desk.models import (
    CannedReply,
    Label,
    Lead,
    PushSubscription,
    SavedView,
    Team,
    TeamAssignment,
    TeamMembership,
)
from hubbub.flows.actions import NewFlow, create_flow
from hubbub.inbound.models import Event
from hubbub.kit import clock
from hubbub.kit.ids import new_id
from hubbub.organizations.access import PERMISSIONS
from hubbub.organizations.actions import create_api_key
from hubbub.organizations.models import Membership, Role, User
from hubbub.organizations.scope import organization_scope
from tests.api.routes import Route, all_routes
from tests.support.archive import archived_conversation
from tests.support.factories import Tenant
from tests.support.talk import Talk, make_talk
from tests.support.web import Api, api_for

pytestmark = pytest.mark.usefixtures("database")

BODIES: dict[str, Any] = {
    "POST /channels": {"platform": "line", "external_id": "U1", "credentials": {"access_token": "x"}},
    "PATCH /channels/{channel_id}": {"name": "New"},
    "PUT /channels/{channel_id}/profile": {"settings": {"unheard_of": None}},
    "PATCH /contacts/{contact_id}": {"name": "New"},
    "POST /contacts/{contact_id}/merge": "other_contact",
    "POST /contacts/{contact_id}/unmerge": "other_contact",
    "PATCH /conversations/{conversation_id}": {"priority": "high"},
    "POST /conversations/{conversation_id}/messages": {"text": "hello"},
    "POST /processing": "processing",
    "POST /teams": "team",
    "PATCH /teams/{team_id}": {"description": "New"},
    "PUT /teams/{team_id}/members/{user_id}": {"is_away": True},
    "POST /teams/{team_id}/conversations": "conversation",
    "POST /leads": "lead",
    "PATCH /leads/{lead_id}": {"score": 50},
    "POST /conversations/bulk": "bulk",
    "POST /conversations/{conversation_id}/notes": {"text": "for the team"},
    "POST /conversations/{conversation_id}/tags": {"add": ["vip"]},
    "POST /conversations/{conversation_id}/snooze": {"until_reply": True},
    "POST /conversations/{conversation_id}/scheduled": {
        "draft": {"text": "later"},
        "due_at": (clock.now() + timedelta(hours=1)).isoformat(),
    },
    "PATCH /scheduled/{scheduled_id}": {"text": "later still"},
    "POST /views": {"name": "Mine"},
    "PATCH /views/{view_id}": {"name": "New"},
    "POST /canned-replies": "reply",
    "PATCH /canned-replies/{reply_id}": {"title": "New"},
    "POST /canned-replies/{reply_id}/render": "conversation",
    "POST /api-keys": {"name": "A machine", "role": "viewer"},
    "PUT /working-hours": {"hours": {"time_zone": "Asia/Bangkok", "days": {"mon": [["09:00", "18:00"]]}}},
    "PUT /me/notifications": {"items": []},
    "POST /me/push-subscriptions": {"endpoint": "https://push.example.com/1", "keys": {"p256dh": "", "auth": ""}},
    "PATCH /me": {"name": "New"},
    "POST /labels": "label",
    "PATCH /labels/{label_id}": {"description": "New"},
    "POST /flows": {"name": "", "definition": {}},
    "PATCH /flows/{flow_id}": {"name": "New"},
    "POST /flows/{flow_id}/test": {"inputs": [{"text": "hi"}]},
}
"""What a route is sent; routes that are not here take nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """An organisation with one thing of every kind."""

    tenant: Tenant
    ids: dict[str, Any]
    other_contact: Any

    def body_of(self, route: Route) -> Any:
        wanted = BODIES.get(str(route))
        if wanted == "other_contact":
            return {"contact_id": str(self.other_contact)}
        if wanted == "processing":
            return {"message_id": str(self.ids["message_id"]), "type": "translation"}
        if wanted == "team":
            return {"name": f"Team {new_id()}"}
        if wanted == "conversation":
            return {"conversation_id": str(self.ids["conversation_id"])}
        if wanted == "label":
            return {"name": f"Label {new_id()}"}
        if wanted == "reply":
            return {"shortcut": new_id().hex, "text": "Hello"}
        if wanted == "bulk":
            return {"ids": [str(self.ids["conversation_id"])], "action": "read"}
        if wanted == "lead":
            return {"contact_id": str(self.ids["contact_id"])}
        return wanted


@cache
def _world(name: str) -> World:
    talk = make_talk(f"hello {name}")
    other = make_talk("another", tenant=talk.tenant)
    archived = archived_conversation(talk.tenant)
    with organization_scope(talk.tenant.id):
        ids = {
            **_said(talk),
            **_known(talk, other),
            **_team(talk),
            **_beside(talk),
            **_arranged(talk.tenant),
            "archived_id": archived,
        }
    return World(tenant=talk.tenant, other_contact=other.contact_id, ids=ids)


def _said(talk: Talk) -> dict[str, Any]:
    """The thread, its message, and what came in and was made of it."""
    message = talk.messages()[0]
    event = Event.objects.filter(message_id=message.id).first()
    assert event is not None
    record = ProcessingRecord.objects.create(organization=talk.tenant.organization, message=message, type="translation")
    Template.objects.create(
        organization=talk.tenant.organization, channel=talk.channel, external_id="t", name="t", language="en"
    )
    return {
        "channel_id": talk.channel.id,
        "conversation_id": talk.conversation().id,
        "message_id": message.id,
        "event_id": event.id,
        "delivery_id": event.delivery_id,
        "record_id": record.id,
    }


def _known(talk: Talk, other: Talk) -> dict[str, Any]:
    """The person, who may be the other one too, and may buy."""
    suggestion = MergeSuggestion.objects.create(
        organization=talk.tenant.organization, contact_id=talk.contact_id, other_id=other.contact_id, reason="phone"
    )
    lead = Lead.objects.create(organization=talk.tenant.organization, contact_id=talk.contact_id)
    return {"contact_id": talk.contact_id, "suggestion_id": suggestion.id, "lead_id": lead.id}


def _team(talk: Talk) -> dict[str, Any]:
    """A team with a member, who has a device; the conversation is the team's."""
    organization = talk.tenant.organization
    team = Team.objects.create(organization=organization, name="Sales")
    user = User.objects.create(username=f"user-{new_id()}")
    Membership.objects.create(organization=organization, user=user, role=Role.AGENT)
    TeamMembership.objects.create(organization=organization, team=team, user=user)
    TeamAssignment.objects.create(organization=organization, team=team, conversation=talk.conversation())
    device = PushSubscription.objects.create(
        organization=organization, user=user, endpoint_index=new_id().hex, subscription="{}"
    )
    return {"team_id": team.id, "user_id": user.id, "subscription_id": device.id}


def _beside(talk: Talk) -> dict[str, Any]:
    """What stands beside the thread: a note, and something for later."""
    organization, conversation = talk.tenant.organization, talk.conversation()
    note = Note.objects.create(organization=organization, conversation=conversation, text="for the team")
    scheduled = ScheduledMessage.objects.create(
        organization=organization,
        conversation=conversation,
        content={"kind": "text", "text": "later"},
        due_at=clock.now() + timedelta(hours=1),
    )
    return {"note_id": note.id, "scheduled_id": scheduled.id}


def _arranged(tenant: Tenant) -> dict[str, Any]:
    """What the organisation set up for itself."""
    definition: dict[str, Any] = {"start": {"actions": [{"type": "send_text", "text": "Hello"}]}}
    return {
        "flow_id": create_flow(None, tenant.id, NewFlow(name="Flow", definition=definition)).id,
        "label_id": Label.objects.create(organization=tenant.organization, name="VIP").id,
        "view_id": SavedView.objects.create(organization=tenant.organization, name="Urgent").id,
        "reply_id": CannedReply.objects.create(organization=tenant.organization, shortcut="hi", text="Hello").id,
        "key_id": create_api_key(tenant.id, "A machine", Role.VIEWER).id,
    }


@cache
def _api(world: str, role: Role | None, *, is_operator: bool = False) -> Api:
    return Api("") if role is None else api_for(_world(world).tenant, role, is_operator=is_operator)


def _call(api: Api, route: Route, path: str, body: Any) -> Any:
    return api.call(route.method, path, body=body)


ROUTES = all_routes()


@pytest.mark.parametrize("route", ROUTES, ids=str)
def test_every_route_names_a_permission(route: Route) -> None:
    assert route.permission in PERMISSIONS


@pytest.mark.parametrize("route", ROUTES, ids=str)
def test_without_a_key_or_with_a_wrong_one_nothing_is_answered(route: Route) -> None:
    world = _world("ours")
    for key in ("", "hub_wrong", "x" * 10_000):
        answer = _call(Api(key), route, route.at(**world.ids), world.body_of(route))
        assert (answer.status, answer.code) == (401, "unauthenticated")


@pytest.mark.parametrize("route", ROUTES, ids=str)
def test_a_role_that_may_not_is_refused_and_one_that_may_is_not(route: Route) -> None:
    world = _world("ours")
    assert route.permission is not None
    unknown = {name: new_id() for name in route.places}
    for role in Role:
        api = _api("ours", role, is_operator=True)
        answer = _call(api, route, route.at(**unknown), world.body_of(route))
        if role in PERMISSIONS[route.permission]:
            assert answer.status in ({404, 422} if route.places else {200, 201, 422}), answer
        else:
            assert (answer.status, answer.code) == (403, "not_allowed")


@pytest.mark.parametrize("route", [route for route in ROUTES if route.places], ids=str)
def test_what_belongs_to_another_organisation_does_not_exist(route: Route) -> None:
    if route.permission == "operate":
        pytest.skip("Raw deliveries have no tenant: operators see all of them.")
    theirs, ours = _world("theirs"), _world("ours")
    api = _api("ours", Role.OWNER)
    before = _fingerprint(theirs.tenant)
    body = ours.body_of(route)
    foreign = _call(api, route, route.at(**theirs.ids), body)
    unknown = _call(api, route, route.at(**{name: new_id() for name in route.places}), body)
    assert foreign.status in (404, 422)
    assert (foreign.status, foreign.body) == (unknown.status, unknown.body)
    assert _fingerprint(theirs.tenant) == before


@pytest.mark.parametrize("field", ["assigned_to", "reply_to", "reaction_to", "comment_of", "contact_id", "message_id"])
def test_foreign_ids_inside_a_body_are_unknown_too(field: str) -> None:
    theirs, ours = _world("theirs"), _world("ours")
    api = _api("ours", Role.OWNER)
    conversation = f"/conversations/{ours.ids['conversation_id']}"
    message = str(theirs.ids["message_id"])
    calls = {
        "assigned_to": ("PATCH", conversation, {"assigned_to": str(new_id())}),
        "reply_to": ("POST", f"{conversation}/messages", {"text": "x", "reply_to": message}),
        "reaction_to": ("POST", f"{conversation}/messages", {"kind": "reaction", "reaction_to": message}),
        "comment_of": ("POST", f"{conversation}/messages", {"kind": "private_reply", "comment_of": message}),
        "contact_id": (
            "POST",
            f"/contacts/{ours.ids['contact_id']}/merge",
            {"contact_id": str(theirs.ids["contact_id"])},
        ),
        "message_id": ("POST", "/processing", {"message_id": message, "type": "translation"}),
    }
    method, path, body = calls[field]
    assert api.call(method, path, body=body).status in (404, 422)


@pytest.mark.parametrize("route", [route for route in ROUTES if route.method == "GET"], ids=str)
def test_the_owner_reads_everything_of_their_own(route: Route) -> None:
    api = _api("ours", Role.OWNER, is_operator=True)
    answer = api.get(route.at(**_world("ours").ids))
    assert answer.status == 200


def test_lists_never_show_another_organisation_s_rows() -> None:
    theirs = _world("theirs")
    known = {str(value) for value in theirs.ids.values()} | {str(theirs.tenant.id)}
    api = _api("ours", Role.OWNER)
    for route in ROUTES:
        if route.method == "GET" and not route.places and route.permission != "operate":
            text = str(api.get(route.path).body)
            assert not [value for value in known if value in text], route


def test_deliveries_need_an_operator_s_key() -> None:
    assert _api("ours", Role.OWNER).get("/deliveries").status == 403
    assert _api("ours", Role.OWNER, is_operator=True).get("/deliveries").items


def test_a_revoked_and_an_expired_key_open_nothing() -> None:
    world = _world("ours")
    for column in ("revoked_at", "expires_at"):
        api = api_for(world.tenant)
        assert api.get("/channels").status == 200
        with organization_scope(world.tenant.id), connection.cursor() as cursor:
            cursor.execute(
                f"UPDATE api_key SET {column} = hubbub_now() - interval '1 second'"
                " WHERE id = (SELECT max(id::text)::uuid FROM api_key)"
            )
        assert api.get("/channels").status == 401


def _fingerprint(tenant: Tenant) -> list[Any]:
    tables = (
        *("conversation", "message", "contact", "contact_identity", "channel", "event", "outbox", "audit_entry"),
        *("team", "team_membership", "team_assignment", "lead", "flow", "flow_version"),
        *("note", "mention", "snooze", "label", "saved_view", "canned_reply", "scheduled_message"),
        *("api_key", "push_subscription", "working_hours"),
        *("archived_conversation", "archived_row", "archived_media"),
    )
    with organization_scope(tenant.id), connection.cursor() as cursor:
        found = []
        for table in tables:
            cursor.execute(f"SELECT coalesce(md5(string_agg(t::text, '' ORDER BY t::text)), '') FROM {table} t")
            found.append(cursor.fetchone())
        return found
