"""Whatever a flow says is something that each platform's connector takes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from hubbub.connectors.messages import ChannelAccess, Credentials, Media, OutboundMessage, SendContext
from hubbub.connectors.registry import PLATFORMS, connector_for
from hubbub.flows.engine import Person, Said, Send, begin, read_definition

NOON = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
TYPES = {"image": "image/jpeg", "video": "video/mp4", "audio": "audio/mp4", "file": "application/pdf"}
LONG_TITLES = [f"Option {number} with quite a long title" for number in range(12)]
POSTBACK: Any = {"title": "Talk to a person now", "payload": "TALK"}
URL: Any = {"type": "url", "title": "Our shop", "url": "https://shop.example"}
PHONE: Any = {"type": "phone", "title": "Call us", "payload": "+6681234567"}
ACTIONS: list[Any] = [
    {"type": "send_text", "text": "ก" * 6000},
    {"type": "send_quick_replies", "text": "pick " * 300, "quick_replies": ["Yes", "No", "Maybe", "Later"]},
    {"type": "send_quick_replies", "text": "pick", "quick_replies": LONG_TITLES},
    {"type": "send_quick_replies", "text": "pick", "quick_replies": [str(number) for number in range(40)]},
    {"type": "send_quick_replies", "text": "share", "quick_replies": [{"type": "user_email"}, "No"]},
    {"type": "send_quick_replies", "text": "share", "quick_replies": [{"type": "location"}]},
    {"type": "send_buttons", "text": "look " * 200, "buttons": [POSTBACK, URL, PHONE]},
    {"type": "send_buttons", "text": "look", "buttons": [URL]},
    {"type": "send_buttons", "text": "look", "buttons": [{"title": f"B{n}", "payload": str(n)} for n in range(6)]},
    {"type": "send_cards", "cards": [{"title": "Only a title"}, {"title": "t" * 200, "subtitle": "s" * 200}]},
    {
        "type": "send_cards",
        "cards": [{"title": "a", "buttons": [POSTBACK]}, {"title": "b", "buttons": [POSTBACK, URL]}],
    },
    {"type": "send_cards", "cards": [{"title": str(n), "subtitle": "s", "buttons": [POSTBACK]} for n in range(14)]},
    {"type": "send_cards", "cards": [{"title": "a", "image_url": "https://x.example/a.jpg", "buttons": [URL, PHONE]}]},
    *({"type": f"send_{kind}", "url": f"https://x.example/{kind}", "text": "Look"} for kind in TYPES),
]


def ready(content: OutboundMessage) -> OutboundMessage:
    """As it is when its row is sent."""
    return replace(content, message_id="0192", media=tuple(map(known, content.media)))


def known(media: Media) -> Media:
    preview = "https://x.example/p.jpg"
    return replace(media, mime_type=TYPES[media.type], size_bytes=1000, preview_url=preview, duration_ms=1000)


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: str(action)[:60])
def test_every_platform_takes_what_a_flow_says(platform: str, action: Any) -> None:
    connector = connector_for(platform)
    person = Person(id="p", platform=platform, capabilities=connector.capabilities)
    came = begin(read_definition({"start": {"actions": [action]}}), person, Said(now=NOON))
    values = {"access_token": "t", "channel_access_token": "t"}
    access = ChannelAccess(
        external_id="1",
        credentials=Credentials(values=values),
        base_url="https://graph.example",
        data_url="https://graph.example",
        api_version="v26.0",
    )
    context = SendContext(
        access=access, recipient_external_id="66812345678", is_window_open=True, now=NOON, retry_key="k"
    )
    sends = [effect.content for effect in came.effects if isinstance(effect, Send)]
    assert came.state.status == "completed"
    assert sends
    assert all(connector.render(ready(content), context) for content in sends)
