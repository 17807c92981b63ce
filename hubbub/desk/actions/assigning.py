"""Whose conversation it is: a team's, a person's, a machine's. Teams and people are named as flows name them."""

from __future__ import annotations

from uuid import UUID

from hubbub.conversations.actions.lifecycle import assign, lock_conversation, set_handover
from hubbub.conversations.models import Conversation
from hubbub.desk.actions.teams import lock_team
from hubbub.desk.models import Team, TeamAssignment
from hubbub.desk.queries.teams import find_agents, find_team, present_members
from hubbub.kit import clock
from hubbub.kit.errors import InvalidInput, NotFound
from hubbub.organizations.access import Principal
from hubbub.organizations.actions import audit
from hubbub.organizations.database import run
from hubbub.organizations.screens import ScreenEvent, emit

LONGEST_NOTE = 1000
HANDOVER = "handover"
"""The key in a conversation's metadata: {"to", "note", "at", "by"}."""
WAKE = """
UPDATE automation_lane SET due_at = least(due_at, hubbub_now()) WHERE conversation_id = %(conversation)s
"""
ASSIGN_TEAM = """
INSERT INTO team_assignment (conversation_id, organization_id, team_id, note, assigned_at)
VALUES (%(conversation)s, %(organization)s, %(team)s, %(note)s, hubbub_now())
    ON CONFLICT (conversation_id) DO UPDATE SET team_id = excluded.team_id, note = excluded.note,
       assigned_at = excluded.assigned_at
"""


def assign_to_team(principal: Principal, conversation_id: UUID, team: str, *, note: str = "") -> UUID | None:
    """Give a conversation to the team of this name or id, and to its member with the fewest open conversations.

    Whoever of the team has it keeps it. Returns the member; None when nobody is present: then it waits for the team.
    Raises NotFound for the conversation, InvalidInput when there is no such active team.
    """
    found = find_team(principal.organization_id, team)
    if found is None:
        raise InvalidInput(f"There is no team called {_shown(team)}.", code="unknown_team")
    if not found.is_active:
        raise InvalidInput(f"The team {_shown(found.name)} takes no new conversations.", code="team_inactive")
    return _give_to_team(principal, lock_conversation(principal.organization_id, conversation_id), found, note)


def _give_to_team(principal: Principal, conversation: Conversation, team: Team, note: str) -> UUID | None:
    run(
        ASSIGN_TEAM,
        conversation=conversation.id,
        organization=conversation.organization_id,
        team=team.id,
        note=note[:LONGEST_NOTE],
    )
    audit(principal, conversation.organization_id, "team_assigned", "conversation", conversation.id, team=str(team.id))
    present = present_members(team, conversation.id)
    chosen = conversation.assigned_to_id if conversation.assigned_to_id in present else next(iter(present), None)
    assign(principal, conversation.id, chosen)
    return chosen


def assign_to_agent(principal: Principal, conversation_id: UUID, agent: str) -> UUID:
    """Give a conversation to one person: by id, user name, e-mail address or full name. Returns the person.

    Raises NotFound for the conversation, InvalidInput when nobody or several people are called that.
    """
    found = find_agents(principal.organization_id, agent)
    if not found:
        raise InvalidInput(f"Nobody of the team is called {_shown(agent)}.", code="unknown_agent")
    if len(found) > 1:
        raise InvalidInput(f"Several people are called {_shown(agent)}: use the user name.", code="ambiguous_agent")
    assign(principal, conversation_id, found[0])
    return found[0]


def leave_team(principal: Principal, team_id: UUID, conversation_id: UUID) -> None:
    """The conversation belongs to the team no more; whoever has it keeps it. Raises NotFound."""
    lock_conversation(principal.organization_id, conversation_id)
    removed, _ = TeamAssignment.objects.filter(conversation_id=conversation_id, team_id=team_id).delete()
    if not removed:
        raise NotFound("This conversation is not one of that team's.")
    audit(principal, principal.organization_id, "team_left", "conversation", conversation_id, team=str(team_id))
    _show(principal.organization_id, conversation_id)


def give_to_team(principal: Principal, team_id: UUID, conversation_id: UUID, *, note: str = "") -> UUID | None:
    """As `assign_to_team`, by the team's id. Raises NotFound for both."""
    team = lock_team(principal.organization_id, team_id)
    if not team.is_active:
        raise InvalidInput(f"The team {_shown(team.name)} takes no new conversations.", code="team_inactive")
    return _give_to_team(principal, lock_conversation(principal.organization_id, conversation_id), team, note)


def hand_over(principal: Principal, conversation_id: UUID, to: str, *, note: str = "") -> None:
    """Who answers from now on: flow, ai or human. A note for the person stays with the conversation while they have it.

    Shown, audited and counted once: handing over to who has it already changes the note only. Raises NotFound.
    """
    conversation = lock_conversation(principal.organization_id, conversation_id)
    is_new = conversation.handover != to
    if is_new or note:
        _leave_note(conversation, principal, to, note[:LONGEST_NOTE])
    if is_new:
        set_handover(principal, conversation_id, to)
        _wake(conversation_id, to)
    elif note:
        _show(principal.organization_id, conversation_id)


def _wake(conversation_id: UUID, to: str) -> None:
    """Automation looks at a conversation that is given back: a flow may go on where it stopped."""
    if to != "human":
        run(WAKE, conversation=conversation_id)


def _leave_note(conversation: Conversation, principal: Principal, to: str, note: str) -> None:
    kept = {name: value for name, value in conversation.metadata.items() if name != HANDOVER}
    if to == "human":
        kept[HANDOVER] = {"to": to, "note": note, "at": clock.now().isoformat(), "by": principal.actor_type}
    if kept != conversation.metadata:
        conversation.metadata = kept
        conversation.save(update_fields=["metadata", "updated_at"])


def _show(organization_id: UUID, conversation_id: UUID) -> None:
    emit(
        [
            ScreenEvent(
                organization_id=organization_id,
                kind="conversation.changed",
                subject_id=conversation_id,
                conversation_id=conversation_id,
            )
        ]
    )


def _shown(name: str) -> str:
    """A name from a flow's definition, fit for a sentence."""
    return repr(" ".join(name.split())[:100])
