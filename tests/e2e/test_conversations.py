"""A customer writes, an agent answers, the customer reads it: on each platform, beside colleagues, after a restart."""

from __future__ import annotations

import re
import signal
from typing import TYPE_CHECKING, Any

import pytest

from hubbub.kit.ids import new_id
from hubbub.processes import running
from hubbub.processes.postgres import wait_until
from tests.e2e.conftest import Hub

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

PLATFORMS = ("facebook", "instagram", "whatsapp", "line")


def somebody(name: str) -> str:
    """A customer whom no other story knows."""
    return f"{name} {new_id().hex[-6:]}"


def open_conversation(page: Page, person: str) -> None:
    page.get_by_role("button", name=re.compile(r"^All\b")).click()
    page.mouse.move(900, 300)  # under the pointer no row comes or moves
    page.get_by_role("link", name=re.compile(re.escape(person))).click()
    page.get_by_role("textbox", name="Reply").wait_for()


def thread(page: Page) -> Locator:
    return page.get_by_role("region", name="Messages", exact=True)


def answer(page: Page, text: str) -> None:
    page.get_by_role("textbox", name="Reply").fill(text)
    page.keyboard.press("Enter")


def picture_in(page: Page) -> Locator:
    return thread(page).get_by_role("button", name=re.compile("^Open picture")).locator("img")


def link_of_a_picture(hub: Hub, page: Page, person: str) -> str:
    """The person sends one, and it is looked at."""
    hub.pause_machines("facebook")
    hub.say("facebook", person, "", type="image")
    open_conversation(page, person)
    picture_in(page).wait_for()
    return str(picture_in(page).get_attribute("src"))


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_customer_writes_an_agent_answers_and_the_phone_shows_it(hub: Hub, desks: Any, platform: str) -> None:
    from playwright.sync_api import expect

    person = somebody("Nok")
    page = desks().page
    page.get_by_role("button", name=re.compile(r"^All\b")).click()
    hub.pause_machines(platform)
    hub.say(platform, person, "Are you open on Sunday?")
    open_conversation(page, person)
    expect(thread(page).get_by_text("Are you open on Sunday?")).to_be_visible()
    answer(page, "Yes, from ten to six.")
    hub.wait_for_answer(platform, person, "Yes, from ten to six.")
    expect(thread(page).get_by_text("Yes, from ten to six.")).to_have_count(1)
    hub.say(platform, person, "Great, see you then!")
    expect(thread(page).get_by_text("Great, see you then!")).to_be_visible()


def test_the_same_in_the_phone_s_own_page(hub: Hub, desks: Any) -> None:
    from playwright.sync_api import expect

    person = somebody("Somchai")
    hub.pause_machines("line")
    desk = desks()
    phone = desk.open()
    phone.goto("/sandbox")
    phone.get_by_label("Customer’s name").fill(person)
    phone.get_by_label("Writes to").select_option(label="LINE · Demo LINE")
    phone.get_by_role("button", name="Open this phone").click()
    phone.get_by_placeholder("Message").fill("สวัสดีค่ะ")
    phone.get_by_role("button", name="Send", exact=True).click()
    open_conversation(desk.page, person)
    expect(thread(desk.page).get_by_text("สวัสดีค่ะ")).to_be_visible()
    answer(desk.page, "สวัสดีครับ")
    expect(phone.get_by_label("LINE", exact=True).get_by_text("สวัสดีครับ")).to_be_visible()


def test_a_colleague_who_has_just_answered_is_told_to_the_second_one(hub: Hub, desks: Any) -> None:
    from playwright.sync_api import expect

    person = somebody("Priya")
    hub.pause_machines("facebook")
    hub.say("facebook", person, "Where is my parcel?")
    anna, omar = desks("anna@example.com"), desks("omar@example.com")
    for desk in (anna, omar):
        open_conversation(desk.page, person)
    omar.page.get_by_role("textbox", name="Reply").fill("I will look.")
    omar.cut_off()
    answer(anna.page, "It arrives today.")
    hub.wait_for_answer("facebook", person, "It arrives today.")
    omar.page.keyboard.press("Enter")
    expect(omar.page.get_by_role("alert")).to_contain_text("Anna Weber has answered meanwhile.")
    assert [one["text"] for one in hub.phone("facebook", person) if one["direction"] == "out"] == ["It arrives today."]
    omar.page.get_by_role("button", name="Send anyway").click()
    hub.wait_for_answer("facebook", person, "I will look.")
    omar.forgive("Failed to load resource")


def test_the_server_restarts_in_the_middle_and_nothing_is_missed(hub: Hub, desks: Any) -> None:
    from playwright.sync_api import expect

    person = somebody("Jonas")
    hub.pause_machines("whatsapp")
    hub.say("whatsapp", person, "before")
    desk = desks()
    open_conversation(desk.page, person)
    note = running.read(hub.copy.data_dir)
    assert note is not None
    web = hub.copy.pid_of("--port", str(note.ports["web"]))
    assert web is not None
    import os

    os.kill(web, signal.SIGKILL)
    hub.say("whatsapp", person, "meanwhile")
    assert wait_until(lambda: hub.copy.status_of("/health/ready") == 200, 60)
    hub.say("whatsapp", person, "after")
    for text in ("before", "meanwhile", "after"):
        expect(thread(desk.page).get_by_text(text, exact=True)).to_have_count(1, timeout=30_000)
    answer(desk.page, "All is well.")
    hub.wait_for_answer("whatsapp", person, "All is well.")
    desk.forgive(
        "Failed to load resource", "WebSocket", "Error: Unable to preload CSS", "TypeError: Failed to fetch dyn"
    )


def test_a_picture_s_link_opens_for_nobody_who_is_not_signed_in(hub: Hub, desks: Any) -> None:
    desk = desks()
    link = link_of_a_picture(hub, desk.page, somebody("Lek"))
    served = desk.context.request.get(link)
    assert (served.status, served.headers["content-type"]) == (200, "image/jpeg")
    assert hub.http.get(link).status_code == 404, "somebody who never signed in"
    desk.forgive("Failed to load resource: the server responded with a status of 401")  # the page goes on asking
    desk.context.clear_cookies()
    assert desk.context.request.get(link).status == 404, "the same browser, signed out"


def test_a_picture_whose_link_has_died_is_shown_by_another_one(hub: Hub, desks: Any) -> None:
    from playwright.sync_api import expect

    person = somebody("Lek")
    hub.pause_machines("facebook")
    hub.say("facebook", person, "", type="image")
    desk = desks()
    dead: list[str] = []

    def die_once(route: Any) -> None:
        if dead and route.request.url != dead[0]:
            route.continue_()
        else:
            dead.append(route.request.url)
            route.fulfill(status=404)

    desk.page.route("**/media/*", die_once)
    desk.forgive("Failed to load resource: the server responded with a status of 404")
    open_conversation(desk.page, person)
    picture = picture_in(desk.page)
    expect(picture).to_have_attribute("src", re.compile("^/media/"))
    desk.page.wait_for_function("(one) => one.naturalWidth > 0", arg=picture.element_handle())
    assert dead
    assert not dead[0].endswith(str(picture.get_attribute("src")))


def test_a_flow_answers_and_a_person_takes_over(hub: Hub, desks: Any) -> None:
    from playwright.sync_api import expect

    person = somebody("Lena")
    hub.let_machines("facebook")
    hub.say("facebook", person, "Hi!")
    hub.wait_for_some_answer("facebook", person)
    page = desks().page
    open_conversation(page, person)
    answer(page, "Hello, Lena here is a real person.")
    hub.wait_for_answer("facebook", person, "Hello, Lena here is a real person.")
    before = len(hub.phone("facebook", person))
    hub.say("facebook", person, "Your products")
    expect(thread(page).get_by_text("Your products", exact=True).last).to_be_visible()
    assert len(hub.phone("facebook", person)) == before + 1, "the flow is silent while a person answers"
