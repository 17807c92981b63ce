"""Conversations in the administration: to look something up, not to work with."""

from __future__ import annotations

from django.contrib import admin

from hubbub.conversations.models import Conversation, Message, OutboxEntry, ProcessingRecord, WaitingEffect
from hubbub.organizations.admin import ReadOnlyAdmin


@admin.register(Conversation)
class ConversationAdmin(ReadOnlyAdmin):
    list_display = ["id", "channel", "contact", "type", "status", "priority", "unread_count", "last_message_at"]
    list_filter = ["status", "priority", "type"]
    list_select_related = ["channel", "contact"]


@admin.register(Message)
class MessageAdmin(ReadOnlyAdmin):
    list_display = ["id", "direction", "author_type", "type", "status", "occurred_at"]
    list_filter = ["direction", "status", "type"]


@admin.register(OutboxEntry)
class OutboxEntryAdmin(ReadOnlyAdmin):
    list_display = ["message_id", "channel_id", "position", "state", "is_head", "attempts", "due_at", "last_code"]


@admin.register(ProcessingRecord)
class ProcessingRecordAdmin(ReadOnlyAdmin):
    list_display = ["type", "status", "priority", "retry_count", "created_at"]


@admin.register(WaitingEffect)
class WaitingEffectAdmin(ReadOnlyAdmin):
    list_display = ["kind", "target_external_id", "occurred_at", "created_at"]
