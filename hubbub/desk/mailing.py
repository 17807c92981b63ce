"""Notifications by e-mail, where the installation has a mail server."""

from __future__ import annotations

from uuid import UUID

from django.core.mail import EmailMessage

from hubbub.settings.environment import environment


def is_possible() -> bool:
    """Whether a mail server is set."""
    return environment().smtp_url is not None


def send(address: str, sentence: str, conversation_id: UUID) -> None:
    """One letter with a link. Raises OSError or smtplib's errors, so that the job tries again."""
    link = f"{environment().base_url}/inbox/{conversation_id}"
    EmailMessage(subject=sentence, body=f"{sentence}\n\n{link}\n", to=[address]).send()
