"""How stories look at a page: its words in any language, when it is at rest, what axe says of it, what juts out."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import TYPE_CHECKING, Any

from tests.e2e.conftest import AXE, ROOT

if TYPE_CHECKING:
    from playwright.sync_api import Page

CATALOGUES = ROOT / "web" / "src" / "i18n"
ROUTES = ROOT / "web" / "src" / "routeTree.gen.ts"
AT_REST = """() => ![...document.querySelectorAll('[aria-busy=true]')].some((one) => one.checkVisibility())
  && document.fonts.status === 'loaded'
  && document.getAnimations().every((one) => one.playState !== 'running' || one.effect.getTiming().iterations > 99)
"""
# Of a page over which something lies, that is looked at: the page is behind it, and was looked at by itself.
# Menus belong to no part of the page: the rule about those ("region") is no rule for them.
VIOLATIONS = """async () => {
  const over = [...document.querySelectorAll('[role=dialog], [role=menu]')].filter((one) => one.checkVisibility());
  const options = {resultTypes: ['violations'], rules: {region: {enabled: false}}};
  const found = await axe.run(over.length ? over : document, options);
  return found.violations.map(({id, nodes}) =>
    id + ': ' + nodes.slice(0, 3).map(({html, any}) => html.slice(0, 200) + ' ' + (any[0]?.message ?? '')).join(' | '));
}"""
JUTTING = """() => {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width && document.body.scrollWidth <= width) return [];
  return [...document.querySelectorAll('body *')]
    .filter((one) => { const box = one.getBoundingClientRect(); return box.right > width + 1 || box.left < -1; })
    .slice(0, 3).map((one) => 'wider than the window: ' + one.outerHTML.slice(0, 160));
}"""


@cache
def _catalogue(language: str, feature: str) -> dict[str, str]:
    return dict(json.loads((CATALOGUES / language / f"{feature}.json").read_text()))


def word(language: str, key: str) -> str:
    """What stands on the screen for `inbox.send`, in that language."""
    feature, _, rest = key.partition(".")
    return _catalogue(language, feature)[rest]


def like(text: str) -> re.Pattern[str]:
    """A pattern for a text with `{places}`."""
    return re.compile("^" + ".*".join(re.escape(part) for part in re.split(r"\{\w+\}", text)) + "$")


def addresses() -> list[str]:
    """Every address that the web app's router knows."""
    listed = re.search(r"fullPaths:((?:\s*\|\s*'[^']*')+)", ROUTES.read_text())
    assert listed is not None
    return re.findall(r"'([^']*)'", listed[1])


def rest(page: Page) -> None:
    """Comes back when nothing is being fetched or moved any more."""
    page.wait_for_function(AT_REST)


def faults(page: Page) -> list[str]:
    """What keeps somebody from using the page as it stands now; empty is right."""
    rest(page)
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text() + "; undefined")
    found: list[Any] = page.evaluate(VIOLATIONS) + page.evaluate(JUTTING)
    return [str(one) for one in found]
