"""The same change to many conversations, each on its own: what is refused for one holds up none of the others."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from hubbub.conversations.actions import lifecycle
from hubbub.conversations.actions.snoozing import snooze, unsnooze
from hubbub.conversations.lifecycle import LifecycleEvent
from hubbub.conversations.locks import lock_threads
from hubbub.kit.errors import HubbubError, InvalidInput
from hubbub.organizations.access import Principal

MOST = 200
Act = Callable[[Principal, UUID, Any], None]


def _to_status(event: LifecycleEvent) -> Act:
    return lambda principal, conversation_id, _: lifecycle.change_status(principal, conversation_id, event)


ACTIONS: Mapping[str, tuple[type | tuple[type, ...], Act]] = {
    "assign": ((UUID, type(None)), lifecycle.assign),
    "priority": (str, lifecycle.set_priority),
    "label": (str, lambda who, one, value: lifecycle.change_tags(who, one, add=[value], remove=[])),
    "unlabel": (str, lambda who, one, value: lifecycle.change_tags(who, one, add=[], remove=[value])),
    "snooze": ((datetime, type(None)), snooze),
    "unsnooze": (type(None), lambda who, one, _: unsnooze(who, one)),
    "close": (type(None), _to_status(LifecycleEvent.CLOSE)),
    "archive": (type(None), _to_status(LifecycleEvent.ARCHIVE)),
    "reopen": (type(None), _to_status(LifecycleEvent.REOPEN)),
    "read": (type(None), lambda who, one, _: lifecycle.mark_read(who, one)),
    "unread": (type(None), lambda who, one, _: lifecycle.mark_unread(who, one)),
}
"""Action → the type of its value, and what is done. snooze: until a moment, None: until the customer writes."""


def change_many(
    principal: Principal, conversation_ids: Sequence[UUID], action: str, value: object = None
) -> dict[UUID, HubbubError | None]:
    """One result for each conversation, in the order given: None, or why it was refused.

    Raises InvalidInput for an unknown action, or a value of another type than it takes.
    """
    if action not in ACTIONS:
        raise InvalidInput(f"An action is one of {', '.join(ACTIONS)}.")
    taken, act = ACTIONS[action]
    if not isinstance(value, taken):
        raise InvalidInput(f"The value does not fit the action {action}.")
    lock_threads(conversation_ids)
    return {one: _attempt(act, principal, one, value) for one in dict.fromkeys(conversation_ids)}


def _attempt(act: Act, principal: Principal, conversation_id: UUID, value: object) -> HubbubError | None:
    try:
        with transaction.atomic():
            act(principal, conversation_id, value)
    except HubbubError as refused:
        return refused
    return None
