"""The effects of one turn of a flow on one conversation, in the caller's transaction.

An effect that cannot be had (no such team, a malformed address) changes nothing and is told in a sentence; the others
are carried out, and the run goes on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from django.db import DataError, transaction

from hubbub.automation.effects.person import write_attributes
from hubbub.conversations.actions.lifecycle import set_tags, show_conversation
from hubbub.conversations.locks import lock_threads
from hubbub.conversations.models import Conversation
from hubbub.conversations.satisfaction import on_five, rate
from hubbub.desk.actions.assigning import assign_to_agent, assign_to_team, hand_over
from hubbub.desk.actions.leads import create_lead
from hubbub.flows.engine import (
    AddTag,
    Assign,
    Count,
    CreateLead,
    Effect,
    HandOver,
    RemoveTag,
    RequestHttp,
    Send,
    SetAttribute,
)
from hubbub.kit.errors import HubbubError, InvalidInput
from hubbub.kit.json import JsonValue
from hubbub.organizations.access import Principal
from hubbub.organizations.database import run
from hubbub.organizations.models import Role

LOCK_CONTACTS = """
SELECT k.id FROM contact k
 WHERE k.organization_id = %(organization)s
   AND k.id IN (SELECT c.contact_id FROM conversation c
                 WHERE c.organization_id = %(organization)s AND c.id = ANY(%(ids)s::uuid[]))
 ORDER BY k.id FOR NO KEY UPDATE
"""
HANDED_ON: Final = (Send, Count, RequestHttp)
"""Not carried out here: the caller does, for many conversations at once or outside the transaction."""
OF_PEOPLE: Final = (SetAttribute, CreateLead)
"""What changes a contact, or hangs on it."""
CSAT: Final = "csat"
"""The attribute in which a flow keeps what it was given, 1–5; that is the conversation's satisfaction, too."""


@dataclass(slots=True, kw_only=True)
class Turn:
    """One conversation, the flow that acts in it, and what went wrong so far."""

    principal: Principal
    conversation_id: UUID
    contact_id: UUID | None
    flow_id: UUID
    flow_name: str
    problems: list[str] = field(default_factory=list)

    @property
    def person(self) -> UUID:
        """The contact. Raises InvalidInput in groups, which have none."""
        if self.contact_id is None:
            raise InvalidInput("This conversation is with nobody in particular.")
        return self.contact_id

    def attempt(self, what: str, act: Callable[[], object]) -> None:
        """Carry out one effect; what is refused is undone and noted."""
        try:
            with transaction.atomic():
                act()
        except HubbubError as refused:
            self.problems.append(f"{what}: {refused.sentence}")
        except DataError:
            self.problems.append(f"{what}: the database cannot keep this value.")


def apply_effects(
    organization_id: UUID, conversation_id: UUID, effects: Sequence[Effect], *, flow_id: UUID, flow_name: str = ""
) -> tuple[str, ...]:
    """Carry out everything but Send, Count and RequestHttp, which are the caller's; returns what could not be done, one
    sentence each, fit for people of the team.

    Inside the organisation's transaction. No statement is executed when there is nothing else. Whoever applies the
    effects of several conversations in one transaction calls `lock_for_effects` with all of them first.
    """
    work = [effect for effect in effects if not isinstance(effect, HANDED_ON)]
    if not work:
        return ()
    lock_for_effects(organization_id, {conversation_id: work})
    return tuple(_carry_out(organization_id, conversation_id, work, flow_id, flow_name))


def lock_for_effects(organization_id: UUID, effects: Mapping[UUID, Sequence[Effect]]) -> None:
    """Lock the contacts that these effects will change, then their conversations (the keys), each sorted by id."""
    with_people = [key for key, some in effects.items() if any(isinstance(effect, OF_PEOPLE) for effect in some)]
    if with_people:
        run(LOCK_CONTACTS, organization=organization_id, ids=with_people)
    lock_threads(key for key, some in effects.items() if some)


def _carry_out(
    organization_id: UUID, conversation_id: UUID, effects: Sequence[Effect], flow_id: UUID, flow_name: str
) -> list[str]:
    conversation = Conversation.objects.only("contact_id", "tags").get(id=conversation_id)
    turn = Turn(
        principal=Principal(organization_id=organization_id, role=Role.AGENT, actor_type="flow", actor_id=flow_id),
        conversation_id=conversation_id,
        contact_id=conversation.contact_id,
        flow_id=flow_id,
        flow_name=flow_name,
    )
    _write_attributes(turn, effects)
    _rate(turn, effects)
    _write_tags(turn, conversation.tags, effects)
    for effect in effects:
        if act := ACTS.get(type(effect)):
            act(turn, effect)
    return turn.problems


def _write_attributes(turn: Turn, effects: Sequence[Effect]) -> None:
    """All of them at once; of one name the last value counts."""
    wanted: dict[str, JsonValue] = {one.name: one.value for one in effects if isinstance(one, SetAttribute)}
    if not wanted:
        return
    if turn.contact_id is None:
        turn.problems.append("Set attributes: This conversation is with nobody in particular.")
        return
    write_attributes(turn.principal, turn.contact_id, wanted, turn.attempt)


def _rate(turn: Turn, effects: Sequence[Effect]) -> None:
    """What the customer answered last, when it is a mark."""
    given = [str(one.value).strip() for one in effects if isinstance(one, SetAttribute) and one.name == CSAT]
    mark = on_five(float(given[-1]), CSAT) if given and given[-1].isascii() and given[-1].isdecimal() else None
    if mark is not None:
        rate(
            turn.principal.organization_id,
            turn.conversation_id,
            mark,
            scale=CSAT,
            score=mark,
            flow_id=str(turn.flow_id),
        )
        show_conversation(turn.principal.organization_id, turn.conversation_id)


def _write_tags(turn: Turn, present: Sequence[str], effects: Sequence[Effect]) -> None:
    tags = set(present)
    for effect in effects:
        if isinstance(effect, AddTag):
            tags.add(effect.tag.strip())
        elif isinstance(effect, RemoveTag):
            tags.discard(effect.tag.strip())
    if tags != set(present):
        turn.attempt("Tag", lambda: set_tags(turn.principal, turn.conversation_id, sorted(tags)))


def _assign(turn: Turn, effect: Assign) -> None:
    if effect.team:
        turn.attempt(
            "Assign to a team",
            lambda: assign_to_team(turn.principal, turn.conversation_id, effect.team or "", note=effect.note),
        )
    if effect.agent:
        turn.attempt(
            "Assign to a person", lambda: assign_to_agent(turn.principal, turn.conversation_id, effect.agent or "")
        )


def _hand_over(turn: Turn, effect: HandOver) -> None:
    turn.attempt("Hand over", lambda: hand_over(turn.principal, turn.conversation_id, "human", note=effect.note))


def _create_lead(turn: Turn, effect: CreateLead) -> None:
    turn.attempt(
        "Create a lead",
        lambda: create_lead(
            turn.principal,
            turn.person,
            score=effect.score,
            fields=effect.fields,
            source=turn.flow_name,
            conversation_id=turn.conversation_id,
            flow_id=turn.flow_id,
        ),
    )


ACTS: Mapping[type, Callable[[Turn, Any], None]] = {
    Assign: _assign,
    HandOver: _hand_over,
    CreateLead: _create_lead,
}
"""What is carried out one by one, in order."""
