"""Every call is on record: where, how it ended, how long it took. No body, no token, no id in the path."""

from __future__ import annotations

from hubbub.channels.models import PlatformCall
from hubbub.connectors.messages import OutboundKind, OutboundMessage
from hubbub.conversations.models import Reaction
from hubbub.organizations.scope import organization_scope
from hubbub.outbound.actions import mark_seen, show_typing
from tests.support.outbound import Line, Platforms, connect, send_all


def log(line: Line) -> list[PlatformCall]:
    with organization_scope(line.tenant.id):
        return list(PlatformCall.objects.filter(channel_id=line.channel.id).order_by("at", "id"))


def test_calls_are_logged_with_their_outcome(platforms: Platforms) -> None:
    line = connect(platforms, "facebook")
    line.fault("error:551", times=1)
    line.queue("a")
    line.queue("b")
    send_all()
    refused, accepted = log(line)
    assert (refused.outcome, refused.status, refused.platform_code) == ("rejected", 400, "551")
    assert (accepted.outcome, accepted.status, accepted.purpose) == ("accepted", 200, "send")
    assert line.channel.external_id not in accepted.endpoint
    assert accepted.milliseconds is not None


def test_usage_that_reaches_the_limit_stops_the_channel(platforms: Platforms) -> None:
    line = connect(platforms, "facebook")
    line.fault("usage:100", times=1)
    line.queue("a")
    second = line.queue("b")
    send_all()
    assert (line.texts(), line.status(second)) == (["a"], "queued")
    send_all(later="2 hours")
    assert line.texts() == ["a", "b"]


def test_typing_and_seen_are_shown_and_logged(platforms: Platforms) -> None:
    line = connect(platforms, "facebook")
    with organization_scope(line.tenant.id):
        assert show_typing(line.conversation())
        assert mark_seen(line.conversation())
    assert [call.outcome for call in log(line)] == ["accepted", "accepted"]


def test_a_reaction_is_sent_and_shown_on_the_message_it_is_for(platforms: Platforms) -> None:
    line = connect(platforms, "whatsapp")
    asked = line.row(
        "SELECT external_id FROM message WHERE conversation_id = %(conversation)s AND direction = 'inbound'"
    )["external_id"]
    content = OutboundMessage(
        message_id="", kind=OutboundKind.REACTION, reaction_to_external_id=asked, reaction_emoji="👍"
    )
    message = line.queue(content=content)
    send_all()
    assert (line.status(message), message.visibility) == ("sent", "hidden")
    with organization_scope(line.tenant.id):
        assert Reaction.objects.get(message__external_id=asked, actor="us").emoji == "👍"
        assert line.conversation().outbound_count == 0
