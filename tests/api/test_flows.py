"""/flows."""

from __future__ import annotations

from typing import Any

import pytest

from hubbub.channels.models import Template
from hubbub.flows.actions import NewFlow, create_flow
from hubbub.flows.models import FlowRun
from hubbub.flows.runs import count_steps, save_runs
from hubbub.organizations.scope import organization_scope
from tests.flows.documents import FAULTY, LEADS, calls, hello
from tests.flows.test_models import make_run
from tests.flows.test_runs import a_count, a_write
from tests.support.factories import make_channel, make_tenant
from tests.support.roles import acting_as
from tests.support.talk import make_talk
from tests.support.web import Api, api_for

pytestmark = pytest.mark.usefixtures("database")


def make(api: Api, **fields: Any) -> dict[str, Any]:
    answer = api.post("/flows", {"name": "Leads", "definition": LEADS, **fields})
    assert answer.status == 201, answer
    made: dict[str, Any] = answer.body
    return made


def test_a_flow_is_made_read_changed_and_removed() -> None:
    api = api_for(make_tenant())
    flow = make(api, triggers=[{"type": "keyword", "value": "demo"}], priority=8, is_active=True)
    path = f"/flows/{flow['id']}"
    assert (flow["key"], flow["version"], flow["live_runs"]) == ("leads", 1, 0)
    changed = api.patch(path, {"definition": hello(), "name": "Hello"}).body
    assert (changed["version"], changed["name"], changed["priority"]) == (2, "Hello", 8)
    assert [version["number"] for version in changed["versions"]] == [2, 1]
    back = api.patch(path, {"version": 1, "is_active": False}).body
    assert (back["version"], back["definition"], back["is_active"]) == (1, LEADS, False)
    assert [row["id"] for row in api.get("/flows").items] == [flow["id"]]
    assert "definition" not in api.get("/flows").items[0]
    assert api.get("/flows", is_active="true").items == []
    assert api.delete(path).status == 200
    assert api.get(path).status == 404


def test_every_fault_is_listed() -> None:
    api = api_for(make_tenant())
    answer = api.post("/flows", {"name": "X", "definition": FAULTY, "triggers": [{"type": "keyword"}]})
    assert (answer.status, answer.code) == (422, "faulty_flow")
    assert len(answer.body["error"]["details"]["faults"]) >= 3


def test_a_taken_key_and_an_unknown_version_are_refused() -> None:
    api = api_for(make_tenant())
    flow = make(api, key="leads")
    assert api.post("/flows", {"name": "X", "definition": LEADS, "key": "leads"}).code == "flow_exists"
    assert api.patch(f"/flows/{flow['id']}", {"version": 7}).status == 404


def test_a_flow_is_tried_without_touching_anything() -> None:
    tenant = make_tenant()
    api = api_for(tenant)
    flow = make(api)
    answer = api.post(f"/flows/{flow['id']}/test", {"inputs": [{"text": "demo"}, {"text": "Mali"}]})
    first, second = answer.body["turns"]
    texts = [effect["content"]["text"] for effect in first["effects"] if effect["effect"] == "send"]
    assert texts == ["Great! I'd love to learn more about your needs.", "What's your name?"]
    assert (first["status"], first["step"]) == ("waiting", "collect_name")
    assert second["status"] == "completed"
    assert api.get(f"/flows/{flow['id']}").body["live_runs"] == 0
    with organization_scope(tenant.id):
        assert not FlowRun.objects.exists()


def test_a_draft_is_tried_before_it_is_saved() -> None:
    api = api_for(make_tenant())
    path = f"/flows/{make(api)['id']}/test"
    answer = api.post(path, {"inputs": [{"text": "hi"}], "definition": hello("Hi {{first_name}}"), "name": "Nok"})
    [turn] = answer.body["turns"]
    assert [one["content"]["text"] for one in turn["effects"] if one["effect"] == "send"] == ["Hi Nok"]
    assert api.post(path, {"inputs": [{"text": "hi"}], "definition": FAULTY}).code == "faulty_flow"
    assert api.post(path, {"inputs": [{"is_time_up": True}]}).status == 422


def test_counts_and_runs_are_shown() -> None:
    talk = make_talk("hello")
    api = api_for(talk.tenant)
    with organization_scope(talk.tenant.id):
        flow = create_flow(None, talk.tenant.id, NewFlow(name="Leads", definition=LEADS))
        make_run(flow, talk.conversation().id, "completed")
    with acting_as("automation"), organization_scope(talk.tenant.id):
        save_runs([a_write(talk, flow, status="failed", error="At ask: no answer.")])
        count_steps([a_count(flow, "start"), a_count(flow, "start", "left")])
    [version] = api.get(f"/flows/{flow.id}/counts").body["versions"]
    assert version["steps"] == [{"step": "start", "variant": "", "entered": 1, "left": 1, "completed": 0}]
    assert (version["entered"], version["completion_rate"]) == (1, 0.0)
    assert len(api.get(f"/flows/{flow.id}/runs").items) == 2
    [failed] = api.get(f"/flows/{flow.id}/runs", status="failed").items
    assert (failed["error"], failed["conversation_id"]) == ("At ask: no answer.", str(talk.conversation().id))


def test_a_flow_that_calls_another_is_tried_with_it() -> None:
    api = api_for(make_tenant())
    make(api, key="inner", definition=hello("From within"))
    outer = make(api, key="outer", definition=calls("inner"))
    [turn] = api.post(f"/flows/{outer['id']}/test", {"inputs": [{"text": "hi"}]}).body["turns"]
    assert (turn["status"], turn["error"]) == ("completed", "")
    assert [one["content"]["text"] for one in turn["effects"] if one["effect"] == "send"] == ["From within"]


def test_a_flow_is_tried_with_the_templates_that_are_stored() -> None:
    tenant = make_tenant()
    channel, api = make_channel(tenant, "facebook"), api_for(tenant)
    part = {"type": "send_template", "template": "Welcome"}
    flow = make(api, definition={"start": {"actions": [part]}})
    path, given = f"/flows/{flow['id']}/test", {"inputs": [{"text": "hi"}]}
    [turn] = api.post(path, given).body["turns"]
    assert "There is no template Welcome on this channel." in turn["error"]
    with organization_scope(tenant.id):
        Template.objects.create(
            organization_id=tenant.id,
            channel=channel,
            external_id="1",
            name="Welcome",
            category="button",
            status="stored",
            parameter_format="stored",
            components={"template_data": {"text": "Hi {{first_name}}", "buttons": []}},
        )
    [turn] = api.post(path, given).body["turns"]
    assert [one["content"]["text"] for one in turn["effects"] if one["effect"] == "send"] == ["Hi Mali"]
