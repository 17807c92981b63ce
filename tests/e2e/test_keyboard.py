"""A whole conversation without a pointer: found, read, answered, noted, given to somebody, labelled, put off, ended."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from hubbub.processes.postgres import wait_until
from tests.e2e.conftest import Hub
from tests.e2e.test_realtime import newcomer, thread

if TYPE_CHECKING:
    from playwright.sync_api import Page


def _choose(page: Page, key: str, name: str | re.Pattern[str]) -> None:
    """Opens a menu by its key and takes what is called so, by arrows and Enter; waits for nothing afterwards."""
    from playwright.sync_api import expect

    page.keyboard.press(key)
    wanted = page.get_by_role("menuitem", name=name).locator("visible=true").first
    wanted.wait_for()
    for _ in range(20):
        if wanted.evaluate("(one) => one === document.activeElement"):
            break
        page.keyboard.press("ArrowDown")
    expect(wanted).to_be_focused()
    page.keyboard.press("Enter")
    if key == "l":  # several labels may be chosen
        page.keyboard.press("Escape")


class Case:
    """One customer's conversation, as the API tells of it."""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub
        self.person, self.id = newcomer(hub, "whatsapp", "Keys")
        self.label = str(hub.api.get("/labels").json()["items"][0]["name"])

    def becomes(self, name: str, value: object) -> bool:
        return wait_until(lambda: self.hub.api.get(f"/conversations/{self.id}").json()[name] == value, 30)

    def is_given(self) -> bool:
        return wait_until(
            lambda: self.hub.api.get(f"/conversations/{self.id}").json()["assigned_to_id"] is not None, 30
        )


def test_a_whole_conversation_is_handled_by_keys_alone(hub: Hub, desks: Any) -> None:
    case = Case(hub)
    page: Page = desks().page
    page.locator("article").first.wait_for()
    _find(page, case)
    _answer(page, case)
    _note(page)
    _sort(page, case)
    _put_off_and_end(page, case)
    _archive_by_the_palette(page, case)


def _find(page: Page, case: Case) -> None:
    from playwright.sync_api import expect

    page.keyboard.press("/")
    expect(page.get_by_role("textbox", name="Search by name")).to_be_focused()
    page.keyboard.type(case.person)
    expect(page.locator("article")).to_have_count(1)
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    expect(thread(page).get_by_text("Hello!", exact=True)).to_be_visible()


def _answer(page: Page, case: Case) -> None:
    from playwright.sync_api import expect

    expect(page.get_by_role("textbox", name="Reply")).to_be_enabled()
    page.keyboard.press("r")
    expect(page.get_by_role("textbox", name="Reply")).to_be_focused()
    page.keyboard.type("Good day!")
    page.keyboard.press("Enter")
    case.hub.wait_for_answer("whatsapp", case.person, "Good day!")
    page.keyboard.press("Escape")


def _note(page: Page) -> None:
    from playwright.sync_api import expect

    page.keyboard.press("n")
    expect(page.get_by_role("textbox", name="Private note")).to_be_focused()
    page.keyboard.type("A good customer")
    page.keyboard.press("Enter")
    expect(thread(page).get_by_text("A good customer")).to_be_visible()
    page.keyboard.press("Escape")


def _sort(page: Page, case: Case) -> None:
    """To whom, about what, how urgent."""
    _choose(page, "a", re.compile("Anna"))
    _choose(page, "l", case.label)
    _choose(page, "p", "Urgent")
    assert case.becomes("priority", "urgent")
    assert case.becomes("tags", [case.label])
    assert case.is_given()


def _put_off_and_end(page: Page, case: Case) -> None:
    """And take both back."""
    _choose(page, "z", re.compile("^Tomorrow"))
    assert case.becomes("is_snoozed", value=True)
    page.keyboard.press("Control+z")
    assert case.becomes("is_snoozed", value=False)
    page.keyboard.press("e")
    assert case.becomes("status", "closed")
    page.keyboard.press("Control+z")
    assert case.becomes("status", "active")


def _archive_by_the_palette(page: Page, case: Case) -> None:
    from playwright.sync_api import expect

    page.keyboard.press("Control+k")
    page.keyboard.type("archive")  # at once: the palette is fetched and opened meanwhile
    palette = page.get_by_role("dialog")
    expect(palette.get_by_role("textbox")).to_be_focused()
    expect(palette.get_by_role("textbox")).to_have_value("archive")
    expect(palette.locator("[data-selected]")).to_contain_text("Archive")
    page.keyboard.press("Enter")
    assert case.becomes("status", "archived")
    expect(palette).to_have_count(0)
