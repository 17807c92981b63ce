"""Stories in a real browser, against a whole installation with its sandbox: what a person sees and does."""

from __future__ import annotations

import re
import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from hubbub.processes.listening import free_port
from hubbub.processes.postgres import EmbeddedPostgres, wait_until
from tests.support.installation import Copy

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

ROOT = Path(__file__).resolve().parents[2]
BUNDLE = ROOT / "hubbub" / "webapp" / "dist" / "index.html"
AXE = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
QUIET += ["--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"]
QUIET += ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
"""The microphone is one that beeps, and nobody is asked."""

PATIENCE_MS = 20_000
"""What a person sees within a moment may take much longer where tests of everything run beside."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One installation serves all stories, so one test process tells them."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.xdist_group("e2e"))
            item.add_marker(pytest.mark.timeout(240))
            item.add_marker(pytest.mark.slow)


class Hub:
    """The installation as seen from outside: the web app's address, its people, the customers' phones."""

    def __init__(self, copy: Copy) -> None:
        self.copy = copy
        self.silenced: set[str] = set()
        self.url = f"http://127.0.0.1:{copy.port}"
        said = copy.output.read_text()
        found = re.search(r"/sign-in +(\S+@\S+) +(\S+)", said)
        key = re.search(r"API key +(\S+)", said)
        assert found is not None
        assert key is not None
        self.owner, self.password = found[1], found[2]
        self.http = httpx.Client(base_url=self.url, timeout=20, trust_env=False)
        self.api = httpx.Client(
            base_url=f"{self.url}/api/v1", timeout=20, trust_env=False, headers={"Authorization": f"Bearer {key[1]}"}
        )

    def account(self, platform: str) -> str:
        """The demo's own account there; stories connect more."""
        known = self.http.get("/_sandbox/accounts").json()["accounts"]
        names: dict[str, str] = {one["external_id"]: one["name"] for one in known if one["platform"] == platform}
        return next(external_id for external_id, name in names.items() if name.startswith("Demo "))

    def say(self, platform: str, person: str, text: str, **more: Any) -> dict[str, Any]:
        """A customer of the demo's account writes; comes back when the hub has acknowledged it."""
        place = {"platform": platform, "account": self.account(platform), "from": person}
        told = self.play("/say", {**place, "text": text, **more})
        assert told["acked"], told
        return told

    def act(self, platform: str, person: str, action: str, **more: Any) -> dict[str, Any]:
        place = {"platform": platform, "account": self.account(platform), "from": person}
        return self.play("/act", {**place, "action": action, **more})

    def play(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = self.http.post(f"/_sandbox{path}", json=body)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def phone(self, platform: str, person: str) -> list[dict[str, Any]]:
        """What the customer sees, oldest first."""
        answer = self.http.get(
            "/_sandbox/phone", params={"platform": platform, "account": self.account(platform), "from": person}
        )
        return list(answer.json()["messages"])

    def pause_machines(self, platform: str) -> None:
        """Until the story's end, or `let_machines`."""
        self.silenced.add(platform)
        self._set_auto_reply(platform, is_on=False)

    def let_machines(self, platform: str) -> None:
        self.silenced.discard(platform)
        self._set_auto_reply(platform, is_on=True)

    def _set_auto_reply(self, platform: str, *, is_on: bool) -> None:
        known = self.api.get("/channels", params={"platform": platform}).json()["items"]
        channel = next(one for one in known if one["external_id"] == self.account(platform))
        answer = self.api.patch(f"/channels/{channel['id']}", json={"is_send_auto_reply": is_on})
        assert answer.status_code == 200, answer.text

    def wait_for_some_answer(self, platform: str, person: str) -> None:
        assert wait_until(lambda: any(one["direction"] == "out" for one in self.phone(platform, person)), 60)

    def wait_for_answer(self, platform: str, person: str, text: str) -> None:
        assert wait_until(lambda: any(one.get("text") == text for one in self.phone(platform, person)), 60)
        assert [one["direction"] for one in self.phone(platform, person) if one.get("text") == text] == ["out"]


@contextmanager
def installed() -> Iterator[Hub]:
    """A fresh installation with its demo, which ends with the block."""
    copy = Copy(data_dir=Path(tempfile.mkdtemp(prefix="hb-")), port=free_port())
    try:
        copy.start_until_ready()
        made = Hub(copy)
        wait_until(lambda: "Chloé Martin" in made.api.get("/conversations?limit=50").text, 60)
        yield made
    finally:
        if copy.process is not None and copy.exit_code() is None:
            copy.end(signal.SIGTERM)
        EmbeddedPostgres(copy.data_dir).stop()
        shutil.rmtree(copy.data_dir, ignore_errors=True)


@contextmanager
def started_browser() -> Iterator[Browser]:
    """Debian's, without any window."""
    program = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if program is None:
        pytest.skip(f"No browser is installed: none of {', '.join(BROWSERS)} is there.")
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=QUIET)
        yield started
        started.close()


@pytest.fixture(scope="package")
def hub() -> Iterator[Hub]:
    if not BUNDLE.exists():
        pytest.skip("The web app is not built: run `make web`.")
    with installed() as made:
        yield made


@pytest.fixture(autouse=True)
def speaking_machines(hub: Hub) -> Iterator[None]:
    """What a story silenced speaks again in the next one."""
    yield
    for platform in tuple(hub.silenced):
        hub.let_machines(platform)


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    with started_browser() as started:
        yield started


class Desk:
    """One person at the web app, in a browser window of their own. Whatever the page complains of is kept."""

    def __init__(self, browser: Browser, hub: Hub, **window: Any) -> None:
        self.hub = hub
        # Each window would take the whole app for later: only stories about that have it do so.
        window = {"service_workers": "block", "base_url": hub.url, **window}
        self.url = str(window["base_url"])
        self.context: BrowserContext = browser.new_context(**window)
        self.complaints: list[str] = []
        self.forgiven: tuple[str, ...] = ()
        self.foreign: list[str] = []
        self.page: Page = self.open()

    def open(self) -> Page:
        page = self.context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)
        page.on("request", lambda asked: self._note(asked.url))
        return page

    def _note(self, url: str) -> None:
        ours = (self.hub.url, self.hub.url.replace("http", "ws"), self.url, self.url.replace("http", "ws"))
        if not url.startswith((*ours, "data:", "blob:")):
            self.foreign.append(url)

    def cut_off(self) -> None:
        """No change reaches this window by itself any more, until it is opened anew."""
        self.page.route(
            "**/api/v1/conversations/*/messages*",
            lambda route: route.abort() if route.request.method == "GET" else route.continue_(),
        )

    def forgive(self, *beginnings: str) -> None:
        """Complaints that this story provokes, before and after."""
        self.forgiven += beginnings

    def sign_in(self, name: str = "") -> Page:
        self.page.goto("/sign-in?next=/")
        self.page.locator("[name=name]").fill(name or self.hub.owner)  # in whatever language the window asks for
        self.page.locator("[name=password]").fill(self.hub.password)
        self.page.locator("button[type=submit]").click()
        self.page.wait_for_url(lambda url: "/sign-in" not in url)
        return self.page


@pytest.fixture
def desks(browser: Browser, hub: Hub) -> Iterator[Any]:
    """Opens windows; at the end none of them may have complained, or asked anybody but the hub."""
    opened: list[Desk] = []

    def make(name: str = "", **window: Any) -> Desk:
        desk = Desk(browser, hub, **window)
        opened.append(desk)
        desk.sign_in(name)
        return desk

    yield make
    for desk in opened:
        desk.context.close()
    assert [said for desk in opened for said in desk.complaints if not said.startswith(desk.forgiven)] == []
    assert [url for desk in opened for url in desk.foreign] == []
