"""One conversation on each platform in which everything happened that a customer can do there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hubbub.kit.ids import new_id
from hubbub.processes.postgres import wait_until

if TYPE_CHECKING:
    from tests.e2e.conftest import Hub

Act = tuple[str, dict[str, Any]]
Answer = dict[str, Any]
"""`say` with a message's fields, or the name of an action with its own."""

_META: list[Act] = [
    ("say", {"text": "Look at this: https://example.com"}),
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

FIRST = {platform: str(acts[0][1]["text"]).removesuffix("https://example.com") for platform, acts in EVERYTHING.items()}
_QUICK: Answer = {
    "kind": "text",
    "text": "Which one?",
    "quick_replies": [{"type": "message", "title": name, "payload": name} for name in ("Blue", "Red")],
}
_CARDS: Answer = {
    "kind": "cards",
    "alt_text": "Our shop",
    "cards": [
        {
            "title": name,
            "subtitle": "Made by hand",
            "buttons": [{"type": "postback", "title": "Take it", "payload": name}],
        }
        for name in ("Blue cup", "Red cup")
    ],
}
_PLACE: Answer = {"kind": "location", "latitude": 13.75, "longitude": 100.5, "title": "Shop", "address": "Bangkok"}
_LINKED: Answer = {
    "kind": "text",
    "text": "Have a look",
    "buttons": [
        {"type": "url", "title": "Our shop", "url": "https://example.com"},
        {"type": "postback", "title": "Call me", "payload": "CALL"},
    ],
}
ANSWERS: dict[str, list[Answer]] = {
    "facebook": [_QUICK, _CARDS, _LINKED],
    "instagram": [_QUICK, _CARDS],
    "whatsapp": [
        {"kind": "text", "text": "Shall we?", "buttons": [{"type": "postback", "title": "Yes", "payload": "YES"}]},
        {
            "kind": "list",
            "text": "Choose",
            "list_button": "Colours",
            "sections": [{"title": "Cups", "rows": [{"type": "postback", "title": "Blue", "payload": "BLUE"}]}],
        },
        _PLACE,
    ],
    "line": [_QUICK, _CARDS, _PLACE],
}
"""What the business says, in every form that the platform has; one more does not arrive."""
LOST = "This one is lost"
FAILURES = {
    "facebook": "error:551/1545041",
    "instagram": "error:551/1545041",
    "whatsapp": "error:131026",
    "line": "error:400/Bad",
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
    """A reply that arrived, was read and got a reaction, one that failed, and every form; then what is done with it."""
    _send(hub, conversation, {"kind": "text", "text": "Thank you!"})
    hub.wait_for_answer(platform, person, "Thank you!")
    if platform != "line":
        hub.act(platform, person, "react", emoji="❤")
    for answer in ANSWERS[platform]:
        _send(hub, conversation, answer)
    assert wait_until(lambda: not _states(hub, conversation) & {"queued", "sending"}, 60)
    assert "failed" not in _states(hub, conversation)
    _fail(hub, conversation, platform)
    _handle(hub, f"/conversations/{conversation}")


def _send(hub: Hub, conversation: str, answer: Answer) -> None:
    sent = hub.api.post(f"/conversations/{conversation}/messages", json={**answer, "is_confirmed": True})
    assert sent.status_code < 300, sent.text


def _states(hub: Hub, conversation: str) -> set[str]:
    listed = hub.api.get(f"/conversations/{conversation}/messages", params={"limit": 100}).json()["items"]
    return {str(one["status"]) for one in listed if one["direction"] == "outbound"}


def _fail(hub: Hub, conversation: str, platform: str) -> None:
    rule = {"match": {"sends": True}, "fault": FAILURES[platform]}
    hub.http.put("/_sandbox/faults", json=[rule]).raise_for_status()
    try:
        _send(hub, conversation, {"kind": "text", "text": LOST})
        assert wait_until(lambda: "failed" in _states(hub, conversation), 60)
    finally:
        hub.http.delete("/_sandbox/faults").raise_for_status()


def _handle(hub: Hub, place: str) -> None:
    """A note, a label, a new priority, somebody in charge."""
    hub.api.post(f"{place}/notes", json={"text": "Prefers the blue one."})
    label = hub.api.get("/labels").json()["items"][0]["name"]
    hub.api.post(f"{place}/tags", json={"add": [label], "remove": []})
    member = hub.api.get("/members").json()["items"][0]["user_id"]
    hub.api.patch(place, json={"priority": "high", "assigned_to": member})
