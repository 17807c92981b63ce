"""The documented models in the administration: people look there; the app and the API change."""

from __future__ import annotations

from typing import Any

from django.contrib import admin

from facebook_integration import models
from hubbub.organizations.admin import ReadOnlyAdmin

SHOWN: dict[Any, list[str]] = {
    models.FacebookPage: ["page_name", "page_id", "status", "webhook_subscribed"],
    models.PlatformIntegration: ["platform_id", "platform", "status", "is_connected"],
    models.FacebookIntegration: ["page_name", "platform_id", "status", "is_connected"],
    models.WhatsAppIntegration: ["business_name", "platform_id", "status", "is_connected"],
    models.FacebookUser: ["psid", "first_name", "last_name", "page"],
    models.FacebookMessage: ["message_id", "direction", "message_type", "status", "created_at"],
    models.FacebookTemplate: ["name", "template_type", "page"],
    models.FacebookConversationFlow: ["name", "flow_type", "is_active", "priority"],
    models.FacebookWebhookEvent: ["event_type", "page", "processed", "received_at"],
}
HIDDEN = ["credentials", "signing_secrets", "verify_token", "opt_in_tokens", "text", "raw", "content"]


class DocumentedAdmin(ReadOnlyAdmin):
    """Without secrets and without what customers said."""

    exclude = HIDDEN


for model, columns in SHOWN.items():
    admin.site.register(model, type(f"{model.__name__}Admin", (DocumentedAdmin,), {"list_display": columns}))
