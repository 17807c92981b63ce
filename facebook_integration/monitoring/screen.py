"""The figures as people read them in a terminal. Names come from outside: they are shown without control characters."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from io import StringIO

from rich.console import Console, Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from facebook_integration.monitoring.figures import ErrorLine, FlowLine, PageFigures, Report, UserLine

COLOURS = {"active": "green", "inactive": "yellow", "pending": "yellow", "error": "red"}
BARS = "▁▂▃▄▅▆▇█"
NOTHING = "–"


def drawn(report: Report, *, width: int, has_colour: bool) -> str:
    """The whole dashboard as text of so many columns."""
    console = Console(width=width, force_terminal=has_colour, no_color=not has_colour, highlight=False, file=StringIO())
    with console.capture() as captured:
        console.print(_dashboard(report))
    return captured.get()


def _dashboard(report: Report) -> RenderableType:
    head = Text(f"{plain(report.organization)}: the last {report.hours} hours, {_at(report.generated_at)}")
    if not report.pages:
        return Group(head, Text("No Page is connected. Connect one with setup_facebook_page."))
    return Group(head, *(_page(page) for page in report.pages))


def _page(page: PageFigures) -> Panel:
    status = page.connection.status
    title = Text.assemble(
        (plain(page.name), "bold"), f" · {plain(page.page_id)} · ", (status, COLOURS.get(status, "yellow"))
    )
    alerts = [Text(f"! {plain(alert.sentence)}", style="bold red") for alert in page.alerts]
    return Panel(Group(*alerts, _figures(page), *_lists(page)), title=title, title_align="left")


def _figures(page: PageFigures) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(style="bold", no_wrap=True)
    table.add_column()
    for name, said in [*_technical_lines(page), *_human_lines(page)]:
        table.add_row(name, Text(said))
    return table


def _technical_lines(page: PageFigures) -> Iterable[tuple[str, str]]:
    link, sent, hooks, api = page.connection, page.delivery, page.webhooks, page.api
    subscribed = "webhooks subscribed" if link.is_subscribed else "webhooks not subscribed"
    yield "Connection", f"{link.status}, {subscribed}, since {_at(link.connected_at)}" + _error(link.last_error)
    yield (
        "Delivery",
        (
            f"{_percent(sent.delivery_rate)} went out, {_percent(sent.confirmed_rate)} confirmed: {sent.sent:,} sent, "
            f"{sent.delivered:,} delivered, {sent.read:,} read, {sent.failed:,} failed, {sent.unknown:,} unknown, "
            f"{sent.waiting:,} waiting"
        ),
    )
    yield (
        "Webhooks",
        f"{_percent(hooks.success_rate)} of {hooks.requests:,} applied, {_number(hooks.average_ms)} ms on average, "
        f"last {_at(hooks.last_request_at)}" + _error(hooks.last_failure),
    )
    yield (
        "API",
        (
            f"{api.calls:,} calls, {api.errors:,} errors ({_percent(api.error_rate)}), {_number(api.average_ms)} ms, "
            f"quota {NOTHING if api.quota_percent is None else f'{api.quota_percent} %'}"
        ),
    )


def _human_lines(page: PageFigures) -> Iterable[tuple[str, str]]:
    people, flows, asked, volume = page.engagement, page.flows, page.satisfaction, page.volume
    yield (
        "Volume",
        (
            f"{_bars([part.inbound + part.outbound for part in volume.trend])} {volume.inbound:,} in, "
            f"{volume.outbound:,} out ({_change(volume.change)} against the time before)"
        ),
    )
    yield (
        "Engagement",
        (
            f"{people.people:,} people ({people.new_people:,} new), "
            f"{_number(people.messages_per_person)} messages each, "
            f"{_percent(people.reply_rate)} answered, first answer after {_seconds(people.first_response_seconds)}, "
            f"{people.awaiting_reply:,} waiting now"
        ),
    )
    yield (
        "Flows",
        (
            f"{_percent(flows.completion_rate)} of {flows.runs:,} completed, {flows.live:,} under way, "
            f"{flows.failed:,} failed"
        ),
    )
    yield "Satisfaction", f"{_number(asked.average)} of 5 by {asked.answers:,} answers"


def _lists(page: PageFigures) -> Iterable[RenderableType]:
    if page.errors is not None:
        yield _errors(page.errors)
    if page.flow_list is not None:
        yield _flows(page.flow_list)
    if page.users is not None:
        yield _users(page.users)


def _errors(lines: Sequence[ErrorLine]) -> RenderableType:
    rows = [
        (one.source, " ".join(filter(None, (one.code, one.platform_code))), one.sentence, one.times, _at(one.last_at))
        for one in lines
    ]
    return _table("Errors", ("Where", "Code", "What", "Times", "Last"), rows)


def _flows(flows: Sequence[FlowLine]) -> RenderableType:
    rows: list[Sequence[object]] = []
    for flow in flows:
        state = "active" if flow.is_active else "off"
        rate = _percent(flow.completion_rate)
        rows.append((flow.name, state, flow.entered, flow.completed, rate, flow.live_runs, flow.failed_runs))
        rows += [
            (f"  {step.step}", "", step.entered, step.completed, f"{step.left:,} left", "", "") for step in flow.steps
        ]
    return _table("Flows, since they were made", ("Flow", "", "Entered", "Completed", "Rate", "Live", "Failed"), rows)


def _users(users: Sequence[UserLine]) -> RenderableType:
    rows = [
        (one.name, one.psid, one.messages, _at(one.last_at), "" if one.is_subscribed else "stopped") for one in users
    ]
    return _table("Busiest people", ("Name", "PSID", "Messages", "Last", ""), rows)


def _table(title: str, head: Sequence[str], rows: Sequence[Sequence[object]]) -> RenderableType:
    if not rows:
        return Text(f"{title}: none")
    table = Table(title=title, title_justify="left", title_style="bold", box=None, padding=(0, 1), pad_edge=False)
    for name in head:
        table.add_column(name, overflow="fold")
    for row in rows:
        table.add_row(*(Text(f"{cell:,}" if isinstance(cell, int) else plain(str(cell))) for cell in row))
    return table


def plain(text: str) -> str:
    """Without control characters, which a terminal would obey."""
    return "".join(sign if sign.isprintable() else " " for sign in text)


def _bars(values: Sequence[int]) -> str:
    highest = max(values, default=0)
    if not highest:
        return BARS[0] * len(values)
    return "".join(BARS[round(value / highest * (len(BARS) - 1))] for value in values)


def _error(sentence: str) -> str:
    return f"; last error: {plain(sentence)}" if sentence else ""


def _at(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC" if moment else NOTHING


def _percent(rate: float | None) -> str:
    return NOTHING if rate is None else f"{rate:.1%}".replace(".0%", "%")


def _change(change: float | None) -> str:
    return NOTHING if change is None else f"{change:+.0%}"


def _number(value: float | None) -> str:
    return NOTHING if value is None else f"{value:,.1f}".removesuffix(".0")


def _seconds(seconds: float | None) -> str:
    if seconds is None:
        return NOTHING
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:,.0f} min"
