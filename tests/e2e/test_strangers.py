"""Two organisations in one installation: neither ever sees, hears or opens anything of the other's."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from hubbub.kit.ids import new_id
from tests.e2e.conftest import ROOT, Hub
from tests.e2e.looking import rest
from tests.e2e.test_conversations import answer, link_of_a_picture, open_conversation, somebody, thread
from tests.support.installation import clean_environment

if TYPE_CHECKING:
    from playwright.sync_api import Page, WebSocket

NEIGHBOUR = """
from django.db import transaction
from hubbub.organizations.actions import add_member, create_organization
from hubbub.organizations.models import Role, User
with transaction.atomic():
    shop = create_organization("Next Door", {slug!r})
    add_member(shop, User.objects.create_user({name!r}, password={password!r}, first_name="Stranger"), Role.OWNER)
"""
PLACES = ("/inbox?tab=all", "/channels", "/settings/events", "/settings/work", "/settings/api-keys")


@pytest.fixture(scope="module")
def stranger(hub: Hub) -> str:
    """The owner of another organisation of the same installation."""
    name = f"stranger-{new_id().hex[-6:]}"
    script = NEIGHBOUR.format(slug=name, name=name, password=hub.password)
    environment = {**clean_environment(), "HUBBUB_DATA_DIR": str(hub.copy.data_dir), "HUBBUB_ENV": "test"}
    subprocess.run([sys.executable, "manage.py", "shell", "-c", script], cwd=ROOT, env=environment, check=True)
    return name


def all_words(page: Page) -> str:
    return page.locator("body").inner_text()


def test_nothing_of_an_organisation_reaches_another_one_s_screens(hub: Hub, desks: Any, stranger: str) -> None:
    from playwright.sync_api import expect

    person = somebody("Private")
    hub.pause_machines("line")
    hub.say("line", person, "For your eyes only")
    desk, theirs = desks(), desks(stranger)
    heard: list[str] = []
    theirs.page.on("websocket", lambda socket: listen(socket, heard))
    with theirs.page.expect_websocket():
        theirs.page.goto("/inbox?tab=all")
    open_conversation(desk.page, person)
    hub.say("line", person, "And this one, too")
    expect(thread(desk.page).get_by_text("And this one, too")).to_be_visible()
    answer(desk.page, "Our secret answer")
    hub.wait_for_answer("line", person, "Our secret answer")
    assert heard, "the screen is live"
    for place in PLACES:
        theirs.page.goto(place)
        rest(theirs.page)
        words = all_words(theirs.page)
        assert not re.search("Private|Demo|eyes only|secret", words), (place, words)
    assert not re.search("Private|Demo|eyes only|secret", " ".join(heard))


def listen(socket: WebSocket, heard: list[str]) -> None:
    socket.on("framereceived", lambda frame: heard.append(str(frame)))


def test_the_address_of_another_one_s_conversation_opens_nothing(hub: Hub, desks: Any, stranger: str) -> None:
    from playwright.sync_api import expect

    person = somebody("Private")
    desk, theirs = desks(), desks(stranger)
    link = link_of_a_picture(hub, desk.page, person)
    theirs.forgive("Failed to load resource: the server responded with a status of 404")
    theirs.page.goto(desk.page.url)
    expect(theirs.page.get_by_role("main")).to_contain_text(
        re.compile("not found|no such|does not exist", re.IGNORECASE)
    )
    assert person not in all_words(theirs.page)
    assert theirs.context.request.get(link).status == 404
    assert desk.context.request.get(link).status == 200


def test_a_browser_that_was_signed_out_shows_no_file_that_it_had_shown(hub: Hub, desks: Any) -> None:
    desk = desks()
    link = link_of_a_picture(hub, desk.page, somebody("Pim"))
    desk.page.goto("/sign-out")
    desk.page.locator("button[type=submit]").click()
    desk.page.wait_for_url("**/sign-in*")
    desk.forgive("Failed to load resource: the server responded with a status of 404")
    opened = desk.page.goto(link)
    assert opened is not None
    assert opened.status == 404
