"""Who stands behind a browser's session, and who may still look on. Called in threads, with Django's connection."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import wraps
from types import SimpleNamespace
from typing import Any, ParamSpec, TypeVar
from uuid import UUID

from django.contrib.auth import get_user
from django.contrib.sessions.backends.db import SessionStore
from django.db import close_old_connections, transaction

from hubbub.organizations.database import run
from hubbub.organizations.models import Membership, User
from hubbub.organizations.scope import enter, organization_scope

P = ParamSpec("P")
R = TypeVar("R")

LONGEST_KEY = 40
LIVE_SESSIONS = """
SELECT session_key FROM django_session WHERE session_key = ANY(%(keys)s) AND expire_date > now()
"""
LIVE_USERS = "SELECT id, password FROM hubbub_user WHERE id = ANY(%(users)s::uuid[]) AND is_active"
LIVE_MEMBERS = """
SELECT user_id FROM membership
 WHERE organization_id = %(organization)s AND is_active AND user_id = ANY(%(users)s::uuid[])
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A member of an organisation, signed in by one session."""

    user_id: UUID
    name: str
    organization_id: UUID
    session_key: str
    password_digest: bytes
    """A new password ends old sessions."""


def with_connection(work: Callable[P, R]) -> Callable[P, R]:
    """Gives the thread's connection back when the work is done."""

    @wraps(work)
    def done(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return work(*args, **kwargs)
        finally:
            close_old_connections()

    return done


@with_connection
def person_of(session_key: str) -> Person | None:
    """Whoever signed in with this session and belongs to an organisation."""
    if not 0 < len(session_key) <= LONGEST_KEY or not session_key.isalnum():
        return None
    request: Any = SimpleNamespace(session=SessionStore(session_key))
    user = get_user(request)
    if not isinstance(user, User):
        return None
    with transaction.atomic():
        enter(user=user.id)
        membership = Membership.objects.filter(user=user, is_active=True).order_by("created_at").first()
    if membership is None:
        return None
    return Person(
        user_id=user.id,
        name=user.get_full_name() or user.username,
        organization_id=membership.organization_id,
        session_key=session_key,
        password_digest=_digest(user.password),
    )


@with_connection
def gone_among(people: Iterable[Person]) -> set[Person]:
    """Those whose session, account or membership has ended, or whose password is another now."""
    people = set(people)
    sessions = {row["session_key"] for row in run(LIVE_SESSIONS, keys=[one.session_key for one in people])}
    users = {row["id"]: _digest(row["password"]) for row in run(LIVE_USERS, users=[one.user_id for one in people])}
    members = _members(people)
    return {
        one
        for one in people
        if one.session_key not in sessions
        or users.get(one.user_id) != one.password_digest
        or (one.organization_id, one.user_id) not in members
    }


def _members(people: set[Person]) -> set[tuple[UUID, UUID]]:
    found: set[tuple[UUID, UUID]] = set()
    for organization in {one.organization_id for one in people}:
        users = [one.user_id for one in people if one.organization_id == organization]
        with organization_scope(organization):
            rows = run(LIVE_MEMBERS, organization=organization, users=users)
        found |= {(organization, row["user_id"]) for row in rows}
    return found


def _digest(password: str) -> bytes:
    return hashlib.sha256(password.encode()).digest()[:16]
