"""Conversations looked at last stay in the page: what was begun there waits, and nothing in them grows old."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.samples import png
from tests.e2e.conftest import Hub
from tests.e2e.looking import rest
from tests.e2e.test_realtime import newcomer, row, thread

if TYPE_CHECKING:
    from playwright.sync_api import Page

MOST_KEPT = 5
THREADS = "section[aria-label='Messages']"
NEW = "New since you looked"


def go_to(page: Page, person: str) -> None:
    from playwright.sync_api import expect

    row(page, person).click()
    expect(page.get_by_role("heading", name=person)).to_be_visible()
    expect(thread(page).get_by_text("Hello!", exact=True)).to_be_visible()
    rest(page)


def test_files_and_what_is_answered_wait_while_another_conversation_is_looked_at(hub: Hub, desks: Any) -> None:
    from playwright.sync_api import expect

    (one, _), (other, _) = newcomer(hub, "line", "Begun"), newcomer(hub, "facebook", "Begun")
    page: Page = desks().page
    page.goto("/inbox")
    go_to(page, other)
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Attach files").click()
    chooser.value.set_files({"name": "a.png", "mimeType": "image/png", "buffer": png(60, 40)})
    expect(page.get_by_role("button", name="Remove a.png")).to_be_visible()
    page.get_by_role("textbox", name="Reply").fill("Here it is.")
    go_to(page, one)
    expect(page.get_by_role("button", name="Remove a.png")).to_have_count(0)
    expect(page.get_by_role("textbox", name="Reply")).to_have_value("")
    go_to(page, other)
    shown = page.get_by_role("listitem").filter(has_text="a.png").locator("img")
    expect(shown).to_be_visible()
    assert shown.evaluate("(one) => one.decode().then(() => one.naturalWidth)") > 0
    page.get_by_role("textbox", name="Reply").press("Enter")
    hub.wait_for_answer("facebook", other, "Here it is.")
    assert any(sent.get("type") == "image" for sent in hub.phone("facebook", other) if sent["direction"] == "out")


def test_what_came_meanwhile_stands_below_the_line_of_what_is_new(hub: Hub, desks: Any) -> None:
    from playwright.sync_api import expect

    (one, _), (other, _) = newcomer(hub, "line", "Meanwhile"), newcomer(hub, "line", "Meanwhile")
    page: Page = desks().page
    page.goto("/inbox")
    go_to(page, one)
    expect(row(page, one)).to_have_accessible_name(one)  # it was read
    go_to(page, other)
    hub.say("line", one, "Are you still there?")
    expect(row(page, one)).not_to_have_accessible_name(one)  # it is new
    go_to(page, one)
    expect(thread(page).get_by_text("Are you still there?", exact=True)).to_be_in_viewport()
    lines = thread(page).locator("[data-index]").all_inner_texts()
    new = next(place for place, line in enumerate(lines) if line.strip().casefold() == NEW.casefold())
    assert "Are you still there?" in lines[new + 1]
    expect(row(page, one)).to_have_accessible_name(one)
    go_to(page, other)
    go_to(page, one)
    expect(thread(page).get_by_text(NEW, exact=True)).to_have_count(0)


def test_nothing_that_is_kept_lies_over_the_one_that_is_shown(hub: Hub, desks: Any) -> None:
    from playwright.sync_api import expect

    (one, _), (other, _) = newcomer(hub, "line", "Over"), newcomer(hub, "line", "Over")
    page: Page = desks().page
    page.goto("/inbox")
    for person in (one, other, one, other):
        go_to(page, person)
        page.get_by_role("tab", name="Private note", exact=True).click()
        expect(page.get_by_role("textbox", name="Private note")).to_be_focused()
        page.get_by_role("tab", name="Reply", exact=True).click()
        expect(page.get_by_role("textbox", name="Reply")).to_be_focused()


def test_only_the_last_few_stay_in_the_page(hub: Hub, desks: Any) -> None:
    people = [newcomer(hub, "line", "Few")[0] for _ in range(MOST_KEPT + 2)]
    page: Page = desks().page
    page.goto("/inbox")
    for person in people:
        go_to(page, person)
    assert page.locator(THREADS).count() == MOST_KEPT
    assert page.locator(THREADS).locator("visible=true").count() == 1


def test_what_lay_open_over_a_conversation_is_closed_when_somebody_returns(hub: Hub, desks: Any) -> None:
    from playwright.sync_api import expect

    (one, _), (other, _) = newcomer(hub, "line", "Open"), newcomer(hub, "whatsapp", "Open")
    page: Page = desks().page
    page.goto("/inbox")
    go_to(page, one)
    go_to(page, other)
    page.get_by_role("button", name="Send a template").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", name=one)).to_be_visible()
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.go_forward()
    expect(page.get_by_role("heading", name=other)).to_be_visible()
    rest(page)
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_role("textbox", name="Reply")).to_be_visible()
