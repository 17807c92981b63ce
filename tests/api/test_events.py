"""Events, dead letters and raw deliveries."""

from __future__ import annotations

import pytest
from django.db import connection

from hubbub.inbound.replay import replay_requested
from hubbub.organizations.scope import organization_scope
from tests.support import line
from tests.support.inbound import apply_all, deliver
from tests.support.roles import acting_as
from tests.support.talk import Talk, make_talk
from tests.support.web import api_for

pytestmark = pytest.mark.usefixtures("database")


def _with_a_dead_letter() -> Talk:
    talk = make_talk("hello")
    deliver("line", line.body(talk.channel.external_id, line.event("something_new", user=talk.user)))
    apply_all()
    return talk


def test_what_we_do_not_know_is_listed_as_a_dead_letter_with_its_words() -> None:
    talk = _with_a_dead_letter()
    api = api_for(talk.tenant)
    [dead] = api.get("/events", is_dead=True).items
    assert dead["state"] == "unknown"
    assert "something_new" in str(api.get(f"/events/{dead['id']}").body["raw"])


def test_everything_without_effect_is_counted_by_its_sort_and_for_its_organisation_only() -> None:
    talk, other = _with_a_dead_letter(), make_talk("hello")
    deliver("line", line.body(talk.channel.external_id, {"type": "message", "timestamp": "never"}))
    apply_all()
    found = api_for(talk.tenant).get("/work").body["dead_events"]
    assert found.pop("oldest_seconds") >= 0
    assert found == {"count": 2, "dead": 0, "malformed": 1, "unknown": 1}
    assert len(api_for(talk.tenant).get("/events", is_dead=True).items) == 2
    assert api_for(other.tenant).get("/work").body["dead_events"]["count"] == 0


def test_events_are_filtered_by_kind_state_and_channel() -> None:
    talk = _with_a_dead_letter()
    api = api_for(talk.tenant)
    assert len(api.get("/events").items) == 2
    assert len(api.get("/events", state="applied").items) == 1
    assert len(api.get("/events", channel_id=str(talk.channel.id)).items) == 2
    assert api.get("/events", kind="nothing").items == []


def test_a_replay_is_asked_for_and_done_by_the_inbound_worker() -> None:
    talk = make_talk("hello")
    api = api_for(talk.tenant)
    [event] = api.get("/events").items
    with organization_scope(talk.tenant.id), connection.cursor() as cursor:
        cursor.execute("DELETE FROM reply_token; UPDATE event SET state = 'dead'")
    assert api.post(f"/events/{event['id']}/replay").body["replay_requested_at"]
    with acting_as("inbound"):
        assert replay_requested() == 1
    assert api.get(f"/events/{event['id']}").body["replay_requested_at"] is None
    assert len(talk.messages()) == 1


def test_a_dead_letter_can_be_put_aside_and_an_applied_event_cannot() -> None:
    talk = _with_a_dead_letter()
    api = api_for(talk.tenant)
    for event in api.get("/events").items:
        answer = api.post(f"/events/{event['id']}/cancel")
        assert answer.status == (409 if event["state"] == "applied" else 200)
    [cancelled] = api.get("/events", state="cancelled").items
    assert api.post(f"/events/{cancelled['id']}/replay").status == 409


def test_an_operator_reads_the_exact_bytes_of_a_delivery() -> None:
    talk = make_talk("hello")
    operator = api_for(talk.tenant, is_operator=True)
    [event] = operator.get("/events").items
    found = operator.get(f"/deliveries/{event['delivery_id']}").body
    assert (found["platform"], found["state"]) == ("line", "applied")
    assert found["body"]


def test_work_that_nothing_performs_is_refused() -> None:
    talk = make_talk("hello")
    body = {"message_id": str(talk.messages()[0].id), "type": "translation"}
    answer = api_for(talk.tenant).post("/processing", body)
    assert (answer.status, answer.code) == (422, "nothing_performs_it")
