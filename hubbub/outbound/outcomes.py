"""Everything that a batch of finished calls changes, in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from hubbub.connectors.outcomes import ErrorCode
from hubbub.outbound.calllog import log_calls
from hubbub.outbound.consequences import keep_allowances, note_health
from hubbub.outbound.jobs import Called, UsedHandle
from hubbub.outbound.judging import judge_call, judge_refused, judge_upload
from hubbub.outbound.prepare import Refused
from hubbub.outbound.settle import Judged, in_transaction, settle
from hubbub.outbound.uploads import Uploaded, drop_handles, keep_handles


def write_outcomes(done: Sequence[Called | Uploaded], refused: Sequence[Refused], failing: set[UUID]) -> None:
    """Judge and write. `failing`: the channels whose calls failed lately; kept up to date here."""
    called = [one for one in done if isinstance(one, Called)]
    uploaded = [one for one in done if isinstance(one, Uploaded)]
    in_transaction(lambda: _write(called, uploaded, refused, failing))


def _write(
    called: Sequence[Called], uploaded: Sequence[Uploaded], refused: Sequence[Refused], failing: set[UUID]
) -> None:
    opened = note_health(called, failing)
    judged = [judge_call(one, is_breaker_open=one.ready.channel.id in opened) for one in called]
    judged += [judge_upload(one) for one in uploaded if one.outcome is not None]
    judged += [judge_refused(one) for one in refused]
    settle(judged)
    keep_allowances(called, judged)
    keep_handles(uploaded)
    drop_handles(_forgotten_handles(called, judged))
    log_calls([one.record for one in called] + [record for one in uploaded for record in one.records])


def _forgotten_handles(called: Sequence[Called], judged: Sequence[Judged]) -> list[tuple[UUID, UsedHandle]]:
    expired = {one.leased.message_id for one in judged if one.verdict.code == ErrorCode.MEDIA_EXPIRED}
    return [
        (one.ready.channel.id, handle)
        for one in called
        if one.ready.leased.message_id in expired
        for handle in one.ready.handles
    ]
