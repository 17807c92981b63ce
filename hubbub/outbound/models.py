"""What the sender must remember beside the outbox: allowances and breakers, shared by all senders."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from hubbub.channels.models import Channel
from hubbub.organizations.fields import TenantForeignKey


class RateBucket(models.Model):
    """A token bucket: "channel:…", "app:…", "recipient:…". Restarting a sender does not refill it."""

    key = models.CharField(max_length=400, primary_key=True)
    organization = models.ForeignKey(
        "organizations.Organization", on_delete=models.CASCADE, related_name="+", db_index=False, null=True
    )
    tokens = models.FloatField()
    updated_at = models.DateTimeField()
    blocked_until = models.DateTimeField(null=True)

    class Meta:
        db_table = "rate_bucket"

    def __str__(self) -> str:
        return self.key


class Breaker(models.Model):
    """Opens when a channel's platform keeps failing; then one probe at a time."""

    channel = models.OneToOneField(Channel, primary_key=True, db_constraint=False, on_delete=models.CASCADE)
    organization = models.ForeignKey(
        "organizations.Organization", on_delete=models.CASCADE, related_name="+", db_index=False
    )
    failures = models.IntegerField(default=0)
    opened_at = models.DateTimeField(null=True)
    next_probe_at = models.DateTimeField(null=True)
    updated_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "breaker"

    def __str__(self) -> str:
        return str(self.channel_id)


__all__ = ["Breaker", "RateBucket", "TenantForeignKey"]
