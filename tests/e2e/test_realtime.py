"""Whatever happens to the connection, a screen ends as if it had just been opened; nothing shows twice or jumps."""

from __future__ import annotations

import os
import random
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, Self

import httpx
import pytest

from hubbub.kit.ids import new_id
from hubbub.processes.postgres import wait_until
from tests.e2e.conftest import Hub
from tests.e2e.line import Line
from tests.e2e.museum import found

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

DROPS = int(os.environ.get("SOCKET_DROPS", "20"))
"""`SOCKET_DROPS=100` for a thorough run."""
PEOPLE = 6
NETWORK = ("Failed to load resource", "WebSocket connection to")
SHOWN = """() => {
  const unread = 'New since you looked';  // where it stands depends on when one came
  const words = (one) => {
    const copy = one.cloneNode(true);
    copy.querySelectorAll('time').forEach((time) => time.replaceWith(time.getAttribute('datetime') ?? ''));
    return copy.textContent;
  };
  const all = (pattern) => [...document.querySelectorAll(pattern)];
  const inOrder = (rows) => rows.toSorted((one, other) => one.style.transform.match(/[\\d.]+/)[0]
    - other.style.transform.match(/[\\d.]+/)[0]);
  return {
    tabs: all('nav[aria-label="Whose conversations"] button').map(words),
    list: inOrder(all('ul[aria-label="Conversations"] > li')).map(words),
    marks: all('ul[aria-label="Conversations"] article').map((one) => one.dataset.priority).length,
    head: all('section header h2').map(words),
    thread: inOrder(all('section[aria-label="Messages"] [data-index]')).map(words)
      .filter((line) => line !== unread).slice(-10),  // how much above is in the page depends on it, too
    states: all('section[aria-label="Messages"] [role=img]').map((one) => one.getAttribute('aria-label')).slice(-5),
  };
}"""


def somebody(name: str) -> str:
    return f"{name} {new_id().hex[-6:]}"


def thread(page: Page) -> Locator:
    return page.get_by_role("region", name="Messages", exact=True)


def row(page: Page, person: str) -> Locator:
    return page.get_by_role("link", name=re.compile(re.escape(person)))


def newcomer(hub: Hub, platform: str, name: str) -> tuple[str, str]:
    """Somebody has written: their name, and the conversation's id."""
    person = somebody(name)
    hub.pause_machines(platform)
    hub.say(platform, person, "Hello!")
    assert wait_until(lambda: bool(found(hub, person)), 30)
    return person, str(found(hub, person)[0]["id"])


class Bustle:
    """Customers who write and colleagues who work, without a pause, until the block ends."""

    def __init__(self, hub: Hub, people: list[tuple[str, str]]) -> None:
        self.hub = hub
        self.people = people
        self.count = 0
        self._is_over = threading.Event()
        self._chance = random.Random(7)
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        self._thread.join(60)

    def _run(self) -> None:
        members = [one["user_id"] for one in self.hub.api.get("/members").json()["items"]]
        with httpx.Client(base_url=self.hub.url, timeout=20, trust_env=False) as phones:
            while not self._is_over.wait(0.1):
                person, conversation = self._chance.choice(self.people)
                self.count += 1
                if self.count % 3:
                    place = {"platform": "facebook", "account": self.hub.account("facebook"), "from": person}
                    phones.post("/_sandbox/say", json={**place, "text": f"number {self.count}", "wait": False})
                else:
                    self._work(f"/conversations/{conversation}", members)

    def _work(self, place: str, members: list[str]) -> None:
        api, chance = self.hub.api, self._chance
        match chance.randrange(5):
            case 0:
                api.patch(place, json={"priority": chance.choice(["low", "normal", "high", "urgent"])})
            case 1:
                api.patch(place, json={"assigned_to": chance.choice(members)})
            case 2:
                api.post(f"{place}/notes", json={"text": f"note {self.count}"})
            case 3:
                api.post(f"{place}/close")
                api.post(f"{place}/reopen")
            case _:
                api.post(f"{place}/messages", json={"kind": "text", "text": f"ours {self.count}", "is_confirmed": True})


def _is_back(line: Line, drops: int) -> bool:
    return line.begun > drops


@pytest.mark.timeout(400)
def test_a_socket_that_drops_a_hundred_times_leaves_the_screen_of_a_fresh_load(hub: Hub, desks: Any) -> None:
    people = [newcomer(hub, "facebook", "Busy") for _ in range(PEOPLE)]
    _, watched = people[0]
    with Line(hub.copy.port) as line:
        desk = desks(base_url=line.url)
        desk.forgive(*NETWORK)
        desk.page.goto(f"/inbox/{watched}")
        thread(desk.page).get_by_text("Hello!", exact=True).wait_for()
        with Bustle(hub, people) as bustle:
            for number in range(DROPS):
                assert wait_until(partial(_is_back, line, number), 60), f"not back after {number} drops"
                desk.page.wait_for_timeout(random.Random(number).randrange(10, 90))
                (line.cut_everything if number % 10 == 9 else line.cut_sockets)()
        assert line.cuts >= DROPS
        assert bustle.count > PEOPLE
        fresh = desks()
        fresh.page.goto(f"/inbox/{watched}")
        fresh.page.get_by_role("textbox", name="Reply").wait_for()
        assert wait_until(lambda: _shown(desk.page) == _shown(fresh.page) != {}, 60), _difference(desk, fresh)
        assert _shown(fresh.page)["thread"], "there is something to compare"


def _shown(page: Page) -> dict[str, list[str]]:
    return dict(page.evaluate(SHOWN))


def _difference(one: Any, other: Any) -> str:
    shown, wanted = _shown(one.page), _shown(other.page)
    return "\n".join(f"{part}:\n  {shown[part]}\n  {wanted[part]}" for part in wanted if shown[part] != wanted[part])


@contextmanager
def held_back(page: Page) -> Iterator[None]:
    """Answers to what this window sends come only after the block."""
    waiting: list[Any] = []
    page.route("**/api/v1/conversations/*/messages", lambda route: _hold(route, waiting))
    yield
    for route in waiting:
        route.continue_()
    page.unroute("**/api/v1/conversations/*/messages")


def _hold(route: Any, waiting: list[Any]) -> None:
    if route.request.method == "POST":
        waiting.append(route)
    else:
        route.continue_()


def test_an_agent_s_own_message_is_shown_at_once_and_once(hub: Hub, desks: Any) -> None:
    from playwright.sync_api import expect

    person, conversation = newcomer(hub, "whatsapp", "Own")
    page = desks().page
    page.goto(f"/inbox/{conversation}")
    shown = thread(page).get_by_text("On its way!", exact=True)
    page.evaluate("""() => {
      window.most = 0;
      const count = () => [...document.querySelectorAll('section[aria-label="Messages"] p')]
        .filter((one) => one.textContent === 'On its way!').length;
      new MutationObserver(() => { window.most = Math.max(window.most, count()); })
        .observe(document.body, {childList: true, subtree: true, characterData: true});
    }""")
    with held_back(page):
        page.get_by_role("textbox", name="Reply").fill("On its way!")
        page.keyboard.press("Enter")
        expect(shown).to_have_count(1)
        assert hub.phone("whatsapp", person)[-1]["direction"] == "in"
    hub.wait_for_answer("whatsapp", person, "On its way!")
    expect(thread(page).get_by_role("img", name=re.compile("^(Sent|Delivered|Read)"))).to_have_count(1)
    expect(shown).to_have_count(1)
    assert page.evaluate("window.most") == 1


def test_rows_never_move_under_the_pointer(hub: Hub, desks: Any) -> None:
    from playwright.sync_api import expect

    first, _ = newcomer(hub, "line", "Under")
    second, _ = newcomer(hub, "line", "Upper")
    page = desks().page
    page.goto("/inbox")
    expect(row(page, second)).to_be_visible()
    expect(row(page, first)).to_be_visible()
    row(page, first).hover()
    before = [row(page, person).bounding_box() for person in (first, second)]
    hub.say("line", first, "And another thing")
    newest, _ = newcomer(hub, "line", "Newest")
    expect(page.get_by_role("article").filter(has_text="And another thing")).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("new$"))).to_be_visible()
    assert [row(page, person).bounding_box() for person in (first, second)] == before
    expect(row(page, newest)).to_have_count(0)
    page.mouse.move(900, 500)
    expect(row(page, newest)).to_be_visible()
    boxes = [row(page, person).bounding_box() for person in (newest, first, second)]
    tops = [box["y"] for box in boxes if box]
    assert len(tops) == 3
    assert tops == sorted(tops)


def test_enter_ends_a_word_and_sends_nothing_while_composing(hub: Hub, desks: Any) -> None:
    from playwright.sync_api import expect

    person, conversation = newcomer(hub, "line", "Aya")
    desk = desks()
    page = desk.page
    page.goto(f"/inbox/{conversation}")
    field = page.get_by_role("textbox", name="Reply")
    field.focus()
    keyboard = desk.context.new_cdp_session(page)
    for begun in ("k", "か", "かん"):
        keyboard.send(
            "Input.imeSetComposition", {"text": begun, "selectionStart": len(begun), "selectionEnd": len(begun)}
        )
    expect(field).to_have_value("かん")
    enter = {"key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 229}
    keyboard.send("Input.dispatchKeyEvent", {"type": "rawKeyDown", **enter})
    keyboard.send("Input.insertText", {"text": "感"})
    expect(field).to_have_value("感")
    page.keyboard.type("謝")
    expect(field).to_have_value("感謝")
    page.keyboard.press("Enter")
    expect(field).to_have_value("")
    hub.wait_for_answer("line", person, "感謝")
    assert [one["text"] for one in hub.phone("line", person) if one["direction"] == "out"] == ["感謝"]
