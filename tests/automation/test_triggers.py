"""Every way in which a customer can start a flow, from the platform's own payload to the queued answer."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

import pytest

from hubbub.conversations.listing import Wanted, list_conversations
from hubbub.conversations.models import Message
from hubbub.flows.actions import NewFlow, create_flow
from hubbub.flows.matching import Trigger
from hubbub.flows.models import FlowRun, FlowTrigger
from hubbub.kit.clock import now
from hubbub.organizations.scope import organization_scope
from tests.connectors.recordings import CONNECTORS, Recording
from tests.flows.documents import hello
from tests.inbound.bodies import START_MS, changes, event, page, said
from tests.inbound.shop import Shop, open_shop
from tests.support import line
from tests.support.automation import automate

pytestmark = pytest.mark.usefixtures("database")
NEVER = {"time_zone": "UTC", "days": {"mon": []}}
FOLDERS = {"facebook": "messenger"}
LONG_AGO = re.compile(rb"\b1[67]\d{8}(\d{3})?\b")
ACCOUNTS = {
    "facebook": b"108743025599887",
    "instagram": b"17841400000000001",
    "whatsapp": b"106540352242922",
    "line": b"U0123456789abcdef0123456789abcdef",
}
"""Whom the recordings are addressed to."""


def recorded(shop: Shop, name: str) -> bytes:
    """A recording, sent to this shop just now."""
    platform = shop.channel.platform
    path = CONNECTORS / FOLDERS.get(platform, platform) / "recordings" / f"{name}.json"
    body = Recording(path=path, data=json.loads(path.read_text("utf-8"))).body
    assert ACCOUNTS[platform] in body
    moment = now().timestamp()
    body = LONG_AGO.sub(lambda found: str(int(moment * (1000 if found[1] else 1))).encode(), body)
    return body.replace(ACCOUNTS[platform], shop.address.encode())


def begins_by(shop: Shop, kind: str, value: str = "", text: str = "Hello there!", **fields: Any) -> None:
    trigger = Trigger(type=kind, value=value, settings=fields.pop("settings", {}))
    new = NewFlow(name=text, definition=hello(text), triggers=[trigger], **{"is_active": True, **fields})
    with organization_scope(shop.tenant.id):
        create_flow(None, shop.tenant.id, new)


def answers(shop: Shop) -> list[Message]:
    return [message for message in shop.messages() if message.author_type == "flow"]


def just_now(channel_id: str, **fields: Any) -> dict[str, Any]:
    return event(channel_id, second=now().timestamp() - START_MS / 1000, **fields)


def a_comment(shop: Shop, text: str, comment_id: str = "9_1", days_ago: int = 0) -> dict[str, Any]:
    at = now() - timedelta(days=days_ago)
    feed = {
        "item": "comment",
        "verb": "add",
        "comment_id": comment_id,
        "post_id": f"{shop.address}_9",
        "parent_id": f"{shop.address}_9",
        "message": text,
        "created_time": int(at.timestamp()),
        "from": {"id": "7001", "name": "Mali"},
    }
    return changes(shop.address, ("feed", feed), second=int(at.timestamp() - START_MS / 1000))


@pytest.mark.parametrize(
    ("kind", "value", "platform", "recording"),
    [
        ("get_started", "", "facebook", "postback_get_started"),
        ("get_started", "", "line", "follow"),
        ("keyword", "hi", "facebook", "text"),
        ("keyword", "สวัสดี", "line", "text"),
        ("postback", "BUY", "facebook", "postback"),
        ("ice_breaker", "HOURS", "instagram", "postback"),
        ("referral", "abc", "facebook", "referral_link"),
        ("referral", "", "instagram", "referral"),
        ("ad", "6045246247433", "facebook", "referral_ad"),
        ("ad", "6045246247433", "facebook", "message_referral_ad"),
        ("opt_in", "Weekly news", "facebook", "optin_notification_messages"),
        ("story_mention", "", "instagram", "story_mention"),
        ("first_message", "", "facebook", "text"),
        ("any_message", "", "line", "text"),
    ],
)
def test_what_a_customer_does_begins_the_flow_that_waits_for_it(
    kind: str, value: str, platform: str, recording: str
) -> None:
    shop = open_shop(platform)
    begins_by(shop, kind, value)
    body = recorded(shop, recording)
    shop.receive(body)
    automate()
    assert [message.text for message in answers(shop)] == ["Hello there!"]
    assert len(shop.conversations()) == 1
    shop.receive(body)
    automate()
    assert len(answers(shop)) == 1, "the same webhook again"


@pytest.mark.parametrize("platform", ["facebook", "instagram"])
def test_a_comment_is_answered_once_in_private_with_all_that_the_flow_says(platform: str) -> None:
    shop = open_shop(platform)
    begins_by(shop, "comment", "price,how much")
    shop.receive(recorded(shop, "comment"))
    automate()
    (answer,) = answers(shop)
    assert (answer.text, answer.content["outbound"]["kind"]) == ("Hello there!", "private_reply")
    with organization_scope(shop.tenant.id):
        assert [run.status for run in FlowRun.objects.all()] == ["completed"]


def test_a_comment_that_no_flow_waits_for_is_left_to_people() -> None:
    shop = open_shop("facebook", auto_reply_text="We answer soon.")
    begins_by(shop, "any_message")
    shop.receive(recorded(shop, "comment"))
    automate()
    assert answers(shop) == []


def test_a_comment_that_is_too_old_for_a_private_reply_leaves_its_reason_to_people() -> None:
    shop = open_shop("facebook")
    begins_by(shop, "comment")
    shop.receive(a_comment(shop, "price?", days_ago=8))
    automate()
    assert answers(shop) == []
    (row,) = shop.rows("SELECT decision, reason FROM automation_log WHERE organization_id = %(organization)s")
    assert row["decision"] == "flow"
    assert "7 days" in row["reason"]


def test_every_comment_is_answered_in_private_on_its_own() -> None:
    shop = open_shop("facebook")
    begins_by(shop, "comment")
    shop.receive(a_comment(shop, "one", comment_id="9_1"), a_comment(shop, "two", comment_id="9_2"))
    shop.receive(a_comment(shop, "one", comment_id="9_1"))
    automate()
    assert [message.content["outbound"]["comment_external_id"] for message in answers(shop)] == ["9_1", "9_2"]


def test_what_a_flow_asks_under_a_comment_ends_it_because_the_answer_comes_elsewhere() -> None:
    shop = open_shop("facebook")
    asks: dict[str, Any] = {
        "start": {
            "actions": [
                {"type": "send_text", "text": "Thanks for asking!"},
                {"type": "ask", "text": "Which size?", "variable": "size"},
            ]
        }
    }
    with organization_scope(shop.tenant.id):
        trigger = Trigger(type="comment")
        create_flow(None, shop.tenant.id, NewFlow(name="Ask", definition=asks, triggers=[trigger], is_active=True))
    shop.receive(a_comment(shop, "price?"))
    automate()
    assert [message.text for message in answers(shop)] == ["Thanks for asking!\n\nWhich size?"]
    with organization_scope(shop.tenant.id):
        assert [run.status for run in FlowRun.objects.all()] == ["ended"]


def test_our_own_comment_begins_nothing() -> None:
    shop = open_shop("facebook")
    begins_by(shop, "comment")
    shop.receive(recorded(shop, "comment_ours"))
    automate()
    assert answers(shop) == []


def test_a_person_who_comes_by_a_link_in_the_middle_of_a_flow_stays_in_it() -> None:
    shop = open_shop("facebook")
    asks: dict[str, Any] = {
        "start": {"actions": [{"type": "send_text", "text": "Your name?"}], "next": "thanks"},
        "thanks": {"actions": [{"type": "send_text", "text": "Hi {{message_text}}!"}], "next": "end"},
    }
    with organization_scope(shop.tenant.id):
        trigger = Trigger(type="keyword", value="join")
        create_flow(None, shop.tenant.id, NewFlow(name="Ask", definition=asks, triggers=[trigger], is_active=True))
    begins_by(shop, "referral", "spring", text="Welcome to spring")
    second = now().timestamp() - START_MS / 1000
    shop.receive(page(shop.address, said(shop.address, "join", second=second)))
    automate()
    shop.receive(page(shop.address, just_now(shop.address, referral={"ref": "spring", "source": "SHORTLINK"})))
    automate()
    shop.receive(page(shop.address, said(shop.address, "Mali", second=second + 5)))
    automate()
    assert [message.text for message in answers(shop)] == ["Your name?", "Hi Mali!"]


def test_who_comes_back_by_a_link_is_greeted_in_the_closed_conversation() -> None:
    shop = open_shop("facebook")
    begins_by(shop, "referral", "spring")
    second = now().timestamp() - START_MS / 1000
    shop.receive(page(shop.address, said(shop.address, "thanks", second=second - 60)))
    automate()
    shop.change(status="closed", closed_at=now())
    shop.receive(page(shop.address, just_now(shop.address, referral={"ref": "spring", "source": "SHORTLINK"})))
    automate()
    assert [message.text for message in answers(shop)] == ["Hello there!"]
    assert [one.status for one in shop.conversations()] == ["active"]


def test_who_comes_by_a_link_that_no_flow_waits_for_is_in_no_list_before_they_write() -> None:
    shop = open_shop("facebook")
    shop.receive(page(shop.address, just_now(shop.address, referral={"ref": "x", "source": "SHORTLINK"})))
    automate()
    with organization_scope(shop.tenant.id):
        assert list(list_conversations(Wanted(organization_id=shop.tenant.id)).rows) == []
    second = now().timestamp() - START_MS / 1000
    shop.receive(page(shop.address, said(shop.address, "Hello", second=second + 1)))
    assert len(shop.conversations()) == 1
    with organization_scope(shop.tenant.id):
        assert len(list_conversations(Wanted(organization_id=shop.tenant.id)).rows) == 1


def test_the_first_message_is_the_first_although_a_link_came_before() -> None:
    shop = open_shop("facebook")
    begins_by(shop, "first_message")
    second = now().timestamp() - START_MS / 1000
    shop.receive(
        page(
            shop.address,
            just_now(shop.address, referral={"ref": "x", "source": "SHORTLINK"}),
            said(shop.address, "Hello", second=second + 1),
        )
    )
    automate()
    assert [message.text for message in answers(shop)] == ["Hello there!"]


def test_where_machines_are_off_nothing_waits_for_them() -> None:
    shop = open_shop("line", is_send_auto_reply=False)
    begins_by(shop, "get_started")
    shop.receive(line.body(shop.address, line.event("follow", replyToken="r1")))
    automate()
    assert (answers(shop), shop.conversations()) == ([], [])


def test_a_comment_in_a_flow_s_language_is_found_among_other_words() -> None:
    shop = open_shop("facebook")
    begins_by(shop, "comment", "ราคา")
    shop.receive(a_comment(shop, "ขอราคาหน่อยค่ะ"))
    automate()
    assert [message.text for message in answers(shop)] == ["Hello there!"]


def test_the_flow_of_the_highest_priority_answers_where_it_may() -> None:
    shop = open_shop("line")
    elsewhere = open_shop("line", tenant=shop.tenant)
    begins_by(shop, "any_message", text="Anything")
    begins_by(shop, "keyword", "price, cost", text="More words", priority=20, channel_ids=[elsewhere.channel.id])
    begins_by(shop, "keyword", "price, cost", text="Both", channel_ids=[shop.channel.id, elsewhere.channel.id])
    begins_by(shop, "keyword", "price", text="Switched off", priority=90, is_active=False)
    begins_by(shop, "keyword", "price", text="Never open", priority=80, working_hours=NEVER)
    begins_by(shop, "any_message", text="Closed", working_hours={**NEVER, "is_outside": True}, priority=-1)
    for one in (shop, elsewhere):
        one.receive(line.body(one.address, line.text("what does it COST?"), line.text("hm", second=1)))
    automate()
    assert [message.text for message in answers(shop)] == ["Both", "Anything"]
    assert [message.text for message in answers(elsewhere)] == ["More words", "Anything"]


def test_a_flow_that_starts_outside_the_working_hours_answers_there() -> None:
    shop = open_shop("line")
    begins_by(shop, "any_message", text="We are closed", working_hours={**NEVER, "is_outside": True})
    shop.receive(line.body(shop.address, line.text("hello")))
    automate()
    assert [message.text for message in answers(shop)] == ["We are closed"]


def test_what_is_done_and_what_is_said_are_answered_in_the_order_in_which_they_happened() -> None:
    shop = open_shop("facebook")
    begins_by(shop, "referral", "spring", text="You came by spring")
    begins_by(shop, "keyword", "hello", text="You said hello")
    second = now().timestamp() - START_MS / 1000
    link = event(shop.address, second=second, referral={"ref": "spring", "source": "SHORTLINK"})
    later = said(shop.address, "hello", second=second + 2)
    earlier = said(shop.address, "hello to you", second=second - 2)
    shop.receive(page(shop.address, later), page(shop.address, link), page(shop.address, earlier))
    automate()
    assert [message.text for message in answers(shop)] == ["You said hello", "You came by spring", "You said hello"]


def test_a_link_that_comes_along_with_a_message_is_answered_once() -> None:
    shop = open_shop("facebook")
    begins_by(shop, "ad", text="You came by an ad")
    begins_by(shop, "any_message", text="You wrote")
    shop.receive(recorded(shop, "message_referral_ad"))
    automate()
    assert [message.text for message in answers(shop)] == ["You came by an ad"]


def test_a_schedule_speaks_to_those_who_wrote_lately() -> None:
    shop = open_shop("line")
    shop.receive(line.body(shop.address, line.text("hello")))
    automate()
    begins_by(shop, "schedule", text="Good morning!", settings={"at": f"{now() - timedelta(minutes=1):%H:%M}"})
    with organization_scope(shop.tenant.id):
        FlowTrigger.objects.update(fired_at=now() - timedelta(days=1))
    shop.change(last_inbound_at=now())
    automate()
    assert [message.text for message in answers(shop)] == ["Good morning!"]
