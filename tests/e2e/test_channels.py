"""A channel is connected by form, its first message arrives, it is paused and let go."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from hubbub.processes.postgres import wait_until
from tests.e2e.conftest import AXE, Hub

if TYPE_CHECKING:
    from playwright.sync_api import Page

BOT = "U0123456789abcdef0123456789abcde0"
SECRET, TOKEN = "a-fresh-channel-secret", "a-fresh-channel-token"


def _make_account(hub: Hub) -> None:
    about = {"name": "Fresh Bakery", "channel_secret": SECRET, "access_token": TOKEN}
    answer = hub.http.put(f"/_sandbox/accounts/line/{BOT}", json=about)
    assert answer.status_code == 200, answer.text


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
