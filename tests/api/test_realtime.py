"""GET /realtime: what changed, for whoever has no WebSocket."""

from __future__ import annotations

import pytest

from tests.realtime.test_relay import change, relay
from tests.support.factories import make_tenant
from tests.support.web import api_for

pytestmark = pytest.mark.usefixtures("database")


def test_it_says_where_to_begin_and_then_what_changed() -> None:
    tenant = make_tenant()
    api = api_for(tenant)
    change(tenant)
    relay()
    assert api.get("/realtime").body == {"events": [], "last_seq": 1, "is_reset": False}
    subjects = change(tenant, 2)
    relay()
    found = api.get("/realtime", since=1).body
    assert [event["subject_id"] for event in found["events"]] == [str(one) for one in subjects]
    assert [event["seq"] for event in found["events"]] == [2, 3]
    assert (found["last_seq"], found["is_reset"]) == (3, False)


def test_another_organisation_s_changes_are_not_told() -> None:
    tenant, other = make_tenant(), make_tenant()
    change(other, 3)
    relay()
    assert api_for(tenant).get("/realtime", since=0).body == {"events": [], "last_seq": 0, "is_reset": False}


def test_a_number_that_never_was_means_begin_afresh() -> None:
    tenant = make_tenant()
    change(tenant)
    relay()
    assert api_for(tenant).get("/realtime", since=7).body == {"events": [], "last_seq": 1, "is_reset": True}


def test_whoever_missed_too_much_begins_afresh() -> None:
    tenant = make_tenant()
    change(tenant, 501)
    relay()
    found = api_for(tenant).get("/realtime", since=0).body
    assert (found["events"], found["last_seq"], found["is_reset"]) == ([], 501, True)
    assert len(api_for(tenant).get("/realtime", since=1).body["events"]) == 500


@pytest.mark.parametrize("since", ["-1", "x", str(2**63), "1.5", "", "1e3"])
def test_what_is_no_number_is_refused(since: str) -> None:
    assert api_for(make_tenant()).get("/realtime", since=since).status == 422
