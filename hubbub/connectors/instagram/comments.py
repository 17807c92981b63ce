"""Comments under our posts, reels, ads and live broadcasts, mentions elsewhere, and what we may do about comments.

https://developers.facebook.com/docs/graph-api/webhooks/reference/instagram
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from hubbub.connectors.events import (
    CommentReceived,
    ContactActed,
    Content,
    InboundEvent,
    MessageType,
    Party,
    Thread,
    ThreadType,
)
from hubbub.connectors.meta.envelope import Item, Odd, need_id, need_object
from hubbub.connectors.meta.messaging import JsonObject
from hubbub.connectors.meta.moderation import Actions
from hubbub.kit.clock import from_epoch
from hubbub.kit.json import as_id, as_object, as_text

ParseChange = Callable[[Item, JsonObject], InboundEvent]
"""(the item, its value) → the event."""

MEDIA = {
    "id": "id",
    "media_product_type": "product_type",
    "ad_id": "ad_id",
    "ad_title": "ad_title",
    "original_media_id": "original_id",
}


def _comment(*, is_live: bool) -> ParseChange:
    def parse(item: Item, value: JsonObject) -> InboundEvent:
        # One example page prints comment_id where the reference has id.
        comment_id = need_id(value.get("id") or value.get("comment_id"), "comment id")
        author = need_object(value.get("from"), "from")
        author_id = need_id(author.get("id"), "from.id")
        parent_id = as_id(value.get("parent_id"))
        media = _media(value)
        extra: JsonObject = {"media": media} if media else {}
        if is_live:
            extra["is_live"] = True
        return CommentReceived(
            address=item.address,
            # Boosted posts tell of the same comment several times; live ones could come under both fields.
            event_key=f"comment:{comment_id}:added",
            occurred_at=from_epoch(item.time),
            raw=item.raw,
            sender=Party(external_id=author_id, username=as_text(author.get("username"), limit=255)),
            thread=Thread(type=ThreadType.PUBLIC, key=f"{media.get('id', '')}:{parent_id or comment_id}"),
            external_id=comment_id,
            verb="added",
            content=Content(
                type=MessageType.COMMENT,
                text=as_text(value.get("text")),
                reply_to_external_id=parent_id,
                extra=extra,
            ),
            is_ours=_is_ours(item.address, author_id, author),
        )

    return parse


def _media(value: JsonObject) -> JsonObject:
    media = as_object(value.get("media")) or {}
    return {ours: text for theirs, ours in MEDIA.items() if (text := as_text(media.get(theirs), limit=500))}


def _is_ours(address: str, author_id: str, author: Mapping[str, object]) -> bool:
    """Our own comments come back too: under our id, or under the id that we have as a person."""
    own_id = as_id(author.get("self_ig_scoped_id"))
    return author_id == address or (own_id is not None and own_id in (author_id, address))


def _mention(item: Item, value: JsonObject) -> InboundEvent:
    """Somebody named us under (or in) a post that is not ours: who and what is not told."""
    media_id, comment_id = as_id(value.get("media_id")), as_id(value.get("comment_id"))
    if media_id is None and comment_id is None:
        raise Odd("The mention names neither a post nor a comment.")
    extra: JsonObject = {name: found for name, found in (("media_id", media_id), ("comment_id", comment_id)) if found}
    return ContactActed(
        address=item.address,
        event_key=f"mention:{media_id or ''}:{comment_id or ''}",
        occurred_at=from_epoch(item.time),
        raw=item.raw,
        sender=None,
        action="mentioned",
        sentence="Somebody mentioned this account in a comment." if comment_id else "A post mentions this account.",
        extra=extra,
    )


CHANGES: dict[str, ParseChange] = {
    "comments": _comment(is_live=False),
    "live_comments": _comment(is_live=True),
    "mentions": _mention,
}


# --- Moderation: https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-comment -----

MODERATION: Actions = {
    "hide": ("POST", {"hide": True}),
    "unhide": ("POST", {"hide": False}),
    "delete": ("DELETE", None),
}
