"""What the inbox may cost: nodes of a long thread, and work for a conversation that is known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from hubbub.processes.postgres import wait_until
from tests.e2e.conftest import Hub
from tests.e2e.looking import rest
from tests.e2e.museum import found
from tests.e2e.test_realtime import newcomer, row, somebody, thread

if TYPE_CHECKING:
    from playwright.sync_api import Page

MESSAGES = 2000
BATCH = 200
MOST_NODES = 1000
THREAD = 'section[aria-label="Messages"]'
COUNT = f"""() => {{
  window.most = 0;
  const thread = document.querySelector('{THREAD}');
  const nodes = () => {{
    const walker = document.createTreeWalker(thread);
    let count = 0;
    while (walker.nextNode()) count++;
    return count;
  }};
  const count = () => {{ most = Math.max(most, nodes()); }};
  new MutationObserver(count).observe(thread, {{childList: true, subtree: true}});
  count();
}}"""
"""From now on it is known how many nodes, texts and all, the thread had at most."""
UP = f"""() => {{
  const thread = document.querySelector('{THREAD}');
  thread.scrollTop = 0;
  return thread.textContent.includes('number 1 of');
}}"""
DOWN = f"""() => {{
  const thread = document.querySelector('{THREAD}');
  thread.scrollTop += thread.clientHeight;
  return thread.scrollHeight - thread.scrollTop - thread.clientHeight < 1;
}}"""
WATCH = """() => {
  window.seen = {blanks: 0, changes: 0};
  const look = (records) => {
    seen.changes += records.length;
    const lines = [...document.querySelectorAll('section[aria-label="Messages"] [data-index]')];
    seen.blanks += !lines.some((line) => line.checkVisibility());
  };
  window.watcher?.disconnect();
  window.watcher = new MutationObserver(look);
  watcher.observe(document.querySelector('main'), {attributes: true, childList: true, subtree: true});
}"""
MOST_CHANGES = 400
"""What comes, goes or changes when one conversation takes another's place; a whole list anew is thousands."""
FEW_NODES = 200
LAID_OUT = "[...document.querySelectorAll('[data-away] > *')].every((one) => one.getBoundingClientRect().height > 0)"
ROUNDS = 6
LINES = 12
FRAMES = f"""(id) => new Promise((done) => {{
  const states = [];
  const shown = (pattern) => [...document.querySelectorAll(pattern)].filter((one) => one.checkVisibility());
  const look = () => {{
    const tops = shown('{THREAD} [data-index]').map((line) => Math.round(line.getBoundingClientRect().top));
    states.push([...shown('main header h2').map((name) => name.textContent), ...tops].join(' '));
    if (states.length < 30) frame();
    else done([...new Set(states)]);
  }};
  const frame = () => requestAnimationFrame(() => setTimeout(look));
  document.querySelector(`article a[href*="${{id}}"]`).click();
  frame();
}})"""
"""What stood on the screen after each frame from the click on, each picture once: name and places of all lines."""


@pytest.fixture(scope="module")
def long_thread(hub: Hub) -> str:
    """A conversation of 2,000 messages."""
    person = somebody("Endless")
    hub.pause_machines("facebook")
    place = {"platform": "facebook", "account": hub.account("facebook"), "from": person}
    for first in range(1, MESSAGES + 1, BATCH):
        acts = [{**place, "text": f"number {number} of many"} for number in range(first, first + BATCH)]
        hub.play("/batch", {"acts": acts})
    assert wait_until(lambda: sum(one["message_count"] for one in found(hub, person)) == MESSAGES, 120)
    return str(found(hub, person)[0]["id"])


@pytest.mark.timeout(400)
def test_a_thread_of_2000_messages_takes_less_than_1000_nodes(hub: Hub, desks: Any, long_thread: str) -> None:
    from playwright.sync_api import expect

    page: Page = desks().page
    page.goto(f"/inbox/{long_thread}")
    expect(thread(page).get_by_text(f"number {MESSAGES} of many", exact=True)).to_be_visible()
    page.evaluate(COUNT)
    page.wait_for_function(UP, polling=100, timeout=240_000)
    page.wait_for_function(DOWN, polling="raf", timeout=240_000)
    said = {"kind": "text", "text": "at last", "is_confirmed": True}
    hub.api.post(f"/conversations/{long_thread}/messages", json=said)
    expect(thread(page).get_by_text("at last", exact=True)).to_be_visible()
    rest(page)
    assert 100 < page.evaluate("most") < MOST_NODES


def test_a_known_conversation_takes_the_place_of_another_without_asking_or_waiting(hub: Hub, desks: Any) -> None:
    (one, its), (other, _) = newcomer(hub, "line", "Known"), newcomer(hub, "line", "Known")
    page: Page = desks().page
    page.goto("/inbox")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if its in request.url else None)
    _switch(page, other)
    _switch(page, one)
    for _ in range(ROUNDS):  # what is told of both only now, because they were opened, has been fetched after a while
        _switch(page, other)
        asked.clear()
        page.evaluate(WATCH)
        _switch(page, one)
        seen = page.evaluate("seen")
        if not asked:
            break
    assert asked == []
    assert seen["blanks"] == 0, "the thread was never away"
    assert 0 < seen["changes"] < MOST_CHANGES


def test_a_known_conversation_stands_as_it_will_in_one_frame(hub: Hub, desks: Any) -> None:
    (one, its), (other, theirs) = newcomer(hub, "line", "Framed"), newcomer(hub, "line", "Framed")
    for conversation in (its, theirs):
        for number in range(LINES):
            said = {"kind": "text", "text": f"Line {number} " + "and more " * number, "is_confirmed": True}
            hub.api.post(f"/conversations/{conversation}/messages", json=said).raise_for_status()
    page: Page = desks().page
    page.goto("/inbox")
    for person in (other, one, other):
        _switch(page, person)
    before = _nodes(page)
    shown = page.evaluate(FRAMES, its)
    made = _nodes(page) - before
    assert shown[-1].startswith(one)
    assert [state for state in shown if not state.startswith(other)] == shown[-1:], "first half, then shifted"
    assert made < FEW_NODES, "it was kept"
    assert page.evaluate(LAID_OUT), "and so was its layout"


def _nodes(page: Page) -> float:
    """How many nodes the page has made and not let go."""
    meter = page.context.new_cdp_session(page)
    meter.send("Performance.enable")
    return {str(one["name"]): float(one["value"]) for one in meter.send("Performance.getMetrics")["metrics"]}["Nodes"]


def _switch(page: Page, person: str) -> None:
    from playwright.sync_api import expect

    row(page, person).click()
    expect(page.get_by_role("heading", name=person)).to_be_visible()
    expect(thread(page).get_by_text("Hello!", exact=True)).to_be_visible()
    expect(row(page, person)).to_have_accessible_name(person)  # read: that, too, is told
    rest(page)
