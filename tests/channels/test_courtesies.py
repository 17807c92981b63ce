"""Typing and "seen" through the API, against the sandbox."""

from __future__ import annotations

from tests.support.outbound import Platforms, connect
from tests.support.web import api_for


def test_the_customer_sees_somebody_writing_and_reading(platforms: Platforms) -> None:
    line = connect(platforms, "facebook")
    path = f"/conversations/{line.conversation_id}"
    api = api_for(line.tenant)
    assert api.post(f"{path}/typing").body == {"is_shown": True}
    assert api.post(f"{path}/typing", {"is_on": False}).body == {"is_shown": True}
    assert api.post(f"{path}/seen").body == {"is_shown": True}
    assert {call["outcome"] for call in api.get("/calls").items} == {"accepted"}


def test_a_paused_channel_shows_nothing(platforms: Platforms) -> None:
    line = connect(platforms, "facebook")
    api = api_for(line.tenant)
    api.post(f"/channels/{line.channel.id}/pause")
    assert api.post(f"/conversations/{line.conversation_id}/typing").body == {"is_shown": False}
