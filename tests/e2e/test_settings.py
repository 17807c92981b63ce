"""What is set in the settings holds elsewhere: labels, canned replies, hours, keys, events that are applied again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx
import pytest

from hubbub.kit.ids import new_id
from hubbub.processes.postgres import wait_until
from tests.e2e.conftest import AXE, Hub

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Locator, Page

PAGES = {
    "labels": "Labels",
    "canned-replies": "Canned replies",
    "views": "Saved views",
    "working-hours": "Working hours",
    "api-keys": "API keys",
    "security": "Security events",
    "work": "Work",
    "events": "Events",
}
FORMS = {"labels": "New label", "canned-replies": "New canned reply", "api-keys": "New API key"}


def _open(page: Page, section: str) -> Locator:
    """The page of the settings, when it is there."""
    page.goto(f"/settings/{section}")
    page.get_by_role("heading", level=1, name=PAGES[section]).wait_for()
    return page.locator("#content")


def _form(page: Page, section: str) -> Locator:
    """What asks for a new one, on that page of the settings."""
    _open(page, section).get_by_role("button", name=FORMS[section]).click()
    return page.get_by_role("dialog")


def _row(page: Page, text: str) -> Locator:
    return page.get_by_role("listitem").filter(has_text=text)


def _conversation(hub: Hub, person: str) -> str:
    """The address of a conversation that this person begins."""
    hub.pause_machines("line")
    hub.say("line", person, "Is anybody there?")
    found: list[dict[str, Any]] = []

    def is_there() -> bool:
        found[:] = hub.api.get("/conversations", params={"name_contains": person}).json()["items"]
        return bool(found)

    assert wait_until(is_there, 20)
    return f"/inbox/{found[0]['id']}"


@pytest.fixture
def unique() -> str:
    return new_id().hex[-6:]


@pytest.fixture
def always_at_work(hub: Hub) -> Iterator[None]:
    yield
    assert hub.api.put("/working-hours", json={"hours": None}).status_code == 200


def test_a_label_is_made_used_and_deleted(hub: Hub, desks: Any, unique: str) -> None:
    from playwright.sync_api import expect

    name = f"Wholesale {unique}"
    page: Page = desks().page
    form = _form(page, "labels")
    form.get_by_label("Name").fill(name)
    form.get_by_label("Description").fill("Orders of more than a hundred.")
    form.get_by_role("button", name="Save").click()
    expect(_row(page, name)).to_contain_text("Orders of more than a hundred.")
    address = _conversation(hub, f"Mali {unique}")
    made = hub.api.post(f"/conversations/{address.rsplit('/', 1)[1]}/tags", json={"add": [name]})
    assert made.status_code == 200, made.text
    page.reload()
    expect(_row(page, name)).to_contain_text("1 conversation")
    page.get_by_role("button", name=f"Delete {name}").click()
    asked = page.get_by_role("dialog")
    expect(asked).to_contain_text("taken from one conversation")
    asked.get_by_role("button", name="Delete", exact=True).click()
    expect(_row(page, name)).to_have_count(0)
    assert name not in hub.api.get(f"/conversations/{address.rsplit('/', 1)[1]}").json()["tags"]


def test_a_canned_reply_is_made_and_filled_for_a_customer(hub: Hub, desks: Any, unique: str) -> None:
    from playwright.sync_api import expect

    page: Page = desks().page
    form = _form(page, "canned-replies")
    form.get_by_label("Shortcut").fill(f"hours{unique}")
    form.get_by_label("Title").fill("When we are open")
    form.get_by_role("textbox", name="Text").fill("Hello {{contact.first_name}}, until six.")
    expect(form.get_by_role("region", name="As a customer reads it")).to_contain_text("Hello Mali, until six.")
    form.get_by_role("button", name="Save").click()
    expect(_row(page, f"/hours{unique}")).to_contain_text("Shared with the team")
    (made,) = [one for one in hub.api.get("/canned-replies").json()["items"] if one["shortcut"] == f"hours{unique}"]
    where = {"conversation_id": _conversation(hub, f"Prasert {unique}").rsplit("/", 1)[1]}
    assert (
        hub.api.post(f"/canned-replies/{made['id']}/render", json=where).json()["text"] == "Hello Prasert, until six."
    )


def test_a_key_opens_the_api_until_it_is_revoked(hub: Hub, desks: Any, unique: str) -> None:
    from playwright.sync_api import expect

    name = f"Reports {unique}"
    page: Page = desks().page
    form = _form(page, "api-keys")
    form.get_by_label("Name").fill(name)
    form.get_by_label("What it may do").select_option("viewer")
    form.get_by_role("button", name="Make the key").click()
    shown = page.get_by_role("dialog").filter(has_text="not shown again")
    key = shown.locator("code").inner_text()
    shown.get_by_role("button", name="Done").click()
    expect(_row(page, name)).to_contain_text("Never used")
    with httpx.Client(base_url=f"{hub.url}/api/v1", timeout=20, trust_env=False) as machine:
        machine.headers["Authorization"] = f"Bearer {key}"
        assert machine.get("/me").json()["role"] == "viewer"
        page.get_by_role("button", name=f"Revoke: {name}").click()
        page.get_by_role("dialog").get_by_role("button", name="Revoke").click()
        expect(_row(page, name)).to_have_count(0)
        assert machine.get("/me").status_code == 401


def test_an_event_that_could_not_be_applied_is_applied_again_and_put_aside(hub: Hub, desks: Any, unique: str) -> None:
    from playwright.sync_api import expect

    news = {"type": f"news_{unique}", "mode": "active", "timestamp": 1_793_000_000_000, "webhookEventId": new_id().hex}
    news |= {"source": {"type": "user", "userId": "U" + new_id().hex}, "deliveryContext": {"isRedelivery": False}}
    body = {"destination": hub.account("line"), "events": [news]}
    hub.play("/deliver", {"platform": "line", "account": hub.account("line"), "body": body})
    known: dict[str, Any] = {}

    def event() -> dict[str, Any]:
        items = hub.api.get("/events", params={"is_dead": True, "limit": 200}).json()["items"]
        known.update({one["kind"]: one for one in items if unique in one["kind"] or unique in one["error"]})
        return next(iter(known.values()), {})

    assert wait_until(lambda: bool(event()), 20)
    dead = event()
    page: Page = desks().page
    screen = _open(page, "events")
    screen.get_by_label("State").select_option("unknown")
    row = screen.get_by_role("listitem").filter(has_text=unique).first
    row.get_by_role("button").first.click()
    expect(row.get_by_role("region", name="The platform's own words")).to_contain_text(f"news_{unique}")
    row.get_by_role("button", name="Apply again").click()
    expect(page.get_by_text("It is applied again.")).to_be_visible()
    assert wait_until(lambda: hub.api.get(f"/events/{dead['id']}").json()["attempts"] > dead["attempts"], 20)
    row.get_by_role("button", name="Put aside").click()
    expect(screen.get_by_role("listitem").filter(has_text=unique)).to_have_count(0)
    assert hub.api.get(f"/events/{dead['id']}").json()["state"] == "cancelled"


@pytest.mark.usefixtures("always_at_work")
def test_working_hours_are_set_and_faults_are_named(hub: Hub, desks: Any) -> None:
    from playwright.sync_api import expect

    page: Page = desks().page
    screen = _open(page, "working-hours")
    screen.get_by_role("button", name="Set working hours").click()
    form = screen.get_by_role("region", name="Everywhere")
    form.get_by_label("Time zone").fill("Asia/Bangkok")
    form.get_by_label("Monday, to").fill("08:00")
    expect(form.get_by_text("The end must come after the beginning.")).to_be_visible()
    expect(form.get_by_role("button", name="Save")).to_be_disabled()
    form.get_by_label("Monday, to").fill("17:30")
    form.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved", exact=True)).to_be_visible()
    (stored,) = hub.api.get("/working-hours").json()["items"]
    assert stored["hours"]["time_zone"] == "Asia/Bangkok"
    assert stored["hours"]["days"]["mon"] == [["09:00", "17:30"]]
    assert "sun" not in stored["hours"]["days"]
    form.get_by_role("button", name="Remove these hours").click()
    expect(form).to_have_count(0)
    assert hub.api.get("/working-hours").json()["items"] == []
    page.get_by_role("button", name="Undo").last.click()
    expect(form.get_by_label("Monday, to").first).to_have_value("17:30")
    assert hub.api.get("/working-hours").json()["items"][0]["hours"] == stored["hours"]


def test_a_saved_view_says_what_it_shows(hub: Hub, desks: Any, unique: str) -> None:
    from playwright.sync_api import expect

    page: Page = desks().page
    page.goto("/inbox?tab=unassigned&platform=line&label=vip&sort=waiting")
    page.get_by_role("button", name="More lists").click()
    page.get_by_role("menuitem", name="Save this list as a view").click()
    form = page.get_by_role("dialog")
    form.get_by_label("What is this view called?").fill(f"Hurry {unique}")
    form.get_by_role("switch", name="Share with the team").check()
    form.get_by_role("button", name="Save").click()
    expect(page.get_by_text(f"Saved: Hurry {unique}")).to_be_visible()
    (made,) = [one for one in hub.api.get("/views").json()["items"] if one["name"] == f"Hurry {unique}"]
    assert made["is_shared"] is True
    _open(page, "views")
    row = _row(page, f"Hurry {unique}")
    expect(row).to_contain_text("Unassigned · LINE · Label: vip · Order: Waiting longest")
    row.get_by_role("button", name=f"Delete Hurry {unique}").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete", exact=True).click()
    expect(row).to_have_count(0)


def test_the_palette_opens_a_page_of_the_settings(desks: Any) -> None:
    from playwright.sync_api import expect

    page: Page = desks().page
    page.goto("/settings")
    page.get_by_role("heading", level=1, name="Settings").wait_for()
    page.keyboard.press("Control+k")
    page.get_by_role("dialog").get_by_role("textbox").fill("Settings: Working")
    page.get_by_role("dialog").get_by_text("Settings: Working hours").click()
    expect(page.get_by_role("heading", level=1, name="Working hours")).to_be_visible()
    assert urlsplit(page.url).path == "/settings/working-hours"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_the_settings(desks: Any, scheme: str) -> None:
    page: Page = desks(color_scheme=scheme, reduced_motion="reduce").page
    found = {}
    for section in PAGES:
        _open(page, section)
        found[section] = _faults_of_access(page)
        if section in FORMS:
            _form(page, section).get_by_role("textbox").first.wait_for()
            found[FORMS[section]] = _faults_of_access(page)
    assert {where: faults for where, faults in found.items() if faults} == {}


def _faults_of_access(page: Page) -> list[str]:
    """What axe says of the page when nothing on it moves any more."""
    page.wait_for_function("() => document.getAnimations().every((one) => one.playState !== 'running')")
    page.evaluate(AXE.read_text() + "; undefined")
    found: dict[str, Any] = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in found["violations"]]
