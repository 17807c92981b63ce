"""The business (organisation), its brands (projects), its people (memberships) and its machines (API keys)."""

from __future__ import annotations

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models.functions import Now

from hubbub.kit.ids import new_id
from hubbub.organizations.fields import TenantForeignKey, TenantModel


class Role(models.TextChoices):
    OWNER = "owner"
    ADMIN = "admin"
    MANAGER = "manager"
    AGENT = "agent"
    VIEWER = "viewer"


class User(AbstractUser):
    """Somebody who signs in. Belongs to organisations by membership."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    language = models.CharField(max_length=10, blank=True, default="")
    """Of the screens; empty: as their browser asks."""

    class Meta:
        db_table = "hubbub_user"


class Organization(models.Model):
    """The tenant."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(max_length=200)
    slug = models.SlugField(max_length=100, unique=True)
    settings = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        db_table = "organization"

    def __str__(self) -> str:
        return self.name


class Project(TenantModel):
    """A brand of the business; channels belong to one."""

    name = models.CharField(max_length=200)
    slug = models.SlugField(max_length=100)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        db_table = "project"
        constraints = [models.UniqueConstraint(fields=["organization", "slug"], name="project_slug_unique")]

    def __str__(self) -> str:
        return self.name


class Membership(TenantModel):
    """One person's role in one organisation."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=20, choices=Role.choices)
    projects = models.JSONField(default=list, blank=True, help_text="Ids of the projects it is limited to; empty: all.")
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        db_table = "membership"
        constraints = [models.UniqueConstraint(fields=["organization", "user"], name="membership_unique")]

    def __str__(self) -> str:
        return f"{self.user_id} as {self.role}"


class ApiKey(TenantModel):
    """A machine's way in. Only the HMAC of the key is stored; `prefix` lets people recognise it."""

    name = models.CharField(max_length=200)
    role = models.CharField(max_length=20, choices=Role.choices)
    prefix = models.CharField(max_length=16)
    key_hash = models.CharField(max_length=64, unique=True)
    is_operator = models.BooleanField(default=False, help_text="May read raw deliveries, which span organisations.")
    created_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "api_key"

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"


class SecurityEvent(models.Model):
    """What was refused, counted by the hour: bad signatures, failed sign-ins, refused access, dead tokens.

    Without an organisation where it is not known whose it is: only operators see that.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organization = models.ForeignKey(Organization, null=True, on_delete=models.CASCADE, related_name="+")
    hour = models.DateTimeField()
    kind = models.CharField(max_length=40)
    platform = models.CharField(max_length=20, blank=True, default="")
    subject = models.CharField(max_length=255, blank=True, default="")
    """Whom it is about: an account's id at the platform, a person's name, a key."""
    count = models.BigIntegerField(default=0)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()

    class Meta:
        db_table = "security_event"
        constraints = [
            models.UniqueConstraint(
                fields=["hour", "kind", "organization", "platform", "subject"],
                name="security_event_unique",
                nulls_distinct=False,
            )
        ]
        indexes = [models.Index(fields=["organization", "-last_at"], name="security_event_recent")]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}"


class AuditEntry(TenantModel):
    """Who changed what, append-only."""

    actor_type = models.CharField(max_length=20, help_text="user, api_key, system")
    actor_id = models.UUIDField(null=True, blank=True)
    action = models.CharField(max_length=60)
    target_type = models.CharField(max_length=40)
    target_id = models.UUIDField(null=True, blank=True)
    data = models.JSONField(default=dict, blank=True)
    at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        db_table = "audit_entry"
        indexes = [
            models.Index(fields=["organization", "-at"], name="audit_entry_recent"),
            models.Index(
                fields=["organization", "target_id", "-at", "-id"],
                name="audit_entry_of_conversation",
                condition=models.Q(target_type="conversation"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.target_type}"


__all__ = ["ApiKey", "AuditEntry", "Membership", "Organization", "Project", "Role", "TenantForeignKey", "User"]
