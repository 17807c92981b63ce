"""`make screenshots`: every screen of a living demo, light and dark, wide and narrow, as pictures to be looked at."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.e2e.conftest import Desk, Hub, installed, started_browser

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

SIZES = {"wide": {"width": 1440, "height": 900}, "narrow": {"width": 390, "height": 844}}
SCHEMES = ("light", "dark")


def _conversation(page: Page) -> None:
    page.goto("/inbox")
    page.get_by_role("link", name="Jonas Weber").first.click()
    page.get_by_role("region", name="Messages", exact=True).get_by_text("Guten Tag").wait_for()


def _inbox(page: Page) -> None:
    page.goto("/inbox")
    page.get_by_role("link", name="Jonas Weber").first.wait_for()


def _channels(page: Page) -> None:
    page.goto("/channels")
    page.get_by_text("Demo LINE").first.wait_for()


def _settings(page: Page) -> None:
    page.goto("/settings")
    page.get_by_role("heading").first.wait_for()


def _sandbox(page: Page) -> None:
    page.goto("/sandbox")
    page.get_by_role("button", name="Chloé Martin").first.click()
    page.get_by_text("What can we do for you?").last.wait_for()


def _palette(page: Page) -> None:
    _conversation(page)
    page.keyboard.press("Control+k")
    page.get_by_role("dialog").wait_for()


SCREENS: dict[str, Callable[[Page], None]] = {
    "inbox": _inbox,
    "conversation": _conversation,
    "palette": _palette,
    "channels": _channels,
    "settings": _settings,
    "sandbox": _sandbox,
}


def take(hub: Hub, browser: Browser, folder: Path) -> Iterator[Path]:
    """Write the pictures; gives each one's path when it is there."""
    folder.mkdir(parents=True, exist_ok=True)
    for size, viewport in SIZES.items():
        for scheme in SCHEMES:
            with _desk(browser, hub, viewport=viewport, color_scheme=scheme) as page:
                for name, show in SCREENS.items():
                    show(page)
                    page.wait_for_timeout(600)
                    path = folder / f"{name}-{size}-{scheme}.png"
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
