"""Conversations, what was said in them, the outbox, and what follows from them."""

from hubbub.conversations.models.automation import AutomationItem, AutomationLane
from hubbub.conversations.models.conversation import Conversation, ConversationStatus, Participant, Priority
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

__all__ = [
    "Attachment",
    "AutomationItem",
    "AutomationLane",
    "Conversation",
    "ConversationStatus",
    "Fact",
    "Message",
    "MessageEdit",
    "MessageStatus",
    "OutboxEntry",
    "OutboxLane",
    "Participant",
    "Priority",
    "ProcessingRecord",
    "Reaction",
    "RealtimeEvent",
    "ReceiptMark",
    "ReplyToken",
    "WaitingEffect",
]
