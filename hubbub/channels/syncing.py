"""When platforms are asked about our accounts: every channel once an interval, spread over it."""

from __future__ import annotations

from django.db import transaction

from hubbub.connectors.base import SyncsTemplates
from hubbub.connectors.registry import connector_for
from hubbub.organizations.database import Row, run
from hubbub.organizations.jobs import defer_many
from hubbub.settings.environment import environment

MOST_AT_ONCE = 500
"""Of one minute; who is over has the next."""
PRIORITY = -10
"""Nobody waits for it: files and profiles of customers go first."""
CLAIM = "SELECT * FROM claim_due_syncs(make_interval(mins => %(minutes)s), %(most)s)"


def start_due() -> int:
    """Enqueue the jobs of the channels whose time has come; returns how many channels. For the jobs process.

    The claim and the jobs are one transaction: any number of workers may call this at once, or die in it.
    """
    with transaction.atomic():
        due = run(CLAIM, minutes=environment().channel_sync_minutes, most=MOST_AT_ONCE)
        defer_many("channels.sync_channel", [_ids(row) for row in due], priority=PRIORITY)
        with_templates = [row for row in due if isinstance(connector_for(row["platform"]), SyncsTemplates)]
        defer_many("channels.sync_templates", [_ids(row) for row in with_templates], priority=PRIORITY)
    return len(due)


def _ids(row: Row) -> dict[str, str]:
    return {"organization_id": str(row["organization_id"]), "channel_id": str(row["channel_id"])}
