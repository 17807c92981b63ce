"""What a person at a screen waits for: a colleague's change, and a conversation that was open before."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from statistics import median
from typing import Any

import httpx

from benchmarks.filling import empty, preload
from benchmarks.programs import ROOT, Program, serving
from benchmarks.report import Result
from benchmarks.town import Town

PEOPLE = 10
"""As many rows as stand in a window at once."""
PRIORITIES = ("high", "urgent", "low")
PER_SECOND = 20
ROUNDS = 3
TALKS, MESSAGES = 4, 25
"""Conversations that are opened in turn, and how many messages of ours each has: more than a window shows."""
SWITCHES = 40
SETTLES_IN_MS = 2000
PATIENCE_SECONDS = 30.0
FRAME_MS = 16.7
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
BUNDLE = ROOT / "hubbub" / "webapp" / "dist" / "index.html"
WATCH = """() => {
  window.shown = {};
  const look = () => document.querySelectorAll('article[data-priority]').forEach((row) => {
    const id = new URL(row.querySelector('a').href).pathname.split('/').pop();
    const change = `${id} ${row.dataset.priority}`;
    if (change in shown) return;
    shown[change] = null;
    requestAnimationFrame(() => setTimeout(() => { shown[change] = Date.now() / 1000; }));
  });
  window.watcher?.disconnect();
  window.watcher = new MutationObserver(look);
  watcher.observe(document.body, {attributes: true, childList: true, subtree: true});
}"""
SWITCH = """(id) => new Promise((done) => {
  const began = performance.now();
  const link = document.querySelector(`article a[href*="${id}"]`);
  const name = link.closest('article').querySelector('bdi').textContent;
  const headings = document.getElementsByTagName('h2');
  link.click();
  const look = () => {
    const heading = [...headings].find((one) => one.textContent === name && one.checkVisibility());
    const isThere = heading && heading.closest('section').querySelector('section [data-index]') !== null;
    if (isThere) setTimeout(() => done(performance.now() - began));
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
})"""
"""Milliseconds from the click until the conversation's first frame is painted."""
WORK = ("ScriptDuration", "LayoutDuration", "RecalcStyleDuration")


def measure_screens(town: Town) -> list[Result]:
    program = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if program is None or not BUNDLE.exists():
        print(f"screens: skipped, {'no browser is installed' if program is None else 'the web app is not built'}.")
        return []
    empty(town)
    preload(town, "facebook", 0, PEOPLE - 1)
    with ExitStack() as ends:
        web = ends.enter_context(serving("screens_web", ["manage.py", "web"], town.logs, health="/health/ready"))
        lanes = Program("screens_lanes", ["manage.py", "worker"], town.logs)
        ends.callback(lanes.stop)
        api = ends.enter_context(_api(web, town.key))
        ids = [row["id"] for row in api.get("/conversations", params={"limit": PEOPLE}).json()["items"]]
        page = ends.enter_context(_page(web, town, program))
        rounds = [_delays(page, api, ids) for _ in range(ROUNDS)]
        return [_told(rounds), *_switched(page, api, ids[:TALKS])]


def _told(rounds: list[list[float]]) -> Result:
    return Result(
        what=f"an agent's change → painted in a colleague's browser, {PER_SECOND} changes/s, p95",
        yardstick="–",
        value=median(_p95(delays) for delays in rounds),
        bar=300,
        unit="ms",
        is_floor=False,
        figures={
            "p50 ms": median(median(delays) for delays in rounds),
            "rounds": " / ".join(f"{_p95(delays):.0f}" for delays in rounds),
        },
    )


def _delays(page: Any, api: httpx.Client, ids: list[str]) -> list[float]:
    """Milliseconds of each change, from the request to the frame."""
    page.evaluate(WATCH)
    began = {}
    for priority in PRIORITIES:
        for one in ids:
            began[f"{one} {priority}"] = time.time()
            api.patch(f"/conversations/{one}", json={"priority": priority}).raise_for_status()
            time.sleep(1 / PER_SECOND)
    _wait(lambda: all(page.evaluate("shown").get(change) for change in began), "a change was never shown")
    shown = page.evaluate("shown")
    return [(shown[change] - moment) * 1000 for change, moment in began.items()]


def _switched(page: Any, api: httpx.Client, ids: list[str]) -> list[Result]:
    """From one known conversation to another: until it is painted, and what the page's thread worked for it."""
    page.evaluate("watcher.disconnect()")  # what we look with is no work of the page's
    _fill(api, ids)
    for one in ids * 2:  # what is told of them because they were opened comes after the first round
        page.evaluate(SWITCH, one)
        page.wait_for_timeout(SETTLES_IN_MS)
    meter = page.context.new_cdp_session(page)
    meter.send("Performance.setTimeDomain", {"timeDomain": "threadTicks"})
    meter.send("Performance.enable")
    took, worked, later = [], [], []
    for number in range(SWITCHES):
        before = _work(meter)
        took.append(page.evaluate(SWITCH, ids[number % len(ids)]))
        painted = _work(meter)
        page.wait_for_timeout(200)
        worked.append(painted - before)
        later.append(_work(meter) - painted)
    return [
        Result(
            what="a known conversation takes another's place: scripts, styles and layout",
            yardstick="–",
            value=median(worked),
            bar=FRAME_MS,
            unit="ms",
            is_floor=False,
            figures={
                "p95 ms": _p95(worked),
                "after the paint, ms": median(later),
                "from click to paint, ms": median(took),
                "its p95 ms": _p95(took),
            },
        )
    ]


def _fill(api: httpx.Client, ids: list[str]) -> None:
    for one in ids:
        for number in range(MESSAGES):
            body = {"kind": "text", "text": f"Line {number} of what we have to say", "is_confirmed": True}
            api.post(f"/conversations/{one}/messages", json=body).raise_for_status()
    _wait(lambda: not any(_is_moving(api, one) for one in ids), "what was sent is still on its way")


def _is_moving(api: httpx.Client, conversation: str) -> bool:
    listed = api.get(f"/conversations/{conversation}/messages", params={"limit": 50}).json()["items"]
    return any(one["status"] in ("queued", "sending") for one in listed)


def _work(meter: Any) -> float:
    """Milliseconds of CPU that the page's main thread has worked so far."""
    metrics = {one["name"]: float(one["value"]) for one in meter.send("Performance.getMetrics")["metrics"]}
    return 1000 * sum(metrics[name] for name in WORK)


def _p95(values: list[float]) -> float:
    return sorted(values)[int(len(values) * 0.95)]


def _wait(is_there: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_there():
        if time.monotonic() > deadline:
            raise RuntimeError(f"After {PATIENCE_SECONDS:.0f} s {what}.")
        time.sleep(0.1)


@contextmanager
def _api(port: int, key: str) -> Iterator[httpx.Client]:
    headers = {"Authorization": f"Bearer {key}"}
    address = f"http://127.0.0.1:{port}/api/v1"
    with httpx.Client(base_url=address, headers=headers, trust_env=False, timeout=20) as api:
        yield api


@contextmanager
def _page(port: int, town: Town, program: str) -> Iterator[Any]:
    """A colleague's inbox, which is told of what changes."""
    from playwright.sync_api import sync_playwright

    from tests.support.people import make_member
    from tests.support.webprocess import session_of

    url = f"http://localhost:{port}"
    session = session_of(make_member(town.tenant))  # before Playwright's loop, in which Django refuses to work
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        context = browser.new_context(base_url=url, viewport={"width": 1440, "height": 1400}, service_workers="block")
        context.add_cookies([{"name": "sessionid", "value": session, "url": url}])
        page = context.new_page()
        page.goto("/inbox")
        page.locator("article").nth(PEOPLE - 1).wait_for()
        page.wait_for_timeout(SETTLES_IN_MS)  # the socket comes after the screen
        yield page
        browser.close()
