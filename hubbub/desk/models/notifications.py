"""How people are told that something is for them."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from hubbub.channels.models import Channel
from hubbub.organizations.fields import SealedField, TenantForeignKey, TenantModel, TenantPart
from hubbub.organizations.models import User


class NotificationPreference(TenantModel):
    """What one person wants to hear of one channel; without a channel: of all that have no row of their own."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    channel = TenantForeignKey(Channel, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    in_app = models.BooleanField(default=True)
    push = models.BooleanField(default=True)
    email = models.BooleanField(default=False)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        db_table = "notification_preference"
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "user", "channel"], name="notification_preference_unique", nulls_distinct=False
            )
        ]

    def __str__(self) -> str:
        return f"{self.user_id} of {self.channel_id or 'all channels'}"


class PushSubscription(TenantPart):
    """One browser of one person, as it was given by the browser's push service. Whoever has it may send there."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    endpoint_index = models.CharField(max_length=64)
    """The HMAC under which the endpoint is found."""
    subscription = SealedField()
    """{"endpoint": url, "keys": {"p256dh": base64url, "auth": base64url}}"""
    label = models.CharField(max_length=200, blank=True, default="")
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "push_subscription"
        constraints = [
            models.UniqueConstraint(fields=["organization", "endpoint_index"], name="push_subscription_unique")
        ]

    def __str__(self) -> str:
        return self.label or str(self.id)
