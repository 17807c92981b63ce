"""The log of calls to the platforms: what was asked, what came back, how long it took. No body, no token, no id."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields

from hubbub.kit.ids import new_id
from hubbub.organizations.database import run
from hubbub.outbound.jobs import CallRecord

INSERT = """
INSERT INTO platform_call (id, organization_id, at, channel_id, message_id, platform, purpose, method, endpoint, status,
                           outcome, code, platform_code, trace_id, milliseconds, usage_percent)
SELECT r.id, r.organization_id, statement_timestamp(), r.channel_id, r.message_id, r.platform, r.purpose, r.method,
       r.endpoint, r.status, r.outcome, r.code, r.platform_code, r.trace_id, r.milliseconds, r.usage_percent
  FROM json_to_recordset(%(rows)s::json) AS r (id uuid, organization_id uuid, channel_id uuid, message_id uuid,
       platform text, purpose text, method text, endpoint text, status int, outcome text, code text,
       platform_code text, trace_id text, milliseconds float8, usage_percent int)
"""
NAMES = tuple(field.name for field in fields(CallRecord))


def log_calls(records: Sequence[CallRecord]) -> None:
    """One statement for a batch."""
    if records:
        run(INSERT, [{"id": new_id(), **{name: getattr(record, name) for name in NAMES}} for record in records])
