"""What a reply can be besides words, and when it goes out: later, with things to tap, as a voice message."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from hubbub.processes.postgres import wait_until
from tests.e2e.conftest import Hub
from tests.e2e.test_conversations import open_conversation, somebody, thread

if TYPE_CHECKING:
    from playwright.sync_api import Page


def begin(hub: Hub, desks: Any, platform: str, person: str) -> Page:
    """A customer has written, and an agent has the conversation before them."""
    hub.pause_machines(platform)
    hub.say(platform, person, "Hello!")
    page: Page = desks().page
    open_conversation(page, person)
    return page


def send_by_menu(page: Page, text: str, way: str) -> None:
    page.get_by_role("textbox", name="Reply").fill(text)
    page.get_by_role("button", name="More ways to send").click()
    page.get_by_role("menuitem", name=way).click()


def test_enter_is_never_swallowed_while_the_page_still_asks_what_may_be_answered(hub: Hub, desks: Any) -> None:
    from playwright.sync_api import expect

    person, page = somebody("Aiko"), desks().page
    hub.pause_machines("line")
    hub.say("line", person, "Hello!")
    held: list[Any] = []
    page.route("**/api/v1/conversations/*/ways", lambda route: held.append(route))
    open_conversation(page, person)
    page.get_by_role("textbox", name="Reply").fill("Right away!")
    page.keyboard.press("Enter")
    hub.wait_for_answer("line", person, "Right away!")
    expect(thread(page).get_by_text("Right away!", exact=True)).to_have_count(1)
    expect(page.get_by_role("textbox", name="Reply")).to_have_value("")
    assert held, "nothing had been asked"
    for route in held:
        route.continue_()
    page.unroute("**/api/v1/conversations/*/ways")


def test_an_answer_for_later_is_listed_changed_and_taken_back(hub: Hub, desks: Any) -> None:
    from playwright.sync_api import expect

    page = begin(hub, desks, "line", person := somebody("Aiko"))
    send_by_menu(page, "Good morning!", "Send later: Tomorrow morning")
    waiting = page.get_by_role("region", name="Scheduled answers")
    expect(waiting).to_contain_text("Good morning!")
    waiting.get_by_role("button", name="Change the scheduled answer").click()
    waiting.get_by_role("textbox", name="Text of the answer").fill("Good evening!")
    waiting.get_by_role("button", name="Save").click()
    expect(waiting).to_contain_text("Good evening!")
    expect(waiting).to_contain_text("Will be sent")
    waiting.get_by_role("button", name="Cancel the scheduled answer").click()
    expect(waiting).to_have_count(0)
    assert [one for one in hub.phone("line", person) if one["direction"] == "out"] == []


def test_an_answer_for_later_is_sent_now_instead(hub: Hub, desks: Any) -> None:
    from playwright.sync_api import expect

    page = begin(hub, desks, "line", person := somebody("Aiko"))
    send_by_menu(page, "It is ready.", "Send later: Next week")
    waiting = page.get_by_role("region", name="Scheduled answers")
    waiting.get_by_role("button", name="Send the scheduled answer now").click()
    hub.wait_for_answer("line", person, "It is ready.")
    expect(waiting).to_have_count(0)
    expect(thread(page).get_by_text("It is ready.", exact=True)).to_have_count(1)


def test_quick_replies_stand_on_the_customer_s_phone(hub: Hub, desks: Any) -> None:
    from playwright.sync_api import expect

    page = begin(hub, desks, "facebook", person := somebody("Nok"))
    page.get_by_role("textbox", name="Reply").fill("Which colour?")
    page.get_by_role("button", name="Add quick replies or buttons").click()
    editor = page.get_by_role("region", name="Quick replies and buttons")
    editor.get_by_role("textbox", name="Words of number 1").fill("Red")
    editor.get_by_role("button", name="Add another").click()
    editor.get_by_role("textbox", name="Words of number 2").fill("A colour with far too long a name")
    expect(editor.get_by_role("alert")).to_have_text("Too long")
    expect(page.get_by_role("button", name="Send", exact=True)).to_be_disabled()
    editor.get_by_role("textbox", name="Words of number 2").fill("Blue")
    page.get_by_role("button", name="Send", exact=True).click()
    hub.wait_for_answer("facebook", person, "Which colour?")
    [sent] = [one for one in hub.phone("facebook", person) if one.get("text") == "Which colour?"]
    assert [reply["title"] for reply in sent["body"]["quick_replies"]] == ["Red", "Blue"]
    expect(editor).to_have_count(0)
    expect(thread(page).get_by_text("Blue", exact=True)).to_be_visible()


def test_a_template_is_filled_in_read_before_it_goes_and_answered_by_its_button(hub: Hub, desks: Any) -> None:
    from playwright.sync_api import expect

    page = begin(hub, desks, "whatsapp", person := somebody("Jonas"))
    page.get_by_role("button", name="Send a template").click()
    dialogue = page.get_by_role("dialog")
    expect(dialogue.get_by_role("button", name=re.compile("weekend_sale.*Paused", re.DOTALL))).to_be_disabled()
    dialogue.get_by_role("button", name=re.compile("order_shipped.*en", re.DOTALL)).click()
    blanks = ("Blank of the heading", "Blank 1", "Blank 2", "End of the link of “Track the parcel”")
    expect(dialogue.get_by_role("textbox", name=blanks[0])).to_be_focused()
    for label, value in zip(blanks, ("A-77", "Jonas", "Friday", "TH1"), strict=True):
        expect(dialogue.get_by_role("button", name="Send")).to_be_disabled()
        dialogue.get_by_role("textbox", name=label).fill(value)
    text = "Hello Jonas, your parcel is on its way. It should be with you on Friday."
    expect(dialogue.get_by_role("region", name="What the customer will read")).to_contain_text(f"Order A-77{text}")
    dialogue.get_by_role("button", name="Send").click()
    assert wait_until(lambda: any(one["body"].get("text") == text for one in hub.phone("whatsapp", person)), 30)
    expect(dialogue).to_have_count(0)
    expect(thread(page).get_by_text("Demo Shop, Bangkok")).to_be_visible()
    hub.act("whatsapp", person, "tap", label="I have a question")
    expect(thread(page).locator("[data-tap]")).to_have_text("I have a question")


def test_what_is_sent_and_snoozed_comes_back_with_the_customer_s_next_message(hub: Hub, desks: Any) -> None:
    from playwright.sync_api import expect

    page = begin(hub, desks, "whatsapp", person := somebody("Jonas"))
    send_by_menu(page, "I will ask.", "Send and snooze: Until the customer replies")
    hub.wait_for_answer("whatsapp", person, "I will ask.")
    row = page.get_by_role("region", name="Conversations").get_by_role("link", name=re.compile(re.escape(person)))
    expect(row).to_have_count(0)
    hub.say("whatsapp", person, "Any news?")
    expect(row).to_have_count(1)


def test_a_voice_message_is_recorded_heard_and_sent(hub: Hub, desks: Any) -> None:
    from playwright.sync_api import expect

    page = begin(hub, desks, "facebook", person := somebody("Mia"))
    page.get_by_role("button", name="Record a voice message").click()
    expect(page.get_by_role("timer")).to_have_text(re.compile("0:0[1-9]|0:[1-5]"))
    page.get_by_role("button", name="Stop and keep").click()
    expect(page.get_by_role("button", name="Remove Voice message")).to_be_visible()
    send = page.get_by_role("button", name="Send", exact=True)
    expect(send).to_be_enabled()
    send.click()
    assert wait_until(lambda: any(one["type"] == "audio" for one in hub.phone("facebook", person)), 20)
    [sent] = [one for one in hub.phone("facebook", person) if one["type"] == "audio"]
    assert sent["media"][0]["mime_type"].startswith("audio/")


def test_a_recording_that_the_platform_could_not_take_is_refused_with_a_sentence(hub: Hub, desks: Any) -> None:
    from playwright.sync_api import expect

    hub.pause_machines("line")
    hub.say("line", person := somebody("Aiko"), "Hello!")
    desk = desks()
    desk.page.add_init_script("MediaRecorder.isTypeSupported = () => false")
    desk.page.reload()
    open_conversation(desk.page, person)
    desk.page.get_by_role("button", name="Record a voice message").click()
    expect(desk.page.get_by_text("LINE takes no recording in a format that this browser can make.")).to_be_visible()
    expect(desk.page.get_by_role("timer")).to_have_count(0)


def test_a_colleague_sees_that_somebody_is_writing_a_reply(hub: Hub, desks: Any) -> None:
    from playwright.sync_api import expect

    person = somebody("Priya")
    hub.pause_machines("facebook")
    hub.say("facebook", person, "Where is my parcel?")
    anna, omar = desks("anna@example.com").page, desks("omar@example.com").page
    for page in (anna, omar):
        open_conversation(page, person)
    expect(anna.get_by_text("Omar Haddad is looking at this too")).to_have_count(1)
    anna.get_by_role("textbox", name="Reply").fill("It is on")
    expect(omar.get_by_text("Anna Weber is writing a reply here.")).to_be_visible()
    anna.get_by_role("textbox", name="Reply").fill("")
