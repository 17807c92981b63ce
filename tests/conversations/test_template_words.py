"""What our own screens show of a template that was sent: its words, filled in."""

from __future__ import annotations

from typing import Any

import pytest

from hubbub.channels.models import Template
from hubbub.connectors.messages import OutboundKind, OutboundMessage, TemplateUse
from hubbub.conversations.models import Message
from hubbub.organizations.scope import organization_scope
from tests.conversations.test_queueing import Thread

pytestmark = pytest.mark.usefixtures("database")
SHIPPED = [
    {"type": "HEADER", "format": "TEXT", "text": "Order {{1}}"},
    {"type": "BODY", "text": "Hello {{1}}, it arrives on {{2}}. See you, {{1}}!"},
    {"type": "FOOTER", "text": "The shop"},
    {"type": "BUTTONS", "buttons": [{"type": "URL", "text": "Track"}, {"type": "QUICK_REPLY", "text": "Ask"}]},
]


def test_it_reads_as_the_customer_has_it() -> None:
    message = sent(SHIPPED, header=[word("A-7")], body=[word("Mali"), date("Friday")])
    assert message.text == "Order A-7\nHello Mali, it arrives on Friday. See you, Mali!"
    draft = message.content["outbound"]
    assert draft["footer"] == "The shop"
    assert [button["title"] for button in draft["buttons"]] == ["Track", "Ask"]


def test_named_blanks_are_filled_by_their_names() -> None:
    components = [{"type": "BODY", "text": "Hi {{who}}, {{when}}?"}]
    given = [{**word("Monday"), "parameter_name": "when"}, {**word("Ann"), "parameter_name": "who"}]
    assert sent(components, body=given).text == "Hi Ann, Monday?"


def test_what_it_says_is_not_taken_from_whoever_sends_it() -> None:
    assert sent(SHIPPED, text="Something else", body=[word("Mali")]).text.startswith("Order {{1}}\nHello Mali")


def test_a_template_that_is_not_known_here_keeps_what_its_sender_says() -> None:
    assert sent(None, text="As I remember it").text == "As I remember it"


@pytest.mark.parametrize("components", [{}, [], [7, None, {"type": "BODY"}], [{"type": "BUTTONS", "buttons": "x"}]])
def test_a_stored_template_of_another_shape_harms_nothing(components: Any) -> None:
    assert not sent(components).text


def word(text: str) -> dict[str, Any]:
    return {"type": "text", "text": text}


def date(text: str) -> dict[str, Any]:
    return {"type": "date_time", "date_time": {"fallback_value": text}}


def sent(components: Any, *, text: str | None = None, **given: list[dict[str, Any]]) -> Message:
    """A message that uses a template of these components, None: of none that we know."""
    thread = Thread("whatsapp", ago=30)
    if components is not None:
        with organization_scope(thread.tenant.id):
            Template.objects.create(
                organization_id=thread.tenant.id,
                channel=thread.channel,
                external_id="1",
                name="shipped",
                language="en",
                status="APPROVED",
                components=components,
            )
    parts: Any = tuple({"type": kind, "parameters": parameters} for kind, parameters in given.items())
    use = TemplateUse(name="shipped", language="en", components=parts)
    return thread.queue(OutboundMessage(message_id="", kind=OutboundKind.TEMPLATE, text=text, template=use))
