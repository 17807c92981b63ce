"""The table: every documented name and what it is in the hub. Names that are the same in both need no row."""

from __future__ import annotations

from collections.abc import Mapping

from facebook_integration.mapping.names import AppId, FileLink, Key, Name, Part, Secret, Words

PAGE_STATUS = {
    "pending": "pending",
    "connected": "active",
    "paused": "inactive",
    "disconnected": "inactive",
    "suspended": "error",
    "needs_reconnect": "error",
    "error": "error",
}
INTEGRATION_STATUS = {
    "pending": "pending",
    "connected": "connected",
    "paused": "suspended",
    "suspended": "suspended",
    "disconnected": "suspended",
    "needs_reconnect": "error",
    "error": "error",
}
MESSAGE_STATUS = {
    "queued": "pending",
    "sending": "pending",
    "unknown": "pending",
    "sent": "sent",
    "received": "delivered",
    "delivered": "delivered",
    "read": "read",
    "failed": "failed",
}
"""A message of which nobody knows whether it arrived (`unknown`) reads as pending, with an error."""
EVENT_STATE = {
    "applied": True,
    "duplicate": True,
    "ignored": True,
    "cancelled": True,
    "unknown": False,
    "malformed": False,
    "dead": False,
}
HEALTH = {"connected": True}

PAGE: Mapping[str, Name] = {
    "user": Name(path="owner"),
    "page_id": Name(path="external_id"),
    "page_name": Name(path="name"),
    "page_access_token": Secret(path="credentials", key="access_token"),
    "app_id": AppId(path="settings", key=("app_id",)),
    "app_secret": Secret(path="credentials", key="app_secret", also="signing_secrets"),
    "verify_token": Secret(path="verify_token"),
    "webhook_url": Key(path="settings", key=("webhook_url",)),
    "webhook_subscribed": Name(path="is_subscribed"),
    "status": Words(
        path="status",
        reading=PAGE_STATUS,
        writing={"active": "connected", "inactive": "paused", "error": "error", "pending": "pending"},
        otherwise="error",
    ),
    "is_healthy": Words(path="status", reading=HEALTH, writing={True: "connected", False: "error"}, otherwise=False),
}
INTEGRATION: Mapping[str, Name] = {
    "user": Name(path="owner"),
    "platform_id": Name(path="external_id"),
    "access_token": Secret(path="credentials", key="access_token"),
    "is_connected": Name(path="is_active"),
    "status": Words(
        path="status",
        reading=INTEGRATION_STATUS,
        writing={"pending": "pending", "connected": "connected", "error": "error", "suspended": "suspended"},
        otherwise="error",
    ),
}
FACEBOOK_INTEGRATION = {**INTEGRATION, "page_name": Name(path="name")}
WHATSAPP_INTEGRATION = {**INTEGRATION, "business_name": Name(path="name")}
USER: Mapping[str, Name] = {
    "psid": Name(path="external_id"),
    "page": Name(path="channel", to="FacebookPage"),
    "first_name": Part(path="profile", key=("first_name",), whole="display_name", is_first=True),
    "last_name": Part(path="profile", key=("last_name",), whole="display_name", is_first=False),
    "profile_pic": Name(path="contact__avatar_url"),
    "locale": Name(path="contact__language"),
    "timezone": Key(path="profile", key=("timezone",), is_text=False),
    "gender": Key(path="profile", key=("gender",)),
    "customer": Name(path="contact"),
    "is_subscribed": Name(path="is_reachable"),
    "first_interaction": Name(path="first_seen_at"),
    "last_interaction": Name(path="last_seen_at"),
}
MESSAGE: Mapping[str, Name] = {
    "page": Name(path="channel", to="FacebookPage"),
    "user": Name(path="conversation__identity", to="FacebookUser"),
    "facebook_user": Name(path="conversation__identity", to="FacebookUser"),
    "message_id": Name(path="id"),
    "facebook_message_id": Name(path="external_id"),
    "message_type": Name(path="type"),
    "status": Words(
        path="status",
        reading=MESSAGE_STATUS,
        writing={
            "pending": "queued",
            "sent": "sent",
            "delivered": "delivered",
            "read": "read",
            "failed": "failed",
        },
        otherwise="pending",
    ),
    "attachment_url": FileLink(path="metadata", key=("attachment_url",)),
    "quick_reply_payload": Key(path="content", key=("payload",)),
    "error_message": Key(path="error", key=("sentence",)),
}
TEMPLATE: Mapping[str, Name] = {
    "page": Name(path="channel", to="FacebookPage"),
    "template_type": Name(path="category"),
    "template_data": Key(path="components", key=("template_data",), is_text=False),
    "variables": Key(path="components", key=("variables",), is_text=False),
    "is_active": Words(
        path="status", reading={"stored": True}, writing={True: "stored", False: "off"}, otherwise=False
    ),
}
EVENT: Mapping[str, Name] = {
    "page": Name(path="channel", to="FacebookPage"),
    "event_type": Name(path="kind"),
    "event_id": Name(path="event_key"),
    "payload": Name(path="raw"),
    "processed": Words(path="state", reading=EVENT_STATE, writing={True: "applied", False: "dead"}, otherwise=False),
    "processed_at": Name(path="applied_at"),
    "error_message": Name(path="error"),
    "created_at": Name(path="received_at"),
}
