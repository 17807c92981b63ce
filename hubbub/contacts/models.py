"""A person, and that person on each channel."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from hubbub.channels.models import Channel
from hubbub.organizations.fields import SealedField, TenantForeignKey, TenantModel


class Contact(TenantModel):
    """A person who talks to the business. `merged_into` is set while it is merged into another one."""

    name = models.CharField(max_length=255, blank=True, default="")
    is_name_given = models.BooleanField(default=False)
    """A person of the team typed it: platforms no longer change it."""
    avatar_url = models.CharField(max_length=2000, blank=True, default="")
    avatar_key = models.CharField(max_length=200, blank=True, default="")
    """Our own copy of the picture, in the media store."""
    language = models.CharField(max_length=20, blank=True, default="")
    timezone = models.CharField(max_length=60, blank=True, default="")
    email = SealedField(null=True, blank=True)
    email_index = models.CharField(max_length=64, blank=True, default="")
    is_email_verified = models.BooleanField(default=False)
    phone = SealedField(null=True, blank=True)
    phone_index = models.CharField(max_length=64, blank=True, default="")
    is_phone_verified = models.BooleanField(default=False)
    attributes = models.JSONField(default=dict, blank=True)
    merged_into = TenantForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="merged_from", db_index=False
    )
    is_blocked = models.BooleanField(default=False)
    first_seen_at = models.DateTimeField(null=True, blank=True)
    last_seen_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        db_table = "contact"
        indexes = [
            models.Index(fields=["organization", "-last_seen_at", "-id"], name="contact_recent"),
            models.Index(
                fields=["organization", "phone_index"], name="contact_by_phone", condition=~models.Q(phone_index="")
            ),
            models.Index(
                fields=["organization", "email_index"], name="contact_by_email", condition=~models.Q(email_index="")
            ),
            models.Index(fields=["merged_into"], name="contact_merged", condition=models.Q(merged_into__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.name or str(self.id)


class ContactIdentity(TenantModel):
    """One id of a person on one channel: PSID, IGSID, wa_id, BSUID or LINE user id. A person may have several there."""

    contact = TenantForeignKey(Contact, on_delete=models.CASCADE, related_name="identities", db_index=False)
    home_contact_id = models.UUIDField()
    """The contact it was born with: where un-merge puts it back."""
    channel = TenantForeignKey(Channel, on_delete=models.CASCADE, related_name="identities", db_index=False)
    external_id = models.CharField(max_length=255)
    username = models.CharField(max_length=255, blank=True, default="")
    display_name = models.CharField(max_length=255, blank=True, default="")
    named_at = models.DateTimeField(null=True, blank=True)
    """Platform time of the newest event that told the name."""
    is_reachable = models.BooleanField(default=True)
    unreachable_reason = models.TextField(blank=True, default="")
    reachable_changed_at = models.DateTimeField(null=True, blank=True)
    is_standby = models.BooleanField(default=False)
    """Another app owns the thread with this person."""
    standby_changed_at = models.DateTimeField(null=True, blank=True)
    """Platform time of the newest event that told who owns it."""
    window_opened_at = models.DateTimeField(null=True, blank=True)
    """The newest act of the person that opens the platform's reply window."""
    opt_ins = models.JSONField(default=dict, blank=True)
    """{topic: {"is_opted_in": bool, "at": iso, "expires_at": iso|null}}; tokens live in the sealed field."""
    opt_in_tokens = SealedField(null=True, blank=True)
    referral = models.JSONField(default=dict, blank=True)
    """How the person came here last: {"ref", "source", "ad_id", "at", …}"""
    profile = models.JSONField(default=dict, blank=True)
    profile_fetched_at = models.DateTimeField(null=True, blank=True)
    profile_state = models.CharField(max_length=20, default="wanted")
    """wanted, fetched, none (the platform tells nothing), failed."""
    first_seen_at = models.DateTimeField(null=True, blank=True)
    last_seen_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        db_table = "contact_identity"
        constraints = [models.UniqueConstraint(fields=["channel", "external_id"], name="contact_identity_unique")]
        indexes = [models.Index(fields=["contact"], name="contact_identity_by_contact")]

    def __str__(self) -> str:
        return self.external_id


class MergeSuggestion(TenantModel):
    """Two contacts that share a verified phone or e-mail; a person decides."""

    contact = TenantForeignKey(Contact, on_delete=models.CASCADE, related_name="+")
    other = TenantForeignKey(Contact, on_delete=models.CASCADE, related_name="+")
    reason = models.CharField(max_length=20)
    state = models.CharField(max_length=20, default="open")
    """open, merged, dismissed."""
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        db_table = "merge_suggestion"
        constraints = [models.UniqueConstraint(fields=["contact", "other"], name="merge_suggestion_unique")]

    def __str__(self) -> str:
        return f"{self.contact_id} = {self.other_id}?"
