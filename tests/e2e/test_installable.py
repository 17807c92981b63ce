"""The web app as an app: installed, without a network, with notifications on the device."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

import pytest

from hubbub.processes.postgres import wait_until
from tests.e2e.conftest import AXE, Hub
from tests.e2e.test_conversations import answer, open_conversation, somebody

if TYPE_CHECKING:
    from playwright.sync_api import Page

CONTROLLED = "() => navigator.serviceWorker.controller !== null"
OFFLINE = re.compile(r"You are offline|Connecting again")
"""What a browser knows of its network; one that is only told to have none may not know it after a reload."""


@pytest.fixture
def installed_desks(desks: Any) -> Any:
    """Windows in which the service worker may work."""

    def make(**window: Any) -> Any:
        desk = desks(service_workers="allow", **window)
        desk.page.goto("/inbox")
        desk.page.wait_for_function(CONTROLLED, timeout=60_000)
        return desk

    return make


def _faults_of_access(page: Page) -> list[str]:
    page.evaluate(AXE.read_text())
    found: dict[str, Any] = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in found["violations"]]


def _size(png: bytes) -> str:
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    return f"{int.from_bytes(png[16:20])}x{int.from_bytes(png[20:24])}"


def test_the_manifest_names_icons_that_are_what_it_says(hub: Hub, desks: Any) -> None:
    page = desks().page
    address = urljoin(hub.url, page.locator("link[rel=manifest]").get_attribute("href") or "")
    told = hub.http.get(address)
    assert told.headers["Content-Type"] == "application/manifest+json"
    manifest = told.json()
    assert (manifest["display"], manifest["scope"], manifest["id"]) == ("standalone", "/", "/")
    purposes = set()
    for icon in manifest["icons"]:
        got = hub.http.get(icon["src"])
        assert (got.status_code, got.headers["Content-Type"]) == (200, icon["type"])
        assert icon["sizes"] == "any" or icon["sizes"] == _size(got.content)
        purposes.add((icon["purpose"], icon["sizes"]))
    assert {("any", "192x192"), ("any", "512x512"), ("maskable", "512x512")} <= purposes
    for shortcut in manifest["shortcuts"]:
        assert hub.http.get(shortcut["url"], headers={"Cookie": "sessionid=x"}).status_code == 200


def test_the_browser_itself_finds_nothing_wrong_with_the_manifest(desks: Any) -> None:
    desk = desks()
    browser = desk.context.new_cdp_session(desk.page)
    told = browser.send("Page.getAppManifest")
    assert told["errors"] == []
    assert told["url"].endswith("/manifest.webmanifest")


def test_the_app_opens_without_a_network_says_so_and_sends_later_what_was_written(
    hub: Hub, installed_desks: Any
) -> None:
    from playwright.sync_api import expect

    person = somebody("Suda")
    hub.pause_machines("facebook")
    hub.say("facebook", person, "Is the blue one back?")
    desk = installed_desks()
    page: Page = desk.page
    desk.forgive("Failed to load resource", "WebSocket")
    open_conversation(page, person)
    desk.context.set_offline(True)
    answer(page, "Yes, since this morning.")
    expect(page.get_by_text("1 reply is waiting to be sent.")).to_be_visible()
    page.reload()
    expect(page.get_by_text(OFFLINE)).to_be_visible()
    expect(page.get_by_text("1 reply is waiting to be sent.")).to_be_visible()
    expect(page.get_by_role("navigation", name="Main navigation")).to_be_visible()
    desk.context.set_offline(False)
    hub.wait_for_answer("facebook", person, "Yes, since this morning.")
    expect(page.get_by_text(OFFLINE)).to_have_count(0)
    assert [one["text"] for one in hub.phone("facebook", person) if one["direction"] == "out"] == [
        "Yes, since this morning."
    ], "once"


def test_nothing_that_customers_or_the_organisation_said_is_kept_with_the_app(hub: Hub, installed_desks: Any) -> None:
    person = somebody("Aom")
    hub.say("line", person, "A secret of mine")
    page: Page = installed_desks().page
    open_conversation(page, person)
    kept: list[str] = page.evaluate("""async () => {
        const found = [];
        for (const name of await caches.keys())
            for (const request of await (await caches.open(name)).keys()) found.push(new URL(request.url).pathname);
        return found;
    }""")
    assert "/" in kept
    assert {path for path in kept if not path.startswith("/assets/")} <= {
        "/",
        "/icon.svg",
        "/icon-192.png",
        "/badge-96.png",
        "/words",
    }


class Worker:
    """The service worker of a page, pushed by the browser itself as a push service would."""

    def __init__(self, page: Page, hub: Hub) -> None:
        self.page = page
        self.origin = hub.url
        self.session = page.context.new_cdp_session(page)
        self.registrations: list[str] = []
        self.session.on("ServiceWorker.workerRegistrationUpdated", self._note)
        self.session.send("ServiceWorker.enable")

    def _note(self, event: dict[str, Any]) -> None:
        self.registrations += [one["registrationId"] for one in event["registrations"] if not one["isDeleted"]]

    def push(self, data: dict[str, Any]) -> None:
        self.page.wait_for_function(CONTROLLED)
        assert self.registrations
        wanted = {"origin": self.origin, "registrationId": self.registrations[-1], "data": json.dumps(data)}
        self.session.send("ServiceWorker.deliverPushMessage", wanted)

    def shown(self, *titles: str) -> list[dict[str, Any]]:
        """The notifications that stand on the device, once these and no others do."""
        found: list[dict[str, Any]] = []

        def are_there() -> bool:
            found[:] = self.page.evaluate("""async () => {
                const all = await (await navigator.serviceWorker.ready).getNotifications();
                return all.map(({title, body, tag, data}) => ({title, body, tag, data}));
            }""")
            return [one["title"] for one in found] == list(titles)

        assert wait_until(are_there, 30), found
        return found


@pytest.fixture
def worker(hub: Hub, installed_desks: Any) -> Worker:
    desk = installed_desks(permissions=["notifications"])
    return Worker(desk.page, hub)


CONVERSATION = "01a1fd39-0c1a-7050-a8f2-20c996ba305f"


def test_a_push_is_shown_by_name_and_the_newest_of_a_conversation_takes_the_place_of_the_one_before(
    worker: Worker,
) -> None:
    pushed = {"reason": "message", "conversation_id": CONVERSATION, "name": "Nok", "channel": "Demo LINE"}
    worker.push(pushed)
    [shown] = worker.shown("Nok has written")
    assert shown["body"] == "Demo LINE"
    assert shown["data"] == {"path": f"/inbox/{CONVERSATION}"}
    worker.push({**pushed, "reason": "mentioned", "actor": "Anna Weber", "text": "A secret of mine"})
    [shown] = worker.shown("Anna Weber mentioned you")
    assert shown["body"] == "Nok · Demo LINE"
    assert "secret" not in json.dumps(shown)


def test_a_click_on_a_notification_leads_to_the_conversation_in_the_window_that_is_open(
    hub: Hub, worker: Worker
) -> None:
    person = somebody("Malee")
    conversation = conversation_of(hub, person)
    page = worker.page
    page.evaluate("() => { window.isTheSamePage = true; }")
    worker.push({"reason": "message", "conversation_id": conversation, "name": person, "channel": "Demo LINE"})
    worker.shown(f"{person} has written")
    [service_worker] = page.context.service_workers
    service_worker.evaluate("""async () => {
        const [notification] = await self.registration.getNotifications();
        self.dispatchEvent(new NotificationEvent('notificationclick', { notification }));
    }""")
    page.wait_for_url(f"**/inbox/{conversation}")
    page.get_by_role("textbox", name="Reply").wait_for()
    worker.shown()
    assert page.evaluate("() => window.isTheSamePage")


def conversation_of(hub: Hub, person: str) -> str:
    """Of somebody who has just written on LINE."""
    hub.pause_machines("line")
    hub.say("line", person, "Hello!")
    found: list[str] = []

    def is_there() -> bool:
        items = hub.api.get("/conversations", params={"limit": 50}).json()["items"]
        found[:] = [one["id"] for one in items if one["contact_name"] == person]
        return bool(found)

    assert wait_until(is_there, 30)
    return found[0]


def test_who_is_given_a_conversation_is_told_on_the_screen_and_in_the_window_s_title(hub: Hub, desks: Any) -> None:
    from playwright.sync_api import expect

    person = somebody("Kanya")
    conversation = conversation_of(hub, person)
    page: Page = desks("omar@example.com").page
    page.goto("/channels")
    page.get_by_role("heading", name="Channels").first.wait_for()
    [omar] = [one for one in hub.api.get("/members").json()["items"] if one["email"] == "omar@example.com"]
    notice = page.get_by_text(f"The conversation with {person} is yours now.")

    def is_told() -> bool:
        """What happens before the screen listens is not told on it: it is given until it is."""
        for member in (None, omar["user_id"]):
            given = hub.api.patch(f"/conversations/{conversation}", json={"assigned_to": member})
            assert given.status_code == 200, given.text
        page.wait_for_timeout(2000)
        return notice.is_visible()

    assert wait_until(is_told, 60)
    expect(page).to_have_title(re.compile(r"^\(\d+\+?\) Hubbub$"))
    page.get_by_role("button", name="Open", exact=True).click()
    page.wait_for_url(f"**/inbox/{conversation}")


PUSH_SERVICE = """
(() => {
    let own = null;
    const text = (bytes) =>
        btoa(String.fromCharCode(...new Uint8Array(bytes)))
            .replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
    PushManager.prototype.getSubscription = async () => own;
    PushManager.prototype.subscribe = async ({ applicationServerKey }) => {
        if (own) return own;
        const pair = await crypto.subtle.generateKey({ name: 'ECDH', namedCurve: 'P-256' }, true, ['deriveBits']);
        const p256dh = text(await crypto.subtle.exportKey('raw', pair.publicKey));
        const auth = text(crypto.getRandomValues(new Uint8Array(16)));
        const endpoint = `https://push.example.com/${crypto.randomUUID()}`;
        own = {
            endpoint,
            options: { applicationServerKey: applicationServerKey.buffer },
            toJSON: () => ({ endpoint, keys: { p256dh, auth } }),
            unsubscribe: async () => { own = null; return true; },
        };
        return own;
    };
})();
"""
"""Stands in for the browser's own, which cannot be reached from here."""


def _devices(page: Page) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = page.request.get("/api/v1/me/push-subscriptions").json()["items"]
    return items


def test_a_device_is_turned_on_by_a_click_and_forgotten_when_its_owner_signs_out(installed_desks: Any) -> None:
    from playwright.sync_api import expect

    desk = installed_desks(permissions=["notifications"])
    page: Page = desk.page
    assert _devices(page) == []
    desk.context.add_init_script(PUSH_SERVICE)
    page.goto("/settings/notifications")
    page.get_by_role("button", name="Turn on").click()
    expect(page.get_by_text("This device shows notifications, also when Hubbub is closed.")).to_be_visible()
    assert len(_devices(page)) == 1
    page.get_by_role("button", name="Your account").click()
    page.get_by_role("menuitem", name="Sign out").click()
    page.wait_for_url("**/sign-in*")
    assert page.evaluate("() => [localStorage['hubbub.person'], localStorage['hubbub.device']]") == [None, "null"]
    desk.sign_in()
    assert _devices(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_the_pages_of_one_s_own(hub: Hub, desks: Any, scheme: str) -> None:
    desk = desks(color_scheme=scheme, reduced_motion="reduce")
    page: Page = desk.page
    for name, heading in (("profile", "Profile"), ("notifications", "Notifications")):
        page.goto(f"/settings/{name}")
        page.get_by_role("heading", name=heading, exact=True).wait_for()
        page.get_by_role("main").get_by_role("switch").first.wait_for()
        assert _faults_of_access(page) == [], name
    stranger = desk.context.browser.new_context(color_scheme=scheme, locale="ar", base_url=hub.url)
    page = stranger.new_page()
    page.goto("/sign-in")
    assert page.locator("html").get_attribute("dir") == "rtl"
    assert _faults_of_access(page) == []
    stranger.close()


def test_a_name_and_a_choice_of_notifications_are_saved(hub: Hub, desks: Any) -> None:
    from playwright.sync_api import expect

    page: Page = desks("kenji@example.com").page
    page.goto("/settings/profile")
    name = page.get_by_label("Name")
    before = name.input_value()
    for wanted in (somebody("Kenji"), before):
        name.fill(wanted)
        page.get_by_role("button", name="Save", exact=True).click()
        expect(page.get_by_role("button", name="Save", exact=True)).to_have_count(0)
        assert wait_until(lambda: wanted in [one["name"] for one in hub.api.get("/members").json()["items"]], 20)  # noqa: B023
    page.goto("/settings/notifications")
    box = page.get_by_role("checkbox", name="All channels: On devices")
    for wanted_state in (False, True):
        with page.expect_response(
            lambda answer: answer.url.endswith("/me/notifications") and answer.request.method == "PUT"
        ):
            box.set_checked(wanted_state)
        page.reload()
        expect(box).to_be_checked(checked=wanted_state)


def test_a_new_version_is_offered_and_loaded_when_the_person_wants_it(hub: Hub, installed_desks: Any) -> None:
    from playwright.sync_api import expect

    page: Page = installed_desks().page
    page.evaluate("window.isBefore = true")
    bar = page.get_by_role("status").filter(has_text="A new version is ready.")
    expect(bar).to_have_count(0)
    # Another worker for the same pages installs itself and takes over, as that of another version does.
    page.evaluate("navigator.serviceWorker.register('/sw.js?another').then(() => undefined)")
    expect(bar).to_be_visible(timeout=60_000)
    assert page.evaluate("window.isBefore"), "nobody who writes is interrupted"
    bar.get_by_role("button", name="Load it").click()
    page.wait_for_function("window.isBefore === undefined")
    page.locator("article").first.wait_for()
