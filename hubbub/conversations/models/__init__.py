"""Conversations, what was said in them, the outbox, and what follows from them."""

from hubbub.conversations.models.archive import ArchivedConversation, ArchivedMedia, ArchivedRow, MediaState
from hubbub.conversations.models.automation import AutomationItem, AutomationLane
from hubbub.conversations.models.conversation import Conversation, ConversationStatus, Participant, Priority
from hubbub.conversations.models.merging import MergedThread
from hubbub.conversations.models.message import (
    Attachment,
    Message,
    MessageEdit,
    MessageStatus,
    ProcessingRecord,
    Reaction,
    ReceiptMark,
    WaitingEffect,
)
from hubbub.conversations.models.outbox import OutboxEntry, OutboxLane, ReplyToken
from hubbub.conversations.models.records import Fact, RealtimeEvent
from hubbub.conversations.models.teamwork import Mention, Note, ScheduledMessage, ScheduledStatus, Snooze

__all__ = [
    "ArchivedConversation",
    "ArchivedMedia",
    "ArchivedRow",
    "Attachment",
    "AutomationItem",
    "AutomationLane",
    "Conversation",
    "ConversationStatus",
    "Fact",
    "MediaState",
    "Mention",
    "MergedThread",
    "Message",
    "MessageEdit",
    "MessageStatus",
    "Note",
    "OutboxEntry",
    "OutboxLane",
    "Participant",
    "Priority",
    "ProcessingRecord",
    "Reaction",
    "RealtimeEvent",
    "ReceiptMark",
    "ReplyToken",
    "ScheduledMessage",
    "ScheduledStatus",
    "Snooze",
    "WaitingEffect",
]
