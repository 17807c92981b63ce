"""From what a client asks of a list of conversations to what is looked up; what saved views count."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from pydantic import ValidationError

from hubbub.api.schemas.conversations import ConversationFilters
from hubbub.conversations import listing
from hubbub.desk.queries import own
from hubbub.kit.errors import InvalidInput
from hubbub.organizations.access import Principal

NOBODY = UUID(int=0)
"""Whoever asks with a machine's key has no conversations and no mentions."""
KEPT = ConversationFilters.model_fields.keys() - {"limit", "cursor"}
MOST_COUNTED = 20


def wanted_of(principal: Principal, filters: ConversationFilters) -> listing.Wanted:
    """The list that somebody asks for: `me` is whoever asks."""
    chosen = filters.model_dump(exclude={"cursor", "limit", "sort", "with_snoozed", "mentions", "label"})
    chosen["tag"] = filters.tag or filters.label
    me = principal.user_id or NOBODY
    chosen["assigned_to"] = me if filters.assigned_to == "me" else filters.assigned_to
    chosen["mentioned"] = me if filters.mentions == "me" else None
    chosen["unseen_by"] = me if filters.mentions == "unseen" else None
    return listing.Wanted(
        organization_id=principal.organization_id,
        limit=filters.limit,
        cursor=filters.cursor,
        sort=filters.sort,
        with_snoozed=filters.with_snoozed,
        filters=chosen,
    )


def count_views(principal: Principal) -> dict[str, int]:
    """How many conversations the first twenty views have, by their id, at most 1,000 each."""
    kept = {str(row["id"]): row["filters"] for row in own.list_views(principal)[:MOST_COUNTED]}
    wanted = {key: ConversationFilters.model_validate(filters) for key, filters in kept.items()}
    return {key: listing.count_conversations(wanted_of(principal, one)) for key, one in wanted.items()}


def checked_filters(filters: Mapping[str, Any]) -> dict[str, Any]:
    """The filters as the list takes them. Raises InvalidInput."""
    unknown = sorted(filters.keys() - KEPT)
    if unknown:
        raise InvalidInput(f"Conversations have no filter {unknown[0][:80]!r}.")
    try:
        found = ConversationFilters.model_validate(dict(filters))
    except ValidationError as fault:
        place = fault.errors(include_input=False, include_url=False)[0]["loc"]
        raise InvalidInput(f"The filter {place[0] if place else ''} has a value that it does not take.") from None
    return found.model_dump(mode="json", exclude_unset=True, exclude_none=True)
