"""From what a client sends to what is queued: ids of ours become the platform's ids, uploads become stored files."""

from __future__ import annotations

from uuid import UUID

from hubbub.api.schemas.messages import ButtonIn, CardIn, MediaIn, SectionIn, SendMessage, TemplateIn
from hubbub.api.uploads import open_upload
from hubbub.connectors.messages import (
    Button,
    ButtonType,
    Card,
    ListSection,
    Media,
    OutboundKind,
    OutboundMessage,
    TemplateUse,
)
from hubbub.conversations.models import Conversation, Message
from hubbub.kit.errors import InvalidInput, Unsendable

CONTENT_OF: dict[str, tuple[str, ...]] = {
    "text": ("text",),
    "media": ("media",),
    "cards": ("cards",),
    "list": ("sections",),
    "template": ("template",),
    "location": ("latitude", "longitude"),
    "contact": ("contacts",),
    "sticker": ("sticker",),
    "flex": ("native",),
    "reaction": ("reaction_to",),
    "comment_reply": (),
    "private_reply": ("comment_of",),
    "native": ("native",),
}
"""What each kind cannot do without. Whether the rest fits is for the platform's own rules to say."""
PLAIN = (
    "text",
    "list_button",
    "header",
    "footer",
    "latitude",
    "longitude",
    "title",
    "address",
    "sticker",
    "reaction_emoji",
    "alt_text",
    "native",
    "tag",
    "is_silent",
    "persona_id",
)
"""Fields that are called the same and taken as they are."""


def to_outbound(conversation: Conversation, body: SendMessage) -> tuple[OutboundMessage, Message | None]:
    """The content, and the message that it quotes. Raises InvalidInput for what is missing or not of this thread."""
    for name in CONTENT_OF[body.kind]:
        if getattr(body, name) in (None, [], {}):
            raise InvalidInput(f"A message of kind {body.kind} needs {name}.")
    content = OutboundMessage(
        message_id="",
        kind=OutboundKind(body.kind),
        media=tuple(_media(conversation, file) for file in body.media),
        quick_replies=tuple(map(_button, body.quick_replies)),
        buttons=tuple(map(_button, body.buttons)),
        cards=tuple(map(_card, body.cards)),
        sections=tuple(map(_section, body.sections)),
        template=_template(body.template),
        contacts=tuple(body.contacts),
        reaction_to_external_id=_external_id(conversation, body.reaction_to, "reaction_to"),
        comment_external_id=_external_id(conversation, body.comment_of, "comment_of"),
        **{name: getattr(body, name) for name in PLAIN},
    )
    return content, _quoted(conversation, body.reply_to)


def _quoted(conversation: Conversation, message_id: UUID | None) -> Message | None:
    return None if message_id is None else _message(conversation, message_id, "reply_to")


def _external_id(conversation: Conversation, message_id: UUID | None, name: str) -> str | None:
    if message_id is None:
        return None
    external_id = _message(conversation, message_id, name).external_id
    if not external_id:
        raise Unsendable(f"The message in {name} has not reached the platform yet.", code="reply_to_not_sent")
    return external_id


def _message(conversation: Conversation, message_id: UUID, name: str) -> Message:
    found = Message.objects.filter(conversation=conversation, id=message_id).first()
    if found is None:
        raise InvalidInput(f"{name} names a message that is not in this conversation.")
    return found


def _media(conversation: Conversation, file: MediaIn) -> Media:
    if (file.url is None) == (file.upload_id is None):
        raise InvalidInput("Each file needs either url or upload_id.")
    stored = open_upload(conversation.organization_id, file.upload_id) if file.upload_id else None
    return Media(
        type=file.type,
        url=file.url,
        storage_key=stored.storage_key if stored else None,
        preview_url=file.preview_url,
        mime_type=stored.mime_type if stored else file.mime_type,
        size_bytes=stored.size_bytes if stored else None,
        file_name=file.file_name or (stored.file_name if stored else None),
        duration_ms=file.duration_ms,
        is_voice=file.is_voice,
    )


def _button(button: ButtonIn) -> Button:
    return Button(
        type=ButtonType(button.type),
        title=button.title,
        payload=button.payload,
        url=button.url,
        image_url=button.image_url,
        description=button.description,
        native=button.native,
    )


def _card(card: CardIn) -> Card:
    return Card(
        title=card.title,
        subtitle=card.subtitle,
        image_url=card.image_url,
        default_url=card.default_url,
        buttons=tuple(map(_button, card.buttons)),
    )


def _section(section: SectionIn) -> ListSection:
    return ListSection(title=section.title, rows=tuple(map(_button, section.rows)))


def _template(template: TemplateIn | None) -> TemplateUse | None:
    if template is None:
        return None
    return TemplateUse(
        name=template.name,
        language=template.language,
        components=tuple(template.components),
        category=template.category,
    )
