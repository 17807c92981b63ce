"""What is known of the person for whom a template is filled in."""

from __future__ import annotations

from facebook_integration.services.templates import Reader
from hubbub.channels.models import Channel
from hubbub.contacts.models import ContactIdentity
from hubbub.conversations.models import Message
from hubbub.organizations.scope import organization_scope


def reader_of(page: Channel, psid: str) -> Reader:
    """Their names, their language and what they wrote last; empty for somebody unknown."""
    with organization_scope(page.organization_id):
        identity = (
            ContactIdentity.objects.select_related("contact")
            .filter(organization_id=page.organization_id, channel_id=page.id, external_id=psid)
            .first()
        )
        last = _last_words(identity) if identity is not None else ""
    known = {"page_name": page.name, "message_text": last}
    if identity is None:
        return Reader(known=known)
    name = identity.contact.name or identity.display_name
    first, _, rest = name.partition(" ")
    profile = identity.profile
    known |= {
        "first_name": str(profile.get("first_name") or first),
        "last_name": str(profile.get("last_name") or rest),
        "user_name": name,
    }
    return Reader(language=identity.contact.language, known=known)


def _last_words(identity: ContactIdentity) -> str:
    said = Message.objects.filter(
        conversation__contact_id=identity.contact_id, channel_id=identity.channel_id, direction="inbound"
    )
    newest = said.exclude(text="").order_by("-occurred_at", "-body_position", "-id").first()
    return newest.text if newest is not None else ""
