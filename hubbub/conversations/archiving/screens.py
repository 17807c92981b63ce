"""Screens that show a conversation ask again when it goes or comes, and learn where it is."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from hubbub.organizations.screens import ScreenEvent, emit


def show(organization_id: UUID, conversation_ids: Iterable[UUID]) -> None:
    """These conversations have moved."""
    emit(
        [
            ScreenEvent(
                organization_id=organization_id, kind="conversation.changed", subject_id=one, conversation_id=one
            )
            for one in conversation_ids
        ]
    )
