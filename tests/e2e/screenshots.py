"""`make screenshots`: every screen of a living demo, light and dark, at three widths and in every language, as pictures
to be looked at. The good ones stand in `docs/images`, made smaller."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.e2e.conftest import Desk, Hub, installed, started_browser

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

SIZES = {
    "wide": {"width": 1440, "height": 900},
    "medium": {"width": 1024, "height": 768},
    "narrow": {"width": 360, "height": 780},
}
SCHEMES = ("light", "dark")
SETTINGS: tuple[str, ...] = (
    "profile",
    "notifications",
    "labels",
    "canned-replies",
    "views",
    "working-hours",
    "api-keys",
)
SETTINGS += ("security", "work", "events")
OTHER_LANGUAGES = ("th", "ja", "de", "ar")
FROM_THE_RIGHT = ("ar",)
SETTLES_IN_MS = 600


def _inbox(page: Page) -> None:
    page.goto("/inbox")
    page.get_by_role("link", name="Jonas Weber").first.wait_for()


def _conversation(page: Page) -> None:
    _inbox(page)
    page.get_by_role("link", name="Jonas Weber").first.click()
    page.get_by_text("Guten Tag, das Paket kam leider").last.wait_for()


def _palette(page: Page) -> None:
    _conversation(page)
    page.keyboard.press("Control+k")
    page.get_by_role("dialog").wait_for()


def _channels(page: Page) -> None:
    page.goto("/channels")
    page.get_by_text("Demo LINE").first.wait_for()


def _channel(page: Page) -> None:
    _channels(page)
    page.get_by_role("button", name="Demo Page").click()
    page.get_by_text("200000000000001").first.wait_for()


def _connecting(page: Page) -> None:
    _channels(page)
    page.keyboard.press("n")
    page.get_by_role("dialog").wait_for()


def _settings(page: Page, section: str = "") -> None:
    page.goto(f"/settings/{section}".rstrip("/"))
    page.get_by_role("heading", level=1).wait_for()


def _phone(page: Page, person: str) -> None:
    page.goto("/sandbox")
    page.get_by_role("button", name=person).first.click()
    page.locator("ol").first.wait_for()


SCREENS: dict[str, Callable[[Page], None]] = {
    "inbox": _inbox,
    "conversation": _conversation,
    "palette": _palette,
    "channels": _channels,
    "channel": _channel,
    "connecting": _connecting,
    "settings": _settings,
    **{f"settings-{section}": partial(_settings, section=section) for section in SETTINGS},
    "phone-messenger": partial(_phone, person="Chloé Martin"),
    "phone-instagram": partial(_phone, person="kiran_travels"),
    "phone-whatsapp": partial(_phone, person="Jonas Weber"),
    "phone-line": partial(_phone, person="สมชาย ใจดี"),
}
IN_EVERY_LANGUAGE = ("inbox", "conversation", "channel", "settings", "phone-whatsapp")


def take(hub: Hub, browser: Browser, folder: Path) -> Iterator[Path]:
    """Write the pictures; gives each one's path when it is there."""
    folder.mkdir(parents=True, exist_ok=True)
    for size, viewport in SIZES.items():
        for scheme in SCHEMES:
            with _desk(browser, hub, viewport=viewport, color_scheme=scheme) as page:
                yield from _shoot(page, folder, f"{size}-{scheme}", tuple(SCREENS))
    for language in OTHER_LANGUAGES:
        for size in ("wide", "narrow"):
            with _desk(browser, hub, language, viewport=SIZES[size]) as page:
                screens = tuple(SCREENS) if language in FROM_THE_RIGHT else IN_EVERY_LANGUAGE
                yield from _shoot(page, folder, f"{size}-{language}", screens)


def _shoot(page: Page, folder: Path, suffix: str, screens: tuple[str, ...]) -> Iterator[Path]:
    for name in screens:
        SCREENS[name](page)
        page.mouse.move(2, 2)
        page.wait_for_timeout(SETTLES_IN_MS)
        path = folder / f"{name}-{suffix}.png"
        page.screenshot(path=path)
        yield path


@contextmanager
def _desk(browser: Browser, hub: Hub, language: str = "en", **window: Any) -> Iterator[Page]:
    desk = Desk(browser, hub, **window)
    desk.context.add_cookies([{"name": "hubbub_language", "value": language, "url": hub.url}])
    try:
        yield desk.sign_in()
    finally:
        desk.context.close()


def fill(hub: Hub) -> None:
    """What the demo has none of, and some screens are about."""
    hours = {day: [["09:00", "12:00"], ["13:00", "18:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}
    hours["sat"] = [["10:00", "16:00"]]
    hub.api.put("/working-hours", json={"hours": {"time_zone": "Asia/Bangkok", "days": hours}})
    hub.api.post("/api-keys", json={"name": "Warehouse", "role": "viewer", "expires_at": "2040-01-01T00:00:00Z"})
    account = hub.account("line")
    for kind in ("news", "poll"):
        event: dict[str, Any] = {
            "type": kind,
            "mode": "active",
            "timestamp": 1_793_000_000_000,
            "webhookEventId": f"of-{kind}",
        }
        event |= {"source": {"type": "user", "userId": "U" + "a" * 32}, "deliveryContext": {"isRedelivery": False}}
        body = {"destination": account, "events": [event]}
        hub.play("/deliver", {"platform": "line", "account": account, "body": body})
    for _ in range(3):
        hub.http.post("/webhooks/facebook", content=b"{}", headers={"X-Hub-Signature-256": "sha256=" + "0" * 64})
    for action, more in (("story_mention", {}), ("story_reply", {"text": "Beautiful!"})):
        hub.act("instagram", "noi.studio", action, **more)


def main(folder: Path) -> None:
    with installed() as hub, started_browser() as browser:
        fill(hub)
        for path in take(hub, browser, folder):
            print(path)


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "var/screenshots"))
