"""Conversations that nobody works in any more, and the archive that takes them."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from hubbub.conversations.actions.lifecycle import change_status
from hubbub.conversations.archiving import media, moving
from hubbub.conversations.lifecycle import LifecycleEvent
from hubbub.kit import clock
from hubbub.organizations.access import Principal
from hubbub.organizations.database import run
from hubbub.organizations.models import Role
from hubbub.organizations.scope import organization_scope
from tests.support.factories import Tenant
from tests.support.people import make_member, principal_of
from tests.support.talk import Talk, make_talk


def later(days: int = 400) -> datetime:
    """A time at which everything of today is old."""
    return clock.now() + timedelta(days=days)


def boss_of(tenant: Tenant) -> Principal:
    """A new manager."""
    return principal_of(tenant, make_member(tenant, Role.MANAGER))


def settle_automation(talk: Talk) -> None:
    """Nobody is still to answer."""
    conversation = talk.conversation().id
    with organization_scope(talk.tenant.id):
        run("DELETE FROM automation_item WHERE conversation_id = %(id)s", id=conversation)
        run("DELETE FROM automation_lane WHERE conversation_id = %(id)s", id=conversation)


def close(talk: Talk) -> None:
    """The newest conversation of it."""
    with organization_scope(talk.tenant.id):
        change_status(boss_of(talk.tenant), talk.conversation().id, LifecycleEvent.CLOSE)


def closed(*texts: str, tenant: Tenant | None = None) -> Talk:
    """A conversation that may be archived."""
    talk = make_talk(*texts, tenant=tenant)
    settle_automation(talk)
    close(talk)
    return talk


def archive(tenant: Tenant, *, at_once: int = moving.AT_ONCE) -> int:
    """As the command does, with everything that may go; returns how many went."""
    moved = sum(moving.archive_old(tenant.id, later(), at_once=at_once))
    list(media.settle(tenant.id))
    return moved


def archived_conversation(tenant: Tenant) -> UUID:
    """The id of one that lies in the archive."""
    conversation = closed("long ago", tenant=tenant).conversation().id
    archive(tenant)
    return conversation
