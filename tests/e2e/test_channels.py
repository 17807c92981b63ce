"""A channel is connected by form, its first message arrives, it is paused and let go."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from hubbub.kit.ids import new_id
from hubbub.processes.postgres import wait_until
from sandbox.samples import png
from tests.e2e.conftest import AXE, Hub

if TYPE_CHECKING:
    from playwright.sync_api import Page

BOT = "U0123456789abcdef0123456789abcde0"
SECRET, TOKEN = "a-fresh-channel-secret", "a-fresh-channel-token"


def _make_account(hub: Hub, bot: str = BOT, name: str = "Fresh Bakery", token: str = TOKEN) -> None:
    about = {"name": name, "channel_secret": SECRET, "access_token": token}
    answer = hub.http.put(f"/_sandbox/accounts/line/{bot}", json=about)
    assert answer.status_code == 200, answer.text


def _show_rich_menu(hub: Hub, token: str, name: str) -> None:
    """As somebody does at LINE itself, who knows nothing of the hub."""
    found = re.search(r"^Sandbox +(\S+)", hub.copy.output.read_text(), re.MULTILINE)
    assert found is not None
    area = {"bounds": {"x": 0, "y": 0, "width": 2500, "height": 843}, "action": {"type": "message", "text": "Order"}}
    menu = {"size": {"width": 2500, "height": 843}, "selected": True, "name": name, "chatBarText": "Menu"}
    with httpx.Client(base_url=found[1], trust_env=False, headers={"Authorization": f"Bearer {token}"}) as line:
        made = line.post("/line/v2/bot/richmenu", json={**menu, "areas": [area]})
        assert made.status_code == 200, made.text
        menu_id = made.json()["richMenuId"]
        kind = {"Content-Type": "image/png"}
        place = f"/line-data/v2/bot/richmenu/{menu_id}/content"
        assert line.post(place, content=png(2500, 843), headers=kind).status_code == 200
        assert line.post(f"/line/v2/bot/user/all/richmenu/{menu_id}").status_code == 200


def _with_own_hours(hub: Hub) -> list[str]:
    return [row["channel_id"] for row in hub.api.get("/working-hours").json()["items"]]


def _faults_of_access(page: Page) -> list[str]:
    page.evaluate(AXE.read_text())
    found: dict[str, Any] = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in found["violations"]]


def test_a_channel_is_connected_by_form_its_first_message_arrives_and_it_is_let_go(hub: Hub, desks: Any) -> None:
    _make_account(hub)
    desk = desks()
    page: Page = desk.page
    page.goto("/channels")
    page.get_by_role("button", name="Connect an account").click()
    form = page.get_by_role("dialog")
    form.get_by_label("LINE", exact=True).first.check(force=True)
    form.get_by_label("User id of the bot").fill(BOT)
    form.get_by_label("Channel secret").fill(SECRET)
    form.get_by_label("Channel access token").fill("wrong")
    form.get_by_role("button", name="Check and connect").click()
    form.locator("[class*=Input-error], .mantine-InputWrapper-error").first.wait_for()
    desk.forgive("Failed to load resource: the server responded with a status of 422")
    form.get_by_label("Channel access token").fill(TOKEN)
    form.get_by_role("button", name="Check and connect").click()
    form.get_by_role("button", name="Done").click()
    detail = page.get_by_role("region", name="Fresh Bakery")
    detail.get_by_role("button", name="Test connection").click()
    detail.get_by_text("All is well").wait_for()

    hub.say("line", "Nok", "My first order", account=BOT)
    (channel,) = [one for one in hub.api.get("/channels?platform=line").json()["items"] if one["external_id"] == BOT]
    address = f"/conversations?channel_id={channel['id']}"
    assert wait_until(lambda: "My first order" in hub.api.get(address).text, 20)

    detail.get_by_role("button", name="Pause").click()
    detail.get_by_text("Paused", exact=True).wait_for()
    detail.get_by_role("button", name="Resume").click()
    detail.get_by_role("button", name="Pause").wait_for()
    detail.get_by_role("button", name="Disconnect").click()
    asked = page.get_by_role("dialog")
    asked.get_by_text("Conversations stay").wait_for()
    asked.get_by_role("button", name="Disconnect").click()
    detail.get_by_text("Disconnected", exact=True).wait_for()
    assert hub.api.get(f"/channels/{channel['id']}").json()["status"] == "disconnected"


def test_what_somebody_changed_at_the_platform_stands_beside_ours_and_is_taken_over(hub: Hub, desks: Any) -> None:
    from playwright.sync_api import expect

    bot, token = f"U{new_id().hex}", new_id().hex
    _make_account(hub, bot, "Drifting Bakery", token)
    credentials = {"channel_secret": SECRET, "access_token": token}
    made = hub.api.post("/channels", json={"platform": "line", "external_id": bot, "credentials": credentials})
    assert made.status_code == 201, made.text
    channel = made.json()["id"]
    page: Page = desks().page
    try:
        _show_rich_menu(hub, token, "Summer")
        page.goto(f"/channels?channel={channel}")
        card = page.get_by_role("region", name="What customers see first")
        expect(card.get_by_role("row", name="Rich menu nothing Summer")).to_be_visible()
        card.get_by_role("button", name="Take theirs").click()
        expect(card.get_by_role("row", name="Rich menu nothing Summer")).to_have_count(0)
        assert hub.api.get(f"/channels/{channel}/profile").json()["drift"] == []
        _show_rich_menu(hub, token, "Winter")
        page.reload()
        expect(card.get_by_role("row", name="Rich menu Summer Winter")).to_be_visible()
        card.get_by_role("button", name="Set ours again").click()
        expect(card.get_by_role("row", name="Rich menu Summer Winter")).to_have_count(0)
        assert hub.api.get(f"/channels/{channel}/profile").json()["drift"] == []
    finally:
        hub.api.post(f"/channels/{channel}/disconnect")


def test_a_channel_has_hours_of_its_own(hub: Hub, desks: Any) -> None:
    from playwright.sync_api import expect

    (channel,) = [
        one
        for one in hub.api.get("/channels?platform=whatsapp").json()["items"]
        if one["external_id"] == hub.account("whatsapp")
    ]
    page: Page = desks().page
    page.goto(f"/channels?channel={channel['id']}")
    card = page.get_by_role("region", name="Working hours")
    try:
        card.get_by_label("This channel has hours of its own").check(force=True)
        expect(card.get_by_label("Monday, from")).to_have_value("09:00")
        card.get_by_role("button", name="Save").click()
        expect(card.get_by_role("button", name="Save")).to_have_count(0)
        assert wait_until(lambda: channel["id"] in _with_own_hours(hub), 20)
        card.get_by_label("This channel has hours of its own").uncheck(force=True)
        expect(card.get_by_label("Monday, from")).to_have_count(0)
        assert wait_until(lambda: channel["id"] not in _with_own_hours(hub), 20)
    finally:
        hub.api.put("/working-hours", json={"channel_id": channel["id"], "hours": None})


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_the_screen_of_channels(hub: Hub, desks: Any, scheme: str) -> None:
    desk = desks(color_scheme=scheme, reduced_motion="reduce")
    page: Page = desk.page
    page.goto("/channels")
    page.get_by_role("heading", name="Channels").wait_for()
    assert _faults_of_access(page) == []
    page.locator("ul button").first.click()
    page.get_by_role("heading", name="About this channel").wait_for()
    assert _faults_of_access(page) == []
    page.get_by_role("button", name="Connect an account").click()
    page.get_by_role("dialog").get_by_label("Page id").wait_for()
    assert _faults_of_access(page) == []
