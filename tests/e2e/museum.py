"""One conversation on each platform in which everything happened that a customer can do there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hubbub.kit.ids import new_id
from hubbub.processes.postgres import wait_until

if TYPE_CHECKING:
    from tests.e2e.conftest import Hub

Act = tuple[str, dict[str, Any]]
"""`say` with a message's fields, or the name of an action with its own."""

_META: list[Act] = [
    ("say", {"text": "Look at https://example.com/shop, please"}),
    ("say", {"type": "image", "count": 5}),
    ("say", {"type": "video"}),
    ("say", {"type": "audio"}),
    ("say", {"type": "share"}),
    ("say", {"type": "unsupported"}),
    ("story_reply", {"text": "Beautiful!"}),
    ("comment", {"text": "How much is it?"}),
    ("say", {"text": "Fist"}),
    ("edit", {"text": "First"}),
    ("say", {"text": "Forget this"}),
    ("unsend", {}),
]
EVERYTHING: dict[str, list[Act]] = {
    "facebook": [
        *_META,
        ("say", {"type": "file"}),
        ("say", {"type": "sticker"}),
        ("say", {"type": "location"}),
        ("say", {"type": "fallback"}),
        ("postback", {"payload": "GET_STARTED", "title": "Get Started"}),
        ("referral", {"ref": "spring"}),
    ],
    "instagram": [*_META, ("story_mention", {}), ("say", {"type": "ig_reel"})],
    "whatsapp": [
        ("say", {"text": "Hello https://example.com"}),
        ("say", {"type": "image", "caption": "My cat"}),
        ("say", {"type": "video"}),
        ("say", {"type": "audio", "voice": True}),
        ("say", {"type": "document"}),
        ("say", {"type": "sticker"}),
        ("say", {"type": "location"}),
        ("say", {"type": "contacts"}),
        ("say", {"type": "order"}),
        ("say", {"type": "unsupported"}),
    ],
    "line": [
        ("say", {"text": "สวัสดีค่ะ"}),
        ("say", {"type": "image", "count": 3}),
        ("say", {"type": "video"}),
        ("say", {"type": "audio"}),
        ("say", {"type": "file"}),
        ("say", {"type": "location"}),
        ("say", {"type": "sticker"}),
    ],
}


def show(hub: Hub, platform: str, name: str = "Mona") -> str:
    """Plays it all and answers it in every way; gives the conversation's id when all of it has arrived."""
    person = f"{name} {new_id().hex[-6:]}"
    hub.pause_machines(platform)
    for action, content in EVERYTHING[platform]:
        if action == "say":
            hub.say(platform, person, **{"text": "", **content})
        else:
            hub.act(platform, person, action, **content)
    last = "That is all"
    hub.say(platform, person, last)
    assert wait_until(lambda: _newest(hub, person) == last, 60)
    conversation = str(found(hub, person)[0]["id"])
    _answer(hub, conversation, platform, person)
    return conversation


def found(hub: Hub, person: str) -> list[dict[str, Any]]:
    """The person's conversations, as the list shows them."""
    return list(hub.api.get("/conversations", params={"name_contains": person}).json()["items"])


def _newest(hub: Hub, person: str) -> str:
    return next((str(one["last_message_text"]) for one in found(hub, person) if one["type"] == "private"), "")


def _answer(hub: Hub, conversation: str, platform: str, person: str) -> None:
    """A reply that arrived, was read and got a reaction; a note, a label, a new priority, somebody in charge."""
    place = f"/conversations/{conversation}"
    sent = hub.api.post(f"{place}/messages", json={"kind": "text", "text": "Thank you!", "is_confirmed": True})
    assert sent.status_code < 300, sent.text
    hub.wait_for_answer(platform, person, "Thank you!")
    if platform != "line":
        hub.act(platform, person, "react", emoji="❤")
    hub.api.post(f"{place}/notes", json={"text": "Prefers the blue one."})
    label = hub.api.get("/labels").json()["items"][0]["name"]
    hub.api.post(f"{place}/tags", json={"add": [label], "remove": []})
    member = hub.api.get("/members").json()["items"][0]["user_id"]
    hub.api.patch(place, json={"priority": "high", "assigned_to": member})
