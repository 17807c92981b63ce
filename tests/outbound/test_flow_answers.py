"""What customers do without a word begins a flow whose answer reaches their phone."""

from __future__ import annotations

import pytest

from hubbub.conversations.models import Message
from hubbub.flows.actions import NewFlow, create_flow
from hubbub.flows.matching import Trigger
from hubbub.organizations.scope import organization_scope
from tests.flows.documents import hello
from tests.support.automation import automate
from tests.support.outbound import Line, Platforms, connect, send_all


def begins_by(line: Line, kind: str) -> None:
    with organization_scope(line.tenant.id):
        create_flow(
            None,
            line.tenant.id,
            NewFlow(name=kind, definition=hello("Hello there!"), triggers=[Trigger(type=kind)], is_active=True),
        )


def does(line: Line, action: str, who: str) -> None:
    """A customer acts on their phone; the hub hears of it, decides and sends."""
    before = len(line.platforms.hub.received)
    line.platforms.put("/settings", {"callbacks": True})
    given = {"platform": line.platform, "account": line.channel.external_id, "from": who, "action": action}
    line.platforms.post("/act", {**given, "text": "how much?"})
    line.platforms.hub.wait_for(lambda: len(line.platforms.hub.received) > before)
    line.platforms.apply_webhooks()
    automate()
    send_all()


@pytest.mark.parametrize(
    ("platform", "action", "kind", "who", "sent"),
    [
        ("line", "follow", "get_started", "Noi", None),
        ("facebook", "referral", "referral", "Mali", None),
        ("facebook", "opt_in", "opt_in", "Mali", None),
        ("instagram", "story_mention", "story_mention", "Mali", None),
        ("facebook", "comment", "comment", "Noi", "private_reply"),
        ("instagram", "comment", "comment", "Noi", "private_reply"),
    ],
)
def test_the_answer_of_a_flow_reaches_who_did_something(
    platforms: Platforms, platform: str, action: str, kind: str, who: str, sent: str | None
) -> None:
    line = connect(platforms, platform)
    begins_by(line, kind)
    does(line, action, who)
    with organization_scope(line.tenant.id):
        states = list(Message.objects.filter(author_type="flow").values_list("text", "status"))
    assert [text for text, _ in states] == ["Hello there!"]
    assert states[0][1] in {"sent", "delivered", "read"}, states
    sends = [
        one
        for account in (line.channel.external_id, line.channel.parent_external_id)
        if account
        for one in platforms.sends(account)
    ]
    assert len(sends) == 1
    assert sent is None or sends[0]["kind"] == sent
