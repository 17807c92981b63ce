"""A sender dies at each labelled point, on each platform: exactly one bubble, or an honest "unknown"; never two."""

from __future__ import annotations

import pytest

from hubbub.kit.failpoints import EXIT_CODE
from tests.outbound.test_lost_answers import spend_reply_token
from tests.support.dying import die_at
from tests.support.outbound import Line, Platforms, connect, send_all

LANES = ("facebook", "instagram", "whatsapp", "line push", "line reply")
BEFORE_THE_PLATFORM = ("after_claim", "after_commit_sending", "before_request")
AFTER_THE_PLATFORM = ("after_response", "before_commit_sent")


def lane(platforms: Platforms, name: str) -> Line:
    line = connect(platforms, name.split()[0])
    if name == "line push":
        spend_reply_token(line)
    return line


@pytest.mark.parametrize("name", LANES)
@pytest.mark.parametrize("point", [*BEFORE_THE_PLATFORM, *AFTER_THE_PLATFORM])
def test_a_crash_shows_no_message_twice_and_holds_nobody_up(platforms: Platforms, point: str, name: str) -> None:
    line = lane(platforms, name)
    first, second = line.queue("first"), line.queue("second")
    assert die_at(point) == EXIT_CODE
    send_all(later="95 seconds")
    send_all(later="5 minutes")
    reached = point in AFTER_THE_PLATFORM
    if point == "after_claim" or name == "line push":
        assert (line.status(first), line.texts()) == ("sent", ["first", "second"])
    else:
        assert (line.status(first), line.code(first)) == ("unknown", "answer_lost")
        assert line.texts() == (["first", "second"] if reached else ["second"])
    assert line.status(second) == "sent"
    assert line.row("SELECT count(*) AS n FROM outbox WHERE channel_id = %(channel)s")["n"] == 0


@pytest.mark.parametrize("name", ["facebook", "instagram", "whatsapp"])
@pytest.mark.parametrize("point", AFTER_THE_PLATFORM)
def test_after_a_crash_the_receipt_tells_that_it_was_sent(platforms: Platforms, point: str, name: str) -> None:
    line = lane(platforms, name)
    platforms.put("/settings", {"callbacks": True})
    first, second = line.queue("first"), line.queue("second")
    assert die_at(point) == EXIT_CODE
    platforms.wait_for_webhook("statuses" if name == "whatsapp" else "is_echo")
    platforms.apply_webhooks()
    assert line.status(first) in ("sent", "delivered")
    send_all()
    platforms.apply_webhooks()
    assert line.texts() == ["first", "second"]
    assert line.status(second) in ("sent", "delivered")
