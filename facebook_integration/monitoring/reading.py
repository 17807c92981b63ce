"""Reads the figures of an organisation's Pages inside its own scope: a handful of statements, however many Pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast
from uuid import UUID

from facebook_integration.mapping.table import PAGE_STATUS
from facebook_integration.monitoring import sql
from facebook_integration.monitoring.alerts import alerts_of
from facebook_integration.monitoring.figures import (
    Api,
    Bucket,
    Connection,
    Delivery,
    Engagement,
    ErrorLine,
    FlowLine,
    Flows,
    PageFigures,
    Report,
    Satisfaction,
    Status,
    StepLine,
    UserLine,
    Volume,
    Webhooks,
)
from hubbub.channels.models import Channel, ChannelStatus
from hubbub.flows.queries import flow_counts, summarize_flows
from hubbub.kit import clock
from hubbub.organizations.database import Row, run
from hubbub.organizations.models import Organization
from hubbub.organizations.scope import organization_scope

PARTS = 12
MOST_USERS = 10
WAITING = ("queued", "sending")
LEFT_US = ("sent", "delivered", "read")
CONFIRMED = ("delivered", "read")
LOST = ("failed", "unknown")

Grouped = Mapping[UUID, Sequence[Row]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What to show beside the figures that are always there."""

    hours: int = 24
    errors: bool = False
    flows: bool = False
    users: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What the statements gave, by Page."""

    messages: Grouped
    webhooks: Grouped
    calls: Grouped
    people: Grouped
    new_people: Grouped
    open: Grouped
    facts: Grouped
    runs: Grouped
    errors: Grouped
    users: Grouped


def report(organization_id: UUID, pages: Sequence[Channel], wanted: Wanted) -> Report:
    """The figures of these Pages over the last `wanted.hours`, in one transaction."""
    now = clock.now()
    length = timedelta(hours=wanted.hours)
    given = {
        "organization": organization_id,
        "pages": [page.id for page in pages],
        "now": now,
        "since": now - length,
        "previous": now - 2 * length,
        "parts": PARTS,
        "most": MOST_USERS,
    }
    with organization_scope(organization_id):
        found = _read(given, wanted)
        figures = [_page(page, found, given, wanted) for page in pages]
        slug = Organization.objects.get(id=organization_id).slug
    return Report(organization=slug, generated_at=now, since=now - length, hours=wanted.hours, pages=figures)


def _read(given: Mapping[str, Any], wanted: Wanted) -> Found:
    def rows(statement: str, is_wanted: bool = True) -> Grouped:
        grouped: dict[UUID, list[Row]] = {}
        for row in run(statement, **given) if is_wanted else ():
            grouped.setdefault(row.pop("channel_id"), []).append(row)
        return grouped

    return Found(
        messages=rows(sql.MESSAGES),
        webhooks=rows(sql.WEBHOOKS),
        calls=rows(sql.CALLS),
        people=rows(sql.PEOPLE),
        new_people=rows(sql.NEW_PEOPLE),
        open=rows(sql.OPEN),
        facts=rows(sql.FACTS),
        runs=rows(sql.RUNS),
        errors=rows(sql.ERRORS, wanted.errors),
        users=rows(sql.USERS, wanted.users),
    )


def _page(page: Channel, found: Found, given: Mapping[str, Any], wanted: Wanted) -> PageFigures:
    connection = _connection(page)
    delivery = _delivery(found.messages.get(page.id, ()))
    webhooks = _webhooks(_only(found.webhooks, page.id))
    api = _api(page, _only(found.calls, page.id))
    volume = _volume(found.messages.get(page.id, ()), given)
    return PageFigures(
        id=page.id,
        page_id=page.external_id,
        name=page.name,
        connection=connection,
        delivery=delivery,
        webhooks=webhooks,
        api=api,
        volume=volume,
        engagement=_engagement(page.id, found, volume),
        flows=_flows(_only(found.runs, page.id)),
        satisfaction=_satisfaction(found.facts.get(page.id, ())),
        alerts=alerts_of(connection, delivery, webhooks, api, volume),
        errors=[ErrorLine(**row) for row in found.errors.get(page.id, ())] if wanted.errors else None,
        flow_list=_flow_list(page) if wanted.flows else None,
        users=[UserLine(**_without(row, "place")) for row in found.users.get(page.id, ())] if wanted.users else None,
    )


def _connection(page: Channel) -> Connection:
    return Connection(
        status=cast(Status, PAGE_STATUS[page.status]),
        is_connected=page.status == ChannelStatus.CONNECTED,
        is_active=page.is_active,
        is_subscribed=page.is_subscribed,
        reason=page.status_reason,
        connected_at=page.connected_at,
        last_sync_at=page.last_sync_at,
        token_expires_at=page.token_expires_at,
        last_error_at=page.last_error_at,
        last_error=page.last_error_message,
    )


def _delivery(messages: Sequence[Row]) -> Delivery:
    ours = [row for row in messages if row["is_now"] and row["direction"] == "outbound"]
    count = {status: _sum(ours, status=status) for status in (*WAITING, *LEFT_US, *LOST)}
    settled = sum(count[status] for status in (*LEFT_US, *LOST))
    return Delivery(
        waiting=sum(count[status] for status in WAITING),
        **{status: count[status] for status in (*LEFT_US, *LOST)},
        delivery_rate=_rate(sum(count[status] for status in LEFT_US), settled),
        confirmed_rate=_rate(sum(count[status] for status in CONFIRMED), settled),
    )


def _webhooks(row: Row) -> Webhooks:
    requests, failed = row.get("requests", 0), row.get("failed", 0)
    names = ("events", "messages", "unknown_events", "malformed_events", "consecutive_failures")
    return Webhooks(
        requests=requests,
        failed=failed,
        success_rate=_rate(requests - failed, requests),
        average_ms=_rate(row.get("milliseconds", 0.0), requests),
        **{name: row.get(name, 0) for name in names},
        last_request_at=row.get("last_request_at"),
        last_failure_at=row.get("last_failure_at"),
        last_failure=row.get("last_failure", ""),
    )


def _api(page: Channel, row: Row) -> Api:
    calls, errors = row.get("calls", 0), row.get("errors", 0)
    shown = [one for one in (row.get("quota_percent"), page.quota_usage.get("percent")) if one is not None]
    return Api(
        calls=calls,
        errors=errors,
        error_rate=_rate(errors, calls),
        average_ms=row.get("average_ms"),
        quota_percent=max(shown, default=None),
    )


def _volume(messages: Sequence[Row], given: Mapping[str, Any]) -> Volume:
    now = [row for row in messages if row["is_now"]]
    before = [row for row in messages if not row["is_now"]]
    part = (given["now"] - given["since"]) / PARTS
    total, previous = _sum(now), _sum(before)
    return Volume(
        inbound=_sum(now, direction="inbound"),
        outbound=_sum(now, direction="outbound"),
        previous_inbound=_sum(before, direction="inbound"),
        previous_outbound=_sum(before, direction="outbound"),
        change=_rate(total - previous, previous),
        trend=[
            Bucket(
                at=given["since"] + part * place,
                inbound=_sum(now, direction="inbound", part=place + 1),
                outbound=_sum(now, direction="outbound", part=place + 1),
            )
            for place in range(PARTS)
        ],
    )


def _engagement(page_id: UUID, found: Found, volume: Volume) -> Engagement:
    people, open_now = _only(found.people, page_id), _only(found.open, page_id)
    facts = {row["kind"]: row for row in found.facts.get(page_id, ())}
    return Engagement(
        people=people.get("people", 0),
        new_people=_only(found.new_people, page_id).get("new_people", 0),
        messages_per_person=_rate(volume.inbound, people.get("people", 0)),
        conversations_opened=facts.get("conversation_opened", {}).get("times", 0),
        conversations_open=open_now.get("open", 0),
        awaiting_reply=open_now.get("awaiting", 0),
        first_response_seconds=facts.get("first_response", {}).get("average"),
        reply_rate=_rate(people.get("answered", 0), people.get("asked", 0)),
    )


def _flows(row: Row) -> Flows:
    counts = {name: row.get(name, 0) for name in ("runs", "completed", "failed", "live")}
    return Flows(**counts, completion_rate=_rate(counts["completed"], counts["runs"]))


def _satisfaction(facts: Sequence[Row]) -> Satisfaction:
    row = next((one for one in facts if one["kind"] == "satisfaction"), {})
    return Satisfaction(answers=row.get("times", 0), average=row.get("average"))


def _flow_list(page: Channel) -> list[FlowLine]:
    names = ("key", "name", "flow_type", "is_active", "entered", "completed", "completion_rate", "live_runs")
    lines = []
    for flow in summarize_flows(page.organization_id, page.id):
        versions = flow_counts(page.organization_id, flow["id"])["versions"]
        newest: Row = next(iter(versions), {"version": None, "steps": []})
        lines.append(
            FlowLine(
                **{name: flow[name] for name in names},
                failed_runs=flow["failed_runs"],
                version=newest["version"],
                steps=_steps(newest["steps"]),
            )
        )
    return lines


def _steps(rows: Sequence[Row]) -> list[StepLine]:
    """The variants of a step together, in the order in which steps are busy."""
    steps: dict[str, Row] = {}
    for row in rows:
        step = steps.setdefault(row["step"], {"entered": 0, "left": 0, "completed": 0})
        for name in step:
            step[name] += row[name]
    return [StepLine(step=name, **counts) for name, counts in steps.items()]


def _only(grouped: Grouped, page_id: UUID) -> Row:
    return next(iter(grouped.get(page_id, ())), {})


def _sum(rows: Sequence[Row], **same: object) -> int:
    return sum(row["messages"] for row in rows if all(row[name] == value for name, value in same.items()))


def _rate(part: float, whole: float) -> float | None:
    return float(part) / float(whole) if whole else None


def _without(row: Row, name: str) -> Row:
    return {key: value for key, value in row.items() if key != name}
