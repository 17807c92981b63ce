"""Every pair of state and event, walked through the database and the API's own actions."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from hubbub.conversations.actions.lifecycle import become, change_status, lock_conversation
from hubbub.conversations.lifecycle import (
    TRANSITIONS,
    Become,
    BeginAnother,
    LifecycleEvent,
    Refuse,
    Stay,
    customer_wrote,
    transition,
)
from hubbub.conversations.models import Conversation, ConversationStatus
from hubbub.kit.errors import Conflict
from hubbub.organizations.access import Principal
from hubbub.organizations.models import Role
from hubbub.organizations.scope import organization_scope
from tests.support.talk import Talk, make_talk

pytestmark = pytest.mark.usefixtures("database")

PAIRS = [(status, event) for status in ConversationStatus for event in LifecycleEvent]
BY_HAND = (LifecycleEvent.CLOSE, LifecycleEvent.ARCHIVE, LifecycleEvent.REOPEN)


def test_the_table_knows_every_pair_and_no_other() -> None:
    assert set(TRANSITIONS) == set(PAIRS)


@pytest.mark.parametrize(("status", "event"), PAIRS, ids=lambda one: str(one))
def test_a_refusal_has_a_sentence_and_everything_else_an_outcome(
    status: ConversationStatus, event: LifecycleEvent
) -> None:
    wanted = TRANSITIONS[status, event]
    if isinstance(wanted, Refuse):
        with pytest.raises(Conflict, match=r"\w+ .+\."):
            transition(status, event)
    else:
        assert transition(status, event) == wanted


@pytest.mark.parametrize("status", list(ConversationStatus), ids=str)
@pytest.mark.parametrize("event", BY_HAND, ids=str)
def test_what_people_do_ends_where_the_table_says(status: ConversationStatus, event: LifecycleEvent) -> None:
    talk = make_talk("hello")
    conversation = _in_status(talk, status)
    principal = Principal(
        organization_id=talk.tenant.id, role=Role.OWNER, actor_type="api_key", actor_id=conversation.id
    )
    wanted = TRANSITIONS[status, event]
    with organization_scope(talk.tenant.id):
        if isinstance(wanted, Refuse):
            with pytest.raises(Conflict):
                change_status(principal, conversation.id, event)
        else:
            change_status(principal, conversation.id, event)
        after = Conversation.objects.get(id=conversation.id).status
    assert after == (wanted.status if isinstance(wanted, Become) else status)


@pytest.mark.parametrize("status", list(ConversationStatus), ids=str)
def test_what_a_customer_writes_ends_where_the_table_says(status: ConversationStatus) -> None:
    talk = make_talk("hello")
    before = _in_status(talk, status)
    talk.says("again", second=60)
    wanted = TRANSITIONS[status, LifecycleEvent.CUSTOMER_WROTE]
    newest = talk.conversation()
    if isinstance(wanted, BeginAnother):
        assert newest.id != before.id
    else:
        assert newest.id == before.id
        assert newest.status == (wanted.status if isinstance(wanted, Become) else status)
        assert isinstance(wanted, Become | Stay)


def test_a_message_after_the_reopening_time_is_late() -> None:
    closed = datetime(2026, 1, 1, tzinfo=UTC)
    for hours, wanted in ((71, LifecycleEvent.CUSTOMER_WROTE), (73, LifecycleEvent.CUSTOMER_WROTE_LATE)):
        assert customer_wrote(closed, closed + timedelta(hours=hours), 72) is wanted


def _in_status(talk: Talk, status: ConversationStatus) -> Conversation:
    with organization_scope(talk.tenant.id):
        conversation = lock_conversation(talk.tenant.id, talk.conversation().id)
        if status != conversation.status:
            become(conversation, status)
    return talk.conversation()
