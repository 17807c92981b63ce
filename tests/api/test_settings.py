"""What people set: keys, working hours, how they are told; what lanes and jobs are doing."""

from __future__ import annotations

import base64
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from hubbub.conversations.models import RealtimeEvent
from hubbub.desk.models import PushSubscription
from hubbub.kit import clock
from hubbub.kit.ids import new_id
from hubbub.organizations.models import ApiKey, AuditEntry, Role
from hubbub.organizations.scope import organization_scope
from tests.support.factories import make_channel, make_tenant
from tests.support.talk import make_talk
from tests.support.web import Api, signed_in

pytestmark = pytest.mark.usefixtures("database")
HOURS = {"time_zone": "Asia/Bangkok", "days": {"mon": [["09:00", "18:00"]]}}
ALWAYS = {
    "time_zone": "UTC",
    "days": {day: [["00:00", "24:00"]] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")},
}


def browser_keys() -> dict[str, str]:
    """As a browser hands them out."""
    point = (
        ec.generate_private_key(ec.SECP256R1()).public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    )
    return {"p256dh": base64.urlsafe_b64encode(point).decode().rstrip("="), "auth": "AAAAAAAAAAAAAAAAAAAAAA"}


def test_a_key_is_shown_once_works_and_is_revoked() -> None:
    talk = make_talk("hello")
    boss, _ = signed_in(talk.tenant, Role.ADMIN, first_name="Ann")
    made = boss.post("/api-keys", {"name": "Shop", "role": "agent"})
    assert (made.status, made.body["role"], made.body["created_by"]) == (201, "agent", "Ann")
    machine = Api(made.body["key"])
    assert len(machine.get("/conversations").items) == 1
    [shown] = boss.get("/api-keys").items
    assert made.body["key"] not in str(shown)
    assert made.body["key"].startswith(shown["prefix"])
    with organization_scope(talk.tenant.id):
        assert made.body["key"] not in str(list(ApiKey.objects.values())) + str(list(AuditEntry.objects.values()))
    assert boss.delete(f"/api-keys/{shown['id']}").status == 200
    assert machine.get("/conversations").status == 401
    assert (boss.get("/api-keys").items, boss.delete(f"/api-keys/{shown['id']}").status) == ([], 404)


def test_nobody_makes_or_revokes_a_key_above_themselves() -> None:
    tenant = make_tenant()
    (admin, _), (owner, _) = signed_in(tenant, Role.ADMIN), signed_in(tenant, Role.OWNER)
    assert admin.post("/api-keys", {"name": "x", "role": "owner"}).status == 403
    key = owner.post("/api-keys", {"name": "x", "role": "owner"}).body
    assert admin.delete(f"/api-keys/{key['id']}").status == 403
    assert owner.delete(f"/api-keys/{key['id']}").status == 200
    assert signed_in(tenant, Role.MANAGER)[0].get("/api-keys").status == 403


def test_a_key_cannot_have_expired_when_it_is_made() -> None:
    boss, _ = signed_in(make_tenant(), Role.OWNER)
    past, soon = ((clock.now() + timedelta(hours=hours)).isoformat() for hours in (-1, 1))
    assert boss.post("/api-keys", {"name": "x", "role": "viewer", "expires_at": past}).status == 422
    assert boss.post("/api-keys", {"name": "x", "role": "viewer", "expires_at": soon}).status == 201


def test_working_hours_are_the_organisation_s_or_a_channel_s() -> None:
    tenant = make_tenant()
    channel = make_channel(tenant, "line")
    boss, _ = signed_in(tenant, Role.MANAGER)
    assert boss.get("/working-hours").items == []
    boss.put("/working-hours", {"hours": ALWAYS})
    both = boss.put("/working-hours", {"channel_id": str(channel.id), "hours": {**HOURS, "days": {}}}).items
    assert [(one["channel_id"], one["is_open"]) for one in both] == [(None, True), (str(channel.id), False)]
    boss.put("/working-hours", {"hours": HOURS})
    left = boss.put("/working-hours", {"channel_id": str(channel.id), "hours": None}).items
    assert [one["hours"] for one in left] == [HOURS]
    with organization_scope(tenant.id):
        assert RealtimeEvent.objects.filter(kind="working_hours.changed").count() == 4


@pytest.mark.parametrize(
    "hours",
    [{}, {"days": {}}, {"time_zone": "Mars/Base", "days": {}}, {**HOURS, "is_outside": True}, {**HOURS, "x": 1}],
)
def test_working_hours_that_mean_nothing_are_refused(hours: dict[str, Any]) -> None:
    boss, _ = signed_in(make_tenant(), Role.MANAGER)
    assert boss.put("/working-hours", {"hours": hours}).status == 422
    assert boss.put("/working-hours", {"hours": HOURS, "channel_id": str(new_id())}).status == 422


def test_preferences_are_one_person_s_and_replaced_as_a_whole() -> None:
    tenant = make_tenant()
    channel, foreign = make_channel(tenant, "line"), make_channel(make_tenant(), "line")
    (ann, _), (bob, _) = signed_in(tenant), signed_in(tenant)
    default = {"channel_id": None, "in_app": True, "push": True, "email": False}
    assert ann.get("/me/notifications").body == {"items": [default]}
    own = {"channel_id": str(channel.id), "in_app": False, "push": True, "email": True}
    assert ann.put("/me/notifications", {"items": [own]}).body == {"items": [default, own]}
    assert bob.get("/me/notifications").body == {"items": [default]}
    assert ann.put("/me/notifications", {"items": [own, own]}).status == 422
    assert ann.put("/me/notifications", {"items": [{**own, "channel_id": str(foreign.id)}]}).status == 422
    assert ann.put("/me/notifications", {"items": []}).body == {"items": [default]}


def test_a_browser_subscribes_once_and_its_address_is_sealed() -> None:
    tenant = make_tenant()
    (ann, _), (bob, _) = signed_in(tenant), signed_in(tenant)
    body = {"endpoint": "https://push.example.com/secret-4711", "keys": browser_keys(), "label": "Phone"}
    first = ann.post("/me/push-subscriptions", body)
    assert (first.status, first.body["label"]) == (201, "Phone")
    assert "4711" not in str(first.body)
    assert len(ann.get("/me").body["vapid_public_key"]) == 87
    again = bob.post("/me/push-subscriptions", body).body
    assert (ann.get("/me/push-subscriptions").items, len(bob.get("/me/push-subscriptions").items)) == ([], 1)
    with organization_scope(tenant.id):
        [kept] = PushSubscription.objects.all()
        assert kept.subscription["endpoint"].endswith("4711")
    assert ann.delete(f"/me/push-subscriptions/{again['id']}").status == 404
    assert bob.delete(f"/me/push-subscriptions/{again['id']}").status == 200


def test_only_so_many_devices_are_kept() -> None:
    ann, _ = signed_in(make_tenant())
    for number in range(22):
        body = {"endpoint": f"https://push.example.com/{number}", "keys": browser_keys(), "label": str(number)}
        ann.post("/me/push-subscriptions", body)
    assert [one["label"] for one in ann.get("/me/push-subscriptions").items] == [str(n) for n in range(21, 1, -1)]


@pytest.mark.parametrize(
    "change",
    [
        {"endpoint": "http://push.example.com/1"},
        {"endpoint": "ftp://push.example.com/1"},
        {"endpoint": "https:///1"},
        {"endpoint": "javascript:alert(1)"},
        {"keys": {"p256dh": "AAAA", "auth": "AAAAAAAAAAAAAAAAAAAAAA"}},
        {"keys": {"p256dh": "€", "auth": "€"}},
        {"keys": {**browser_keys(), "auth": "AAAA"}},
    ],
)
def test_what_no_browser_hands_out_is_refused(change: dict[str, Any]) -> None:
    ann, _ = signed_in(make_tenant())
    body = {"endpoint": "https://push.example.com/1", "keys": browser_keys(), **change}
    assert ann.post("/me/push-subscriptions", body).status == 422


def test_what_waits_is_counted_for_one_organisation() -> None:
    talk, other = make_talk("hello"), make_talk("theirs")
    (ann, _), (stranger, _) = signed_in(talk.tenant), signed_in(other.tenant)
    for _ in range(2):
        ann.post(f"/conversations/{talk.conversation().id}/messages", {"text": "hi"})
    work = ann.get("/work").body
    assert work["automation"]["count"] == 1
    assert [(one["lane"], one["state"], one["count"]) for one in work["outbox"]] == [("line", "queued", 2)]
    assert {one["state"] for one in work["jobs"]} <= {"todo", "doing", "failed"}
    assert all(one["oldest_seconds"] is None or one["oldest_seconds"] >= 0 for one in (*work["outbox"], *work["jobs"]))
    assert (work["dead_events"]["count"], work["scheduled"]["count"]) == (0, 0)
    assert stranger.get("/work").body["outbox"] == []
