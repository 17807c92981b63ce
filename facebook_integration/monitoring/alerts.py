"""What somebody should look at: failing webhooks and calls, a quota near its end, traffic unlike before."""

from __future__ import annotations

from facebook_integration.monitoring.figures import Alert, Api, Connection, Delivery, Volume, Webhooks

FEW = 10
"""Below so many, a share says nothing."""
WEBHOOKS_FAILING = 0.01
"""Facebook drops a Page after an hour of failures: https://developers.facebook.com/docs/messenger-platform/webhooks"""
API_ERRORS = 0.05
SENDS_FAILING = 0.05
QUOTA = 80
TRAFFIC_TIMES = 5
FEW_MESSAGES = 50


def alerts_of(connection: Connection, delivery: Delivery, webhooks: Webhooks, api: Api, volume: Volume) -> list[Alert]:
    """The alerts of one Page, the gravest first."""
    found = [
        _connection(connection),
        _webhooks(webhooks),
        _sends(delivery),
        _api(api),
        _quota(api),
        _traffic(volume),
    ]
    return [alert for alert in found if alert is not None]


def _connection(connection: Connection) -> Alert | None:
    if not connection.is_connected:
        reason = connection.reason or "Connect it again with setup_facebook_page."
        return Alert(code="not_connected", sentence=f"The Page is not connected. {reason}")
    if not connection.is_subscribed:
        return Alert(
            code="not_subscribed",
            sentence="Facebook does not send this Page's webhooks to us: run resubscribe_facebook_pages.",
        )
    return None


def _webhooks(webhooks: Webhooks) -> Alert | None:
    rate = webhooks.failed / webhooks.requests if webhooks.requests else 0.0
    if rate < WEBHOOKS_FAILING and not webhooks.consecutive_failures:
        return None
    return Alert(
        code="webhooks_failing",
        sentence=f"{webhooks.failed:,} of {webhooks.requests:,} webhook calls held something that could not be "
        "applied: look at the dead letters (GET /events?is_dead=true).",
    )


def _sends(delivery: Delivery) -> Alert | None:
    lost = delivery.failed + delivery.unknown
    settled = lost + delivery.sent + delivery.delivered + delivery.read
    if settled < FEW or lost / settled < SENDS_FAILING:
        return None
    return Alert(code="sends_failing", sentence=f"{lost:,} of {settled:,} messages did not arrive, or nobody knows.")


def _api(api: Api) -> Alert | None:
    if api.calls < FEW or api.error_rate is None or api.error_rate < API_ERRORS:
        return None
    return Alert(code="api_errors", sentence=f"{api.errors:,} of {api.calls:,} calls to Facebook failed.")


def _quota(api: Api) -> Alert | None:
    if api.quota_percent is None or api.quota_percent < QUOTA:
        return None
    return Alert(
        code="quota", sentence=f"{api.quota_percent} % of Facebook's call quota were used; sending slows down."
    )


def _traffic(volume: Volume) -> Alert | None:
    now, before = volume.inbound, volume.previous_inbound
    if max(now, before) < FEW_MESSAGES or before / TRAFFIC_TIMES < now < before * TRAFFIC_TIMES:
        return None
    return Alert(code="traffic", sentence=f"{now:,} messages came in; in as much time before it were {before:,}.")
