"""Instagram: rules of its webhooks that one recording alone does not show."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from hubbub.connectors.base import MediaGone, MediaSource
from hubbub.connectors.events import (
    AttachmentType,
    CommentReceived,
    InboundEvent,
    MalformedEvent,
    MessageEchoed,
    MessageEdited,
    MessageReceived,
    MessageType,
    MessageUnsent,
    ReactionChanged,
    ReadUpTo,
)
from hubbub.connectors.instagram.connector import InstagramConnector
from tests.connectors import recordings
from tests.connectors.instagram_values import ACCOUNT, PERSON, access

INSTAGRAM = InstagramConnector()
AT = 1763460000000


def _item(**event: Any) -> dict[str, Any]:
    return {"sender": {"id": PERSON}, "recipient": {"id": ACCOUNT}, "timestamp": AT, **event}


def _ours(**event: Any) -> dict[str, Any]:
    return {"sender": {"id": ACCOUNT}, "recipient": {"id": PERSON}, "timestamp": AT, **event}


def _parse(*items: Any, lane: str = "messaging", account: str = ACCOUNT) -> list[InboundEvent]:
    body = {"object": "instagram", "entry": [{"id": account, "time": AT, lane: list(items)}]}
    return INSTAGRAM.parse(json.dumps(body).encode())


def _comment(**value: Any) -> CommentReceived:
    comment = {"id": "1", "text": "hi", "from": {"id": PERSON}, "media": {"id": "9"}, **value}
    (event,) = _parse({"field": "comments", "value": comment}, lane="changes")
    assert isinstance(event, CommentReceived)
    return event


def _all_events() -> list[InboundEvent]:
    return [event for one in recordings.load("instagram") for event in INSTAGRAM.parse(one.body)]


def test_no_story_is_ever_to_be_copied() -> None:
    parts = [
        part
        for event in _all_events()
        if isinstance(event, MessageReceived | MessageEchoed)
        for part in event.content.attachments
        if part.type is AttachmentType.STORY
    ]
    assert len(parts) >= 3
    assert not [part for part in parts if part.is_downloadable]


def test_a_story_is_not_fetched_even_when_asked_for() -> None:
    source = MediaSource(external_id=None, url="https://cdn.test/story.jpg", type="story")
    found = INSTAGRAM.read_location(access(), source, None)
    assert isinstance(found, MediaGone)
    assert "stories" in found.sentence


@pytest.mark.parametrize("kind", ["ephemeral", "share", "story_mention"])
def test_what_is_not_ours_to_keep_is_not_copied(kind: str) -> None:
    (event,) = _parse(
        _item(message={"mid": "m", "attachments": [{"type": kind, "payload": {"url": "https://cdn.test/a"}}]})
    )
    assert isinstance(event, MessageReceived)
    assert not [part for part in event.content.attachments if part.is_downloadable]


def test_the_link_of_a_view_once_picture_is_not_even_kept() -> None:
    (event,) = _parse(
        _item(message={"mid": "m", "attachments": [{"type": "ephemeral", "payload": {"url": "https://cdn.test/a"}}]})
    )
    assert isinstance(event, MessageReceived)
    assert event.content.attachments[0].url is None


def test_edit_number_zero_is_the_message_itself_so_that_a_known_id_makes_it_a_repeat() -> None:
    plain, edited = _parse(
        _item(message={"mid": "m", "text": "hi"}), _item(message_edit={"mid": "m", "text": "hi", "num_edit": 0})
    )
    assert isinstance(edited, MessageReceived)
    assert edited.event_key == plain.event_key


def test_later_edits_change_the_message() -> None:
    one, two = _parse(*[_item(message_edit={"mid": "m", "text": "x", "num_edit": number}) for number in (1, "2")])
    assert isinstance(one, MessageEdited)
    assert isinstance(two, MessageEdited)
    assert (one.edit_number, two.edit_number) == (1, 2)
    assert one.event_key != two.event_key


def test_the_keys_of_what_happens_to_one_message_never_collide() -> None:
    events = _parse(
        _item(message={"mid": "m", "text": "hi"}),
        _ours(message={"mid": "m", "text": "hi", "is_echo": True}),
        _item(message={"mid": "m", "is_deleted": True}),
        _item(message_edit={"mid": "m", "text": "x", "num_edit": 1}),
        _item(reaction={"mid": "m", "action": "react", "reaction": "love"}),
        _item(reaction={"mid": "m", "action": "unreact"}),
        _item(read={"mid": "m"}),
        _item(postback={"mid": "m", "title": "a", "payload": "b"}),
    )
    assert len({event.event_key for event in events}) == len(events) == 8


def test_an_echo_names_the_customer_and_our_account() -> None:
    (event,) = _parse(_ours(message={"mid": "m", "text": "hi", "is_echo": True}))
    assert isinstance(event, MessageEchoed)
    assert (event.address, event.recipient.external_id) == (ACCOUNT, PERSON)


def test_what_we_unsend_names_no_sender() -> None:
    (event,) = _parse(_ours(message={"mid": "m", "is_echo": True, "is_deleted": True}))
    assert isinstance(event, MessageUnsent)
    assert event.sender is None


def test_a_reaction_of_our_own_does_not_open_the_window() -> None:
    theirs, ours = _parse(
        _item(reaction={"mid": "m", "action": "react", "emoji": "❤️"}),
        _ours(reaction={"mid": "m", "action": "react", "emoji": "❤️"}),
    )
    assert isinstance(theirs, ReactionChanged)
    assert isinstance(ours, ReactionChanged)
    assert theirs.opens_window
    assert not ours.opens_window
    assert ours.sender.external_id == ACCOUNT


def test_the_account_is_found_where_samples_print_the_person_as_the_entry() -> None:
    (event,) = _parse(_item(message={"mid": "m", "text": "hi"}), account=PERSON)
    assert event.address == ACCOUNT


def test_an_entry_of_a_third_account_stays_that_accounts() -> None:
    """A signature speaks for the accounts of the entries: an item may not name another one."""
    (event,) = _parse(_item(message={"mid": "m", "text": "hi"}), account="17841400000000999")
    assert event.address == "17841400000000999"


def test_standby_is_marked() -> None:
    (event,) = _parse(_item(message={"mid": "m", "text": "hi"}), lane="standby")
    assert event.is_standby


def test_seen_names_the_last_message() -> None:
    (event,) = _parse(_item(read={"mid": "m"}))
    assert isinstance(event, ReadUpTo)
    assert (event.external_id, event.watermark) == ("m", None)
    assert event.occurred_at == datetime(2025, 11, 18, 10, 0, tzinfo=UTC)


def test_a_story_reply_is_one_even_with_a_picture() -> None:
    (event,) = _parse(
        _item(
            message={
                "mid": "m",
                "attachments": [{"type": "image", "payload": {"url": "https://cdn.test/a"}}],
                "reply_to": {"story": {"id": "5", "url": "https://cdn.test/story"}},
            }
        )
    )
    assert isinstance(event, MessageReceived)
    assert event.content.type is MessageType.STORY_REPLY
    assert [part.is_downloadable for part in event.content.attachments] == [False, True]


def test_comments_of_one_thread_have_one_key() -> None:
    top, reply = _comment(id="1"), _comment(id="2", parent_id="1")
    assert top.thread.key == reply.thread.key == "9:1"


@pytest.mark.parametrize(
    "author",
    [{"id": ACCOUNT}, {"id": "555", "self_ig_scoped_id": "555"}, {"id": "555", "self_ig_scoped_id": ACCOUNT}],
)
def test_our_own_comments_are_flagged(author: dict[str, str]) -> None:
    assert _comment(**{"from": author}).is_ours


@pytest.mark.parametrize("author", [{"id": PERSON}, {"id": PERSON, "self_ig_scoped_id": "555"}])
def test_other_peoples_comments_are_not(author: dict[str, str]) -> None:
    assert not _comment(**{"from": author}).is_ours


def test_a_boosted_posts_second_notice_of_a_comment_has_the_same_key() -> None:
    assert _comment(media={"id": "9"}).event_key == _comment(media={"id": "10", "ad_id": "7"}).event_key


def test_a_bare_comment_names_no_account() -> None:
    body = {"field": "comments", "value": {"id": "1", "text": "hi", "from": {"id": PERSON}}}
    (event,) = INSTAGRAM.parse(json.dumps(body).encode())
    assert isinstance(event, MalformedEvent)
    assert event.address == ""
    assert "for which account" in event.problem


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"field": True, "value": {}},
        {"field": "comments"},
        {"field": "comments", "value": []},
        {"field": "mentions", "value": {}},
    ],
)
def test_odd_changes_are_malformed_under_their_account(change: dict[str, Any]) -> None:
    (event,) = _parse(change, lane="changes")
    assert isinstance(event, MalformedEvent)
    assert event.address == ACCOUNT
