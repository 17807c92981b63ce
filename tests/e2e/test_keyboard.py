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


def test_a_whole_conversation_is_handled_by_keys_alone(hub: Hub, desks: Any) -> None:
    from playwright.sync_api import expect

    person, conversation = newcomer(hub, "whatsapp", "Keys")
    label = hub.api.get("/labels").json()["items"][0]["name"]

    def now() -> dict[str, Any]:
        return dict(hub.api.get(f"/conversations/{conversation}").json())

    page: Page = desks().page
    page.locator("article").first.wait_for()

    page.keyboard.press("/")
    expect(page.get_by_role("textbox", name="Search by name")).to_be_focused()
    page.keyboard.type(person)
    expect(page.locator("article")).to_have_count(1)
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    expect(thread(page).get_by_text("Hello!", exact=True)).to_be_visible()

    expect(page.get_by_role("textbox", name="Reply")).to_be_enabled()
    page.keyboard.press("r")
    expect(page.get_by_role("textbox", name="Reply")).to_be_focused()
    page.keyboard.type("Good day!")
    page.keyboard.press("Enter")
    hub.wait_for_answer("whatsapp", person, "Good day!")
    page.keyboard.press("Escape")
    page.keyboard.press("n")
    expect(page.get_by_role("textbox", name="Private note")).to_be_focused()
    page.keyboard.type("A good customer")
    page.keyboard.press("Enter")
    expect(thread(page).get_by_text("A good customer")).to_be_visible()
    page.keyboard.press("Escape")

    _choose(page, "a", re.compile("Anna"))
    _choose(page, "l", label)
    _choose(page, "p", "Urgent")
    assert wait_until(lambda: now()["priority"] == "urgent", 30)
    assert wait_until(lambda: now()["tags"] == [label], 30)
    assert wait_until(lambda: now()["assigned_to_id"] is not None, 30)

    _choose(page, "z", re.compile("^Tomorrow"))
    assert wait_until(lambda: now()["is_snoozed"], 30)
    page.keyboard.press("Control+z")
    assert wait_until(lambda: not now()["is_snoozed"], 30)
    page.keyboard.press("e")
    assert wait_until(lambda: now()["status"] == "closed", 30)
    page.keyboard.press("Control+z")
    assert wait_until(lambda: now()["status"] == "active", 30)

    page.keyboard.press("Control+k")
    page.keyboard.type("archive")  # at once: the palette is fetched and opened meanwhile
    palette = page.get_by_role("dialog")
    expect(palette.get_by_role("textbox")).to_be_focused()
    expect(palette.get_by_role("textbox")).to_have_value("archive")
    expect(palette.locator("[data-selected]")).to_contain_text("Archive")
    page.keyboard.press("Enter")
    assert wait_until(lambda: now()["status"] == "archived", 30)
    expect(palette).to_have_count(0)
