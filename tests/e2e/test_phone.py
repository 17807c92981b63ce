"""The customers' phones in a browser: what each platform lets them do arrives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from hubbub.kit.ids import new_id
from hubbub.processes.postgres import wait_until
from tests.e2e.conftest import Hub

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

LABELS = {"facebook": "Messenger", "instagram": "Instagram", "whatsapp": "WhatsApp", "line": "LINE"}
REACTING = {"facebook": "👍", "instagram": "👍", "whatsapp": "👍"}
TELLING_OF_UNSENDING = ("instagram", "line")
"""The others tell a business nothing."""
ARRIVES_WITHIN = 30
FIRST_WORDS = "Good morning"


def somebody(name: str) -> str:
    """A customer whom no other story knows."""
    return f"{name} {new_id().hex[-6:]}"


def open_phone(page: Page, platform: str, person: str) -> Locator:
    """A new customer's phone, with something said."""
    from playwright.sync_api import expect

    page.goto("/sandbox")
    page.get_by_label("Customer’s name").fill(person)
    label = LABELS[platform]
    page.get_by_label("Writes to").select_option(label=f"{label} · Demo {'Page' if platform == 'facebook' else label}")
    page.get_by_role("button", name="Open this phone").click()
    phone = page.get_by_role("region", name=label, exact=True)
    write(phone, FIRST_WORDS)
    expect(phone.get_by_text(FIRST_WORDS, exact=True)).to_be_visible()
    return phone


def write(phone: Locator, text: str) -> None:
    phone.get_by_placeholder("Message").fill(text)
    phone.get_by_role("button", name="Send", exact=True).click()


def bubble(phone: Locator, text: str) -> Locator:
    return phone.get_by_role("listitem").filter(has_text=text)


def conversation_of(hub: Hub, person: str) -> str:
    def found() -> list[dict[str, Any]]:
        return list(hub.api.get("/conversations", params={"name_contains": person}).json()["items"])

    assert wait_until(lambda: len(found()) == 1, ARRIVES_WITHIN)
    return str(found()[0]["id"])


def messages_of(hub: Hub, conversation: str) -> list[dict[str, Any]]:
    return list(hub.api.get(f"/conversations/{conversation}/messages").json()["items"])


def message(hub: Hub, conversation: str, text: str) -> dict[str, Any]:
    return next((one for one in messages_of(hub, conversation) if one["text"] == text), {})


def reactions_to(hub: Hub, conversation: str, text: str) -> list[str]:
    return [one["emoji"] for one in message(hub, conversation, text)["reactions"]]


def answer(hub: Hub, conversation: str, text: str) -> None:
    sent = hub.api.post(f"/conversations/{conversation}/messages", json={"kind": "text", "text": text})
    assert sent.status_code == 201, sent.text


@pytest.mark.parametrize("platform", REACTING)
def test_a_customer_reacts_to_an_answer_and_takes_it_back(hub: Hub, desks: Any, platform: str) -> None:
    from playwright.sync_api import expect

    person, emoji = somebody("Rea"), REACTING[platform]
    hub.pause_machines(platform)
    phone = open_phone(desks().page, platform, person)
    conversation = conversation_of(hub, person)
    answer(hub, conversation, "We open at ten.")
    shown = bubble(phone, "We open at ten.")
    expect(shown).to_be_visible()
    button = shown.get_by_role("button", name=f"React with {emoji}")
    shown.get_by_text("We open at ten.").hover()
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    assert wait_until(lambda: reactions_to(hub, conversation, "We open at ten.") == [emoji], ARRIVES_WITHIN)
    shown.get_by_text("We open at ten.").hover()
    button.click()
    expect(button).to_have_attribute("aria-pressed", "false")
    assert wait_until(lambda: reactions_to(hub, conversation, "We open at ten.") == [], ARRIVES_WITHIN)


@pytest.mark.parametrize("platform", ["facebook", "instagram"])
def test_a_customer_corrects_what_was_said(hub: Hub, desks: Any, platform: str) -> None:
    from playwright.sync_api import expect

    person = somebody("Edie")
    hub.pause_machines(platform)
    phone = open_phone(desks().page, platform, person)
    conversation = conversation_of(hub, person)
    said = bubble(phone, FIRST_WORDS)
    said.get_by_text(FIRST_WORDS).hover()
    said.get_by_role("button", name="Edit").click()
    field = phone.get_by_placeholder("Message")
    expect(field).to_have_value(FIRST_WORDS)
    write(phone, "Good evening")
    expect(bubble(phone, "Good evening").get_by_text("edited")).to_be_visible()
    assert wait_until(lambda: bool(message(hub, conversation, "Good evening").get("is_edited")), ARRIVES_WITHIN)


@pytest.mark.parametrize("platform", LABELS)
def test_a_customer_takes_back_what_was_said(hub: Hub, desks: Any, platform: str) -> None:
    from playwright.sync_api import expect

    person = somebody("Una")
    hub.pause_machines(platform)
    phone = open_phone(desks().page, platform, person)
    conversation = conversation_of(hub, person)
    said = bubble(phone, FIRST_WORDS)
    said.get_by_text(FIRST_WORDS).hover()
    said.get_by_role("button", name="Unsend").click()
    expect(phone.get_by_text("Unsent", exact=True)).to_be_visible()
    if platform in TELLING_OF_UNSENDING:
        assert wait_until(lambda: any(one["is_unsent"] for one in messages_of(hub, conversation)), ARRIVES_WITHIN)


@pytest.mark.parametrize(("platform", "button", "kind"), [
    ("facebook", "Place", "location"),
    ("instagram", "Shared post", "share"),
    ("whatsapp", "Contact", "contacts"),
    ("line", "Sticker", "sticker"),
])  # fmt: skip
def test_a_customer_sends_more_than_words(hub: Hub, desks: Any, platform: str, button: str, kind: str) -> None:
    person = somebody("Mia")
    hub.pause_machines(platform)
    phone = open_phone(desks().page, platform, person)
    conversation = conversation_of(hub, person)
    phone.get_by_role("button", name=button, exact=True).click()
    assert wait_until(lambda: len(messages_of(hub, conversation)) == 2, ARRIVES_WITHIN), kind


def test_a_picture_goes_from_the_phone_to_the_inbox(hub: Hub, desks: Any) -> None:
    from playwright.sync_api import expect

    from sandbox.samples import png

    person = somebody("Pim")
    hub.pause_machines("line")
    phone = open_phone(desks().page, "line", person)
    conversation = conversation_of(hub, person)
    phone.get_by_label("Picture").set_input_files({"name": "cake.png", "mimeType": "image/png", "buffer": png(60, 40)})
    expect(phone.get_by_role("img", name="Picture")).to_be_visible()
    assert wait_until(lambda: any(one["attachments"] for one in messages_of(hub, conversation)), ARRIVES_WITHIN)


def test_a_tap_on_a_quick_reply_goes_on_in_the_flow(hub: Hub, desks: Any) -> None:
    from playwright.sync_api import expect

    person = somebody("Tab")
    hub.let_machines("facebook")
    phone = open_phone(desks().page, "facebook", person)
    phone.get_by_role("button", name="Talk to a person", exact=True).click()
    expect(bubble(phone, "Talk to a person").first).to_be_visible()
    conversation = conversation_of(hub, person)
    assert wait_until(lambda: bool(message(hub, conversation, "Talk to a person")), ARRIVES_WITHIN)
