"""One connected account on a platform, its secrets, its templates, its health and what it cost to call it."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from hubbub.kit.ids import new_id
from hubbub.organizations.fields import SealedField, TenantForeignKey, TenantModel
from hubbub.organizations.models import Project, User

PLATFORMS = {"facebook": "Facebook Messenger", "instagram": "Instagram", "whatsapp": "WhatsApp", "line": "LINE"}


class ChannelStatus(models.TextChoices):
    PENDING = "pending"
    CONNECTED = "connected"
    NEEDS_RECONNECT = "needs_reconnect"
    """The token is dead: nothing is sent, the queue waits."""
    PAUSED = "paused"
    """Switched off by a person, or restricted by the platform until `paused_until`."""
    ERROR = "error"
    SUSPENDED = "suspended"
    DISCONNECTED = "disconnected"


class SyncStatus(models.TextChoices):
    IDLE = "idle"
    SYNCING = "syncing"
    ERROR = "error"


class Channel(TenantModel):
    """A Page, an Instagram account, a WhatsApp number or a LINE Official Account. It belongs to one organisation."""

    project = TenantForeignKey(Project, on_delete=models.PROTECT, related_name="channels")
    owner = models.ForeignKey(User, null=True, blank=True, on_delete=models.DO_NOTHING, related_name="+")
    """Passes to another member when this one goes: a rule of the database."""
    platform = models.CharField(max_length=20, choices=list(PLATFORMS.items()))
    external_id = models.CharField(max_length=255)
    parent_external_id = models.CharField(max_length=255, blank=True, default="")
    name = models.CharField(max_length=255, blank=True, default="")
    platform_name = models.CharField(max_length=255, blank=True, default="", editable=False)
    """What the platform calls it. The name follows as long as no person has given another."""
    username = models.CharField(max_length=255, blank=True, default="")
    url = models.CharField(max_length=500, blank=True, default="")
    avatar_url = models.CharField(max_length=2000, blank=True, default="")
    category = models.CharField(max_length=255, blank=True, default="")
    follower_count = models.IntegerField(null=True, blank=True)

    credentials = SealedField(null=True, blank=True)
    """{"access_token": …, "app_id": …, …}"""
    signing_secrets = SealedField(null=True, blank=True)
    """["secret", "older secret"]: who may sign webhooks for this channel, beside the environment's app secret."""
    verify_token = SealedField(null=True, blank=True)
    secrets_changed_at = models.DateTimeField(db_default=Now())

    status = models.CharField(max_length=20, choices=ChannelStatus.choices, default=ChannelStatus.PENDING)
    status_reason = models.TextField(blank=True, default="")
    paused_until = models.DateTimeField(null=True, blank=True)
    is_active = models.BooleanField(default=True)
    """False: nothing is sent; what comes in is kept."""
    is_verified = models.BooleanField(default=False)
    is_subscribed = models.BooleanField(default=False)
    subscribed_fields = models.JSONField(default=list, blank=True)
    is_send_auto_reply = models.BooleanField(default=True)
    is_send_notification = models.BooleanField(default=True)
    auto_reply_text = models.TextField(blank=True, default="")
    settings = models.JSONField(default=dict, blank=True)
    webhook_events = models.JSONField(default=list, blank=True, help_text="Event kinds to apply; empty: all.")
    webhook_filters = models.JSONField(default=dict, blank=True)
    webhook_transformation_rules = models.JSONField(default=list, blank=True)

    token_expires_at = models.DateTimeField(null=True, blank=True)
    data_access_expires_at = models.DateTimeField(null=True, blank=True)
    sync_status = models.CharField(max_length=20, choices=SyncStatus.choices, default=SyncStatus.IDLE)
    last_sync_at = models.DateTimeField(null=True, blank=True)
    sync_due_at = models.DateTimeField(null=True, blank=True, editable=False)
    """When the platform is asked next; None: no time has been given out yet."""
    quota_usage = models.JSONField(default=dict, blank=True)
    last_error_at = models.DateTimeField(null=True, blank=True)
    last_error_message = models.TextField(blank=True, default="")
    error_count = models.IntegerField(default=0)
    connected_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        db_table = "channel"
        constraints = [
            models.UniqueConstraint(
                fields=["platform", "external_id"],
                condition=~models.Q(status="disconnected"),
                name="channel_one_owner",
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "platform"], name="channel_by_organization"),
            models.Index(fields=["platform", "parent_external_id"], name="channel_by_parent"),
            models.Index(fields=["sync_due_at"], name="channel_sync_due"),
        ]

    def __str__(self) -> str:
        return f"{self.name or self.external_id} ({self.platform})"


class WebhookCounter(models.Model):
    """What came in for a channel in one hour; written once a batch, never once a request."""

    organization = models.ForeignKey("organizations.Organization", on_delete=models.CASCADE, related_name="+")
    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    channel = TenantForeignKey(Channel, on_delete=models.CASCADE, related_name="webhook_counters")
    hour = models.DateTimeField()
    total_requests = models.IntegerField(default=0)
    successful_requests = models.IntegerField(default=0)
    failed_requests = models.IntegerField(default=0)
    total_milliseconds = models.FloatField(default=0)
    """From arrival at the edge to applied."""
    events = models.IntegerField(default=0)
    messages = models.IntegerField(default=0)
    unknown_events = models.IntegerField(default=0)
    malformed_events = models.IntegerField(default=0)
    last_request_at = models.DateTimeField(null=True)
    last_failure_at = models.DateTimeField(null=True)
    last_failure_reason = models.TextField(default="", blank=True)
    consecutive_failures = models.IntegerField(default=0)
    minute = models.DateTimeField(null=True)
    minute_requests = models.IntegerField(default=0)
    """Of the newest minute, to warn of a flood."""

    class Meta:
        db_table = "webhook_counter"
        constraints = [models.UniqueConstraint(fields=["channel", "hour"], name="webhook_counter_unique")]

    def __str__(self) -> str:
        return f"{self.channel_id} {self.hour}"


class Template(TenantModel):
    """A message template that the platform must approve (WhatsApp, Messenger utility)."""

    channel = TenantForeignKey(Channel, on_delete=models.CASCADE, related_name="templates")
    external_id = models.CharField(max_length=255)
    name = models.CharField(max_length=512)
    language = models.CharField(max_length=20)
    category = models.CharField(max_length=60, blank=True, default="")
    status = models.CharField(max_length=40, blank=True, default="")
    quality = models.CharField(max_length=40, blank=True, default="")
    rejected_reason = models.TextField(blank=True, default="")
    parameter_format = models.CharField(max_length=20, blank=True, default="")
    components = models.JSONField(default=list, blank=True)
    changed_at = models.DateTimeField(null=True, blank=True)
    """Platform time of the newest status change seen; older ones are ignored."""
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        db_table = "template"
        constraints = [models.UniqueConstraint(fields=["channel", "external_id"], name="template_unique")]

    def __str__(self) -> str:
        return f"{self.name} ({self.language})"


class MediaHandle(TenantModel):
    """A file that we have uploaded to a platform already: its id can be used again until it expires."""

    channel = TenantForeignKey(Channel, on_delete=models.CASCADE, related_name="media_handles")
    content_sha256 = models.CharField(max_length=64)
    media_type = models.CharField(max_length=20)
    external_id = models.CharField(max_length=255)
    expires_at = models.DateTimeField()
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        db_table = "media_handle"
        constraints = [
            models.UniqueConstraint(fields=["channel", "content_sha256", "media_type"], name="media_handle_unique")
        ]

    def __str__(self) -> str:
        return self.external_id


class PlatformCall(models.Model):
    """One call that we made to a platform: no body, no token. Partitioned by time."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organization = models.ForeignKey(
        "organizations.Organization", on_delete=models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False
    )
    at = models.DateTimeField(db_default=Now())
    channel_id = models.UUIDField(null=True)
    message_id = models.UUIDField(null=True)
    platform = models.CharField(max_length=20)
    purpose = models.CharField(max_length=20)
    method = models.CharField(max_length=8)
    endpoint = models.CharField(max_length=200)
    status = models.IntegerField(null=True)
    outcome = models.CharField(max_length=20)
    code = models.CharField(max_length=60, blank=True, default="")
    platform_code = models.CharField(max_length=60, blank=True, default="")
    trace_id = models.CharField(max_length=120, blank=True, default="")
    milliseconds = models.FloatField(null=True)
    usage_percent = models.IntegerField(null=True)

    class Meta:
        db_table = "platform_call"
        indexes = [models.Index(fields=["organization", "-at"], name="platform_call_recent")]

    def __str__(self) -> str:
        return f"{self.method} {self.endpoint}"
