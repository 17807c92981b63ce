"""Canned replies: the team's, and one's own. In the caller's transaction, shown and audited."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from hubbub.desk.actions.owning import lock_own, owner_for
from hubbub.desk.models import CannedReply
from hubbub.kit.errors import Conflict, InvalidInput
from hubbub.organizations.access import Principal
from hubbub.organizations.actions import audit
from hubbub.organizations.screens import ScreenEvent, emit

MOST = 1000
SHORTCUT = re.compile(r"[\w.-]{1,50}")


def create_reply(principal: Principal, *, shortcut: str, title: str, text: str, is_shared: bool) -> CannedReply:
    """A new one. Raises Conflict (`shortcut_exists`), InvalidInput, NotAllowed for the team's."""
    if CannedReply.objects.filter(organization_id=principal.organization_id).count() >= MOST:
        raise InvalidInput(f"There are at most {MOST} canned replies.")
    reply = CannedReply(
        organization_id=principal.organization_id,
        owner_id=owner_for(principal, is_shared=is_shared),
        shortcut=_shortcut(shortcut),
        title=title,
        text=_text(text),
    )
    _save(reply)
    _changed(principal, reply, "canned_reply_created")
    return reply


def change_reply(principal: Principal, reply_id: UUID, values: Mapping[str, Any]) -> None:
    """Change shortcut, title, text, is_shared. Raises NotFound, NotAllowed, InvalidInput, Conflict."""
    reply = lock_own(CannedReply, principal, reply_id, "There is no such canned reply.")
    given = dict(values)
    if "is_shared" in given:
        reply.owner_id = owner_for(principal, is_shared=given.pop("is_shared"))
    for name, value in given.items():
        setattr(reply, name, CLEAN.get(name, str)(value))
    _save(reply)
    _changed(principal, reply, "canned_reply_changed")


def delete_reply(principal: Principal, reply_id: UUID) -> None:
    """Remove it. Raises NotFound, NotAllowed."""
    reply = lock_own(CannedReply, principal, reply_id, "There is no such canned reply.")
    CannedReply.objects.filter(id=reply_id).delete()
    _changed(principal, reply, "canned_reply_deleted")


def _shortcut(shortcut: str) -> str:
    cleaned = shortcut.strip().lstrip("/")
    if not SHORTCUT.fullmatch(cleaned):
        raise InvalidInput("A shortcut has letters, digits, dots, dashes and underscores only, 50 at most.")
    return cleaned


def _text(text: str) -> str:
    if not text.strip():
        raise InvalidInput("A canned reply needs a text.")
    return text


CLEAN: Mapping[str, Any] = {"shortcut": _shortcut, "text": _text}


def _save(reply: CannedReply) -> None:
    try:
        with transaction.atomic():
            reply.save()
    except IntegrityError:
        raise Conflict("This shortcut is taken already.", code="shortcut_exists") from None


def _changed(principal: Principal, reply: CannedReply, action: str) -> None:
    audit(principal, principal.organization_id, action, "canned_reply", reply.id)
    emit([ScreenEvent(organization_id=principal.organization_id, kind="canned_reply.changed", subject_id=reply.id)])
