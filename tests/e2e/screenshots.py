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
    "narrow": {"width": 390, "height": 844},
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
            with _desk(browser, hub, viewport=SIZES[size]) as page:
                page.evaluate("language => localStorage.setItem('hubbub.language', language)", language)
                yield from _shoot(page, folder, f"{size}-{language}", IN_EVERY_LANGUAGE)


def _shoot(page: Page, folder: Path, suffix: str, screens: tuple[str, ...]) -> Iterator[Path]:
    for name in screens:
        SCREENS[name](page)
        page.mouse.move(2, 2)
        page.wait_for_timeout(SETTLES_IN_MS)
        path = folder / f"{name}-{suffix}.png"
        page.screenshot(path=path)
        yield path


@contextmanager
def _desk(browser: Browser, hub: Hub, **window: Any) -> Iterator[Page]:
    desk = Desk(browser, hub, **window)
    try:
        yield desk.sign_in()
    finally:
        desk.context.close()


def main(folder: Path) -> None:
    with installed() as hub, started_browser() as browser:
        for path in take(hub, browser, folder):
            print(path)


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "var/screenshots"))
