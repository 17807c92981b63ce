"""Messages: as they are shown, and as they are written."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from ninja import Schema
from pydantic import Field

from hubbub.api.router import StrictSchema
from hubbub.api.schemas.common import AwareMoment, Extra, Id, Long, Short, Url
from hubbub.connectors.messages import ButtonType, OutboundKind
from hubbub.conversations.models import MessageStatus


class Attachment(Schema):
    id: UUID
    type: str
    url: str | None = Field(description="On our server, signed, valid for 15 minutes; null until the copy is stored.")
    state: str = Field(description="none, pending, stored, refused, gone, failed")
    state_reason: str = ""
    mime_type: str = ""
    size_bytes: int | None = None
    file_name: str = ""
    width: int | None = None
    height: int | None = None
    duration_ms: int | None = None
    latitude: float | None = None
    longitude: float | None = None
    title: str = ""
    payload: Extra = {}


class Reaction(Schema):
    actor: str
    emoji: str
    name: str
    reacted_at: datetime


class Message(Schema):
    id: UUID
    conversation_id: UUID
    channel_id: UUID
    contact_id: UUID | None
    external_id: str | None
    client_id: str | None
    direction: Literal["inbound", "outbound"]
    author_type: Literal["customer", "ai", "flow", "human", "system"]
    author_user_id: UUID | None
    author_name: str
    type: str
    text: str
    content: Extra
    attachments: list[Attachment]
    status: Literal["received", "queued", "sending", "sent", "delivered", "read", "failed", "unknown"]
    visibility: Literal["visible", "hidden", "deleted"]
    occurred_at: datetime
    received_at: datetime | None
    processed_at: datetime | None
    sent_at: datetime | None
    delivered_at: datetime | None
    read_at: datetime | None
    failed_at: datetime | None
    reply_to: Extra | None = Field(description='{"id", "external_id"} of the message that this one answers.')
    response_to_id: UUID | None
    response_type: str
    is_replied: bool
    reactions: list[Reaction]
    is_edited: bool
    edit_number: int
    edited_at: datetime | None
    is_unsent: bool
    unsent_at: datetime | None
    mentions: list[Any]
    hashtags: list[str]
    error: Extra | None = Field(description='{"code", "sentence", …} when it failed or its fate is unknown.')
    template_id: UUID | None


assert set(MessageStatus.values) == set(Message.model_fields["status"].annotation.__args__)  # type: ignore[union-attr]


class Edit(Schema):
    edit_number: int
    edited_at: datetime
    text: str


class Edits(Schema):
    items: list[Edit]
    next_cursor: str | None


class Upload(Schema):
    upload_id: str
    mime_type: str
    size_bytes: int
    file_name: str


class Messages(Schema):
    items: list[Message]
    next_cursor: str | None


class ButtonIn(StrictSchema):
    type: Literal[tuple(ButtonType)] = Field(description="What a tap does.")  # type: ignore[valid-type]
    title: Short = ""
    payload: Annotated[str, Field(max_length=1000)] | None = None
    url: Url | None = None
    image_url: Url | None = None
    description: Short | None = None
    native: Extra = Field(default={}, description="The platform's own action, for type native.")


class MediaIn(StrictSchema):
    """A file by public URL, or one that was uploaded (`upload_id` from POST /uploads)."""

    type: Literal["image", "video", "audio", "file", "sticker"]
    url: Url | None = None
    upload_id: Annotated[str, Field(max_length=1000)] | None = None
    preview_url: Url | None = None
    mime_type: Short | None = None
    file_name: Short | None = None
    duration_ms: Annotated[int, Field(ge=0, le=86_400_000)] | None = None
    is_voice: bool = False


class CardIn(StrictSchema):
    title: Short
    subtitle: Short | None = None
    image_url: Url | None = None
    default_url: Url | None = None
    buttons: list[ButtonIn] = Field(default=[], max_length=10)


class SectionIn(StrictSchema):
    title: Short
    rows: list[ButtonIn] = Field(max_length=20)


class TemplateIn(StrictSchema):
    name: Annotated[str, Field(max_length=512)]
    language: Annotated[str, Field(max_length=20)]
    components: list[Extra] = Field(default=[], max_length=20)
    category: Short = ""


class SendMessage(StrictSchema):
    """One bubble. `kind` says which fields count; what the platform cannot express is refused with a sentence."""

    kind: Literal[tuple(str(kind) for kind in OutboundKind)] = "text"  # type: ignore[valid-type]
    client_id: Annotated[str, Field(min_length=1, max_length=100)] | None = Field(
        default=None, description="Yours. The same id again returns the same message and sends nothing twice."
    )
    text: Long | None = None
    reply_to: Id | None = Field(default=None, description="The message that this one quotes.")
    media: list[MediaIn] = Field(default=[], max_length=10)
    quick_replies: list[ButtonIn] = Field(default=[], max_length=20)
    buttons: list[ButtonIn] = Field(default=[], max_length=20)
    cards: list[CardIn] = Field(default=[], max_length=20)
    sections: list[SectionIn] = Field(default=[], max_length=20)
    list_button: Short | None = None
    header: Short | None = None
    footer: Short | None = None
    template: TemplateIn | None = None
    latitude: Annotated[float, Field(ge=-90, le=90, strict=False)] | None = None
    longitude: Annotated[float, Field(ge=-180, le=180, strict=False)] | None = None
    title: Short | None = None
    address: Short | None = None
    contacts: list[Extra] = Field(default=[], max_length=20)
    sticker: Extra = {}
    reaction_to: Id | None = Field(default=None, description="The message to react to.")
    reaction_emoji: Annotated[str, Field(max_length=64)] | None = None
    comment_of: Id | None = Field(default=None, description="The comment to answer, publicly or privately.")
    alt_text: Annotated[str, Field(max_length=1500)] | None = None
    native: Extra = {}
    tag: Literal["human_agent", "customer_feedback", "utility"] | None = None
    send_at: AwareMoment | None = Field(default=None, description="Not before; it takes its place in the order then.")
    is_silent: bool = False
    persona_id: Short | None = None
    seen_message_id: Id | None = Field(
        default=None,
        description="The last message on your screen: 409 `answered_meanwhile` when a colleague was faster.",
    )
    is_confirmed: bool = Field(default=False, description="Send it although a colleague has answered meanwhile.")
    then: Literal["close", "snooze"] | None = Field(
        default=None,
        description="What becomes of the conversation; snooze: until `snooze_until`, else the next message.",
    )
    snooze_until: AwareMoment | None = None
