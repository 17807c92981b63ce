"""The dashboard, and its JSON: figures of messages, webhooks, calls, people, flows and satisfaction."""

from __future__ import annotations

import json
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.core.management import CommandError, call_command
from pydantic import TypeAdapter

from hubbub.kit import clock
from hubbub.organizations.scope import organization_scope

if TYPE_CHECKING:
    from tests.support.outbound import Line

pytestmark = pytest.mark.usefixtures("database")
SCHEMA = Path(__file__).resolve().parent.parent.parent / "docs" / "facebook-monitor.schema.json"


def shown(line: Line, *flags: str) -> str:
    out = StringIO()
    call_command("facebook_monitor", *flags, organization=line.tenant.organization.slug, stdout=out, stderr=StringIO())
    return out.getvalue()


def read(line: Line, *flags: str) -> dict[str, Any]:
    """The report as JSON, checked against the classes that document it."""
    from facebook_integration.monitoring.figures import Report

    text = shown(line, "--format", "json", *flags)
    TypeAdapter(Report).validate_json(text)
    found: dict[str, Any] = json.loads(text)
    return found


def test_the_schema_that_is_documented_is_the_one_that_counts() -> None:
    from facebook_integration.monitoring.figures import json_schema

    assert json.loads(SCHEMA.read_text()) == json_schema()


def test_every_figure_comes_from_what_happened(line: Line) -> None:
    from tests.support.outbound import send_all

    line.queue("one")
    line.queue("two")
    send_all()
    (page,) = read(line)["pages"]
    assert page["page_id"] == line.channel.external_id
    assert page["connection"]["status"] == "active"
    assert page["delivery"]["sent"] + page["delivery"]["delivered"] + page["delivery"]["read"] == 2
    assert page["delivery"]["delivery_rate"] == 1.0
    assert page["webhooks"]["requests"] >= 1
    assert page["webhooks"]["success_rate"] == 1.0
    assert page["api"]["calls"] >= 2
    assert page["api"]["errors"] == 0
    assert page["volume"]["inbound"] == 1
    assert page["volume"]["outbound"] == 2
    assert sum(part["inbound"] + part["outbound"] for part in page["volume"]["trend"]) == 3
    assert page["engagement"]["people"] == page["engagement"]["new_people"] == 1
    assert page["engagement"]["reply_rate"] == 1.0
    assert page["engagement"]["conversations_opened"] == 1
    assert (page["errors"], page["flow_list"], page["users"]) == (None, None, None)


def test_what_lies_before_is_compared_and_not_counted(line: Line) -> None:
    with clock.frozen(clock.now() + timedelta(hours=30)):
        (page,) = read(line)["pages"]
    assert page["volume"]["inbound"] == 0
    assert page["volume"]["previous_inbound"] == 1
    assert page["volume"]["change"] == -1.0
    assert page["delivery"]["delivery_rate"] is None


def test_errors_are_listed_by_kind_and_alerted(line: Line) -> None:
    from tests.support.outbound import send_all

    line.fault("error:551")
    for number in range(10):
        line.queue(f"lost {number}")
    send_all()
    (page,) = read(line, "--show-errors")["pages"]
    assert page["delivery"]["failed"] == 10
    assert page["delivery"]["delivery_rate"] == 0.0
    sends = [one for one in page["errors"] if one["source"] == "send"]
    assert [(one["times"], one["platform_code"].partition("/")[0]) for one in sends] == [(10, "551")]
    assert "sends_failing" in {alert["code"] for alert in page["alerts"]}


def test_flows_tell_their_completion_rate_and_steps(line: Line) -> None:
    from hubbub.flows.models import Flow
    from hubbub.flows.runs import StepCount, count_steps
    from tests.support.roles import acting_as

    page = ("--page-id", line.channel.external_id)
    slug = line.tenant.organization.slug
    call_command("create_facebook_flow", *page, "--flow-type", "faq", organization=slug, stdout=StringIO())
    with organization_scope(line.tenant.id):
        flow = Flow.objects.get(organization_id=line.tenant.id)
        assert flow.current_version_id
        key: dict[str, Any] = {
            "organization_id": line.tenant.id,
            "flow_id": flow.id,
            "version_id": flow.current_version_id,
        }
        counts = [("", "entered"), ("", "entered"), ("", "completed"), ("start", "entered"), ("start", "left")]
    with acting_as("automation"), organization_scope(line.tenant.id):
        count_steps([StepCount(**key, step=step, what=what) for step, what in counts])
    (found,) = read(line, "--show-flows", *page)["pages"]
    (told,) = found["flow_list"]
    assert (told["entered"], told["completed"], told["completion_rate"]) == (2, 1, 0.5)
    assert told["steps"] == [{"step": "start", "entered": 1, "left": 1, "completed": 0}]
    assert "50%" in shown(line, "--show-flows")


def test_people_are_listed_and_their_names_cannot_steer_the_terminal(line: Line) -> None:
    from hubbub.contacts.models import ContactIdentity

    with organization_scope(line.tenant.id):
        ContactIdentity.objects.filter(external_id=line.customer_id).update(display_name="Ma\x1b[2Jli [red]x[/red]")
    (page,) = read(line, "--show-users")["pages"]
    assert [(one["psid"], one["messages"]) for one in page["users"]] == [(line.customer_id, 1)]
    text = shown(line, "--show-users")
    assert "\x1b" not in text
    assert "[red]x[/red]" in text


def test_the_dashboard_says_each_thing_and_what_is_wrong(line: Line) -> None:
    from hubbub.channels.models import Channel

    with organization_scope(line.tenant.id):
        Channel.objects.filter(id=line.channel.id).update(status="needs_reconnect", status_reason="The token died.")
    text = shown(line, "--show-errors", "--show-flows", "--show-users")
    for word in ("Connection", "Delivery", "Webhooks", "API", "Volume", "Engagement", "Flows", "Satisfaction"):
        assert word in text
    assert "The Page is not connected. The token died." in " ".join(text.replace("│", "").split())


def test_watching_shows_it_again_until_it_is_stopped(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []

    def wait(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 3:
            raise KeyboardInterrupt

    monkeypatch.setattr("time.sleep", wait)
    lines = shown(line, "--format", "json", "--watch", "2").splitlines()
    assert [json.loads(one)["hours"] for one in lines] == [24, 24, 24]
    assert waits == [2.0, 2.0, 2.0]


def test_what_makes_no_sense_is_a_sentence(line: Line) -> None:
    with pytest.raises(CommandError, match="--hours"):
        shown(line, "--hours", "0")
    with pytest.raises(CommandError, match="--watch"):
        shown(line, "--watch", "0")
    with pytest.raises(CommandError, match="is not connected here"):
        shown(line, "--page-id", "404")


def test_another_organisation_sees_nothing_of_it(line: Line) -> None:
    from tests.support.factories import make_tenant

    out = StringIO()
    call_command("facebook_monitor", "--format", "json", organization=make_tenant().organization.slug, stdout=out)
    assert json.loads(out.getvalue())["pages"] == []
