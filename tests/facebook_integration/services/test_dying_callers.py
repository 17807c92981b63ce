"""A program dies while it sends by itself: never two bubbles, an honest "unknown", and the conversation goes on."""

from __future__ import annotations

import pytest

from hubbub.conversations.models import Message
from hubbub.kit.failpoints import EXIT_CODE
from hubbub.organizations.scope import organization_scope
from tests.support.dying import die_calling_at
from tests.support.outbound import Line, send_all

BEFORE_THE_PLATFORM = ("after_claim", "after_commit_sending", "before_request")
AFTER_THE_PLATFORM = ("after_response", "before_commit_sent")


@pytest.mark.parametrize("point", [*BEFORE_THE_PLATFORM, *AFTER_THE_PLATFORM])
def test_a_caller_that_dies_leaves_one_message_or_an_honest_unknown(line: Line, point: str) -> None:
    assert die_calling_at(point, line.channel, line.customer_id, "first") == EXIT_CODE
    second = line.queue("second")
    send_all(later="95 seconds")
    send_all(later="5 minutes")
    with organization_scope(line.tenant.id):
        first = Message.objects.get(channel=line.channel, direction="outbound", text="first")
    reached = point in AFTER_THE_PLATFORM
    if point == "after_claim":
        assert (first.status, line.texts()) == ("sent", ["first", "second"])
    else:
        assert (first.status, (first.error or {}).get("code")) == ("unknown", "answer_lost")
        assert line.texts() == (["first", "second"] if reached else ["second"])
    assert line.status(second) == "sent"


@pytest.mark.parametrize("point", AFTER_THE_PLATFORM)
def test_the_echo_tells_that_it_was_sent(line: Line, point: str) -> None:
    line.platforms.put("/settings", {"callbacks": True})
    assert die_calling_at(point, line.channel, line.customer_id, "first") == EXIT_CODE
    line.platforms.wait_for_webhook("is_echo")
    line.platforms.apply_webhooks()
    with organization_scope(line.tenant.id):
        assert Message.objects.get(channel=line.channel, text="first").status in ("sent", "delivered")
