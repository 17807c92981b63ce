"""Reading how somebody wants to be told, and their devices."""

from __future__ import annotations

from uuid import UUID

from hubbub.organizations.database import Row, run

PREFERENCES = """
SELECT p.channel_id, p.in_app, p.push, p.email FROM notification_preference p
 WHERE p.organization_id = %(organization)s AND p.user_id = %(user)s ORDER BY p.channel_id NULLS FIRST
"""
DEVICES = """
SELECT s.id, s.label, s.created_at, s.used_at FROM push_subscription s
 WHERE s.organization_id = %(organization)s AND s.user_id = %(user)s ORDER BY s.created_at DESC, s.id DESC
"""
DEFAULT: Row = {"channel_id": None, "in_app": True, "push": True, "email": False}


def list_preferences(organization_id: UUID, user_id: UUID | None) -> list[Row]:
    """The line of all channels first, also when the person never chose; then those of single channels."""
    rows = run(PREFERENCES, organization=organization_id, user=user_id)
    return rows if any(row["channel_id"] is None for row in rows) else [dict(DEFAULT), *rows]


def list_devices(organization_id: UUID, user_id: UUID | None) -> list[Row]:
    """Newest first, without their addresses."""
    return run(DEVICES, organization=organization_id, user=user_id)
