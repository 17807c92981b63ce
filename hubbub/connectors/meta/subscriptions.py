"""Which webhooks a Page or an Instagram account sends to our app.

https://developers.facebook.com/docs/graph-api/reference/page/subscribed_apps
"""

from __future__ import annotations

from hubbub.connectors.meta.graph import JsonObject
from hubbub.kit.json import as_list, as_object, as_text

PAGE_FIELDS = (
    "messages",
    "message_echoes",
    "message_edits",
    "message_deliveries",
    "message_reads",
    "message_reactions",
    "messaging_postbacks",
    "messaging_optins",
    "messaging_referrals",
    "messaging_handovers",
    "standby",
    "messaging_policy_enforcement",
    "messaging_feedback",
    "messaging_account_linking",
    "feed",
)
"""What a Page of ours sends, for Messenger or for its Instagram account. A subscription replaces the list before it, so
whoever subscribes sends all of it."""

PAGE_EXTRA_FIELDS = (
    "message_template_status_update",
    "inbox_labels",
    "business_integrity",
    "messaging_customer_information",
    "messaging_in_thread_lead_form_submit",
    "send_cart",
    "messaging_appointments",
)
"""One name that the app may not have fails the whole call, so they are tried after the core."""


def fields_of_app(told: JsonObject, app_id: str) -> tuple[str, ...]:
    """The fields in an answer of `subscribed_apps` for the app `app_id` ("": for any app), in order."""
    apps = [app for app in (as_object(row) for row in as_list(told.get("data"))) if app is not None]
    ours = [app for app in apps if not app_id or as_text(app.get("id")) == app_id]
    names = (as_text(name, limit=100) for app in ours for name in as_list(app.get("subscribed_fields")))
    return tuple(dict.fromkeys(name for name in names if name))
