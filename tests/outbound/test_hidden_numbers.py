"""WhatsApp customers who hide their phone number: what needs it is refused, unless we know it from elsewhere."""

from __future__ import annotations

import pytest

from hubbub.connectors.messages import OutboundKind, OutboundMessage, TemplateUse
from hubbub.contacts.models import ContactIdentity
from hubbub.conversations.actions.resending import retry_message
from hubbub.kit.errors import Unsendable
from hubbub.kit.json import JsonValue
from hubbub.organizations.scope import organization_scope
from tests.support.outbound import Line, Platforms, connect, send_all

BUTTON = {"type": "BUTTONS", "buttons": [{"type": "OTP", "otp_type": "COPY_CODE"}]}
OTP = {"name": "otp", "language": "en", "category": "AUTHENTICATION", "components": [{"type": "BODY"}, BUTTON]}
PARAMETER: dict[str, JsonValue] = {"parameters": [{"type": "text", "text": "123456"}]}
CODE = OutboundMessage(
    message_id="",
    kind=OutboundKind.TEMPLATE,
    template=TemplateUse(
        name="otp",
        language="en",
        category="authentication",
        components=({"type": "body", **PARAMETER}, {"type": "button", "sub_type": "url", "index": "0", **PARAMETER}),
    ),
)


@pytest.fixture
def line(platforms: Platforms) -> Line:
    """The customer wrote under a business-scoped id; the number came with the same person."""
    line = connect(platforms, "whatsapp")
    platforms.put(f"/accounts/whatsapp/{line.channel.external_id}", {"templates": [OTP]})
    with organization_scope(line.tenant.id):
        conversation = line.conversation()
        number = conversation.identity
        assert number is not None
        assert conversation.contact_id is not None
        hidden = ContactIdentity.objects.create(
            organization=line.tenant.organization,
            contact_id=conversation.contact_id,
            home_contact_id=conversation.contact_id,
            channel=line.channel,
            external_id="TH.13491208655302741918",
            window_opened_at=number.window_opened_at,
        )
        conversation.identity = hidden
        conversation.save(update_fields=["identity"])
    return line


def test_a_code_goes_to_the_number_that_we_know_of_somebody_who_hides_it(line: Line) -> None:
    message = line.queue(content=CODE)
    send_all()
    assert line.status(message) == "sent", line.message(message.id).error
    (sent,) = line.platforms.sends(line.channel.external_id)
    assert sent["request"]["to"] == f"+{line.customer_id}"


def test_such_a_code_can_be_sent_again(line: Line) -> None:
    message = line.queue(content=CODE)
    line.fault("error:132001")
    send_all()
    assert line.status(message) == "failed"
    line.platforms.reset()
    with organization_scope(line.tenant.id):
        retry_message(line.message(message.id))
    send_all()
    assert line.status(message) == "sent"


def test_without_any_number_a_code_is_refused_before_any_call(line: Line) -> None:
    with organization_scope(line.tenant.id):
        ContactIdentity.objects.filter(channel=line.channel, external_id=line.customer_id).delete()
    with pytest.raises(Unsendable, match="needs the customer's phone number"):
        line.queue(content=CODE)
