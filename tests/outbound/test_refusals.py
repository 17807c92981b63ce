"""What the platforms refuse: the message fails with a reason, waits, or its channel waits."""

from __future__ import annotations

import pytest

from hubbub.channels.models import ChannelStatus
from hubbub.contacts.models import ContactIdentity
from hubbub.conversations.models import Fact
from hubbub.kit.errors import Unsendable
from hubbub.organizations.scope import organization_scope
from hubbub.outbound.worker import Sender
from tests.support.outbound import APP, Line, Platforms, connect, pointing_to, send_all
from tests.support.roles import acting_as
from tests.support.web import api_for

TOKENS = {
    "facebook": "token_revoked",
    "instagram": "token_revoked",
    "whatsapp": "token_revoked",
    "line": "token_revoked",
}


@pytest.mark.parametrize("platform", ["facebook", "instagram", "whatsapp", "line"])
def test_a_dead_token_holds_the_queue_and_fails_nothing(platforms: Platforms, platform: str) -> None:
    line = connect(platforms, platform)
    line.fault("token_revoked")
    messages = [line.queue(f"number {number}") for number in range(3)]
    send_all()
    assert line.refreshed().status == ChannelStatus.NEEDS_RECONNECT
    assert line.refreshed().status_reason
    assert {line.status(message) for message in messages} == {"queued"}
    platforms.http.delete("/_sandbox/faults")
    before = len(platforms.calls())
    send_all()
    assert len(platforms.calls()) == before
    reconnect(platforms, line)
    send_all()
    assert line.texts() == ["number 0", "number 1", "number 2"]


def reconnect(platforms: Platforms, line: Line) -> None:
    app = {} if line.platform == "line" else {"app_id": APP}
    path = f"/accounts/{line.platform}/{line.channel.external_id}"
    platforms.put(path, {"access_token": f"token-{line.channel.external_id}", **app})
    if line.platform == "instagram":
        page = f"/accounts/facebook/{line.channel.parent_external_id}"
        platforms.put(page, {"access_token": f"token-{line.channel.external_id}", **app})
    with organization_scope(line.tenant.id):
        channel = line.refreshed()
        channel.status = ChannelStatus.CONNECTED
        channel.credentials = dict(channel.credentials or {})
        channel.save()


def test_a_refusal_of_the_old_token_does_not_end_a_connection_made_since(platforms: Platforms) -> None:
    line = connect(platforms, "facebook")
    line.fault("token_revoked", times=1)
    platforms.put("/settings", {"latency_ms": 300})
    line.queue("hi")
    sender = Sender()
    with acting_as("outbound"):
        while not sender.in_flight:
            sender.turn()
    platforms.hub.wait_for(lambda: platforms.get("/faults")["rules"][0]["hits"])
    reconnect(platforms, line)
    send_all(sender=sender, until=lambda: line.texts() == ["hi"])
    assert line.refreshed().status == ChannelStatus.CONNECTED


def test_a_restricted_account_pauses_and_goes_on_afterwards(platforms: Platforms) -> None:
    line = connect(platforms, "facebook")
    line.fault("error:368", times=1)
    message = line.queue("patience")
    send_all()
    channel = line.refreshed()
    assert (channel.status, line.status(message)) == (ChannelStatus.PAUSED, "queued")
    assert channel.paused_until is not None
    send_all(later="23 hours")
    assert line.texts() == []
    with organization_scope(line.tenant.id):  # the pause is shorter than the window, or this would be refused
        ContactIdentity.objects.filter(channel=channel).update(window_opened_at=None)
    send_all(later="25 hours")
    assert line.texts() == ["patience"]
    assert line.refreshed().status == ChannelStatus.CONNECTED


@pytest.mark.parametrize("change", [{"is_active": False}, {"status": "paused"}, {"status": "suspended"}])
def test_a_channel_that_is_switched_off_sends_nothing_and_keeps_its_queue(
    platforms: Platforms, change: dict[str, object]
) -> None:
    line = connect(platforms, "line")
    with organization_scope(line.tenant.id):
        channel = line.refreshed()
        for name, value in change.items():
            setattr(channel, name, value)
        channel.save()
    message = line.queue("later")
    sender = send_all()
    assert (line.status(message), line.texts()) == ("queued", [])
    with organization_scope(line.tenant.id):
        channel.is_active, channel.status = True, ChannelStatus.CONNECTED
        channel.save()
    send_all(sender=sender, until=lambda: line.texts() == ["later"])


def test_a_closed_window_fails_the_message_and_is_believed(platforms: Platforms) -> None:
    line = connect(platforms, "facebook")
    line.fault("error:10/2018278", times=1)
    message, after = line.queue("too late", author_type="flow"), line.queue("as a person")
    send_all()
    assert (line.status(message), line.code(message)) == ("failed", "window_closed")
    assert "24 hours" in str(line.message(message.id).error)
    with organization_scope(line.tenant.id):
        assert Fact.objects.filter(kind="send_failed", conversation_id=line.conversation_id).count() == 1
    assert line.status(after) == "sent"
    assert platforms.sends(line.channel.external_id)[0]["request"]["tag"] == "HUMAN_AGENT"
    with pytest.raises(Unsendable):
        line.queue("an automatic answer", author_type="flow")


def test_somebody_who_blocked_us_is_marked_as_unreachable(platforms: Platforms) -> None:
    line = connect(platforms, "facebook")
    line.fault("error:551", times=1)
    message = line.queue("hello?")
    send_all()
    assert line.status(message) == "failed"
    with organization_scope(line.tenant.id):
        identity = ContactIdentity.objects.get(channel=line.channel)
    assert not identity.is_reachable
    assert identity.unreachable_reason


def test_somebody_who_stopped_marketing_still_gets_answers(platforms: Platforms) -> None:
    line = connect(platforms, "whatsapp")
    line.fault("error:131050", times=1)
    advertisement, answer = line.queue("a new offer"), line.queue("your parcel is on its way")
    send_all()
    assert (line.status(advertisement), line.code(advertisement)) == ("failed", "recipient_opted_out")
    assert line.status(answer) == "sent"
    with organization_scope(line.tenant.id):
        identity = line.conversation().identity
    assert identity
    assert identity.is_reachable
    assert identity.opt_ins["marketing_messages"]["is_opted_in"] is False


def test_a_dead_reply_token_becomes_a_push_at_once(platforms: Platforms) -> None:
    line = connect(platforms, "line")
    with organization_scope(line.tenant.id):
        line.row("UPDATE reply_token SET token = 'dead' WHERE conversation_id = %(conversation)s RETURNING id")
    message = line.queue("still arrives")
    send_all()
    assert line.status(message) == "sent"
    assert line.texts() == ["still arrives"]
    kinds = [one["path"].rsplit("/", 1)[1] for one in platforms.calls(line.channel.external_id)]
    assert kinds == ["reply", "push"]


def test_a_reply_token_is_used_once_and_only_while_it_is_young(platforms: Platforms) -> None:
    line = connect(platforms, "line")
    line.queue("free")
    line.queue("paid")
    send_all()
    line.say("again")
    line.queue("too old for a reply")
    send_all(later="51 seconds")
    kinds = [one["path"].rsplit("/", 1)[1] for one in platforms.calls(line.channel.external_id)]
    assert kinds == ["reply", "push", "push"]


@pytest.mark.parametrize("platform", ["facebook", "whatsapp", "line"])
def test_throttling_waits_and_never_counts_against_the_message(platforms: Platforms, platform: str) -> None:
    line = connect(platforms, platform)
    line.fault("429", times=6)
    message = line.queue("slowly")
    for minutes in range(0, 120, 12):
        send_all(later=f"{minutes} minutes")
    assert (line.status(message), line.texts()) == ("sent", ["slowly"])


def test_a_message_that_fails_alone_is_given_up_after_the_retries(platforms: Platforms) -> None:
    line = connect(platforms, "facebook")
    line.fault("500")
    message, after = line.queue("never"), line.queue("after")
    for minutes in range(0, 60 * 25, 60):
        send_all(later=f"{minutes} minutes")
        if line.status(message) == "failed":
            break
    assert (line.status(message), line.code(message)) == ("failed", "provider_down")
    assert platforms.sends(line.channel.external_id) == []
    platforms.http.delete("/_sandbox/faults")
    send_all(later="26 hours")
    assert line.status(after) in ("sent", "failed")


def test_a_platform_that_cannot_be_reached_loses_nothing(platforms: Platforms) -> None:
    line = connect(platforms, "line")
    messages = [line.queue(f"number {number}") for number in range(3)]
    with pointing_to("http://127.0.0.1:9"):
        for minutes in range(0, 60, 6):
            send_all(later=f"{minutes} minutes")
    assert {line.status(message) for message in messages} == {"queued"}
    assert line.row("SELECT opened_at FROM breaker WHERE channel_id = %(channel)s")["opened_at"] is not None
    send_all(later="2 hours", until=lambda: len(line.texts()) == 3)
    assert line.texts() == ["number 0", "number 1", "number 2"]
    assert line.row("SELECT opened_at FROM breaker WHERE channel_id = %(channel)s") is None


def test_a_dead_token_is_a_security_event(platforms: Platforms) -> None:
    line = connect(platforms, "facebook")
    line.fault("error:190")
    line.queue("hi")
    send_all()
    api, account = api_for(line.tenant), line.channel.external_id
    (found,) = api.get("/security-events", kind="token_failed", subject=account, platform="facebook").items
    assert found["count"] == 1
    assert api.get("/security-events", platform="line").items == []
