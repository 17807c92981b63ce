"""Moderation of comments under the Page's posts. https://developers.facebook.com/docs/graph-api/reference/comment"""

from __future__ import annotations

from hubbub.connectors.meta.moderation import Actions

MODERATION: Actions = {
    "hide": ("POST", {"is_hidden": True}),
    "unhide": ("POST", {"is_hidden": False}),
    "delete": ("DELETE", None),
}
"""`hide`: from all but its author and their friends."""
