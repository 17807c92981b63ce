"""What an agent does beside the conversation: labels, notes, attributes, the flow, who is whom, and what is erased."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from hubbub.kit.ids import new_id
from hubbub.processes.postgres import wait_until
from tests.e2e.conftest import AXE, Hub

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
COMPLAINTS = """async (rules) => {
  const found = await axe.run(document, {runOnly: rules});
  return found.violations.map(({id, nodes}) => id + ': ' + nodes.map(({html}) => html.slice(0, 160)).join(' '));
}"""


def somebody(name: str) -> str:
    """A customer whom no other story knows."""
    return f"{name} {new_id().hex[-6:]}"


def newcomer(hub: Hub, platform: str, name: str) -> tuple[str, str, str]:
    """A customer has written: their name, their conversation's id, their contact's id."""
    person = somebody(name)
    hub.say(platform, person, "Hello!")
    assert wait_until(lambda: bool(found(hub, person)), 30)
    (conversation,) = found(hub, person)
    return person, conversation["id"], conversation["contact_id"]


def found(hub: Hub, person: str) -> list[dict[str, Any]]:
    return list(hub.api.get("/conversations", params={"name_contains": person}).json()["items"])


def contact_of(hub: Hub, contact_id: str) -> dict[str, Any]:
    return dict(hub.api.get(f"/contacts/{contact_id}").json())


def conversation_of(hub: Hub, conversation_id: str) -> dict[str, Any]:
    return dict(hub.api.get(f"/conversations/{conversation_id}").json())


def run_of(hub: Hub, conversation_id: str) -> Any:
    return hub.api.get(f"/conversations/{conversation_id}/run").json()["run"]


def open_panel(page: Page, conversation_id: str) -> None:
    page.goto(f"/inbox/{conversation_id}")
    card(page, "Contact").wait_for()


def card(page: Page, name: str) -> Locator:
    return page.get_by_role("region", name=name, exact=True)


def unfold(page: Page, name: str) -> Locator:
    shown = card(page, name)
    toggle = shown.get_by_role("button", name=name, exact=True)
    if toggle.get_attribute("aria-expanded") == "false":
        toggle.click()
    return shown


def test_a_label_a_note_and_an_attribute_are_kept_and_taken_back(hub: Hub, desks: Any) -> None:
    from playwright.sync_api import expect

    _, conversation, contact = newcomer(hub, "line", "Aiko")
    page = desks(viewport={"width": 1440, "height": 1400}).page
    open_panel(page, conversation)
    label = hub.api.get("/labels").json()["items"][0]["name"]
    labels = card(page, "Labels")
    labels.get_by_role("button", name="Add a label").click()
    labels.get_by_role("combobox").fill(label)
    page.keyboard.press("Enter")
    assert wait_until(lambda: conversation_of(hub, conversation)["tags"] == [label], 10)
    page.get_by_role("button", name="Undo").click()
    assert wait_until(lambda: conversation_of(hub, conversation)["tags"] == [], 10)

    notes = card(page, "Notes")
    notes.get_by_role("textbox", name="Write a note").press_sequentially("@Ann")
    notes.get_by_role("list", name="Suggestions").wait_for()
    page.keyboard.press("Enter")
    page.keyboard.type("please call her")
    page.keyboard.press("Enter")
    expect(notes.get_by_role("listitem")).to_contain_text("please call her")
    (note,) = hub.api.get(f"/conversations/{conversation}/notes").json()["items"]
    assert len(note["mentions"]) == 1

    attributes = card(page, "Attributes")
    attributes.get_by_role("button", name="Add an attribute").click()
    attributes.get_by_role("textbox", name="Name").fill("shoe_size")
    attributes.get_by_role("textbox", name="Value").fill("38")
    page.keyboard.press("Enter")
    assert wait_until(lambda: contact_of(hub, contact)["attributes"] == {"shoe_size": 38}, 10)
    attributes.get_by_role("button", name=re.compile("Change shoe size")).click()
    attributes.get_by_role("textbox", name="shoe size").fill("39")
    page.keyboard.press("Enter")
    assert wait_until(lambda: contact_of(hub, contact)["attributes"] == {"shoe_size": 39}, 10)


def test_what_a_colleague_changes_shows_by_itself(hub: Hub, desks: Any) -> None:
    from playwright.sync_api import expect

    _, conversation, contact = newcomer(hub, "whatsapp", "Greta")
    page = desks(viewport={"width": 1440, "height": 1400}).page
    open_panel(page, conversation)
    hub.api.patch(f"/contacts/{contact}", json={"email": "greta@example.org", "attributes": {"vip": True}})
    expect(card(page, "Contact")).to_contain_text("greta@example.org")
    expect(card(page, "Attributes").get_by_role("switch", name="vip")).to_be_checked()


def test_a_flow_is_paused_by_the_panel_and_goes_on(hub: Hub, desks: Any) -> None:
    from playwright.sync_api import expect

    _, conversation, _ = newcomer(hub, "facebook", "Hanna")
    assert wait_until(lambda: run_of(hub, conversation) is not None, 30)
    page = desks(viewport={"width": 1440, "height": 1400}).page
    open_panel(page, conversation)
    flow = card(page, "Flow")
    flow.get_by_role("button", name="Pause and take over").click()
    expect(flow).to_contain_text("A person answers here")
    expect(flow).to_contain_text("Paused")
    assert conversation_of(hub, conversation)["handover"] == "human"
    flow.get_by_role("button", name="Let it go on").click()
    expect(flow).to_contain_text("Flows answer here")
    flow.get_by_role("button", name="End", exact=True).click()
    flow.get_by_role("button", name="Yes").click()
    expect(flow).to_contain_text("No flow is at work here.")
    assert run_of(hub, conversation) is None


def test_two_contacts_become_one_and_two_again(hub: Hub, desks: Any) -> None:
    from playwright.sync_api import expect

    _, conversation, contact = newcomer(hub, "instagram", "Ida")
    other_name, _, other = newcomer(hub, "line", "Ida")
    for one in (contact, other):
        given = {"email": f"{contact[-6:]}@example.org", "is_email_verified": True}
        assert hub.api.patch(f"/contacts/{one}", json=given).status_code == 200
    page = desks(viewport={"width": 1440, "height": 1400}).page
    open_panel(page, conversation)
    people = card(page, "Same person?")
    expect(people).to_contain_text(other_name)
    people.get_by_role("button", name="Merge", exact=True).click()
    known = card(page, "Contact").get_by_role("list", name="Known on").get_by_role("listitem")
    expect(known).to_have_count(2)
    assert [one["id"] for one in contact_of(hub, contact)["merged_from"]] == [other]
    people.get_by_role("button", name=re.compile("Take apart")).click()
    expect(known).to_have_count(1)
    assert contact_of(hub, contact)["merged_from"] == []


def test_a_person_is_erased_after_their_name_was_typed(hub: Hub, desks: Any) -> None:
    from playwright.sync_api import expect

    person, conversation, contact = newcomer(hub, "whatsapp", "Ulla")
    page = desks(viewport={"width": 1440, "height": 1400}).page
    open_panel(page, conversation)
    with page.expect_download() as download:
        unfold(page, "Privacy").get_by_role("button", name=re.compile("Export")).click()
    assert person.split()[0] in download.value.suggested_filename
    card(page, "Privacy").get_by_role("button", name=re.compile("Erase")).click()
    question = page.get_by_role("dialog")
    sure = question.get_by_role("button", name="Erase for good")
    expect(sure).to_be_disabled()
    question.get_by_role("textbox").fill(person)
    sure.click()
    expect(card(page, "Contact")).to_contain_text("erased on request")
    assert contact_of(hub, contact)["attributes"] == {"erased": True}


def test_cards_are_moved_by_keys_and_stay_where_they_are(hub: Hub, desks: Any) -> None:
    from playwright.sync_api import expect

    _, conversation, _ = newcomer(hub, "line", "Olga")
    page = desks(viewport={"width": 1440, "height": 1400}).page
    open_panel(page, conversation)
    page.get_by_role("button", name="Move the card Notes").focus()
    for _ in range(5):
        page.keyboard.press("ArrowUp")
    headings = page.locator("[data-card] h3")
    expect(headings.first).to_have_text("Notes")
    page.reload()
    expect(headings.first).to_have_text("Notes")


def test_an_agent_may_not_merge_or_erase_and_reads_why(hub: Hub, desks: Any) -> None:
    from playwright.sync_api import expect

    _, conversation, _ = newcomer(hub, "line", "Vera")
    page = desks("omar@example.com", viewport={"width": 1440, "height": 1400}).page
    open_panel(page, conversation)
    expect(unfold(page, "Privacy")).to_contain_text("Owners and administrators can do this.")
    expect(card(page, "Same person?")).to_contain_text("Managers can do this.")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_panel_is_accessible(hub: Hub, desks: Any, scheme: str) -> None:
    _, conversation, contact = newcomer(hub, "facebook", "Nora")
    hub.api.patch(f"/contacts/{contact}", json={"email": "nora@example.org", "attributes": {"size": "M", "vip": True}})
    label = hub.api.get("/labels").json()["items"][0]["name"]
    hub.api.post(f"/conversations/{conversation}/tags", json={"add": [label], "remove": []})
    hub.api.post(f"/conversations/{conversation}/notes", json={"text": "Likes blue."})
    hub.api.post("/leads", json={"contact_id": contact, "score": 40})
    page = desks(viewport={"width": 1440, "height": 1400}, color_scheme=scheme).page
    open_panel(page, conversation)
    unfold(page, "Leads").get_by_role("combobox").wait_for()
    unfold(page, "Privacy")
    card(page, "Labels").get_by_role("button", name="Add a label").click()
    card(page, "Attributes").get_by_role("button", name="Add an attribute").click()
    page.evaluate(AXE.read_text() + "; undefined")
    assert page.evaluate(COMPLAINTS, RULES) == []


def test_on_a_narrow_window_the_panel_is_a_drawer(hub: Hub, desks: Any) -> None:
    from playwright.sync_api import expect

    _, conversation, _ = newcomer(hub, "line", "Yuki")
    page = desks(viewport={"width": 800, "height": 900}).page
    page.goto(f"/inbox/{conversation}")
    page.get_by_role("button", name="Show or hide details").click()
    drawer = page.get_by_role("dialog")
    expect(drawer.get_by_role("region", name="Contact", exact=True)).to_be_visible()
    page.keyboard.press("Escape")
    expect(drawer).to_have_count(0)
