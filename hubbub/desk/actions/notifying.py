"""Telling people that something is for them: on their screens, on their devices, by e-mail, as each prefers."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from hubbub.desk import mailing, push
from hubbub.desk.models import PushSubscription
from hubbub.kit.json import JsonValue
from hubbub.organizations.database import Row, run
from hubbub.organizations.jobs import defer_many
from hubbub.organizations.models import User
from hubbub.organizations.queries import NAME
from hubbub.organizations.scope import organization_scope
from hubbub.organizations.screens import ScreenEvent, emit

ABOUT = f"""
SELECT c.id, c.channel_id, h.name AS channel_name, h.is_send_notification, coalesce(k.name, c.title, '') AS name,
       (SELECT {NAME} FROM hubbub_user u WHERE u.id = %(actor)s) AS actor_name
  FROM conversation c
  JOIN channel h ON h.organization_id = c.organization_id AND h.id = c.channel_id
  LEFT JOIN contact k ON k.organization_id = c.organization_id AND k.id = c.contact_id
 WHERE c.organization_id = %(organization)s AND c.id = %(conversation)s
"""  # noqa: S608 - our own words
PREFERENCES = """
SELECT m.user_id, u.email AS address, coalesce(own.in_app, rest.in_app, true) AS in_app,
       coalesce(own.push, rest.push, true) AS push, coalesce(own.email, rest.email, false) AS email
  FROM membership m
  JOIN hubbub_user u ON u.id = m.user_id AND u.is_active
  LEFT JOIN notification_preference own ON own.organization_id = m.organization_id AND own.user_id = m.user_id
                                       AND own.channel_id = %(channel)s
  LEFT JOIN notification_preference rest ON rest.organization_id = m.organization_id AND rest.user_id = m.user_id
                                        AND rest.channel_id IS NULL
 WHERE m.organization_id = %(organization)s AND m.is_active AND m.user_id = ANY(%(users)s::uuid[])
"""
GONE = "DELETE FROM push_subscription WHERE id = %(id)s"
USED = "UPDATE push_subscription SET used_at = hubbub_now() WHERE id = %(id)s"
SENTENCES = {
    "assigned": "{actor} gave you the conversation with {name}.",
    "mentioned": "{actor} mentioned you in the conversation with {name}.",
    "message": "{name} has written.",
}
"""By e-mail. Screens and devices say it in the person's own language, by the reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """Why somebody is told: `reason` is assigned, mentioned or message; `actor_id` whoever did it, if a person."""

    organization_id: UUID
    conversation_id: UUID
    reason: str
    actor_id: UUID | None = None

    def as_arguments(self) -> dict[str, JsonValue]:
        """For a job: ids only."""
        return {
            "organization_id": str(self.organization_id),
            "conversation_id": str(self.conversation_id),
            "reason": self.reason,
            "actor_id": str(self.actor_id) if self.actor_id else None,
        }


def notify(occasion: Occasion, user_ids: Collection[UUID]) -> None:
    """Tell these people, but not whoever did it, and nobody where the channel's notifications are off.

    One screen event for all; one job for each device and letter.
    """
    with organization_scope(occasion.organization_id):
        about = _about(occasion)
        if about is None or not about["is_send_notification"]:
            return
        wanted = sorted(set(user_ids) - {occasion.actor_id})
        people = run(PREFERENCES, organization=occasion.organization_id, channel=about["channel_id"], users=wanted)
        _on_screens(occasion, [one["user_id"] for one in people if one["in_app"]])
        _on_devices(occasion, [one["user_id"] for one in people if one["push"]])
        if mailing.is_possible():
            _by_mail(occasion, [one["user_id"] for one in people if one["email"] and one["address"]])


def _about(occasion: Occasion) -> Row | None:
    rows = run(
        ABOUT,
        organization=occasion.organization_id,
        conversation=occasion.conversation_id,
        actor=occasion.actor_id,
    )
    return rows[0] if rows else None


def _on_screens(occasion: Occasion, users: Sequence[UUID]) -> None:
    if users:
        emit(
            [
                ScreenEvent(
                    organization_id=occasion.organization_id,
                    kind="notification.created",
                    subject_id=occasion.conversation_id,
                    conversation_id=occasion.conversation_id,
                    data={"reason": occasion.reason, "user_ids": [str(one) for one in users]},
                )
            ]
        )


def _on_devices(occasion: Occasion, users: Sequence[UUID]) -> None:
    rows = PushSubscription.objects.filter(organization_id=occasion.organization_id, user_id__in=users)
    found = [str(one) for one in rows.order_by("id").values_list("id", flat=True)]
    defer_many("desk.push", [{**occasion.as_arguments(), "subscription_id": one} for one in found])


def _by_mail(occasion: Occasion, users: Sequence[UUID]) -> None:
    defer_many("desk.mail", [{**occasion.as_arguments(), "user_id": str(one)} for one in users])


def push_to(occasion: Occasion, subscription_id: UUID) -> None:
    """Tell one device; forget one that is gone. Raises what makes the job try again."""
    with organization_scope(occasion.organization_id):
        about = _about(occasion)
        found = PushSubscription.objects.filter(id=subscription_id).first()
        subscription = found.subscription if found is not None else None
    if about is None or subscription is None:
        return
    is_there = push.send(subscription, _notification(occasion, about), topic=occasion.conversation_id.hex)
    with organization_scope(occasion.organization_id):
        run(USED if is_there else GONE, id=subscription_id)


def try_device(organization_id: UUID, subscription_id: UUID) -> None:
    """Show somebody that notifications reach this device; forget one that is gone."""
    with organization_scope(organization_id):
        found = PushSubscription.objects.filter(id=subscription_id).first()
        subscription = found.subscription if found is not None else None
    if subscription is None:
        return
    is_there = push.send(subscription, {"reason": "test"}, topic="test")
    with organization_scope(organization_id):
        run(USED if is_there else GONE, id=subscription_id)


def _notification(occasion: Occasion, about: Row) -> dict[str, JsonValue]:
    """What a device is told, encrypted on its way. It says it in the person's own language, by the reason."""
    return {
        "reason": occasion.reason,
        "conversation_id": str(occasion.conversation_id),
        "name": about["name"],
        "channel": about["channel_name"],
        "actor": about["actor_name"],
    }


def mail_to(occasion: Occasion, user_id: UUID) -> None:
    """Tell one person by e-mail. Raises what makes the job try again."""
    with organization_scope(occasion.organization_id):
        about = _about(occasion)
        address = User.objects.filter(id=user_id, is_active=True).values_list("email", flat=True).first()
    if about is not None and address:
        sentence = SENTENCES[occasion.reason].format(
            actor=about["actor_name"] or "Somebody", name=about["name"] or "a customer"
        )
        mailing.send(address, sentence, occasion.conversation_id)
