"""The breaker of each channel: when its platform keeps failing, calls stop, but for a probe every few seconds."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from uuid import UUID

from hubbub.organizations.database import run

OPENS_AFTER = 3
"""Failures in a row."""
PROBE_SECONDS = 5.0

CLAIM_PROBES = """
UPDATE breaker SET next_probe_at = hubbub_now() + make_interval(secs => %(seconds)s), updated_at = hubbub_now()
 WHERE channel_id IN (SELECT channel_id FROM breaker WHERE channel_id = ANY(%(channels)s::uuid[])
                         AND opened_at IS NOT NULL AND next_probe_at <= hubbub_now()
                       ORDER BY channel_id FOR NO KEY UPDATE SKIP LOCKED)
RETURNING channel_id
"""
FAILED = """
INSERT INTO breaker AS b (channel_id, organization_id, failures, opened_at, next_probe_at, updated_at)
SELECT r.channel_id, r.organization_id, r.failures,
       CASE WHEN r.failures >= %(opens_after)s THEN hubbub_now() END,
       CASE WHEN r.failures >= %(opens_after)s THEN hubbub_now() + make_interval(secs => %(seconds)s) END, hubbub_now()
  FROM json_to_recordset(%(rows)s::json) AS r (channel_id uuid, organization_id uuid, failures int)
 ORDER BY r.channel_id
    ON CONFLICT (channel_id) DO UPDATE
   SET failures = b.failures + excluded.failures, updated_at = hubbub_now(),
       opened_at = CASE WHEN b.failures + excluded.failures >= %(opens_after)s
                        THEN coalesce(b.opened_at, hubbub_now()) END,
       next_probe_at = CASE WHEN b.failures + excluded.failures >= %(opens_after)s
                            THEN greatest(b.next_probe_at, hubbub_now() + make_interval(secs => %(seconds)s)) END
RETURNING channel_id, opened_at
"""
WORKED = "DELETE FROM breaker WHERE channel_id = ANY(%(channels)s::uuid[])"


def claim_probes(channels: Collection[UUID]) -> set[UUID]:
    """Of channels whose breaker is open: those on which this sender may make one call now."""
    if not channels:
        return set()
    return {row["channel_id"] for row in run(CLAIM_PROBES, channels=sorted(channels), seconds=PROBE_SECONDS)}


def note_failures(failures: Mapping[UUID, tuple[UUID, int]]) -> set[UUID]:
    """Channel → (organisation, failures in a row). Returns the channels whose breaker is open now."""
    if not failures:
        return set()
    rows = [
        {"channel_id": channel, "organization_id": organization, "failures": count}
        for channel, (organization, count) in failures.items()
    ]
    found = run(FAILED, rows, opens_after=OPENS_AFTER, seconds=PROBE_SECONDS)
    return {row["channel_id"] for row in found if row["opened_at"] is not None}


def note_success(channels: Iterable[UUID]) -> None:
    """These work again."""
    if chosen := sorted(channels):
        run(WORKED, channels=chosen)
