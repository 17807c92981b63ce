"""Reading working hours."""

from __future__ import annotations

from uuid import UUID

from hubbub.organizations.database import Row, run

HOURS = """
SELECT w.channel_id, w.hours FROM working_hours w
 WHERE w.organization_id = %(organization)s ORDER BY w.channel_id NULLS FIRST
"""


def list_hours(organization_id: UUID) -> list[Row]:
    """The organisation's (`channel_id` None) first, then those of channels."""
    return run(HOURS, organization=organization_id)
