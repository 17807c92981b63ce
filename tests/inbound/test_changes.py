"""What events change that are no messages, and changes that come before their message."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction

from hubbub.channels.models import Template
from hubbub.connectors.events import (
    DeliveryStatus,
    DeliveryUpdated,
    FeedbackReceived,
    InboundEvent,
    OptInChanged,
    Party,
    ReadUpTo,
    TemplateStatusChanged,
    ThreadControlChanged,
)
from hubbub.conversations.effects import apply_overdue
from hubbub.inbound.batch import Arrival
from hubbub.inbound.pipeline import apply_arrivals
from hubbub.inbound.routing import find_channels
from hubbub.kit.ids import new_id
from hubbub.organizations.database import run
from hubbub.organizations.scope import organization_scope
from tests.inbound.bodies import echo, event, page, said, whatsapp, whatsapp_text
from tests.inbound.shop import Shop, open_shop
from tests.support import line
from tests.support.roles import acting_as

pytestmark = pytest.mark.usefixtures("database")

MALI = Party(external_id="7001")


def told(shop: Shop, kind: type[InboundEvent], second: float = 0, **fields: Any) -> None:
    """Apply one event of this kind."""
    at = line.START + timedelta(seconds=second)
    event = kind(address=shop.address, event_key=new_id().hex, occurred_at=at, raw={"x": 1}, **fields)
    with acting_as("inbound"), transaction.atomic():
        (channel,) = find_channels([(shop.channel.platform, shop.address)]).values()
        arrival = Arrival(
            id=new_id(), delivery_id=new_id(), received_at=at, position=0, event=event, channel=channel, at=at
        )
        apply_arrivals([arrival])
        assert arrival.state == "applied", arrival.error


def page_shop() -> Shop:
    shop = open_shop("facebook")
    shop.receive(page(shop.address, said(shop.address, "hello")))
    return shop


def test_who_blocks_us_cannot_be_reached_until_they_follow_again() -> None:
    shop = open_shop()
    shop.receive(line.body(shop.address, line.event("unfollow", second=5)))
    assert (shop.identity().is_reachable, shop.identity().unreachable_reason) == (False, "Left or blocked us.")
    shop.receive(line.body(shop.address, line.event("follow", second=3, follow={"isUnblocked": False})))
    assert shop.identity().is_reachable is False
    shop.receive(line.body(shop.address, line.event("follow", second=9, follow={"isUnblocked": True})))
    assert (shop.identity().is_reachable, shop.identity().unreachable_reason) == (True, "")


def test_an_opt_in_keeps_its_topic_and_seals_its_token() -> None:
    shop = page_shop()
    told(shop, OptInChanged, 5, sender=MALI, topic="news", is_opted_in=True, token="opt-in-token")
    told(shop, OptInChanged, 6, sender=MALI, topic="offers", is_opted_in=True, token="second-token")
    told(shop, OptInChanged, 2, sender=MALI, topic="news", is_opted_in=False)
    identity = shop.identity()
    assert {topic: one["is_opted_in"] for topic, one in identity.opt_ins.items()} == {"news": True, "offers": True}
    assert identity.opt_in_tokens == {"news": "opt-in-token", "offers": "second-token"}
    (row,) = shop.rows("SELECT i::text AS stored FROM contact_identity i WHERE i.channel_id = %(channel)s")
    assert "token" not in row["stored"].replace("opt_in_tokens", "")


def test_where_a_person_came_from_is_kept_the_newest_way() -> None:
    shop = page_shop()
    for second, ref in ((9, "autumn"), (4, "summer")):
        referral = {"ref": ref, "source": "SHORTLINK", "type": "OPEN_THREAD"}
        shop.receive(page(shop.address, event(shop.address, second=second, referral=referral)))
    assert shop.identity().referral["ref"] == "autumn"


def test_another_app_that_owns_the_thread_keeps_automation_silent() -> None:
    shop = open_shop("facebook")
    shop.receive(page(shop.address, said(shop.address, "to the other app"), standby=True))
    assert shop.conversation().is_standby
    assert shop.rows("SELECT FROM automation_item WHERE organization_id = %(organization)s") == []
    told(shop, ThreadControlChanged, 5, sender=MALI, action="passed", new_owner="us")
    assert not shop.conversation().is_standby
    assert not shop.identity().is_standby
    told(shop, ThreadControlChanged, 6, sender=MALI, action="taken", new_owner="other")
    assert shop.conversation().is_standby


def test_a_template_keeps_its_newest_status() -> None:
    shop = open_shop("whatsapp")
    common = {"template_external_id": "t1", "name": "hi", "language": "en"}
    told(shop, TemplateStatusChanged, 9, change="status", value="APPROVED", **common)
    told(shop, TemplateStatusChanged, 3, change="status", value="PENDING", **common)
    told(shop, TemplateStatusChanged, 4, change="quality", value="GREEN", **common)
    told(shop, TemplateStatusChanged, 5, change="category", value="UTILITY", **common)
    with organization_scope(shop.tenant.id):
        template = Template.objects.get(channel=shop.channel)
    assert (template.status, template.quality, template.category) == ("APPROVED", "GREEN", "UTILITY")


def test_the_newest_feedback_is_the_satisfaction_and_all_of_it_is_a_fact() -> None:
    shop = page_shop()
    told(shop, FeedbackReceived, 9, sender=MALI, score=5, scale="five_stars")
    told(shop, FeedbackReceived, 3, sender=MALI, score=1, scale="five_stars")
    assert shop.conversation().satisfaction == 5
    facts = shop.rows("SELECT value FROM fact WHERE channel_id = %(channel)s AND kind = 'satisfaction' ORDER BY at")
    assert [row["value"] for row in facts] == [1, 5]


@pytest.mark.parametrize(
    ("scale", "score", "satisfaction"),
    [("csat", 4, 4), ("nps", 10, 5), ("nps", 0, 1), ("ces", 4, 3), ("thumbs", 0, 1), ("nps", 11, None)],
)
def test_every_kind_of_question_is_told_on_one_scale(scale: str, score: int, satisfaction: float | None) -> None:
    shop = page_shop()
    told(shop, FeedbackReceived, 9, sender=MALI, score=score, scale=scale)
    assert shop.conversation().satisfaction == satisfaction
    (fact,) = shop.rows("SELECT data FROM fact WHERE channel_id = %(channel)s AND kind = 'satisfaction'")
    assert fact["data"]["score"] == score


def test_the_newest_mark_is_kept_with_the_person_in_any_order() -> None:
    shop = page_shop()
    for second, score in ((9, 5), (3, 1)):
        told(shop, FeedbackReceived, second, sender=MALI, score=score, scale="csat")
    told(shop, FeedbackReceived, 12, sender=MALI, score=10, scale="nps")
    (contact,) = shop.rows(
        "SELECT k.attributes FROM contact k JOIN conversation c ON c.contact_id = k.id WHERE c.channel_id = %(channel)s"
    )
    assert contact["attributes"] == {"csat": "5"}


def test_a_read_mark_reads_everything_up_to_it_also_what_comes_later() -> None:
    shop = page_shop()
    shop.receive(page(shop.address, echo(shop.address, "one", mid="m_1", second=1)))
    told(shop, ReadUpTo, recipient=MALI, status=DeliveryStatus.READ, watermark=line.START + timedelta(seconds=6))
    late = (echo(shop.address, "two", mid="m_2", second=5), echo(shop.address, "three", mid="m_3", second=7))
    shop.receive(page(shop.address, *late))
    ours = {one.text: one.status for one in shop.messages() if one.direction == "outbound"}
    assert ours == {"one": "read", "two": "read", "three": "sent"}


def test_a_message_that_failed_and_is_then_covered_by_a_receipt_has_arrived() -> None:
    shop = page_shop()
    shop.receive(page(shop.address, echo(shop.address, "one", mid="m_1", second=1)))
    told(shop, DeliveryUpdated, 3, external_ids=("m_1",), status=DeliveryStatus.FAILED, error_code="content_refused")
    assert shop.messages()[1].status == "failed"
    told(shop, ReadUpTo, recipient=MALI, status=DeliveryStatus.READ, watermark=line.START + timedelta(seconds=6))
    assert (shop.messages()[1].status, shop.messages()[1].error) == ("read", None)


def test_statuses_never_go_backwards() -> None:
    shop = page_shop()
    shop.receive(page(shop.address, echo(shop.address, "one", mid="m_1", second=1)))
    for second, status in ((5, DeliveryStatus.READ), (4, DeliveryStatus.DELIVERED), (9, DeliveryStatus.SENT)):
        told(shop, DeliveryUpdated, second, external_ids=("m_1",), status=status)
    told(shop, DeliveryUpdated, 10, external_ids=("m_1",), status=DeliveryStatus.FAILED, error_code="expired")
    message = shop.messages()[1]
    assert (message.status, message.error) == ("read", None)
    assert message.delivered_at == line.START + timedelta(seconds=4)


def test_an_unsend_takes_every_copy_of_what_was_said() -> None:
    shop = open_shop()
    image = {"id": "902", "type": "image", "contentProvider": {"type": "line"}}
    shop.receive(
        line.body(shop.address, line.text("a secret", mid="901", key="k1")),
        line.body(shop.address, line.event("message", message=image, second=1)),
        line.body(shop.address, line.text("a secret", mid="901", key="k1")),
    )
    assert shop.conversation().last_message_text == ""
    shop.receive(line.body(shop.address, line.unsend("901", second=5), line.unsend("902", second=6)))
    secret, picture = shop.messages()
    for message in (secret, picture):
        assert (message.text, message.raw, message.content, message.visibility) == ("", None, {}, "deleted")
    assert shop.attachments() == []
    shop.receive(line.body(shop.address, line.text("a secret", mid="901", key="k1")))
    told_by = [event.raw for event in shop.events(kind="message_received")]
    assert told_by == [{}] * 4
    assert "secret" not in str(shop.rows("SELECT c::text AS row FROM conversation c WHERE channel_id = %(channel)s"))


def test_an_unsend_before_its_message_leaves_nothing_of_it() -> None:
    shop = open_shop()
    shop.receive(line.body(shop.address, line.unsend("901", second=5)))
    assert shop.waiting() == 1
    shop.receive(line.body(shop.address, line.text("a secret", mid="901")))
    (message,) = shop.messages()
    assert (message.text, message.is_unsent, shop.waiting()) == ("", True, 0)
    assert [event.raw for event in shop.events(kind="message_received")] == [{}]


def test_changes_wait_for_their_message_and_are_applied_with_it() -> None:
    shop = open_shop("facebook")
    edit = {"mid": "m_late", "text": "hello!", "num_edit": 1}
    reaction = {"mid": "m_late", "action": "react", "reaction": "love", "emoji": "❤"}
    shop.receive(page(shop.address, event(shop.address, second=5, message_edit=edit)))
    shop.receive(page(shop.address, event(shop.address, second=6, reaction=reaction)))
    assert (shop.waiting(), shop.messages()) == (2, [])
    shop.receive(page(shop.address, said(shop.address, "helo", mid="m_late")))
    (message,) = shop.messages()
    assert (message.text, message.is_edited, shop.waiting()) == ("hello!", True, 0)
    assert len(shop.rows("SELECT FROM reaction WHERE organization_id = %(organization)s AND emoji <> ''")) == 1


@pytest.mark.parametrize("is_one_body", [True, False])
@pytest.mark.parametrize(("first", "second"), [("wamid.1", "wamid.2"), ("wamid.2", "wamid.1")])
def test_a_reaction_that_is_taken_back_within_the_same_second_is_gone(
    first: str, second: str, is_one_body: bool
) -> None:
    shop = open_shop("whatsapp")
    shop.receive(whatsapp(shop.address, messages=[{**whatsapp_text("hello", sender="66811112222"), "id": "wamid.0"}]))
    reactions = [
        {
            **{key: value for key, value in whatsapp_text("", sender="66811112222", second=5).items() if key != "text"},
            "id": name,
            "type": "reaction",
            "reaction": {"message_id": "wamid.0", "emoji": emoji},
        }
        for name, emoji in ((first, "❤"), (second, ""))
    ]
    bodies = [reactions] if is_one_body else [[one] for one in reactions]
    for body in [*bodies, *bodies]:  # and all of it once more: nothing is turned back
        shop.receive(whatsapp(shop.address, messages=body))
    (reaction,) = shop.rows("SELECT emoji FROM reaction WHERE organization_id = %(organization)s")
    assert reaction["emoji"] == ""


def test_a_change_that_missed_its_message_by_a_moment_is_applied_by_the_chores() -> None:
    shop = open_shop()
    shop.receive(line.body(shop.address, line.text("a secret", mid="901")))
    with acting_as("inbound"):
        run(
            "INSERT INTO waiting_effect (id, organization_id, channel_id, target_external_id, event_key, kind, data,"
            " occurred_at) VALUES (gen_random_uuid(), %(organization)s, %(channel)s, '901', 'k', 'unsend', '{}',"
            " now())",
            organization=shop.tenant.id,
            channel=shop.channel.id,
        )
        with transaction.atomic():
            assert [target.kind for target in apply_overdue()] == ["unsend"]
    assert shop.messages()[0].is_unsent


def test_what_waits_longer_than_eight_days_and_what_was_seen_nine_days_ago_is_forgotten() -> None:
    shop = open_shop()
    shop.receive(line.body(shop.address, line.unsend("never-came"), line.event("follow", follow={}), line.text("hi")))
    for days, waiting, tokens in ((7, 1, 0), (8, 0, 0)):
        with acting_as("jobs"), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('hubbub.clock_shift', %s, false)", [f"{days} days 1 hour"])
            cursor.execute("SELECT purge_remembered()")
        assert shop.waiting() == waiting
        assert len(shop.rows("SELECT FROM reply_token WHERE channel_id = %(channel)s")) == tokens
    assert len(shop.rows("SELECT FROM event_seen WHERE channel_id = %(channel)s")) == 2
    with acting_as("jobs"), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('hubbub.clock_shift', '9 days 1 hour', false)")
        cursor.execute("SELECT purge_remembered()")
    assert shop.rows("SELECT FROM event_seen WHERE channel_id = %(channel)s") == []


def test_lines_reply_tokens_are_kept_with_their_moment() -> None:
    shop = open_shop()
    message = line.text("hello")
    shop.receive(line.body(shop.address, message))
    (row,) = shop.rows("SELECT token, conversation_id FROM reply_token WHERE channel_id = %(channel)s")
    assert row == {"token": message["replyToken"], "conversation_id": shop.conversation().id}
