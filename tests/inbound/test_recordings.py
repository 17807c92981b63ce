"""All that the platforms document is applied: no dead event, the expected messages, nothing new the second time."""

from __future__ import annotations

from collections import Counter

import pytest

from hubbub.conversations.models import Message
from hubbub.inbound.models import Event
from hubbub.kit.ids import new_id
from hubbub.organizations.database import run
from hubbub.organizations.scope import organization_scope
from tests.connectors.recordings import Recording, load
from tests.support.factories import Tenant, make_channel, make_tenant
from tests.support.inbound import apply_all, deliver, total

pytestmark = pytest.mark.usefixtures("database")

FOLDERS = {"facebook": "messenger", "instagram": "instagram", "whatsapp": "whatsapp", "line": "line"}
SHOWN = {"message_received", "message_echoed", "postback_received", "comment_received"}
SHORTEST_ADDRESS = 8
"""Account ids that are shorter are made up for odd recordings: nobody is connected there."""


def addresses(recording: Recording) -> set[str]:
    """The accounts that a recording names."""
    return {event["address"] for event in recording.data["expected"] if len(event["address"]) >= SHORTEST_ADDRESS}


def fresh(address: str) -> str:
    """Another id of the same form."""
    return f"U{new_id().hex}" if address.startswith("U") else f"9{str(new_id().int)[-17:]}"


def connected(tenant: Tenant, platform: str, recording: Recording) -> bytes:
    """The recording's body, with account ids that are connected as channels of this tenant."""
    body = recording.body
    for address in addresses(recording):
        channel = make_channel(tenant, platform, external_id=fresh(address))
        body = body.replace(address.encode(), channel.external_id.encode())
    return body


def messages_in(recording: Recording) -> Counter[str]:
    """Kind of message → how many there must be; the same id is one message, and comments count when they are new."""
    keys = set()
    for event in recording.data["expected"]:
        is_shown = event["kind"] in SHOWN and event.get("verb", "added") == "added"
        if is_shown and len(event["address"]) >= SHORTEST_ADDRESS:
            keys.add((event["kind"], event["address"], event.get("external_id") or event["event_key"]))
    return Counter(kind for kind, _, _ in keys)


@pytest.mark.parametrize("platform", FOLDERS)
def test_every_recording_is_applied_once(platform: str) -> None:
    recordings = load(FOLDERS[platform])
    tenants = [make_tenant("Recorded") for _ in recordings]
    bodies = [connected(tenant, platform, one) for tenant, one in zip(tenants, recordings, strict=True)]
    deliver(platform, *bodies)
    first = apply_all()
    assert (total(first, "deliveries"), total(first, "dead")) == (len(recordings), 0)
    stored = {tenant.id: kinds_stored(tenant) for tenant in tenants}
    wrong = {
        recording.name: (stored[tenant.id], messages_in(recording))
        for tenant, recording in zip(tenants, recordings, strict=True)
        if stored[tenant.id] != messages_in(recording)
    }
    assert wrong == {}

    deliver(platform, *bodies)
    again = apply_all()
    assert (total(again, "deliveries"), total(again, "dead"), total(again, "messages")) == (len(recordings), 0, 0)
    assert {tenant.id: kinds_stored(tenant) for tenant in tenants} == stored


def kinds_stored(tenant: Tenant) -> Counter[str]:
    """Kind of event → how many messages came of it."""
    with organization_scope(tenant.id):
        rows = run(
            "SELECT kind, count(DISTINCT message_id) AS n FROM event"
            " WHERE organization_id = %(id)s AND state = 'applied' AND message_id IS NOT NULL GROUP BY kind",
            id=tenant.id,
        )
        assert Message.objects.count() == sum(row["n"] for row in rows)
        assert not Event.objects.filter(state="dead").exists()
    return Counter({row["kind"]: row["n"] for row in rows})
