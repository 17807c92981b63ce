"""What was refused is counted, and shown to those who look after it."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from hubbub.kit.ids import new_id
from hubbub.organizations.models import Membership, Role, User
from hubbub.organizations.scope import organization_scope
from hubbub.organizations.security import EVERY_SECONDS, KINDS, Tally, note
from tests.support.factories import Tenant, make_tenant
from tests.support.web import Api, api_for

pytestmark = pytest.mark.usefixtures("database")


def seen(tenant: Tenant, **filters: Any) -> list[tuple[str, str, str, int]]:
    rows = api_for(tenant, Role.ADMIN).get("/security-events", **filters).items
    return [(row["kind"], row["platform"], row["subject"], row["count"]) for row in rows]


def test_a_role_that_may_not_is_named() -> None:
    tenant = make_tenant()
    viewer = api_for(tenant, Role.VIEWER)
    assert viewer.post("/channels").status == 403
    ((kind, _, subject, count),) = seen(tenant)
    assert (kind, subject.startswith("api_key "), count) == ("access_refused", True, 1)
    assert seen(make_tenant()) == []


def test_a_wrong_key_is_nobodys_and_shown_to_operators() -> None:
    ours = make_tenant()
    assert Api("hub_wrong").get("/channels").status == 401
    assert seen(ours) == []
    rows = api_for(ours, Role.ADMIN, is_operator=True).get("/security-events/all", kind="access_refused").items
    assert any(row["organization_id"] is None and row["count"] >= 1 for row in rows)


def test_a_failed_sign_in_concerns_the_persons_organisations() -> None:
    tenant, name = make_tenant(), f"ann-{new_id().hex}"
    with organization_scope(tenant.id):
        user = User.objects.create_user(name, password="right and long")
        Membership.objects.create(organization=tenant.organization, user=user, role=Role.AGENT)
    answer = Client(SERVER_NAME="localhost").post("/sign-in", {"name": name, "password": "wrong"})
    assert answer.status_code == 200
    assert seen(tenant, kind="sign_in_failed") == [("sign_in_failed", "", name, 1)]


def test_the_same_thing_within_an_hour_is_one_row() -> None:
    tenant = make_tenant()
    for name in ("one", "two", "one"):
        note("access_refused", organization_id=tenant.id, subject=name)
    assert sorted(seen(tenant)) == [("access_refused", "", "one", 1), ("access_refused", "", "two", 1)]


def test_a_flood_is_counted_and_written_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    moment = 1000.0
    monkeypatch.setattr("hubbub.organizations.security.monotonic", lambda: moment)
    tally, key = Tally(), ("access_refused", None, None, "", "somebody")
    assert [tally.add(key) for _ in range(500)] == [1] + [0] * 499
    moment += EVERY_SECONDS
    assert tally.add(key) == 500
    assert tally.add(("access_refused", None, None, "", "another")) == 1


def test_only_those_who_administer_may_look() -> None:
    tenant = make_tenant()
    for role in Role:
        expected = 200 if role in (Role.OWNER, Role.ADMIN) else 403
        assert api_for(tenant, role).get("/security-events").status == expected
    assert api_for(tenant, Role.OWNER).get("/security-events/all").status == 403
    assert api_for(tenant, Role.OWNER).get("/security-events", kind="nonsense").status == 422
    assert set(KINDS) == {"bad_signature", "sign_in_failed", "access_refused", "token_failed"}
