"""Making and changing labels, and with them conversations' tags. In the caller's transaction, shown and audited."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from hubbub.conversations.actions.lifecycle import show_conversation
from hubbub.conversations.locks import lock_threads
from hubbub.desk.models import Label
from hubbub.kit.errors import Conflict, InvalidInput, NotFound
from hubbub.organizations.access import Principal
from hubbub.organizations.actions import audit
from hubbub.organizations.database import run
from hubbub.organizations.jobs import defer
from hubbub.organizations.scope import organization_scope
from hubbub.organizations.screens import ScreenEvent, emit

MOST_LABELS = 500
PORTION = 500
COLOR = re.compile(r"#[0-9a-fA-F]{6}")
TAGGED = """
SELECT conversation_id FROM conversation_tag WHERE organization_id = %(organization)s AND tag = %(tag)s
 ORDER BY conversation_id LIMIT %(portion)s
"""
RETAG = """
UPDATE conversation c
   SET tags = (SELECT coalesce(jsonb_agg(DISTINCT n.tag ORDER BY n.tag), '[]')
                 FROM (SELECT nullif(CASE t WHEN %(old)s THEN %(new)s ELSE t END, '') AS tag
                         FROM jsonb_array_elements_text(c.tags) t) n
                WHERE n.tag IS NOT NULL),
       updated_at = hubbub_now()
 WHERE c.organization_id = %(organization)s AND c.id = ANY(%(ids)s::uuid[])
"""
"""An empty new name takes the tag away."""


def create_label(principal: Principal, *, name: str, color: str, description: str = "") -> Label:
    """A new label. Raises Conflict (`label_exists`) when the name is taken, in any case; InvalidInput."""
    if Label.objects.filter(organization_id=principal.organization_id).count() >= MOST_LABELS:
        raise InvalidInput(f"There are at most {MOST_LABELS} labels.")
    values = {"name": _name(name), "color": _color(color), "description": description}
    label = Label(organization_id=principal.organization_id, **values)
    _save(label)
    _changed(principal, label.id, "label_created")
    return label


def change_label(principal: Principal, label_id: UUID, values: Mapping[str, Any]) -> None:
    """Change name, color, description; conversations follow a new name. Raises NotFound, InvalidInput, Conflict."""
    label = _lock(principal.organization_id, label_id)
    before = label.name
    for name, value in values.items():
        setattr(label, name, CLEAN.get(name, str)(value))
    _save(label)
    _changed(principal, label_id, "label_changed", fields=[*sorted(values)])
    if label.name != before:
        rename_tag(principal.organization_id, before, label.name)


def delete_label(principal: Principal, label_id: UUID) -> None:
    """Remove a label, also from the conversations that have it. Raises NotFound."""
    label = _lock(principal.organization_id, label_id)
    label.delete()
    _changed(principal, label_id, "label_deleted")
    rename_tag(principal.organization_id, label.name, "")


def rename_tag(organization_id: UUID, old: str, new: str) -> None:
    """Give the conversations with one tag another one; none, where `new` is empty. 500 now, others by a job."""
    with organization_scope(organization_id):
        values: dict[str, Any] = {"organization": organization_id, "tag": old, "portion": PORTION}
        ids = [row["conversation_id"] for row in run(TAGGED, **values)]
        lock_threads(ids)
        run(RETAG, organization=organization_id, ids=ids, old=old, new=new)
        for conversation_id in ids:
            show_conversation(organization_id, conversation_id)
        if len(ids) == PORTION:
            defer("desk.rename_tag", organization_id=str(organization_id), old=old, new=new)


def _lock(organization_id: UUID, label_id: UUID) -> Label:
    found = Label.objects.select_for_update(no_key=True).filter(organization_id=organization_id, id=label_id).first()
    if found is None:
        raise NotFound("There is no such label.")
    return found


def _name(name: str) -> str:
    cleaned = " ".join(name.split())
    if not cleaned:
        raise InvalidInput("A label needs a name.")
    return cleaned


def _color(color: str) -> str:
    if not COLOR.fullmatch(color):
        raise InvalidInput("A colour is written as #rrggbb.")
    return color.lower()


CLEAN: Mapping[str, Any] = {"name": _name, "color": _color}


def _save(label: Label) -> None:
    try:
        with transaction.atomic():
            label.save()
    except IntegrityError:
        raise Conflict("There is a label of this name already.", code="label_exists") from None


def _changed(principal: Principal, label_id: UUID, action: str, **data: Any) -> None:
    audit(principal, principal.organization_id, action, "label", label_id, **data)
    emit([ScreenEvent(organization_id=principal.organization_id, kind="label.changed", subject_id=label_id)])
