"""Every page and everything that opens on one: axe finds nothing, and nothing juts out, however it is looked at."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from hubbub.kit.ids import new_id
from hubbub.processes.postgres import wait_until
from tests.e2e import museum
from tests.e2e.conftest import Hub
from tests.e2e.looking import addresses, faults, like, rest, word

if TYPE_CHECKING:
    from playwright.sync_api import Page

PLATFORMS = ("facebook", "instagram", "whatsapp", "line")
WIDE = {"width": 1440, "height": 1600}
NARROW = {"width": 360, "height": 1600}
TALL = 9000
"""As high as it takes to have a whole conversation in the page at once."""
LOOKS: dict[str, tuple[str, dict[str, int], str]] = {
    "light and wide": ("light", WIDE, "en"),
    "dark, narrow, from the right": ("dark", NARROW, "ar"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A window, and the words on it."""

    page: Page
    language: str
    viewport: dict[str, int]
    conversation: str

    @property
    def is_wide(self) -> bool:
        return self.viewport is WIDE

    def say(self, key: str) -> str:
        return word(self.language, key)

    def press(self, key: str) -> None:
        self.page.get_by_role("button", name=like(self.say(key))).locator("visible=true").first.click()

    def open(self, key: str) -> None:
        """A dialogue, by its button."""
        self.press(key)
        self.page.get_by_role("dialog").locator("visible=true").first.wait_for()

    def close(self) -> None:
        """Whatever lies over the page."""
        from playwright.sync_api import expect

        over = self.page.locator("[role=dialog], [role=menu]").locator("visible=true")
        if over.count():
            self.page.keyboard.press("Escape")
            expect(over).to_have_count(0)

    def open_conversation(self) -> None:
        self.page.goto(f"/inbox/{self.conversation}")
        self.page.get_by_role("textbox", name=self.say("inbox.reply"), exact=True).wait_for()
        rest(self.page)

    def open_list(self) -> None:
        self.page.goto("/inbox")
        self.page.locator("article").first.wait_for()
        rest(self.page)


def _menu(key: str, visit: Visit) -> None:
    visit.press(key)
    visit.page.get_by_role("menu").locator("visible=true").first.wait_for()
    _point_at_an_item(visit)


def _point_at_an_item(visit: Visit) -> None:
    """Its ground is another one then."""
    visit.page.get_by_role("menuitem").locator("visible=true").first.hover()


def _chooser(key: str, visit: Visit) -> None:
    """A phone has no room for it beside the name."""
    if not visit.is_wide:
        visit.press("inbox.do.more")
        visit.page.get_by_role("menuitem", name=like(visit.say(key))).click()
        visit.page.get_by_role("menu", name=like(visit.say("inbox.do.more"))).wait_for(state="hidden")
        _point_at_an_item(visit)
    else:
        _menu(key, visit)


def _palette(visit: Visit) -> None:
    visit.page.keyboard.press("Control+k")
    visit.page.get_by_role("dialog").wait_for()


def _keys(visit: Visit) -> None:
    visit.page.keyboard.press("?")
    visit.page.get_by_role("dialog").wait_for()


def _note(visit: Visit) -> None:
    visit.page.get_by_role("tab", name=visit.say("inbox.note"), exact=True).click()
    visit.page.get_by_role("textbox", name=visit.say("inbox.note"), exact=True).locator("visible=true").first.wait_for()


def _drawer(visit: Visit) -> None:
    if not visit.is_wide:
        visit.press("inbox.do.panel")
        visit.page.get_by_role("dialog").wait_for()


def _picture(visit: Visit) -> None:
    visit.press("inbox.openPicture")
    visit.page.get_by_role("dialog").wait_for()


def _undo(visit: Visit) -> None:
    visit.press("inbox.do.resolve")
    visit.page.get_by_role("button", name=visit.say("shell.undo")).click()


def _bulk(visit: Visit) -> None:
    visit.press("inbox.select")
    visit.page.get_by_role("toolbar").wait_for()


def _connect(visit: Visit) -> None:
    visit.press("channels.connect")
    visit.page.get_by_role("dialog").wait_for()


def _channel(visit: Visit) -> None:
    visit.page.locator("ul button").first.click()
    visit.page.get_by_role("heading", name=visit.say("channels.facts")).wait_for()


OVER_LIST: dict[str, Callable[[Visit], None]] = {
    "the palette": _palette,
    "the sheet of keys": _keys,
    "filters": partial(_menu, "inbox.narrow"),
    "the order": partial(_menu, "inbox.sortBy"),
    "more lists": partial(_menu, "inbox.moreTabs"),
    "the account": partial(_menu, "shell.account"),
    "what is ticked": _bulk,
}
OVER_CONVERSATION: dict[str, Callable[[Visit], None]] = {
    "the panel": _drawer,
    "who takes it": partial(_chooser, "inbox.assignedTo"),
    "how long to snooze": partial(_chooser, "inbox.do.snooze"),
    "more to do": partial(_menu, "inbox.do.more"),
    "a picture": _picture,
    "the way back": _undo,
    "a note": _note,
}
OVER_CHANNELS: dict[str, Callable[[Visit], None]] = {"a channel": _channel, "a form to connect one": _connect}


def _new_key(visit: Visit) -> None:
    """Shown once, when it is made."""
    visit.open("settings.keys.new")
    visit.page.get_by_role("dialog").get_by_role("textbox").first.fill("Reports")
    visit.press("settings.keys.make")
    visit.page.get_by_role("dialog").locator("code").wait_for()


def _hours(visit: Visit) -> None:
    visit.press("settings.hours.begin")
    visit.page.get_by_role("region", name=visit.say("settings.hours.everywhere")).wait_for()


def _dead_letter(visit: Visit) -> None:
    visit.page.locator("main button[aria-expanded]").first.click()
    visit.page.get_by_role("region", name=visit.say("settings.events.raw")).wait_for()


def _opened(key: str) -> Callable[[Visit], None]:
    return lambda visit: visit.open(key)


OVER_SETTINGS: dict[str, tuple[str, Callable[[Visit], None]]] = {
    "a new label": ("labels", _opened("settings.labels.new")),
    "a label that is changed": ("labels", _opened("settings.change")),
    "a label that is deleted": ("labels", _opened("settings.remove")),
    "a new canned reply": ("canned-replies", _opened("settings.replies.new")),
    "a canned reply that is changed": ("canned-replies", _opened("settings.change")),
    "a view that is changed": ("views", _opened("settings.change")),
    "a new key": ("api-keys", _opened("settings.keys.new")),
    "a key that was made": ("api-keys", _new_key),
    "hours": ("working-hours", _hours),
    "a dead letter": ("events", _dead_letter),
}
"""Name → the page of the settings, and what is done there."""


def _write(visit: Visit, text: str) -> None:
    visit.page.get_by_role("textbox", name=visit.say("inbox.reply"), exact=True).fill(text)


def _suggestions(visit: Visit) -> None:
    _write(visit, "")
    visit.page.get_by_role("textbox", name=visit.say("inbox.reply"), exact=True).press_sequentially("/")
    visit.page.get_by_role("list", name=visit.say("inbox.suggestions")).wait_for()


def _choices(visit: Visit) -> None:
    visit.press("inbox.do.choices")
    visit.page.get_by_role("region", name=visit.say("inbox.choices.title")).wait_for()


def _ways(visit: Visit) -> None:
    _write(visit, "Good day!")
    _menu("inbox.sendOther", visit)


def _moment(visit: Visit) -> None:
    _ways(visit)
    visit.page.get_by_role("menuitem", name=visit.say("inbox.sendAt")).click()
    visit.page.get_by_role("dialog").wait_for()


def _filled(visit: Visit) -> None:
    visit.open("inbox.do.template")
    visit.page.get_by_role("button", name=re.compile("order_shipped")).first.click()
    visit.page.get_by_role("region", name=visit.say("templates.preview")).wait_for()


OVER_COMPOSER: dict[str, tuple[str, Callable[[Visit], None]]] = {
    "ways to send": ("facebook", _ways),
    "a moment": ("facebook", _moment),
    "emoji": ("facebook", _opened("inbox.do.emoji")),
    "canned replies": ("facebook", _suggestions),
    "quick replies": ("facebook", _choices),
    "templates": ("whatsapp", _opened("inbox.do.template")),
    "a template": ("whatsapp", _filled),
}
"""Name → the platform of the conversation, and what is done there; the draft is kept from one to the next."""


def _keep_view(visit: Visit) -> None:
    _menu("inbox.moreTabs", visit)
    visit.page.get_by_role("menuitem", name=visit.say("inbox.keepView")).click()
    visit.page.get_by_role("dialog").wait_for()


BESIDE = ("/nowhere", "/sign-in", "/sign-out")
"""Addresses that the router does not have: what is not there, and Django's own pages."""
PHONES = {
    "Messenger": "Demo Page",
    "Instagram": "Demo Instagram",
    "WhatsApp": "Demo WhatsApp",
    "LINE": "Demo LINE",
}


@pytest.fixture(scope="module")
def shown(hub: Hub) -> dict[str, str]:
    """Platform → the conversation in which everything happened."""
    return {platform: museum.show(hub, platform) for platform in PLATFORMS}


@pytest.fixture(params=LOOKS.values(), ids=list(LOOKS))
def visit(request: pytest.FixtureRequest, desks: Any, shown: dict[str, str]) -> Visit:
    scheme, viewport, language = request.param
    desk = desks(color_scheme=scheme, viewport=viewport, reduced_motion="reduce", locale=language)
    desk.forgive("Failed to load resource: the server responded with a status of 404")
    return Visit(page=desk.page, language=language, viewport=viewport, conversation=shown["facebook"])


@pytest.fixture
def dead_letter(hub: Hub) -> None:
    """At least one event that had no effect; and nobody has working hours yet."""
    event: dict[str, Any] = {"type": "news", "mode": "active", "timestamp": 1_793_000_000_000}
    event |= {"webhookEventId": new_id().hex, "source": {"type": "user", "userId": "U" + new_id().hex}}
    body = {"destination": hub.account("line"), "events": [{**event, "deliveryContext": {"isRedelivery": False}}]}
    hub.play("/deliver", {"platform": "line", "account": hub.account("line"), "body": body})
    assert wait_until(lambda: bool(hub.api.get("/events", params={"is_dead": True}).json()["items"]), 30)
    assert hub.api.put("/working-hours", json={"hours": None}).status_code == 200


def told(found: dict[str, list[str]]) -> str:
    return "\n".join(f"{where}: {one}" for where, all_of_it in found.items() for one in all_of_it)


@pytest.mark.timeout(400)
def test_every_address_is_accessible(visit: Visit) -> None:
    found = {}
    for address in sorted({one.rstrip("/") or "/" for one in (*addresses(), *BESIDE)}):
        assert "$" not in address.replace("$id", ""), f"{address}: which one is to be visited?"
        visit.page.goto(address.replace("$id", visit.conversation))
        visit.page.get_by_role("heading").or_(visit.page.get_by_role("link")).first.wait_for()
        found[address] = faults(visit.page)
    assert told(found) == ""


@pytest.mark.timeout(400)
def test_every_kind_of_message_is_accessible(visit: Visit, shown: dict[str, str]) -> None:
    found = {}
    for platform, conversation in shown.items():
        visit.page.set_viewport_size({"width": visit.viewport["width"], "height": TALL})
        visit.page.goto(f"/inbox/{conversation}")
        for text in (museum.FIRST[platform], museum.LOST, "Prefers the blue one."):
            visit.page.locator("section").get_by_text(text).first.wait_for()
        found[platform] = faults(visit.page)
    assert told(found) == ""


@pytest.mark.timeout(400)
def test_whatever_opens_over_a_page_is_accessible(visit: Visit) -> None:
    found = {}
    for begin, over in ((visit.open_list, OVER_LIST), (visit.open_conversation, OVER_CONVERSATION)):
        begin()
        for name, show in over.items():
            show(visit)
            found[name] = faults(visit.page)
            visit.close()
    for name, show in OVER_CHANNELS.items():
        visit.page.goto("/channels")
        show(visit)
        found[name] = faults(visit.page)
    assert told(found) == ""


@pytest.mark.timeout(400)
def test_whatever_opens_in_the_settings_is_accessible(visit: Visit, dead_letter: None) -> None:
    found = {}
    for name, (section, show) in OVER_SETTINGS.items():
        visit.page.goto(f"/settings/{section}")
        visit.page.get_by_role("heading", level=1).wait_for()
        show(visit)
        found[name] = faults(visit.page)
    visit.page.goto("/inbox?tab=unassigned&label=vip")
    _keep_view(visit)
    found["a view that is kept"] = faults(visit.page)
    assert told(found) == ""


@pytest.mark.timeout(400)
def test_whatever_opens_over_the_composer_is_accessible(visit: Visit, shown: dict[str, str]) -> None:
    found = {}
    for name, (platform, show) in OVER_COMPOSER.items():
        replace(visit, conversation=shown[platform]).open_conversation()
        show(visit)
        found[name] = faults(visit.page)
    assert told(found) == ""


@pytest.mark.timeout(400)
def test_the_phone_is_accessible_on_every_platform(visit: Visit) -> None:
    found = {}
    for skin, account in PHONES.items():
        visit.page.goto("/sandbox")
        person = visit.page.get_by_role("button").filter(has_text="Mona").filter(has_text=account)
        person.first.click()
        visit.page.get_by_label(skin, exact=True).get_by_text("That is all").wait_for()
        found[skin] = faults(visit.page)
    assert told(found) == ""
