"""Contacts in the administration."""

from __future__ import annotations

from django.contrib import admin

from hubbub.contacts.models import Contact, ContactIdentity
from hubbub.organizations.admin import ReadOnlyAdmin


@admin.register(Contact)
class ContactAdmin(ReadOnlyAdmin):
    list_display = ["name", "language", "merged_into", "is_blocked", "last_seen_at"]
    list_select_related = ["merged_into"]
    exclude = ["email", "email_index", "phone", "phone_index"]


@admin.register(ContactIdentity)
class ContactIdentityAdmin(ReadOnlyAdmin):
    list_display = ["external_id", "channel", "display_name", "is_reachable", "last_seen_at"]
    list_select_related = ["channel"]
    exclude = ["opt_in_tokens"]
